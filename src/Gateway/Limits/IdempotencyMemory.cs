using PrivacyGrains.Gateway.Hosting;

namespace PrivacyGrains.Gateway.Limits;

/// <summary>What was answered under idempotency keys; bounded, oldest forgotten first.</summary>
/// <remarks>
/// In this gateway's memory: it does not outlive the process and other gateways do not see it. That is enough against a lost answer; what must be durable has a
/// natural id, which its grain keeps in its journal. Answers may hold a secret that is answered once (a new key): it stays in memory as long as the entry.
/// </remarks>
internal sealed class IdempotencyMemory(GatewaySettings settings, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _byAge = new();

    /// <summary>What a request under a key finds.</summary>
    public enum Finding
    {
        /// <summary>Nothing: the caller goes on, and calls <see cref="Complete"/> or <see cref="Abandon"/>.</summary>
        New,

        /// <summary>The same request was answered.</summary>
        Answered,

        /// <summary>The same request is under way.</summary>
        UnderWay,

        /// <summary>Another request came under this key.</summary>
        Other,
    }

    /// <summary>Looks a key up, and takes it where it is free.</summary>
    public (Finding Finding, Answer? Answer) Begin(string key, ReadOnlySpan<byte> requestDigest)
    {
        var now = clock.GetUtcNow();
        lock (_gate)
        {
            while (_byAge.First is { } oldest && (oldest.Value.Until <= now || _entries.Count > settings.Idempotency.Entries))
            {
                Remove(oldest);
            }

            if (_entries.TryGetValue(key, out var node))
            {
                return !requestDigest.SequenceEqual(node.Value.RequestDigest) ? (Finding.Other, null)
                    : node.Value.Answer is { } answer ? (Finding.Answered, answer)
                    : (Finding.UnderWay, null);
            }

            _entries[key] = _byAge.AddLast(new Entry(key, requestDigest.ToArray(), now + settings.Idempotency.Lifetime));
            return (Finding.New, null);
        }
    }

    /// <summary>Keeps the answer.</summary>
    public void Complete(string key, Answer answer)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(key, out var node))
            {
                node.Value.Answer = answer;
            }
        }
    }

    /// <summary>Frees a key whose request failed: the next one tries again.</summary>
    public void Abandon(string key)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(key, out var node))
            {
                Remove(node);
            }
        }
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        _entries.Remove(node.Value.Key);
        _byAge.Remove(node);
    }

    /// <summary>An answer as it was sent. May hold a secret.</summary>
    public sealed record Answer(int Status, string? ContentType, string? Location, byte[] Body)
    {
        /// <summary>The shape only.</summary>
        public override string ToString() => $"Answer({Status}, {Body.Length} bytes)";
    }

    private sealed class Entry(string key, byte[] requestDigest, DateTimeOffset until)
    {
        public string Key { get; } = key;

        public byte[] RequestDigest { get; } = requestDigest;

        public DateTimeOffset Until { get; } = until;

        public Answer? Answer { get; set; }
    }
}
