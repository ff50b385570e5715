using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace PrivacyGrains.Privacy.Ledger;

/// <summary>One line of a ledger's journal: what was decided, and its place in the hash chain. Primitives only; no secret.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type", UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization)]
[JsonDerivedType(typeof(LedgerOpened), "ledger.opened.v1")]
[JsonDerivedType(typeof(LedgerOpenedInLevels), "ledger.opened.v2")]
[JsonDerivedType(typeof(ChargeReserved), "ledger.reserved.v1")]
[JsonDerivedType(typeof(ChargeReservedInBlocks), "ledger.reserved.v2")]
[JsonDerivedType(typeof(ChargeCommitted), "ledger.committed.v1")]
[JsonDerivedType(typeof(ChargeRefunded), "ledger.refunded.v1")]
[JsonDerivedType(typeof(ChargeAborted), "ledger.aborted.v1")]
[JsonDerivedType(typeof(DisclosureReserved), "ledger.disclosure-reserved.v1")]
[JsonDerivedType(typeof(DisclosureCommitted), "ledger.disclosure-committed.v1")]
[JsonDerivedType(typeof(DisclosureRefunded), "ledger.disclosure-refunded.v1")]
[JsonDerivedType(typeof(DisclosureAborted), "ledger.disclosure-aborted.v1")]
public abstract record LedgerEntry
{
    /// <summary>Whose ledger.</summary>
    [JsonPropertyOrder(-6)]
    public required string Party { get; init; }

    /// <summary>Which budget of the party's.</summary>
    [JsonPropertyOrder(-5)]
    public required string Budget { get; init; }

    /// <summary>The entry's place, from 1 without a gap.</summary>
    [JsonPropertyOrder(-4)]
    public required long Version { get; init; }

    /// <summary>When it was decided, in milliseconds of Unix time, by the ledger's own clock; informative.</summary>
    [JsonPropertyOrder(-3)]
    public required long AtUnixMs { get; init; }

    /// <summary>Hash of the entry before, 64 lower-case hex digits; zeros for the first.</summary>
    [JsonPropertyOrder(-2)]
    public required string PreviousHash { get; init; }

    /// <summary>Hash of this entry: see <see cref="LedgerChain"/>. Null while it is being computed.</summary>
    [JsonPropertyOrder(100)]
    public string? Hash { get; init; }
}

/// <summary>One allowance of exact outputs, as stored.</summary>
/// <param name="Purpose">The kind of output.</param>
/// <param name="Recipient">Who may receive it.</param>
/// <param name="Maximum">The most outputs.</param>
public sealed record StoredQuota(string Purpose, string Recipient, long Maximum);

/// <summary>One further limit, as stored.</summary>
/// <param name="Epsilon">The total epsilon, in nats, as it was given.</param>
/// <param name="Delta">The total delta, as it was given.</param>
/// <param name="MechanismDeltaUnits">The delta set aside for mechanisms, in units of 2^-40.</param>
/// <param name="Order">The preset order that decides.</param>
/// <param name="LimitUnits">The most loss at that order, in units of 2^-40.</param>
/// <param name="Analyst">Whose releases count; null for all together, <c>*</c> for each alone.</param>
/// <param name="Period">How long its blocks are: <c>day</c>, <c>month</c>, <c>quarter</c> or <c>year</c>; null for all rows.</param>
public sealed record StoredLevel(double Epsilon, double Delta, long MechanismDeltaUnits, double Order, long LimitUnits, string? Analyst = null, string? Period = null);

/// <summary>The ledger's first entry: what it guards.</summary>
public record LedgerOpened : LedgerEntry
{
    /// <summary>The total epsilon, in nats, as it was given.</summary>
    public required double Epsilon { get; init; }

    /// <summary>The total delta, as it was given.</summary>
    public required double Delta { get; init; }

    /// <summary>The delta set aside for mechanisms, in units of 2^-40.</summary>
    public required long MechanismDeltaUnits { get; init; }

    /// <summary>Which grid of orders all figures are over.</summary>
    public required int Grid { get; init; }

    /// <summary>The preset order that decides.</summary>
    public required double Order { get; init; }

    /// <summary>The most loss at that order, in units of 2^-40. Stored, so that the limit never moves with the program that reads it.</summary>
    public required long LimitUnits { get; init; }

    /// <summary>The neighbouring relation's name: <c>add-remove</c> or <c>replace-one</c>.</summary>
    public required string Relation { get; init; }

    /// <summary>The privacy unit's name.</summary>
    public required string Unit { get; init; }

    /// <summary>The exact outputs that are allowed.</summary>
    public required ImmutableArray<StoredQuota> Quotas { get; init; }
}

/// <summary>The first entry of a ledger that has further limits, of analysts or of periods.</summary>
public sealed record LedgerOpenedInLevels : LedgerOpened
{
    /// <summary>The further limits; at least one.</summary>
    public required ImmutableArray<StoredLevel> Levels { get; init; }

