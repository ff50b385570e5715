using System.Text.Json;
using System.Text.Json.Serialization;
using PrivacyGrains.Messages.Http;

namespace PrivacyGrains.Messages.Budgets;

/// <summary>One budget in a list of budgets.</summary>
/// <param name="Party">Whose data it guards.</param>
/// <param name="Budget">Its name.</param>
/// <param name="Available">Whether that party's silo answered; where not, all that follows is null.</param>
/// <param name="Epsilon">The limit.</param>
/// <param name="Delta">At which the limit holds.</param>
/// <param name="EpsilonSoFar">Loss of all that is committed or held, rounded up.</param>
/// <param name="EpsilonReserved">The part of it that is only held.</param>
/// <param name="EpsilonLeft">What is left, rounded down.</param>
/// <param name="DisclosuresLeft">Exact outputs left, by purpose.</param>
/// <param name="Version">The ledger's version.</param>
public sealed record BudgetSummary(
    string Party, string Budget, bool Available, double? Epsilon, double? Delta, double? EpsilonSoFar, double? EpsilonReserved, double? EpsilonLeft,
    IReadOnlyDictionary<string, long>? DisclosuresLeft, long? Version);

/// <summary>A budget's statement.</summary>
/// <param name="Party">Whose data it guards.</param>
/// <param name="Budget">Its name.</param>
/// <param name="Terms">What it allows.</param>
/// <param name="EpsilonSoFar">Loss of all that is committed or held at the terms' delta, rounded up.</param>
/// <param name="EpsilonReserved">The part of it that is only held.</param>
/// <param name="EpsilonLeft">What is left, rounded down.</param>
/// <param name="DisclosuresLeft">Exact outputs left, by purpose.</param>
/// <param name="Charges">Every charge and disclosure, oldest first.</param>
/// <param name="Version">The ledger's version.</param>
/// <param name="HeadHash">The chain's hash at that version, lower-case hex.</param>
/// <param name="Levels">Where each level stands that a charge has met, the data set's first.</param>
public sealed record StatementBody(
    string Party, string Budget, BudgetTermsBody Terms, double EpsilonSoFar, double EpsilonReserved, double EpsilonLeft,
    IReadOnlyDictionary<string, long> DisclosuresLeft, IReadOnlyList<StatementLine> Charges, long Version, string HeadHash, IReadOnlyList<LevelStandingBody> Levels);

/// <summary>Where one level stands.</summary>
/// <param name="Level">Its name for people, as <c>analyst a in 2026-Q4</c>.</param>
/// <param name="Analyst">Whose releases count; empty for all together.</param>
/// <param name="Block">Whose rows; empty for all.</param>
/// <param name="Epsilon">The limit.</param>
/// <param name="Delta">At which it holds.</param>
/// <param name="EpsilonSoFar">Held or spent, rounded up.</param>
/// <param name="EpsilonLeft">What is left, rounded down.</param>
public sealed record LevelStandingBody(string Level, string Analyst, string Block, double Epsilon, double Delta, double EpsilonSoFar, double EpsilonLeft);

/// <summary>One line of a statement.</summary>
/// <param name="ChargeId">Which charge.</param>
/// <param name="Kind"><c>charge</c> or <c>disclosure</c>.</param>
/// <param name="Purpose">What for.</param>
/// <param name="Recipient">To whom the release goes.</param>
/// <param name="Status"><c>reserved</c>, <c>committed</c>, <c>refunded</c> or <c>aborted-committed</c>.</param>
/// <param name="Epsilon">What this charge adds to the loss so far, rounded up; the fixed part that the conversion to epsilon costs comes once, with the first charge.</param>
/// <param name="Count">Exact outputs of a disclosure.</param>
/// <param name="At">When it was reserved.</param>
/// <param name="Blocks">The time blocks whose rows it is about.</param>
/// <param name="EpsilonAlone">What the ledger would say of this charge alone, at the terms' delta, rounded up; null for a disclosure.</param>
/// <param name="EpsilonTight">Of a fixed plan: its tight figure alone at the same delta, by privacy loss distributions; it decides nothing. Null without a plan, or while it is being computed.</param>
public sealed record StatementLine(
    string ChargeId, string Kind, string Purpose, string Recipient, string Status, double Epsilon, long Count, DateTimeOffset At,
    IReadOnlyList<string> Blocks, double? EpsilonAlone, double? EpsilonTight);

/// <summary>One chained entry as it stands in the party's journal: what verifies offline.</summary>
/// <param name="Version">From 1, without gaps.</param>
/// <param name="Type">What happened.</param>
/// <param name="Json">The canonical JSON that the chain hashes, as text.</param>
public sealed record LedgerEntryBody(long Version, string Type, string Json);

/// <summary>A ledger's head, signed by its party and kept by witnesses.</summary>
/// <param name="Party">Whose ledger.</param>
/// <param name="Budget">Which budget.</param>
/// <param name="Version">How many entries it has.</param>
/// <param name="HeadHash">The chain's hash, lower-case hex.</param>
/// <param name="Signature">By the party's key. Base64.</param>
public sealed record LedgerHeadBody(string Party, string Budget, long Version, string HeadHash, byte[] Signature);

/// <summary>Source-generated JSON of the room Budgets.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(BudgetTermsBody))]
[JsonSerializable(typeof(ReserveChargeRequest))]
[JsonSerializable(typeof(ChargeReason))]
[JsonSerializable(typeof(ChargeReceiptBody))]
[JsonSerializable(typeof(StatementBody))]
[JsonSerializable(typeof(Listing<BudgetSummary>))]
[JsonSerializable(typeof(Page<LedgerEntryBody>))]
[JsonSerializable(typeof(LedgerHeadBody))]
[JsonSerializable(typeof(Listing<WitnessedHeadBody>))]
[JsonSerializable(typeof(StatementDocument))]
public sealed partial class BudgetsJson : JsonSerializerContext;
