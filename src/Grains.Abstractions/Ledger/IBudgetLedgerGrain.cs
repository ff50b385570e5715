using System.Collections.Immutable;

namespace PrivacyGrains.Grains;

/// <summary>One budget's ledger: serialises charges and makes each durable before it is acknowledged. Key: <c>party/budget</c>. Runs on that party's silo.</summary>
[Alias("pg.ledger")]
public interface IBudgetLedgerGrain : IGrainWithStringKey
{
    /// <summary>Opens the budget. Idempotent for the same content; other content is refused (a budget never grows silently).</summary>
    [Alias("open")]
    Task<Reply<StatementView>> OpenAsync(BudgetTerms terms);

    /// <summary>Holds a loss. Idempotent by charge id.</summary>
    [Alias("reserve")]
    Task<Reply<ChargeReceipt>> ReserveAsync(ChargeRequest request);

    /// <summary>Keeps a held loss; from here on the release may be opened. Idempotent.</summary>
    [Alias("commit")]
    Task<Reply<ChargeReceipt>> CommitAsync(string chargeId);

    /// <summary>Gives a held loss back; refused once committed. Idempotent.</summary>
    [Alias("refund")]
    Task<Reply<ChargeReceipt>> RefundAsync(string chargeId, string reason);

    /// <summary>Marks a committed charge whose round or session aborted. The loss stands. Idempotent.</summary>
    [Alias("mark-aborted")]
    Task<Reply<ChargeReceipt>> MarkAbortedAsync(string chargeId, string reason);

    /// <summary>One charge or disclosure, by its id.</summary>
    [Alias("find")]
    Task<Reply<ChargeReceipt>> FindAsync(string chargeId);

    /// <summary>Limit, loss so far, what is left, and every charge and disclosure.</summary>
    [Alias("statement")]
    Task<Reply<StatementView>> StatementAsync();

    /// <summary>The chained entries after a version, at most <paramref name="limit"/>, as canonical JSON: what verifies offline.</summary>
    [Alias("entries")]
    Task<ImmutableArray<LedgerEntryView>> EntriesAsync(long afterVersion, int limit);

    /// <summary>The newest head, signed by the party.</summary>
    [Alias("head")]
    Task<Reply<LedgerHeadView>> HeadAsync();
}

/// <summary>What a budget allows.</summary>
/// <param name="Epsilon">The limit, at <paramref name="Delta"/>; greater than 0.</param>
/// <param name="Delta">Greater than 0, less than 1.</param>
/// <param name="Neighbours"><c>add-remove</c> or <c>replace-one</c>.</param>
/// <param name="Unit">What one privacy unit is, as <c>patient record</c>.</param>
/// <param name="DisclosureQuotas">How many exact outputs each purpose may have, by purpose.</param>
/// <param name="Levels">Further limits, of analysts and of periods; default for none.</param>
/// <param name="MechanismDelta">The part of <paramref name="Delta"/> set aside for charges that have a delta of their own; 0 or more, below it.</param>
[GenerateSerializer, Immutable, Alias("pg.budget-terms")]
public sealed record BudgetTerms(
    [property: Id(0)] double Epsilon,
    [property: Id(1)] double Delta,
    [property: Id(2)] string Neighbours,
    [property: Id(3)] string Unit,
    [property: Id(4)] ImmutableDictionary<string, long> DisclosureQuotas,
    [property: Id(5)] ImmutableArray<LevelTerms> Levels = default,
    [property: Id(6)] double MechanismDelta = 0);

/// <summary>A limit below a data set's own.</summary>
/// <param name="Analyst">Whose releases count; null for all together, <c>*</c> for each alone who has no level by name.</param>
/// <param name="Period"><c>day</c>, <c>month</c>, <c>quarter</c> or <c>year</c>: each such block of the rows' own time has the allowance once; null for all rows, which never renews.</param>
/// <param name="Epsilon">The limit, at <paramref name="Delta"/>; greater than 0.</param>
/// <param name="Delta">Greater than 0, less than 1.</param>
[GenerateSerializer, Immutable, Alias("pg.level-terms")]
public sealed record LevelTerms([property: Id(0)] string? Analyst, [property: Id(1)] string? Period, [property: Id(2)] double Epsilon, [property: Id(3)] double Delta);

