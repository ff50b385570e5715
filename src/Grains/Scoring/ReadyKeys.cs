using PrivacyGrains.Ckks;
using PrivacyGrains.Ckks.Formats;
using PrivacyGrains.Ckks.Keys;

namespace PrivacyGrains.Grains.Scoring;

/// <summary>Keys that are read and ready to compute with: bounded in bytes, what was used longest ago gives way. One for a silo; thread-safe.</summary>
/// <remarks>Found by parameters, kind and digest: whoever sends the same bytes has the same keys. What does not fit is used and not kept.</remarks>
internal sealed class ReadyKeys(ScoringSettings settings, GrainMetrics metrics)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _byName = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _recent = new();
    private long _bytes;

    /// <summary>Finds keys, or reads them and keeps them.</summary>
    /// <param name="context">The parameters.</param>
    /// <param name="view">Which keys.</param>
    /// <param name="open">Opens their bytes; runs where they are not ready.</param>
    /// <param name="mostGaloisKeys">As when they were taken.</param>
    /// <param name="keys">A <see cref="PublicKey"/>, <see cref="RelinearizationKeys"/> or <see cref="GaloisKeys"/>; null after a fault.</param>
    /// <returns>Null, or what is wrong.</returns>
    public FormatFault? Find(CkksContext context, KeyView view, Func<Stream> open, int mostGaloisKeys, out object? keys)
    {
        var name = $"{context.IdOf(context.PrimeCount)} {view.Kind} {view.Digest}";
        lock (_gate)
        {
            if (_byName.TryGetValue(name, out var node))
            {
                _recent.Remove(node);
                _recent.AddFirst(node);
                keys = node.Value.Keys;
                return null;
            }
        }

        using var stream = open();
        if (KeyReading.Read(context, view.Kind, stream, mostGaloisKeys, out keys, out _) is { } fault)
        {
            return fault;
        }

        Keep(name, keys!, KeyReading.MemoryOf(context, keys!));
        return null;
    }

    /// <summary>Forgets keys.</summary>
    public void Forget(KeyView view)
    {
        lock (_gate)
        {
            foreach (var node in _byName.Values.Where(n => n.Value.Name.EndsWith($"{view.Kind} {view.Digest}", StringComparison.Ordinal)).ToList())
            {
                Remove(node);
            }

            metrics.ReadyKeysStand(_bytes);
        }
    }

    private void Keep(string name, object keys, long bytes)
    {
        if (bytes > settings.ReadyKeyBytes)
        {
            return;
        }

        lock (_gate)
        {
            if (!_byName.ContainsKey(name))
            {
                _byName[name] = _recent.AddFirst(new Entry(name, keys, bytes));
                _bytes += bytes;
            }

            while (_bytes > settings.ReadyKeyBytes)
            {
                Remove(_recent.Last!);
            }

            metrics.ReadyKeysStand(_bytes);
        }
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        _recent.Remove(node);
        _byName.Remove(node.Value.Name);
        _bytes -= node.Value.Bytes;
    }

    private sealed record Entry(string Name, object Keys, long Bytes);
}
