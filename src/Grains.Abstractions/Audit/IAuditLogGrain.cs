using System.Collections.Immutable;

namespace PrivacyGrains.Grains;

/// <summary>The consortium's append-only Merkle log of every decision and release. Key: the consortium's name.</summary>
[Alias("pg.audit")]
public interface IAuditLogGrain : IGrainWithStringKey
{
    /// <summary>Appends events of one source, in order of their sequence; those at or below the last sequence of that source are ignored.</summary>
    /// <returns>The highest sequence of that source that is now durable.</returns>
    [Alias("append")]
    Task<long> AppendAsync(string source, ImmutableArray<AuditEvent> events);

    /// <summary>The highest sequence of that source; 0 for none. A source that restarts sends what lies above it.</summary>
    [Alias("last")]
    Task<long> LastSequenceAsync(string source);

    /// <summary>The signed tree head.</summary>
    [Alias("head")]
    Task<TreeHeadView> HeadAsync();

    /// <summary>Entries from an index (from 0), at most <paramref name="limit"/>.</summary>
    [Alias("read")]
    Task<ImmutableArray<AuditEntryView>> ReadAsync(long fromIndex, int limit);

    /// <summary>The inclusion proof of an entry in the tree of that size.</summary>
    [Alias("inclusion")]
    Task<Reply<ProofView>> InclusionAsync(long index, long treeSize);

    /// <summary>The proof that the tree of the first size is a prefix of the tree of the second.</summary>
    [Alias("consistency")]
    Task<Reply<ProofView>> ConsistencyAsync(long firstSize, long secondSize);
}

/// <summary>Something that was decided or released.</summary>
/// <param name="Sequence">Its place within its source, from 1, without gaps (for a journal's grain: the entry's version).</param>
/// <param name="Kind">Stable, as <c>charge.committed</c>, <c>round.completed</c>, <c>member.joined</c>.</param>
/// <param name="Subject">What it is about, as <c>hospital-1/records</c>.</param>
/// <param name="Actor">Who asked.</param>
/// <param name="Detail">One line of facts. Public.</param>
/// <param name="Digest">Lower-case hex of SHA-256 of the thing itself; empty where there is none.</param>
/// <param name="At">When the source decided.</param>
[GenerateSerializer, Immutable, Alias("pg.audit-event")]
public sealed record AuditEvent(
    [property: Id(0)] long Sequence,
    [property: Id(1)] string Kind,
    [property: Id(2)] string Subject,
    [property: Id(3)] string Actor,
    [property: Id(4)] string Detail,
    [property: Id(5)] string Digest,
    [property: Id(6)] DateTimeOffset At);

/// <summary>One leaf.</summary>
/// <param name="Index">From 0.</param>
/// <param name="Json">The leaf's canonical bytes, UTF-8: what is hashed.</param>
[GenerateSerializer, Immutable, Alias("pg.audit-entry")]
public sealed record AuditEntryView([property: Id(0)] long Index, [property: Id(1)] string Json);

/// <summary>A signed tree head.</summary>
[GenerateSerializer, Immutable, Alias("pg.tree-head")]
public sealed record TreeHeadView(
    [property: Id(0)] string Log,
    [property: Id(1)] long Size,
    [property: Id(2)] string RootHash,
    [property: Id(3)] DateTimeOffset At,
    [property: Id(4)] ReadOnlyMemory<byte> Signature);

/// <summary>A Merkle proof: 32-byte hashes in the order of RFC 6962.</summary>
[GenerateSerializer, Immutable, Alias("pg.proof")]
public sealed record ProofView([property: Id(0)] ImmutableArray<ReadOnlyMemory<byte>> Hashes);
