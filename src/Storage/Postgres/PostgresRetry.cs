using Npgsql;

namespace PrivacyGrains.Storage.Postgres;

/// <summary>Tries again after what passes by itself: a lost or refused connection, a restarting server, a serialization failure.</summary>
internal static class PostgresRetry
{
    // A server that recovers from a crash takes seconds; a call may last ten in all.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(1);

    /// <summary>Runs what may be run twice without harm.</summary>
    public static async Task<T> RunAsync<T>(Func<Task<T>> action, CancellationToken cancellationToken)
    {
        var began = TimeProvider.System.GetTimestamp();
        for (var delay = FirstDelay; ; delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay)
        {
            try
            {
                return await action();
            }
            catch (NpgsqlException exception) when (TimeProvider.System.GetElapsedTime(began) < Patience && IsTransient(exception))
            {
                // The server's recovery takes real time, whatever clock the caller's tests hold.
                await Task.Delay(delay, TimeProvider.System, cancellationToken);
            }
        }
    }

    private static bool IsTransient(NpgsqlException exception) => exception is not PostgresException { SqlState: var state }
        || state.StartsWith("08", StringComparison.Ordinal) // connection
        || state is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.TooManyConnections
            or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow;
}
