namespace PrivacyGrains.Grains.Journaling;

/// <summary>Wakes calls that wait for a grain's next change: long polls that interleave with the calls that change it.</summary>
/// <remarks>Belongs to one activation: not thread-safe.</remarks>
internal sealed class ChangeSignal(TimeProvider clock)
{
    /// <summary>The longest that a call waits, so that no call lasts over ten seconds.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Wakes everybody who waits.</summary>
    public void Changed()
    {
        var waited = _next;
        _next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        waited.SetResult();
    }

    /// <summary>Waits until something is so, at each change, or until the time is over.</summary>
    /// <param name="isSo">What the caller waits for.</param>
    /// <param name="milliseconds">At most <see cref="Longest"/>; 0 or less does not wait.</param>
    public async Task WaitAsync(Func<bool> isSo, int milliseconds)
    {
        var until = clock.GetUtcNow() + TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, 0, Longest.TotalMilliseconds));
        while (!isSo() && until - clock.GetUtcNow() is var left && left > TimeSpan.Zero)
        {
            try
            {
                await _next.Task.WaitAsync(left, clock);
            }
            catch (TimeoutException)
            {
                return;
            }
        }
    }
}
