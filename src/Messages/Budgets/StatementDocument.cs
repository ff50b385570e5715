using PrivacyGrains.Messages.Audit;

namespace PrivacyGrains.Messages.Budgets;

/// <summary>A budget's statement for a review board: what was said about whom at what loss, and the ledger that it follows from, to be verified without a connection.</summary>
/// <param name="Kind"><c>privacygrains.statement.v1</c>.</param>
/// <param name="At">When it was drawn up; forecasts count from here.</param>
/// <param name="Party">Whose data the budget guards.</param>
/// <param name="Budget">Its name.</param>
/// <param name="Terms">What it allows.</param>
/// <param name="OpenedAt">When it was opened.</param>
/// <param name="Levels">Where each level stands that a charge has met, the data set's first.</param>
/// <param name="ForecastMethod">How <see cref="StatementLevel.RunsOutAt"/> is computed.</param>
/// <param name="Charges">Every charge and disclosure, oldest first.</param>
/// <param name="Quotas">Exact outputs allowed, and how many were given.</param>
/// <param name="Ledger">The whole ledger with its signed head.</param>
/// <param name="Witnesses">What other members have seen of it.</param>
public sealed record StatementDocument(
    string Kind, DateTimeOffset At, string Party, string Budget, BudgetTermsBody Terms, DateTimeOffset OpenedAt, IReadOnlyList<StatementLevel> Levels, string ForecastMethod,
    IReadOnlyList<StatementEntry> Charges, IReadOnlyList<StatementQuotaBody> Quotas, LedgerExport Ledger, IReadOnlyList<WitnessedHeadBody> Witnesses)
{
    /// <summary>The only kind there is.</summary>
    public const string KindName = "privacygrains.statement.v1";
}

/// <summary>One level of a statement.</summary>
/// <param name="Level">Its name for people.</param>
/// <param name="Epsilon">The limit.</param>
/// <param name="Delta">At which it holds.</param>
/// <param name="EpsilonSoFar">Held or spent, rounded up.</param>
/// <param name="EpsilonLeft">What is left, rounded down.</param>
/// <param name="Share">How much of the filter's limit is held or spent, 0 to 1.</param>
/// <param name="RateDays">Over how many days the rate of the forecast is taken.</param>
/// <param name="RunsOutAt">When nothing is left at the present rate; null where there is no rate.</param>
public sealed record StatementLevel(
    string Level, double Epsilon, double Delta, double EpsilonSoFar, double EpsilonLeft, double Share, double RateDays, DateTimeOffset? RunsOutAt);

/// <summary>One charge or disclosure of a statement: who, what, when, at what loss.</summary>
/// <param name="Id">Names it.</param>
/// <param name="Kind"><c>charge</c> or <c>disclosure</c>.</param>
/// <param name="Purpose">What for.</param>
/// <param name="Recipient">To whom.</param>
/// <param name="Status">How it stands.</param>
/// <param name="ReservedAt">When it was asked.</param>
/// <param name="ChangedAt">When it last changed.</param>
/// <param name="Reason">Why it was refunded or aborted; empty otherwise.</param>
/// <param name="Blocks">The time blocks whose rows it is about.</param>
/// <param name="Binding">Digest of the release that it pays for.</param>
/// <param name="Count">Exact outputs of a disclosure.</param>
/// <param name="EpsilonAdded">What it adds to the data set's loss so far, rounded up; null for a disclosure.</param>
/// <param name="EpsilonAlone">What the filter would say of it alone, rounded up; null for a disclosure.</param>
/// <param name="EpsilonTight">Of a fixed plan, its tight figure alone; it decides nothing. Null without a plan.</param>
/// <param name="Plan">The fixed plan, as JSON; null without one.</param>
public sealed record StatementEntry(
    string Id, string Kind, string Purpose, string Recipient, string Status, DateTimeOffset ReservedAt, DateTimeOffset ChangedAt, string Reason, IReadOnlyList<string> Blocks, string Binding,
    long Count, double? EpsilonAdded, double? EpsilonAlone, double? EpsilonTight, string? Plan);

/// <summary>A quota of a statement.</summary>
/// <param name="Purpose">The kind of output.</param>
/// <param name="Recipient">Who may receive it; <c>*</c> for whoever has no quota of its own.</param>
/// <param name="Used">Held or given.</param>
/// <param name="Maximum">The most.</param>
public sealed record StatementQuotaBody(string Purpose, string Recipient, long Used, long Maximum);

/// <summary>The newest head of a ledger that another member has seen, with that member's own signature over it.</summary>
/// <param name="Witness">Which member.</param>
/// <param name="WitnessKey">Its key (SPKI), to be compared with a pin. Base64.</param>
/// <param name="Head">The head, signed by the ledger's party.</param>
/// <param name="Countersignature">By the witness. Base64.</param>
public sealed record WitnessedHeadBody(string Witness, byte[] WitnessKey, LedgerHeadBody Head, byte[] Countersignature);
