using System.Collections.Immutable;
using PrivacyGrains.Privacy.Accounting;

namespace PrivacyGrains.Privacy.Ledger;

/// <summary>How many exact outputs of one kind one receiver may get: the policy beside the budget, for what has no finite epsilon.</summary>
/// <param name="Purpose">The kind of output, as <c>score</c>.</param>
/// <param name="Recipient">Who may receive it; <see cref="AnyRecipient"/> for whoever has no quota of its own, all of them together.</param>
/// <param name="Maximum">The most outputs over the budget's life; zero or more.</param>
public sealed record DisclosureQuota(string Purpose, string Recipient, long Maximum)
{
    /// <summary>The recipient of a quota that all recipients without one of their own share.</summary>
    public const string AnyRecipient = "*";
}

/// <summary>What one budget guards, and how much of it: fixed when the ledger is opened.</summary>
/// <param name="Party">Whose data.</param>
/// <param name="Budget">The budget's name within the party.</param>
/// <param name="Limit">The whole that may be lost.</param>
/// <param name="Neighbours">What the losses are about; a charge under other neighbours is refused.</param>
/// <param name="Quotas">The exact outputs that are allowed; any other disclosure is refused.</param>
public sealed record BudgetDefinition(string Party, string Budget, BudgetLimit Limit, Neighbours Neighbours, ImmutableArray<DisclosureQuota> Quotas)
{
    /// <summary>Further limits, of analysts and of periods, below <see cref="Limit"/>, which is the data set's own: a charge must fit every one that it meets.</summary>
    public ImmutableArray<BudgetLevel> Levels { get; init; } = [];

    /// <summary>How long the blocks are that charges name; null for a budget without periods, which never renews.</summary>
    public BlockLength? Period => Levels.Period();

    /// <inheritdoc/>
    public bool Equals(BudgetDefinition? other) =>
        other is not null && Party == other.Party && Budget == other.Budget && Limit == other.Limit && Neighbours == other.Neighbours
        && Quotas.AsSpan().SequenceEqual(other.Quotas.AsSpan()) && Levels.AsSpan().SequenceEqual(other.Levels.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Party, Budget, Limit);

    /// <summary>What is wrong with the definition, or null.</summary>
    internal string? Fault()
    {
        if (!LedgerText.IsName(Party) || !LedgerText.IsName(Budget))
        {
            return "a party and a budget are named by 1 to 160 printable ASCII characters; spaces only within a purpose";
        }

        if (Limit is null || Quotas.IsDefault || string.IsNullOrEmpty(Neighbours.Unit.ToString()) || Neighbours.Unit == default)
        {
            return "a budget has a limit, neighbours and a list of quotas (which may be empty)";
        }

        if (Quotas.Any(q => q is null || !LedgerText.IsPurpose(q.Purpose) || !LedgerText.IsName(q.Recipient) || q.Maximum < 0))
        {
            return "a quota names its purpose and recipient, and its maximum is zero or more";
        }

        return Quotas.Select(q => (q.Purpose, q.Recipient)).Distinct().Count() == Quotas.Length ? BudgetLevels.Fault(Levels) : "two quotas for one purpose and recipient";
    }
}

/// <summary>What a charge asks for.</summary>
/// <param name="ChargeId">Names the charge; whoever repeats a request repeats this.</param>
/// <param name="Purpose">What the release is for, as <c>training</c>.</param>
/// <param name="Analyst">Who asked.</param>
/// <param name="ReleaseBinding">Lower-case hex digest of the release, session, roster and computation: see <see cref="Ledger.ReleaseBinding"/>.</param>
/// <param name="Neighbours">What the loss is about.</param>
/// <param name="Loss">What the release costs.</param>
public sealed record ChargeRequest(string ChargeId, string Purpose, string Analyst, string ReleaseBinding, Neighbours Neighbours, RenyiLoss Loss)
{
    /// <summary>The most blocks that one charge names: the days of a year.</summary>
    public const int MostBlocks = 366;

    /// <summary>The longest plan that a charge carries, in characters.</summary>
    public const int LongestPlan = 16 * 1024;

    /// <summary>The time blocks whose rows the release is about, by name and in ordinal order; none for a budget without periods.</summary>
    public ImmutableArray<string> Blocks { get; init; } = [];