/// <summary>A loss to hold, or a disclosure to count.</summary>
/// <param name="ChargeId">Chosen by the caller, unique within the ledger: 1 to 160 characters. The same id with other content is refused.</param>
/// <param name="Kind"><c>charge</c> (has a loss) or <c>disclosure</c> (has a count against a quota, no epsilon).</param>
/// <param name="Purpose">As <c>training/detector round 3</c> or, for a disclosure, the quota's name.</param>
/// <param name="Recipient">To whom the release goes.</param>
/// <param name="Binding">Lower-case hex of SHA-256: the release, session or round, roster and computation that this pays for.</param>
/// <param name="Loss">The privacy event; null for a disclosure.</param>
/// <param name="Count">How many exact outputs; 0 for a charge.</param>
/// <param name="Blocks">The time blocks whose rows a charge is about, as <c>2026-Q4</c>, in any order; default or empty for a budget without periods.</param>
[GenerateSerializer, Immutable, Alias("pg.charge-request")]
public sealed record ChargeRequest(
    [property: Id(0)] string ChargeId,
    [property: Id(1)] string Kind,
    [property: Id(2)] string Purpose,
    [property: Id(3)] string Recipient,
    [property: Id(4)] string Binding,
    [property: Id(5)] PrivacyLoss? Loss,
    [property: Id(6)] long Count,
    [property: Id(7)] ImmutableArray<string> Blocks = default);

/// <summary>A privacy event whose loss the ledger computes itself.</summary>
/// <param name="Mechanism"><c>zcdp</c> (parameter rho), <c>pure</c> (parameter epsilon) or <c>plan</c> (a plan).</param>
/// <param name="Parameter">The parameter; finite, at least 0; 0 for a plan.</param>
/// <param name="Plan">Events that are fixed before the first answer, as JSON (docs/privacy/accounting.md); null but for <c>plan</c>.</param>
[GenerateSerializer, Immutable, Alias("pg.privacy-loss")]
public sealed record PrivacyLoss([property: Id(0)] string Mechanism, [property: Id(1)] double Parameter, [property: Id(2)] string? Plan = null);

/// <summary>A charge's state, signed by the party whose data it guards. Whoever gives an output share or an unmasking answer checks it first.</summary>
/// <param name="Party">Whose ledger.</param>
/// <param name="Budget">Which budget.</param>
/// <param name="ChargeId">Which charge.</param>
/// <param name="Kind"><c>charge</c> or <c>disclosure</c>.</param>
/// <param name="Purpose">What for.</param>
/// <param name="Status"><c>reserved</c>, <c>committed</c>, <c>refunded</c> or <c>aborted-committed</c>.</param>
/// <param name="Binding">As in the request.</param>
/// <param name="EpsilonSoFar">The ledger's loss after this charge at its preset delta, rounded up.</param>
/// <param name="EpsilonLeft">What is left, rounded down.</param>
/// <param name="Version">The ledger's version that made this state.</param>
/// <param name="HeadHash">The chain's hash at that version, lower-case hex.</param>
/// <param name="Signature">By the party's key over all of the above (canonical bytes in Protocols, <c>LedgerReceipt</c>).</param>
[GenerateSerializer, Immutable, Alias("pg.charge-receipt")]
public sealed record ChargeReceipt(
    [property: Id(0)] string Party,
    [property: Id(1)] string Budget,
    [property: Id(2)] string ChargeId,
    [property: Id(3)] string Kind,
    [property: Id(4)] string Purpose,
    [property: Id(5)] string Status,
    [property: Id(6)] string Binding,
    [property: Id(7)] double EpsilonSoFar,
    [property: Id(8)] double EpsilonLeft,
    [property: Id(9)] long Version,
    [property: Id(10)] string HeadHash,
    [property: Id(11)] ReadOnlyMemory<byte> Signature);

