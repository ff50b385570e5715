namespace PrivacyGrains.Privacy.Ledger;

/// <summary>How a charge or disclosure stands.</summary>
public enum LedgerStatus
{
    /// <summary>Held; it counts in full and does not expire.</summary>
    Reserved = 0,

    /// <summary>Spent.</summary>
    Committed = 1,

    /// <summary>Given back before anything could be opened; it no longer counts.</summary>
    Refunded = 2,

    /// <summary>Spent, though its session ended without the release.</summary>
    AbortedCommitted = 3,
}

/// <summary>The names of statuses in output and in tables.</summary>
public static class LedgerStatusNames
{
    /// <summary>The stable name: <c>reserved</c>, <c>committed</c>, <c>refunded</c> or <c>aborted-committed</c>.</summary>
    /// <param name="status">Any status.</param>
    /// <returns>The name.</returns>
    public static string ToName(this LedgerStatus status) => status switch
    {
        LedgerStatus.Reserved => "reserved",
        LedgerStatus.Committed => "committed",
        LedgerStatus.Refunded => "refunded",
        _ => "aborted-committed",
    };
}

/// <summary>Which of the three a decision is.</summary>
public enum LedgerOutcomeKind
{
    /// <summary>Decided now; append the entry, then apply it.</summary>
    Accepted = 0,

    /// <summary>The same request was decided before; nothing is appended.</summary>
    AlreadyDone = 1,

    /// <summary>Not allowed; nothing is appended.</summary>
    Refused = 2,
}

/// <summary>What is left of a budget or quota, and what was asked.</summary>
/// <param name="Asked">The epsilon (or number of outputs) that the request would add.</param>
/// <param name="Left">The epsilon (or number of outputs) that is left, rounded down.</param>
/// <param name="Limit">The whole.</param>
/// <param name="Delta">The preset delta that the epsilons are at; zero for a quota.</param>
/// <param name="Level">The level that refuses; the data set's for a quota.</param>
public sealed record LedgerRemaining(double Asked, double Left, double Limit, double Delta, LevelKey Level);

/// <summary>The answer to a request. Primitives only.</summary>
/// <param name="Kind">Accepted, already done, or refused.</param>
/// <param name="Status">How the charge or disclosure stands after this; null where there is none, or for an opening.</param>
/// <param name="Code">Stable: one of <see cref="LedgerCodes"/>; empty unless refused.</param>
/// <param name="Message">One line for people; empty unless refused.</param>
/// <param name="Remaining">What is left; only for an over-budget or over-quota refusal.</param>
public sealed record LedgerOutcome(LedgerOutcomeKind Kind, LedgerStatus? Status, string Code, string Message, LedgerRemaining? Remaining)
{
    /// <summary>Whether the request stands: accepted now or before.</summary>
    public bool Stands => Kind != LedgerOutcomeKind.Refused;

    internal static LedgerOutcome Accepted(LedgerStatus? status) => new(LedgerOutcomeKind.Accepted, status, string.Empty, string.Empty, null);

    internal static LedgerOutcome AlreadyDone(LedgerStatus? status) => new(LedgerOutcomeKind.AlreadyDone, status, string.Empty, string.Empty, null);

    internal static LedgerOutcome Refused(string code, string message, LedgerStatus? status = null, LedgerRemaining? remaining = null) =>
        new(LedgerOutcomeKind.Refused, status, code, message, remaining);
}

/// <summary>An answer, and the entry that makes it so.</summary>
/// <param name="Outcome">What the requester is told, once the entry (if any) is durable.</param>
/// <param name="Entry">What to append to the journal and then apply; null unless accepted.</param>
public sealed record LedgerDecision(LedgerOutcome Outcome, LedgerEntry? Entry)
{
    internal static LedgerDecision Refused(string code, string message, LedgerStatus? status = null, LedgerRemaining? remaining = null) =>
        new(LedgerOutcome.Refused(code, message, status, remaining), null);
}

/// <summary>The stable codes of refusals. Never renamed.</summary>
public static class LedgerCodes
{
    /// <summary>The charge would exceed the budget.</summary>
    public const string OverBudget = "ledger.over-budget";

    /// <summary>The disclosure would exceed its quota.</summary>
    public const string OverQuota = "ledger.over-quota";

    /// <summary>No policy allows such a disclosure to this recipient.</summary>
    public const string NoDisclosurePolicy = "ledger.no-disclosure-policy";

    /// <summary>The id was used for a request of other content.</summary>
    public const string ChargeIdReused = "ledger.charge-id-reused";

    /// <summary>No charge or disclosure has this id.</summary>
    public const string UnknownCharge = "ledger.unknown-charge";

    /// <summary>A committed charge is not given back.</summary>
    public const string AlreadyCommitted = "ledger.already-committed";

    /// <summary>A refunded charge is not spent.</summary>
    public const string AlreadyRefunded = "ledger.already-refunded";

    /// <summary>Only a committed charge is marked aborted; a reservation is refunded.</summary>
    public const string NotCommitted = "ledger.not-committed";

    /// <summary>The loss is about other neighbours than the budget.</summary>
    public const string OtherNeighbours = "ledger.other-neighbours";

    /// <summary>The ledger has not been opened.</summary>
    public const string NotOpen = "ledger.not-open";

    /// <summary>The ledger was opened with another definition.</summary>
    public const string OpenedOtherwise = "ledger.opened-otherwise";

    /// <summary>A name, digest, loss or count is malformed.</summary>
    public const string BadRequest = "ledger.bad-request";
}
