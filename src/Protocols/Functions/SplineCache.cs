using System.Collections.Concurrent;

namespace PrivacyGrains.Protocols.Functions;

/// <summary>Tables that were made before; all are forgotten where there are too many, since plans come from outside and each may state other ranges.</summary>
/// <typeparam name="TKey">What a table depends on.</typeparam>
internal sealed class SplineCache<TKey>
    where TKey : notnull
{
    private const int Most = 512;
    private readonly ConcurrentDictionary<TKey, SplineTable> _tables = new();

    internal SplineTable GetOrMake(TKey key, Func<TKey, SplineTable> make)
    {
        if (_tables.TryGetValue(key, out var known))
        {
            return known;
        }

        if (_tables.Count >= Most)
        {
            _tables.Clear();
        }

        return _tables.GetOrAdd(key, make);
    }
}
