using PrivacyGrains.Grains.Journaling;
using PrivacyGrains.Protocols.Transparency;

namespace PrivacyGrains.Grains.Audit;

/// <summary>What the log's leaves amount to: the tree over them, and the last sequence of each source. Changes in place.</summary>
internal sealed class AuditBook
{
    private readonly Dictionary<string, long> _last = new(StringComparer.Ordinal);

    /// <summary>The tree over all leaves.</summary>
    public MerkleTree Tree { get; } = new();

    /// <summary>The highest sequence of a source; 0 for none.</summary>
    public long LastOf(string source) => _last.GetValueOrDefault(source);

    /// <summary>The book after one durable leaf.</summary>
    public AuditBook Apply(StoredLeaf stored)
    {
        Tree.AppendLeaf(stored.Hash());
        _last[stored.Leaf.Source] = stored.Leaf.Sequence;
        return this;
    }

    /// <summary>The leaves that a source's events add: those after its last one, up to the first gap.</summary>
    public Decision<StoredLeaf> Append(string source, IReadOnlyList<AuditEvent> events)
    {
        List<StoredLeaf> leaves = [];
        var (index, next) = (Tree.Count, LastOf(source) + 1);
        foreach (var e in events)
        {
            if (e.Sequence == next)
            {
                leaves.Add(new StoredLeaf(AuditLeaf.Of(index++, source, e)));
                next++;
            }
        }

        return Decision<StoredLeaf>.Of([.. leaves]);
    }
}
