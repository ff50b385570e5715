using PrivacyGrains.Learning.Data;
using PrivacyGrains.Learning.Models;
using PrivacyGrains.Learning.Sweeps;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Accounting.Selection;

namespace PrivacyGrains.Cli.Sweeps;

/// <summary>What a search that has ended says: a function of what it released and of public figures.</summary>
internal static class SweepFindings
{
    /// <summary>The name of the chosen model's file.</summary>
    public const string ModelFile = "model.safetensors";

    /// <summary>The document.</summary>
    public static SweepDocument Of(SweepPlan plan, SweepState state, SweepLedgerDocument ledger)
    {
        var frontier = plan.Levels.Select((_, level) => Point(plan, state, level)).ToList();
        var chosen = frontier.FirstOrDefault(p => p.ReachesTarget);
        var (epsilon, order) = RenyiConversion.Best(plan.Total, plan.Terms.Delta);
        return new SweepDocument(
            chosen is null ? "out-of-reach" : "reached", plan.Terms.TargetAccuracy, chosen, frontier,
            new SweepGuaranteeDocument(Math.Ceiling(epsilon.Value * 1e6) / 1e6, plan.Terms.Delta.Value, Neighbours.AddRemoveRecord.ToString(), order),
            Selection(plan.Terms.Runs), new SweepScoringDocument(plan.Terms.HeldBack > 0 ? "held-back" : "public", plan.Terms.HeldBack), ledger, [.. NotGiven(plan)], chosen is null ? null : ModelFile);
    }

    /// <summary>The chosen model, or null.</summary>
    public static LogisticModel? Chosen(SweepPlan plan, SweepState state, DatasetSchema schema)
    {
        var released = Enumerable.Range(0, plan.Levels.Length).Where(level => plan.Reaches(level, state.Released(level))).Select(state.Released).FirstOrDefault();
        return released is null ? null : LogisticModel.Create(Standardisation.Of(schema), [.. released.Parameters]);
    }

    private static SweepPointDocument Point(SweepPlan plan, SweepState state, int level)
    {
        var at = plan.Levels[level];
        var cost = FolderLedger.Alone(at.Loss, plan.Terms.Delta);
        if (state.Released(level) is not { } released)
        {
            return new SweepPointDocument(at.Epsilon, state.At(level) is null ? "not-run" : "no-trial", null, null, null, null, null, false, cost);
        }

        var half = released.HalfWidth(at.ScoreVariance);
        return new SweepPointDocument(
            at.Epsilon, "released", plan.Terms.LearningRates[released.Candidate], released.Accuracy, released.NoiseHalfWidth(at.ScoreVariance), Math.Max(0, released.Accuracy - half), Math.Min(1, released.Accuracy + half),
            plan.Reaches(level, released), cost);
    }

    private static SweepSelectionDocument Selection(NumberOfRuns? runs) => runs switch
    {
        NumberOfRuns.TruncatedNegativeBinomial t => new("truncated-negative-binomial", t.Mean, t.Eta, t.Gamma, "Papernot, Steinke 2022, theorem 2"),
        NumberOfRuns.Poisson p => new("poisson", p.Mean, null, null, "Papernot, Steinke 2022, theorem 6"),
        _ => new("one-trial", 1, null, null, "none: each level's one trial is released, and composes"),
    };

    private static IEnumerable<string> NotGiven(SweepPlan plan)
    {
        yield return "The chosen epsilon is that of one training; the search cost what the guarantee says, or, as far as the ledger is concerned, what its committed charges say.";
        yield return plan.Terms.Sure
            ? "The lower end of the whole interval of 95 % had to reach the target: a lower epsilon that is good enough may have been passed over."
            : "That the target is reached holds for the records that were scored, with about 97 % confidence against the noise; for further records the whole interval counts (--sure). A lower epsilon that is good enough may have been passed over.";
        if (plan.Terms.Runs is not null)
        {
            yield return "An accuracy is the best of several: its interval is too hopeful.";
            yield return "How many trials a level had, and how long it took, is not released; the job's journal has it, and stays with the owner.";
        }

        if (plan.Terms.HeldBack == 0)
        {
            yield return "The scored file was taken to be public: its own records have no protection.";
        }
    }
}
