namespace PrivacyGrains.Grains.Stock;

/// <summary>How fast sessions ask for a pool's lots, and how many to hold ready for it. Pure but for the clock's times that it is told.</summary>
internal sealed class PoolDemand
{
    /// <summary>Over which time demand is measured.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    /// <summary>For how long the stock must last at the measured rate: until a dealer that was slow or away has dealt again.</summary>
    public static readonly TimeSpan Ahead = TimeSpan.FromSeconds(30);

    private readonly Queue<DateTimeOffset> _asked = new();

    /// <summary>A session asked.</summary>
    public void Note(DateTimeOffset now) => _asked.Enqueue(now);

    /// <summary>Lots in a minute, measured over the last one.</summary>
    public double PerMinute(DateTimeOffset now)
    {
        while (_asked.TryPeek(out var first) && first <= now - Window)
        {
            _asked.Dequeue();
        }

        return _asked.Count / Window.TotalMinutes;
    }

    /// <summary>How many lots to hold ready: what the measured rate takes in <see cref="Ahead"/>, between these bounds.</summary>
    public int Target(int least, int most, DateTimeOffset now) => Math.Clamp((int)Math.Ceiling(PerMinute(now) * Ahead.TotalMinutes), least, most);
}
