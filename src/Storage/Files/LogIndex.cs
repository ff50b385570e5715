using System.Runtime.InteropServices;

namespace PrivacyGrains.Storage.Files;

/// <summary>Where one append lies in the log.</summary>
internal readonly record struct RecordLocation(long FirstVersion, int Count, long Offset, int BodyLength)
{
    public long LastVersion => FirstVersion + Count - 1;
}

/// <summary>Which records make up each stream: only durable ones. About 32 bytes of memory per append.</summary>
internal sealed class LogIndex
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<RecordLocation>> _streams = new(StringComparer.Ordinal);

    /// <summary>The version of a stream's last entry; 0 where it does not exist.</summary>
    public long Head(string stream)
    {
        lock (_gate)
        {
            return _streams.TryGetValue(stream, out var records) ? records[^1].LastVersion : 0;
        }
    }

    public void Add(string stream, RecordLocation location)
    {
        lock (_gate)
        {
            ref var records = ref CollectionsMarshal.GetValueRefOrAddDefault(_streams, stream, out _);
            (records ??= []).Add(location);
        }
    }

    /// <summary>The records that hold entries after a version, as of now.</summary>
    public RecordLocation[] After(string stream, long version)
    {
        lock (_gate)
        {
            if (!_streams.TryGetValue(stream, out var records) || records[^1].LastVersion <= version)
            {
                return [];
            }

            int low = 0, high = records.Count - 1;
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (records[middle].LastVersion > version)
                {
                    high = middle;
                }
                else
                {
                    low = middle + 1;
                }
            }

            return [.. CollectionsMarshal.AsSpan(records)[low..]];
        }
    }

    public string[] Names(string prefix)
    {
        string[] names;
        lock (_gate)
        {
            names = [.. _streams.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal))];
        }

        Array.Sort(names, StringComparer.Ordinal);
        return names;
    }
}
