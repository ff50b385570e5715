using System.Globalization;
using PrivacyGrains.Messages.Audit;
using PrivacyGrains.Messages.Budgets;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Accounting.Accountants;
using PrivacyGrains.Privacy.Accounting.Plans;
using PrivacyGrains.Privacy.Ledger;

namespace PrivacyGrains.Client.Budgets;

/// <summary>Draws a statement up from a ledger's own entries, so that no figure in it has to be believed. Pure: the same ledger and time give the same statement.</summary>
public static class StatementBuilder
{
    /// <summary>Draws it up.</summary>
    /// <param name="export">The ledger as it was exported.</param>
    /// <param name="ledger">What its entries amount to (<see cref="Audit.LedgerVerifier"/>), open.</param>
    /// <param name="witnesses">What other members have seen.</param>
    /// <param name="now">The time of the statement.</param>
    /// <returns>The statement. Tight figures of fixed plans are computed here: that may take seconds for plans of many unlike events.</returns>
    public static StatementDocument Build(LedgerExport export, BudgetLedger ledger, IReadOnlyList<WitnessedHeadBody> witnesses, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(export);
        ArgumentNullException.ThrowIfNull(ledger);
        var (definition, statement) = (ledger.Definition, ledger.ToStatement());
        var costs = statement.Charges.ToDictionary(c => c.ChargeId, StringComparer.Ordinal);
        var tight = ledger.Charges.Select(c => c.Request.Plan).OfType<string>().Distinct(StringComparer.Ordinal)
            .ToDictionary(plan => plan, plan => Tight(plan, definition.Limit.Delta), StringComparer.Ordinal);
        var charges = ledger.Charges.Select(c => new StatementEntry(
            c.Request.ChargeId, "charge", c.Request.Purpose, c.Request.Analyst, c.Status.ToName(), At(c.ReservedAtUnixMs), At(c.ChangedAtUnixMs), c.Reason, [.. c.Request.Blocks], c.Request.ReleaseBinding,
            0, costs[c.Request.ChargeId].Cost, costs[c.Request.ChargeId].EpsilonAlone, c.Request.Plan is { } plan ? tight[plan] : null, c.Request.Plan));
        var disclosures = ledger.Disclosures.Select(d => new StatementEntry(
            d.Request.DisclosureId, "disclosure", d.Request.Purpose, d.Request.Recipient, d.Status.ToName(), At(d.ReservedAtUnixMs), At(d.ChangedAtUnixMs), d.Reason, [], d.Request.ReleaseBinding,
            d.Request.Count, null, null, null, null));
        return new StatementDocument(
            StatementDocument.KindName,
            now,
            definition.Party,
            definition.Budget,
            Terms(definition),
            OpenedAt(export),
            [.. BudgetForecast.Of(ledger, now).Select(f => new StatementLevel(
                f.Standing.Level.ToString(), f.Standing.Limit.Epsilon.Value, f.Standing.Limit.Delta.Value, f.Standing.LossSoFar, f.Standing.Left, Math.Round(f.Standing.Share, 6), Math.Round(f.Days, 3),
                f.RunsOutAt is { } at ? new DateTimeOffset(at.UtcDateTime.Date, TimeSpan.Zero) : null))],
            BudgetForecast.Method,
            [.. charges.Concat(disclosures).OrderBy(c => c.ReservedAt).ThenBy(c => c.Id, StringComparer.Ordinal)],
            [.. statement.Quotas.Select(q => new StatementQuotaBody(q.Purpose, q.Recipient, q.Used, q.Maximum))],
            export,
            witnesses);
    }

    private static BudgetTermsBody Terms(BudgetDefinition definition) => new(
        definition.Limit.Epsilon.Value,
        definition.Limit.Delta.Value,
        RelationNames.Of(definition.Neighbours.Relation),
        definition.Neighbours.Unit.Name,
        null,
        [.. definition.Levels.Select(l => new BudgetLevelBody(l.Analyst, l.Period?.ToName(), l.Limit.Epsilon.Value, l.Limit.Delta.Value))],
        (double)definition.Limit.MechanismDeltaUnits / LossUnits.One);

    private static double? Tight(string json, Delta delta)
    {
        try
        {
            var epsilon = PldAccountant.Epsilon(PlanJson.Read(json), delta);
            return double.IsFinite(epsilon) ? Math.Ceiling(epsilon * 1e6) / 1e6 : null;
        }
        catch (PlanRefusedException)
        {
            return null; // Charged by its Renyi loss; it has no tight figure.
        }
    }

    private static DateTimeOffset OpenedAt(LedgerExport export) =>
        LedgerEntryCodec.TryDecode(System.Text.Encoding.UTF8.GetBytes(export.Entries[0].Json), out var first) ? At(first.AtUnixMs) : default;

    private static DateTimeOffset At(long unixMs) => DateTimeOffset.FromUnixTimeMilliseconds(unixMs);

    /// <summary>A level's allowance as people say it, as <c>each analyst, in each quarter</c>.</summary>
    /// <param name="level">Of a budget's terms.</param>
    public static string Describe(BudgetLevelBody level)
    {
        ArgumentNullException.ThrowIfNull(level);
        var who = level.Analyst is null ? "all analysts" : level.Analyst == BudgetLevel.EachAnalyst ? "each analyst" : $"analyst {level.Analyst}";
        return string.Create(CultureInfo.InvariantCulture, $"{who}, {(level.Period is null ? "all rows" : $"rows of each {level.Period}")}: epsilon {level.Epsilon} at delta {level.Delta}");
    }
}