    /// <summary>The fixed plan that was charged, as JSON without spaces (<see cref="Accounting.Plans.PlanJson"/>); null where there is none. For statements: it decides nothing, <see cref="Loss"/> does.</summary>
    public string? Plan { get; init; }

    /// <summary>Whether this is the same request. Of two that carry a plan the plans count, not their losses: a later program may bound one plan more tightly.</summary>
    /// <param name="other">Another request.</param>
    /// <returns>Whether a repetition of it is answered with how it stands.</returns>
    public bool Equals(ChargeRequest? other) =>
        other is not null && ChargeId == other.ChargeId && Purpose == other.Purpose && Analyst == other.Analyst && ReleaseBinding == other.ReleaseBinding && Neighbours == other.Neighbours
        && Plan == other.Plan && (Plan is not null || Loss.Equals(other.Loss)) && Blocks.AsSpan().SequenceEqual(other.Blocks.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(ChargeId, Purpose, Analyst, ReleaseBinding);

    /// <summary>What is wrong with the request, or null.</summary>
    internal string? Fault() =>
        !LedgerText.IsName(ChargeId) || !LedgerText.IsPurpose(Purpose) || !LedgerText.IsName(Analyst)
            ? "a charge's id, purpose and analyst are 1 to 160 printable ASCII characters; spaces only within a purpose"
            : !LedgerText.IsDigest(ReleaseBinding) ? "a release binding is a SHA-256 digest in 64 lower-case hex digits"
            : Loss is null ? "a charge has a loss"
            : Plan is { Length: 0 or > LongestPlan } ? $"a plan has 1 to {LongestPlan} characters"
            : Blocks.IsDefault || Blocks.Length > MostBlocks ? $"a charge names at most {MostBlocks} blocks"
            : Blocks.Any(b => !TimeBlock.TryParse(b, out _)) ? "a block is named as 2026-11-21, 2026-11, 2026-Q4 or 2026"
            : !Blocks.SequenceEqual(Blocks.Distinct().Order(StringComparer.Ordinal), StringComparer.Ordinal) ? "blocks are named once each, in order" : null;

    /// <summary>What is wrong with the blocks under a budget's periods, or null.</summary>
    internal string? FaultUnder(BlockLength? period) => (period, Blocks.IsEmpty) switch
    {
        (null, false) => "the budget has no periods, so a charge names no blocks",
        ({ } length, true) => $"the budget has an allowance for each {length.ToName()}, so a charge names the blocks whose rows it is about",
        ({ } length, _) when Blocks.Any(b => !TimeBlock.TryParse(b, out var block) || block.Length != length) => $"the budget's blocks are each a {length.ToName()}, as {TimeBlock.Of(length, new DateOnly(2026, 11, 21))}",
        _ => null,
    };
}

/// <summary>What a disclosure asks for.</summary>
/// <param name="DisclosureId">Names the disclosure; whoever repeats a request repeats this.</param>
/// <param name="Purpose">The kind of output, as <c>score</c>.</param>
/// <param name="Recipient">Who will receive it.</param>
/// <param name="ReleaseBinding">As for a charge.</param>
/// <param name="Count">How many outputs; 1 or more.</param>
public sealed record DisclosureRequest(string DisclosureId, string Purpose, string Recipient, string ReleaseBinding, long Count)
{
    /// <summary>What is wrong with the request, or null.</summary>
    internal string? Fault() =>
        !LedgerText.IsName(DisclosureId) || !LedgerText.IsPurpose(Purpose) || !LedgerText.IsName(Recipient)
            ? "a disclosure's id, purpose and recipient are 1 to 160 printable ASCII characters; spaces only within a purpose"
            : !LedgerText.IsDigest(ReleaseBinding) ? "a release binding is a SHA-256 digest in 64 lower-case hex digits"
            : Count < 1 ? "a disclosure has a count of 1 or more" : null;
}

/// <summary>What names and digests in a ledger look like.</summary>
internal static class LedgerText
{
    public static bool IsName(string? text) => text is { Length: >= 1 and <= 160 } && text.All(c => c is > ' ' and <= '~');

    public static bool IsPurpose(string? text) =>
        text is { Length: >= 1 and <= 160 } && text[0] != ' ' && text[^1] != ' ' && text.All(c => c is >= ' ' and <= '~');

    public static bool IsDigest(string? text) => text is { Length: 64 } && text.All(c => c is (>= '0' and <= '9') or (>= 'a' and <= 'f'));
}
