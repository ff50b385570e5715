namespace PrivacyGrains.Grains.Parties;

/// <summary>What a party's agent is asked to take part in. In memory: whoever offers work offers it again until it is over.</summary>
/// <remarks>
/// An item that is not offered again for <see cref="Patience"/> vanishes, so that nothing stays of an offerer that is no more. Versions begin at the time, in
/// milliseconds, so that an agent that waits for more than it has seen is not left waiting by a fresh activation.
/// </remarks>
internal sealed class WorkBoard(TimeProvider clock)
{
    /// <summary>How long an item stays without being offered again.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Dictionary<WorkItem, DateTimeOffset> _offered = [];

    /// <summary>Grows with every change.</summary>
    public long Version { get; private set; } = clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Puts an item on the board, or keeps it there.</summary>
    /// <returns>Whether it is new.</returns>
    public bool Offer(WorkItem item)
    {
        var isNew = !_offered.ContainsKey(item);
        _offered[item] = clock.GetUtcNow();
        Version += isNew ? 1 : 0;
        return isNew;
    }

    /// <summary>Takes an item off the board.</summary>
    /// <returns>Whether it was there.</returns>
    public bool End(WorkItem item)
    {
        var wasThere = _offered.Remove(item);
        Version += wasThere ? 1 : 0;
        return wasThere;
    }

    /// <summary>The board now, without what nobody offers any more.</summary>
    public WorkView View()
    {
        var limit = clock.GetUtcNow() - Patience;
        foreach (var stale in _offered.Where(o => o.Value < limit).Select(o => o.Key).ToList())
        {
            End(stale);
        }

        return new WorkView(Version, [.. _offered.Keys.OrderBy(i => i.Kind, StringComparer.Ordinal).ThenBy(i => i.Id, StringComparer.Ordinal)]);
    }
}
