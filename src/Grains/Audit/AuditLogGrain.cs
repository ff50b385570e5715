using System.Collections.Immutable;
using PrivacyGrains.Engine;
using PrivacyGrains.Grains.Journaling;
using PrivacyGrains.Grains.Parties;
using PrivacyGrains.Protocols.Transparency;
using PrivacyGrains.Storage;

namespace PrivacyGrains.Grains.Audit;

/// <summary>Keeps the audit log: each event of each source once, in order, under one Merkle tree whose heads the coordinator signs.</summary>
[PlacedWithCoordinator]
internal sealed class AuditLogGrain(GrainJournals journals, IPartyKeys keys, TimeProvider clock, GrainMetrics metrics) : Grain, IAuditLogGrain
{
    private const int ReadLimit = 1000;
    private static readonly JournalShape<AuditBook, StoredLeaf> Shape = new(() => new AuditBook(), static (book, leaf) => book.Apply(leaf), AuditCodec.Instance);
    private Journal<AuditBook, StoredLeaf> _journal = null!;

    private string Name => this.GetPrimaryKeyString();

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        // A long log is hashed anew here, so it leaves the scheduler.
        var name = Name;
        _journal = await Task.Run(() => journals.OpenAsync(IStores.ConsortiumOwner, $"audit/{name}", Shape, cancellationToken), cancellationToken);
        metrics.LogStands(Name, _journal.Version);
    }

    /// <inheritdoc/>
    public async Task<long> AppendAsync(string source, ImmutableArray<AuditEvent> events)
    {
        ArgumentException.ThrowIfNullOrEmpty(source);
        if (!events.IsDefaultOrEmpty)
        {
            await _journal.DecideAsync(book => book.Append(source, events));
            metrics.LogStands(Name, _journal.Version);
        }

        return _journal.State.LastOf(source);
    }

    /// <inheritdoc/>
    public async Task<long> LastSequenceAsync(string source) => (await _journal.ReadAsync()).LastOf(source);

    /// <inheritdoc/>
    public async Task<TreeHeadView> HeadAsync()
    {
        var book = await _journal.ReadAsync();
        var head = SignedTreeHead.Sign(await keys.GetAsync(IStores.ConsortiumOwner), Name, book.Tree, clock.GetUtcNow().ToUnixTimeMilliseconds());
        return new TreeHeadView(
            head.LogId, head.Size, Convert.ToHexStringLower(head.Root.Span), DateTimeOffset.FromUnixTimeMilliseconds(head.TimestampMilliseconds), head.Signature);
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<AuditEntryView>> ReadAsync(long fromIndex, int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(fromIndex);
        var entries = ImmutableArray.CreateBuilder<AuditEntryView>();
        await foreach (var (_, stored) in _journal.EntriesAsync(fromIndex))
        {
            if (entries.Count == Math.Clamp(limit, 0, ReadLimit))
            {
                break;
            }

            entries.Add(stored.View());
        }

        return entries.ToImmutable();
    }

    /// <inheritdoc/>
    public async Task<Reply<ProofView>> InclusionAsync(long index, long treeSize)
    {
        var tree = (await _journal.ReadAsync()).Tree;
        return index < 0 || index >= treeSize || treeSize > tree.Count
            ? OutOfRange($"The log has {tree.Count} entries: ask for an entry below a tree size of at most that.")
            : Proof(tree.InclusionProof(index, treeSize));
    }

    /// <inheritdoc/>
    public async Task<Reply<ProofView>> ConsistencyAsync(long firstSize, long secondSize)
    {
        var tree = (await _journal.ReadAsync()).Tree;
        return firstSize < 1 || firstSize > secondSize || secondSize > tree.Count
            ? OutOfRange($"The log has {tree.Count} entries: ask for two sizes from 1 to that, the earlier one first.")
            : Proof(tree.ConsistencyProof(firstSize, secondSize));
    }

    private static ProofView Proof(byte[][] hashes) => new([.. hashes.Select(hash => (ReadOnlyMemory<byte>)hash)]);

    private static Refusal OutOfRange(string message) => new("audit.out-of-range", message, RefusalKind.Invalid);
}
