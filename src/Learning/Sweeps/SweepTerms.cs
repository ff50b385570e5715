using System.Collections.Immutable;
using System.Globalization;
using PrivacyGrains.Learning.Training;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Accounting.Selection;

namespace PrivacyGrains.Learning.Sweeps;

/// <summary>What a search asks: all of it public.</summary>
/// <param name="Epsilons">Claims of single trials, rising, each once; 1 to 64.</param>
/// <param name="LearningRates">Candidates at each epsilon, each once; 1 to 64.</param>
/// <param name="TargetAccuracy">Above 0, at most 1.</param>
/// <param name="Delta">Of the claims.</param>
/// <param name="Steps">Full-batch gradient steps of a trial; 1 to 1,000.</param>
/// <param name="Clip">The norm that each record's gradient is clipped to.</param>
/// <param name="Ridge">Weight of the squared parameters in the loss.</param>
/// <param name="HeldBack">The share of the records that are scored on and not trained on; 0 where a public set is scored.</param>
/// <param name="DeclaredCount">A public number of training records, to divide by; null: it is measured, with noise.</param>
/// <param name="Runs">How many trials a level has; null for one.</param>
/// <param name="StopsAtTarget">Whether the first level that reaches the target is the last.</param>
/// <param name="Sure">Whether the lower end of an accuracy's whole interval must reach the target, rather than that of the noise's part.</param>
public sealed record SweepTerms(
    ImmutableArray<double> Epsilons, ImmutableArray<double> LearningRates, double TargetAccuracy, Delta Delta, int Steps, ClipNorm Clip, double Ridge, double HeldBack,
    int? DeclaredCount, NumberOfRuns? Runs, bool StopsAtTarget, bool Sure = false)
{
    /// <summary>The most candidates of a kind.</summary>
    public const int MaximumCandidates = 64;

    /// <summary>What is wrong first, or null.</summary>
    /// <returns>The field as people know it, and one line that says what to change.</returns>
    public (string Field, string Message)? Fault() =>
        Candidates("epsilon", Epsilons, 1000)
        ?? Candidates("learning-rate", LearningRates, 1e6)
        ?? Unless(Epsilons.SequenceEqual(Epsilons.Order()), "epsilon", "give the values in rising order.")
        ?? Unless(TargetAccuracy is > 0 and <= 1, "target-accuracy", $"{Number(TargetAccuracy)} is no accuracy to reach: give a number greater than 0 and at most 1.")
        ?? Unless(Delta.Value is > 0 and < 1, "delta", "give a number greater than 0 and less than 1.")
        ?? Unless(Steps is >= 1 and <= 1000, "steps", $"{Steps}: there are 1 to 1,000 steps.")
        ?? Unless(Ridge >= 0 && double.IsFinite(Ridge), "ridge", $"{Number(Ridge)}: give a number of 0 or more.")
        ?? Unless(Clip.Value > 0, "clip-norm", "give a number greater than 0.")
        ?? Unless(HeldBack is >= 0 and < 1, "held-back", $"{Number(HeldBack)}: give a share of 0 or more, below 1.")
        ?? Unless(DeclaredCount is null or (>= 1 and <= 1_000_000_000), "declared-rows", $"{DeclaredCount}: give a whole number of 1 or more.")
        ?? Unless(LearningRates.Length == 1 || Runs is not null, "runs", "several learning rates are chosen among by private selection, which needs a distribution of the number of runs.");

    /// <summary>Every figure in round-trip form: what is hashed.</summary>
    internal string Text() => string.Create(
        CultureInfo.InvariantCulture,
        $"privacygrains.sweep.v1|{List(Epsilons)}|{List(LearningRates)}|{TargetAccuracy:R}|{Delta.Value:R}|{Steps}|{Clip.Value:R}|{Ridge:R}|{HeldBack:R}|{DeclaredCount}|{RunsText(Runs)}|{StopsAtTarget}|{Sure}");

    private static string RunsText(NumberOfRuns? runs) => runs switch
    {
        NumberOfRuns.TruncatedNegativeBinomial t => string.Create(CultureInfo.InvariantCulture, $"tnb {t.Eta:R} {t.Gamma:R}"),
        NumberOfRuns.Poisson p => string.Create(CultureInfo.InvariantCulture, $"poisson {p.Mean:R}"),
        _ => "one",
    };

    private static (string Field, string Message)? Candidates(string name, ImmutableArray<double> values, double most)
    {
        if (values.IsDefaultOrEmpty || values.Length > MaximumCandidates)
        {
            return (name, $"give 1 to {MaximumCandidates} values.");
        }

        foreach (var value in values)
        {
            if (!(value > 0 && value <= most))
            {
                return (name, $"{Number(value)}: each value is a number greater than 0, at most {Number(most)}.");
            }
        }

        return Unless(values.Distinct().Count() == values.Length, name, "a value is there twice.");
    }

    private static (string Field, string Message)? Unless(bool good, string field, string message) => good ? null : (field, message);

    private static string List(ImmutableArray<double> values) => string.Join(',', values.Select(Number));

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
