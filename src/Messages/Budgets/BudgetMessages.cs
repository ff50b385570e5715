using System.Text.Json;

namespace PrivacyGrains.Messages.Budgets;

/// <summary>What a budget allows. Fixed when it is opened; a budget never grows.</summary>
/// <param name="Epsilon">The limit, at <paramref name="Delta"/>; finite, greater than 0.</param>
/// <param name="Delta">Greater than 0, less than 1.</param>
/// <param name="Neighbours"><c>add-remove</c> or <c>replace-one</c>.</param>
/// <param name="Unit">What one privacy unit is, as <c>patient-record</c>: 1 to 48 characters of a-z, 0-9 and hyphen, beginning with a letter.</param>
/// <param name="DisclosureQuotas">How many exact outputs each purpose may have, by purpose; left out for none.</param>
/// <param name="Levels">Further limits, of analysts and of periods: a charge must fit every one that it meets. Left out for none.</param>
/// <param name="MechanismDelta">The part of <paramref name="Delta"/> set aside for charges that have a delta of their own, as plans with sampling have; 0 or more, below it.</param>
public sealed record BudgetTermsBody(
    double Epsilon, double Delta, string Neighbours, string Unit, IReadOnlyDictionary<string, long>? DisclosureQuotas = null,
    IReadOnlyList<BudgetLevelBody>? Levels = null, double MechanismDelta = 0);

/// <summary>A limit below a data set's own.</summary>
/// <param name="Analyst">Whose releases count; left out for all together, <c>*</c> for each alone who has no level by name.</param>
/// <param name="Period"><c>day</c>, <c>month</c>, <c>quarter</c> or <c>year</c>: each such block of the rows' own time has the allowance once; left out for all rows, which never renews.</param>
/// <param name="Epsilon">The limit, at <paramref name="Delta"/>; finite, greater than 0.</param>
/// <param name="Delta">Greater than 0, less than 1.</param>
public sealed record BudgetLevelBody(string? Analyst, string? Period, double Epsilon, double Delta);

/// <summary>A privacy event whose loss the ledger computes itself.</summary>
/// <param name="Mechanism"><c>zcdp</c> (the parameter is rho), <c>pure</c> (the parameter is epsilon) or <c>plan</c> (a plan).</param>
/// <param name="Parameter">Finite, at least 0; 0 for a plan.</param>
/// <param name="Plan">Events that are fixed before the first answer, as in docs/privacy/accounting.md; left out but for <c>plan</c>. At most 16384 characters without spaces.</param>
public sealed record LossBody(string Mechanism, double Parameter, JsonElement? Plan = null);

/// <summary>A loss to hold, or a disclosure to count.</summary>
/// <param name="ChargeId">Chosen by the caller, unique within the ledger: 1 to 160 characters. The same id with the same content is the same charge; with other content it is refused.</param>
/// <param name="Kind"><c>charge</c> (with a loss) or <c>disclosure</c> (with a count against a quota, and no epsilon).</param>
/// <param name="Purpose">What for; for a disclosure, the quota's name.</param>
/// <param name="Recipient">To whom the release goes.</param>
/// <param name="Binding">Lower-case hex of SHA-256 over what this pays for: the release, session or round, roster and computation.</param>
/// <param name="Loss">The privacy event of a charge; null for a disclosure.</param>
/// <param name="Count">How many exact outputs a disclosure has; 0 for a charge.</param>
/// <param name="Blocks">The time blocks whose rows a charge is about, as <c>2026-Q4</c>; left out for a budget without periods.</param>
public sealed record ReserveChargeRequest(
    string ChargeId, string Kind, string Purpose, string Recipient, string Binding, LossBody? Loss = null, long Count = 0, IReadOnlyList<string>? Blocks = null);

/// <summary>Why a charge is given back or marked.</summary>
/// <param name="Reason">One line, public: 1 to 200 characters.</param>
public sealed record ChargeReason(string Reason);

/// <summary>A charge's state, signed by the party whose data it guards.</summary>
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
/// <param name="Signature">By the party's key over all of the above. Base64.</param>
public sealed record ChargeReceiptBody(
    string Party, string Budget, string ChargeId, string Kind, string Purpose, string Status, string Binding,
    double EpsilonSoFar, double EpsilonLeft, long Version, string HeadHash, byte[] Signature);