    internal static LedgerOpenedInLevels Of(LedgerOpened opened, ImmutableArray<BudgetLevel> levels) => new()
    {
        Party = opened.Party,
        Budget = opened.Budget,
        Version = opened.Version,
        AtUnixMs = opened.AtUnixMs,
        PreviousHash = opened.PreviousHash,
        Epsilon = opened.Epsilon,
        Delta = opened.Delta,
        MechanismDeltaUnits = opened.MechanismDeltaUnits,
        Grid = opened.Grid,
        Order = opened.Order,
        LimitUnits = opened.LimitUnits,
        Relation = opened.Relation,
        Unit = opened.Unit,
        Quotas = opened.Quotas,
        Levels = [.. levels.Select(l => new StoredLevel(
            l.Limit.Epsilon.Value, l.Limit.Delta.Value, l.Limit.MechanismDeltaUnits, l.Limit.Order, l.Limit.LimitUnits, l.Analyst, l.Period?.ToName()))],
    };
}

/// <summary>A charge holds its loss: it counts from here on.</summary>
public record ChargeReserved : LedgerEntry
{
    /// <summary>Names the charge.</summary>
    public required string ChargeId { get; init; }

    /// <summary>What the release is for.</summary>
    public required string Purpose { get; init; }

    /// <summary>Who asked.</summary>
    public required string Analyst { get; init; }

    /// <summary>Digest of the release that this pays for.</summary>
    public required string ReleaseBinding { get; init; }

    /// <summary>The loss at each order, in units of 2^-40.</summary>
    public required ImmutableArray<long> LossUnits { get; init; }

    /// <summary>The charge's own delta, in units of 2^-40.</summary>
    public required long DeltaUnits { get; init; }
}

/// <summary>A charge that names time blocks, or carries its plan, holds its loss: at every level at once, or at none.</summary>
public sealed record ChargeReservedInBlocks : ChargeReserved
{
    /// <summary>The blocks whose rows it is about, in ordinal order; may be empty.</summary>
    public required ImmutableArray<string> Blocks { get; init; }

    /// <summary>The fixed plan that was charged, as JSON; null where there is none.</summary>
    public string? Plan { get; init; }

    internal static ChargeReservedInBlocks Of(ChargeReserved reserved, ImmutableArray<string> blocks, string? plan) => new()
    {
        Party = reserved.Party,
        Budget = reserved.Budget,
        Version = reserved.Version,
        AtUnixMs = reserved.AtUnixMs,
        PreviousHash = reserved.PreviousHash,
        ChargeId = reserved.ChargeId,
        Purpose = reserved.Purpose,
        Analyst = reserved.Analyst,
        ReleaseBinding = reserved.ReleaseBinding,
        LossUnits = reserved.LossUnits,
        DeltaUnits = reserved.DeltaUnits,
        Blocks = blocks,
        Plan = plan,
    };
}

/// <summary>The charge is spent: written before the first message that could enable opening.</summary>
public sealed record ChargeCommitted : LedgerEntry
{
    /// <summary>Names the charge.</summary>
    public required string ChargeId { get; init; }
}

/// <summary>The reservation was given back, while nothing could have been opened.</summary>
public sealed record ChargeRefunded : LedgerEntry
{
    /// <summary>Names the charge.</summary>
    public required string ChargeId { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }
}

/// <summary>The session of a committed charge ended without its release. The loss stands.</summary>
public sealed record ChargeAborted : LedgerEntry
{
    /// <summary>Names the charge.</summary>
    public required string ChargeId { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }
}

/// <summary>Exact outputs are held against their quota.</summary>
public sealed record DisclosureReserved : LedgerEntry
{
    /// <summary>Names the disclosure.</summary>
    public required string DisclosureId { get; init; }

    /// <summary>The kind of output.</summary>
    public required string Purpose { get; init; }

    /// <summary>Who will receive it.</summary>
    public required string Recipient { get; init; }

    /// <summary>Digest of the release.</summary>
    public required string ReleaseBinding { get; init; }

    /// <summary>How many outputs.</summary>
    public required long Count { get; init; }
}

/// <summary>The outputs are counted for good: written before the first message that could enable opening.</summary>
public sealed record DisclosureCommitted : LedgerEntry
{
    /// <summary>Names the disclosure.</summary>
    public required string DisclosureId { get; init; }
}

/// <summary>The held outputs were given back, while nothing could have been opened.</summary>
public sealed record DisclosureRefunded : LedgerEntry
{
    /// <summary>Names the disclosure.</summary>
    public required string DisclosureId { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }
}

/// <summary>The session of a committed disclosure ended without it. The count stands.</summary>
public sealed record DisclosureAborted : LedgerEntry
{
    /// <summary>Names the disclosure.</summary>
    public required string DisclosureId { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }
}
