using Npgsql;

namespace PrivacyGrains.Storage.Postgres;

/// <summary>Tries again after what passes by itself: a lost or refused connection, a restarting server, a serialization failure.</summary>
internal static class PostgresRetry
{
    // 50 ms, doubled: all attempts together wait 3 s, well under the ten that a call may last.
    private const int Attempts = 7;
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(50);

    /// <summary>Runs what may be run twice without harm.</summary>
    public static async Task<T> RunAsync<T>(Func<Task<T>> action, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await action();
            }
            catch (NpgsqlException exception) when (attempt < Attempts && IsTransient(exception))
            {
                // The server's recovery takes real time, whatever clock the caller's tests hold.
                await Task.Delay(FirstDelay * Math.Pow(2, attempt - 1), TimeProvider.System, cancellationToken);
            }
        }
    }

    private static bool IsTransient(NpgsqlException exception) => exception is not PostgresException { SqlState: var state }
        || state.StartsWith("08", StringComparison.Ordinal) // connection
        || state is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.TooManyConnections
            or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow;
}
