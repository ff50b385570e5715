using PrivacyGrains.Privacy.Accounting;

namespace PrivacyGrains.Privacy.Ledger;

/// <content>The filters that a charge meets: it is admitted by all of them, or by none.</content>
public sealed partial class BudgetLedger
{
    private const int MostNamed = 3;

    /// <summary>What is left at one level, whether a charge has met it or not.</summary>
    /// <param name="analyst">Who would ask.</param>
    /// <param name="blocks">The blocks whose rows it would be about, by name; empty for a budget without periods.</param>
    /// <returns>Each level that such a charge would meet, the data set's first.</returns>
    /// <exception cref="InvalidOperationException">The ledger has not been opened.</exception>
    public IReadOnlyList<LevelStanding> Standing(string analyst, params IReadOnlyList<string> blocks)
    {
        ArgumentNullException.ThrowIfNull(analyst);
        ArgumentNullException.ThrowIfNull(blocks);
        return [DataSetSum.Standing(LevelKey.DataSet), .. Definition.Levels.Met(analyst, [.. blocks]).Select(l => SumAt(l.Key, l.Limit).Standing(l.Key))];
    }

    private LevelSum DataSetSum => new(Definition.Limit, _spent.At(Definition.Limit.OrderIndex), _spent.DeltaUnits);

    private LevelSum SumAt(LevelKey key, BudgetLimit limit) => _levels.TryGetValue(key, out var sum) ? sum : new LevelSum(limit, 0, 0);

    /// <summary>The refusal of a charge that some level cannot hold, naming the first few; null where all can. Reads no data, only sums.</summary>
    private LedgerDecision? FirstFull(ChargeRequest request)
    {
        List<(LevelKey Key, LevelSum Before, LevelSum After)>? full = null;
        Try(LevelKey.DataSet, DataSetSum);
        foreach (var (key, limit) in Definition.Levels.Met(request.Analyst, request.Blocks))
        {
            Try(key, SumAt(key, limit));
        }

        if (full is null)
        {
            return null;
        }

        var more = full.Count > MostNamed ? $" So do {full.Count - MostNamed} more levels." : "";
        return LedgerDecision.Refused(
            LedgerCodes.OverBudget,
            $"Over budget: {string.Join("; ", full.Take(MostNamed).Select(f => OverBudget(f.Key, f.Before, f.After)))}.{more}",
            remaining: Remaining(full[0].Key, full[0].Before, full[0].After));

        void Try(LevelKey key, LevelSum before)
        {
            var after = before.Plus(request.Loss);
            if (!after.Fits)
            {
                (full ??= []).Add((key, before, after));
            }
        }
    }

    private static LedgerRemaining Remaining(LevelKey key, LevelSum before, LevelSum after) => new(
        LossUnits.ToShowUp(after.EpsilonUnits - before.EpsilonUnits), before.Standing(key).Left, before.Limit.Epsilon.Value, before.Limit.Delta.Value, key);

    private static string OverBudget(LevelKey key, LevelSum before, LevelSum after)
    {
        var (limit, remaining) = (before.Limit, Remaining(key, before, after));
        return after.DeltaUnits > limit.MechanismDeltaUnits
            ? $"the charge's own delta does not fit the {key}: {Shown((double)limit.MechanismDeltaUnits / LossUnits.One)} is set aside for charges, and with this one they would use {Shown((double)after.DeltaUnits / LossUnits.One)}"
            : $"it asks epsilon {remaining.Asked} at delta {limit.Delta} of the {key}, and {remaining.Left} of {limit.Epsilon} is left";
    }

    private static string Shown(double delta) => delta.ToString("G3", System.Globalization.CultureInfo.InvariantCulture);
}
