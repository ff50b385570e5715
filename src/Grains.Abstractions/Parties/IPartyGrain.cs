using System.Collections.Immutable;

namespace PrivacyGrains.Grains;

/// <summary>A party's presence: its data sets, its signature, and the ledger heads of others that it has witnessed. Key: the party. Runs on that party's silo.</summary>
[Alias("pg.party")]
public interface IPartyGrain : IGrainWithStringKey
{
    /// <summary>What a member may know of this party.</summary>
    [Alias("get")]
    Task<PartyView> GetAsync();

    /// <summary>Notes that the party's agent is there.</summary>
    [Alias("presence")]
    Task NotePresenceAsync(string agentVersion);

    /// <summary>Describes a data set (never its rows). Idempotent for the same content; a later call replaces the description.</summary>
    [Alias("data-set")]
    Task<Reply<DataSetView>> DescribeDataSetAsync(DataSetView dataSet);

    /// <summary>Signs canonical bytes under the party's key, if they are of a kind that this party signs (rosters and offers of its own sessions).</summary>
    /// <remarks>Refused for any other domain, so that no caller can have a ledger head or a join proof signed.</remarks>
    [Alias("sign-roster")]
    Task<Reply<SignatureView>> SignRosterAsync(ReadOnlyMemory<byte> roster);

    /// <summary>Keeps the newest signed head of another party's ledger; refuses one that is behind or forks what it has kept.</summary>
    [Alias("witness")]
    Task<Reply<Done>> WitnessAsync(LedgerHeadView head);

    /// <summary>The newest head of that ledger that this party has witnessed; null where it has none.</summary>
    [Alias("witnessed")]
    Task<LedgerHeadView?> GetWitnessedAsync(string party, string budget);

    /// <summary>As <see cref="GetWitnessedAsync"/>, under this party's signature: for whoever verifies a ledger without a connection.</summary>
    [Alias("countersign")]
    Task<CountersignedHead?> CountersignAsync(string party, string budget);

    /// <summary>Puts a piece of work on the party's board, in memory: whoever offers it offers it again until it is over. Idempotent.</summary>
    [Alias("offer-work")]
    Task OfferWorkAsync(WorkItem item);

    /// <summary>Takes a piece of work off the board. Idempotent.</summary>
    [Alias("end-work")]
    Task EndWorkAsync(WorkItem item);

    /// <summary>The board; waits as <see cref="IRoundGrain.GetAsync"/> does.</summary>
    [Alias("work")]
    [AlwaysInterleave]
    Task<WorkView> WorkAsync(long afterVersion, int waitMilliseconds);
}

/// <summary>What a member may know of a party.</summary>
/// <param name="Party">Its name.</param>
/// <param name="Silo">The silo that runs it.</param>
/// <param name="Fingerprint">Of its verification key.</param>
/// <param name="AgentSeenAt">When its agent last showed; null for never since the start.</param>
/// <param name="DataSets">Descriptions only.</param>
[GenerateSerializer, Immutable, Alias("pg.party-view")]
public sealed record PartyView(
    [property: Id(0)] string Party,
    [property: Id(1)] string Silo,
    [property: Id(2)] string Fingerprint,
    [property: Id(3)] DateTimeOffset? AgentSeenAt,
    [property: Id(4)] ImmutableArray<DataSetView> DataSets);

/// <summary>A description of a data set.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Rows">The public, declared number of records.</param>
/// <param name="Columns">Names of the columns.</param>
/// <param name="Budget">The budget that guards it.</param>
[GenerateSerializer, Immutable, Alias("pg.data-set")]
public sealed record DataSetView(
    [property: Id(0)] string Name,
    [property: Id(1)] long Rows,
    [property: Id(2)] ImmutableArray<string> Columns,
    [property: Id(3)] string Budget);

/// <summary>A signature and who made it.</summary>
[GenerateSerializer, Immutable, Alias("pg.signature")]
public sealed record SignatureView([property: Id(0)] string Party, [property: Id(1)] ReadOnlyMemory<byte> Signature);

/// <summary>Something that a party's agent is asked to take part in.</summary>
/// <param name="Kind"><c>round</c> or <c>inference</c>.</param>
/// <param name="Id">The round's key (<c>owner/number</c>) or the inference's session.</param>
[GenerateSerializer, Immutable, Alias("pg.work-item")]
public sealed record WorkItem([property: Id(0)] string Kind, [property: Id(1)] string Id);

/// <summary>All that a party is asked to take part in now.</summary>
[GenerateSerializer, Immutable, Alias("pg.work")]
public sealed record WorkView([property: Id(0)] long Version, [property: Id(1)] ImmutableArray<WorkItem> Items);

/// <summary>A head of another party's ledger under the signature of who has witnessed it.</summary>
/// <param name="Head">As the ledger's party signed it.</param>
/// <param name="Signature">By the witness, over the same content (Protocols, <c>SignedLedgerHead.Witness</c>).</param>
[GenerateSerializer, Immutable, Alias("pg.countersigned-head")]
public sealed record CountersignedHead([property: Id(0)] LedgerHeadView Head, [property: Id(1)] ReadOnlyMemory<byte> Signature);
