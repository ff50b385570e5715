namespace PrivacyGrains.Grains.Journaling;

/// <summary>Calls a peer that may be away: at most one call in flight, a deadline for waiting, and a rest after a miss.</summary>
/// <remarks>
/// A call that missed its deadline runs on (it cannot be taken back) and counts as in flight until it ends, so that a peer never gets two messages of one
/// sender in the wrong order. Belongs to one activation: not thread-safe.
/// </remarks>
internal sealed class OneAtATime(TimeProvider clock, TimeSpan deadline, TimeSpan rest)
{
    private Task _flight = Task.CompletedTask;
    private DateTimeOffset _restUntil = DateTimeOffset.MinValue;

    /// <summary>Makes the call, unless one is in flight or the peer is being left alone.</summary>
    /// <param name="call">The call.</param>
    /// <returns>Null where it went well; else why not, in a word or two, for a log.</returns>
    public async Task<string?> TryAsync(Func<Task> call)
    {
        if (!_flight.IsCompleted)
        {
            return "an earlier call is still under way";
        }

        if (clock.GetUtcNow() < _restUntil)
        {
            return "left alone after a miss";
        }

        string? failure = null;
        _flight = GuardedAsync();
        try
        {
            await _flight.WaitAsync(deadline, clock);
        }
        catch (TimeoutException)
        {
            failure = "no answer in time";
        }

        _restUntil = failure is null ? DateTimeOffset.MinValue : clock.GetUtcNow() + rest;
        return failure;

        async Task GuardedAsync()
        {
            try
            {
                await call();
            }
            catch (Exception e)
            {
                failure = e.GetType().Name + ": " + e.Message;
            }
        }
    }
}
