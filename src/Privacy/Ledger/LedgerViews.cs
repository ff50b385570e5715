using System.Collections.Immutable;
using PrivacyGrains.Privacy.Accounting;

namespace PrivacyGrains.Privacy.Ledger;

/// <summary>One charge as it stands.</summary>
/// <param name="Request">What was asked.</param>
/// <param name="Status">How it stands.</param>
/// <param name="ReservedAtUnixMs">When it was reserved, Unix milliseconds.</param>
/// <param name="ChangedAtUnixMs">When it last changed, Unix milliseconds.</param>
/// <param name="Reason">Why it was refunded or aborted; empty otherwise.</param>
public sealed record ChargeView(ChargeRequest Request, LedgerStatus Status, long ReservedAtUnixMs, long ChangedAtUnixMs, string Reason);

/// <summary>One disclosure as it stands.</summary>
/// <param name="Request">What was asked.</param>
/// <param name="Status">How it stands.</param>
/// <param name="ReservedAtUnixMs">When it was reserved, Unix milliseconds.</param>
/// <param name="ChangedAtUnixMs">When it last changed, Unix milliseconds.</param>
/// <param name="Reason">Why it was refunded or aborted; empty otherwise.</param>
public sealed record DisclosureView(DisclosureRequest Request, LedgerStatus Status, long ReservedAtUnixMs, long ChangedAtUnixMs, string Reason);

/// <summary>One charge in a statement.</summary>
/// <param name="ChargeId">Names the charge.</param>
/// <param name="Purpose">What the release was for.</param>
/// <param name="Analyst">Who asked.</param>
/// <param name="Status">How it stands.</param>
/// <param name="Cost">What it adds at the preset order, in nats, rounded up; a refunded charge counts nothing though its cost is shown.</param>
/// <param name="ReservedAtUnixMs">When it was reserved.</param>
/// <param name="ReleaseBinding">Digest of what it pays for.</param>
/// <param name="EpsilonAlone">What the data set's filter would say of it alone, at the preset delta, rounded up.</param>
public sealed record StatementCharge(
    string ChargeId, string Purpose, string Analyst, LedgerStatus Status, double Cost, long ReservedAtUnixMs, string ReleaseBinding, double EpsilonAlone);

/// <summary>All charges of one purpose and status.</summary>
/// <param name="Purpose">What they are for.</param>
/// <param name="Status">How they stand.</param>
/// <param name="Count">How many.</param>
/// <param name="Cost">Sum of their costs, in nats, rounded up.</param>
public sealed record StatementLine(string Purpose, LedgerStatus Status, int Count, double Cost);

/// <summary>A quota and its use.</summary>
/// <param name="Purpose">The kind of output.</param>
/// <param name="Recipient">Who may receive it.</param>
/// <param name="Used">How many are held or spent.</param>
/// <param name="Maximum">The most.</param>
public sealed record StatementQuota(string Purpose, string Recipient, long Used, long Maximum);

/// <summary>Where one filter stands.</summary>
/// <param name="Level">Which.</param>
/// <param name="Limit">The whole.</param>
/// <param name="LossSoFar">Epsilon at the limit's delta, of all that is held or spent, rounded up.</param>
/// <param name="Left">Limit minus that, rounded down.</param>
/// <param name="Share">How much of the filter's own limit is held or spent, from 0 to 1: what adds up, charge by charge.</param>
public sealed record LevelStanding(LevelKey Level, BudgetLimit Limit, double LossSoFar, double Left, double Share);

/// <summary>Where a budget stands, for people: every figure rounded against whoever spends.</summary>
/// <param name="Definition">What the budget guards.</param>
/// <param name="Head">The ledger's place in its chain.</param>
/// <param name="LossSoFar">Epsilon at the preset delta, of all that is held or spent: the filter's bound at its preset order, not a minimum picked afterwards. Zero before the first charge.</param>
/// <param name="Left">Limit minus loss so far, rounded down.</param>
/// <param name="ConversionOverhead">The part of <see cref="LossSoFar"/> that is the conversion's, not any charge's.</param>
/// <param name="Lines">By purpose and status, in ordinal order.</param>
/// <param name="Charges">Each charge, in the order of reservation.</param>
/// <param name="Quotas">Each quota.</param>
/// <param name="Levels">Every filter that a charge has met, the data set's first.</param>
public sealed record LedgerStatement(
    BudgetDefinition Definition,
    LedgerHead Head,
    double LossSoFar,
    double Left,
    double ConversionOverhead,
    ImmutableArray<StatementLine> Lines,
    ImmutableArray<StatementCharge> Charges,
    ImmutableArray<StatementQuota> Quotas,
    ImmutableArray<LevelStanding> Levels)
{
    internal static LedgerStatement Of(BudgetLedger ledger)
    {
        var definition = ledger.Definition;
        var limit = definition.Limit;
        var spent = ledger.EpsilonUnitsSoFar;
        var overhead = ledger.LossSoFar.Units[limit.OrderIndex] == 0 ? 0 : Math.Max(0, spent - ledger.LossSoFar.Units[limit.OrderIndex]);
        var charges = ledger.Charges.OrderBy(c => c.ReservedAtUnixMs).ThenBy(c => c.Request.ChargeId, StringComparer.Ordinal).ToList();
        return new LedgerStatement(
            definition,
            ledger.Head,
            LossUnits.ToShowUp(spent),
            Math.Max(0, LossUnits.ToShowDown(limit.EpsilonUnits() - spent)),
            LossUnits.ToShowUp(overhead),
            [.. charges.GroupBy(c => (c.Request.Purpose, c.Status)).OrderBy(g => g.Key.Purpose, StringComparer.Ordinal).ThenBy(g => g.Key.Status)
                .Select(g => new StatementLine(g.Key.Purpose, g.Key.Status, g.Count(), LossUnits.ToShowUp(g.Aggregate(0L, (sum, c) => LossUnits.Add(sum, Cost(c))))))],
            [.. charges.Select(c => new StatementCharge(
                c.Request.ChargeId, c.Request.Purpose, c.Request.Analyst, c.Status, LossUnits.ToShowUp(Cost(c)), c.ReservedAtUnixMs, c.Request.ReleaseBinding,
                LossUnits.ToShowUp(limit.EpsilonUnits(Cost(c)))))],
            [.. definition.Quotas.Select(q => new StatementQuota(q.Purpose, q.Recipient, ledger.QuotaUsed(q.Purpose, q.Recipient), q.Maximum))],
            [.. ledger.Standing("").Take(1), .. ledger.Levels]);

        long Cost(ChargeView charge) => charge.Request.Loss.Units[limit.OrderIndex];
    }
}
