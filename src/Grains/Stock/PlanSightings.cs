namespace PrivacyGrains.Grains.Stock;

/// <summary>Which pools sessions asked for that none is kept of: a second time within a period makes one. Pure but for the clock's times that it is told.</summary>
internal sealed class PlanSightings
{
    /// <summary>The most pools that are remembered; the one seen longest ago gives way.</summary>
    public const int Limit = 256;

    private readonly Dictionary<string, DateTimeOffset> _seen = new(StringComparer.Ordinal);

    /// <summary>Notes a session's pool.</summary>
    /// <returns>Whether it was asked for before, within the period.</returns>
    public bool IsAgain(string pool, DateTimeOffset now, TimeSpan within)
    {
        foreach (var old in _seen.Where(entry => entry.Value <= now - within).Select(entry => entry.Key).ToList())
        {
            _seen.Remove(old);
        }

        if (_seen.Count >= Limit && !_seen.ContainsKey(pool))
        {
            _seen.Remove(_seen.MinBy(entry => entry.Value).Key);
        }

        var again = _seen.ContainsKey(pool);
        _seen[pool] = now;
        return again;
    }
}