/// <summary>A budget's statement.</summary>
[GenerateSerializer, Immutable, Alias("pg.statement")]
public sealed record StatementView(
    [property: Id(0)] string Party,
    [property: Id(1)] string Budget,
    [property: Id(2)] BudgetTerms Terms,
    [property: Id(3)] double EpsilonSoFar,
    [property: Id(4)] double EpsilonReserved,
    [property: Id(5)] double EpsilonLeft,
    [property: Id(6)] ImmutableDictionary<string, long> DisclosuresLeft,
    [property: Id(7)] ImmutableArray<ChargeLine> Charges,
    [property: Id(8)] long Version,
    [property: Id(9)] string HeadHash,
    [property: Id(10)] ImmutableArray<LevelView> Levels);

/// <summary>Where one level stands that a charge has met: the data set's first.</summary>
/// <param name="Level">Its name for people.</param>
/// <param name="Analyst">Whose releases count; empty for all together.</param>
/// <param name="Block">Whose rows; empty for all.</param>
/// <param name="Epsilon">The limit.</param>
/// <param name="Delta">At which it holds.</param>
/// <param name="EpsilonSoFar">Held or spent, rounded up.</param>
/// <param name="EpsilonLeft">Rounded down.</param>
[GenerateSerializer, Immutable, Alias("pg.level-view")]
public sealed record LevelView(
    [property: Id(0)] string Level,
    [property: Id(1)] string Analyst,
    [property: Id(2)] string Block,
    [property: Id(3)] double Epsilon,
    [property: Id(4)] double Delta,
    [property: Id(5)] double EpsilonSoFar,
    [property: Id(6)] double EpsilonLeft);

/// <summary>One line of a statement.</summary>
/// <param name="ChargeId">Which charge.</param>
/// <param name="Kind"><c>charge</c> or <c>disclosure</c>.</param>
/// <param name="Purpose">What for.</param>
/// <param name="Recipient">To whom the release goes.</param>
/// <param name="Status">How it stands.</param>
/// <param name="Epsilon">What it adds at the preset order, rounded up.</param>
/// <param name="Count">Exact outputs of a disclosure.</param>
/// <param name="At">When it was reserved.</param>
/// <param name="Blocks">The time blocks whose rows it is about.</param>
/// <param name="EpsilonAlone">Of a charge: what the filter would say of it alone, at the budget's delta, rounded up; null for a disclosure.</param>
/// <param name="EpsilonTight">Of a fixed plan: its tight figure alone, by privacy loss distributions. Null without a plan, or while it is being computed.</param>
[GenerateSerializer, Immutable, Alias("pg.charge-line")]
public sealed record ChargeLine(
    [property: Id(0)] string ChargeId,
    [property: Id(1)] string Kind,
    [property: Id(2)] string Purpose,
    [property: Id(3)] string Recipient,
    [property: Id(4)] string Status,
    [property: Id(5)] double Epsilon,
    [property: Id(6)] long Count,
    [property: Id(7)] DateTimeOffset At,
    [property: Id(8)] ImmutableArray<string> Blocks,
    [property: Id(9)] double? EpsilonAlone,
    [property: Id(10)] double? EpsilonTight);

/// <summary>One chained entry as it stands in the journal.</summary>
[GenerateSerializer, Immutable, Alias("pg.ledger-entry")]
public sealed record LedgerEntryView([property: Id(0)] long Version, [property: Id(1)] string Type, [property: Id(2)] string Json);

/// <summary>A ledger's head, signed by its party, kept by witnesses.</summary>
[GenerateSerializer, Immutable, Alias("pg.ledger-head")]
public sealed record LedgerHeadView(
    [property: Id(0)] string Party,
    [property: Id(1)] string Budget,
    [property: Id(2)] long Version,
    [property: Id(3)] string HeadHash,
    [property: Id(4)] ReadOnlyMemory<byte> Signature);
