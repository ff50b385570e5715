using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PrivacyGrains.Learning.Training;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Accounting.Selection;

namespace PrivacyGrains.Learning.Sweeps;

/// <summary>What a search for the lowest sufficient epsilon will do and cost: fixed, public, known before the first row is read.</summary>
/// <remarks>
/// <para>Levels of rising epsilon. At each: a secret number of trials, each of a learning rate drawn uniformly, and the one of the best measured accuracy is released, with that accuracy (private selection:
/// Papernot, Steinke 2022, theorem 2 or 6; see <see cref="PrivateSelection"/>). With one learning rate and no distribution of runs a level is one trial. The search stops at the first level whose released
/// accuracy reaches the target. Levels compose; when to stop depends on earlier releases alone, so a Renyi filter that has room for all levels stays valid, and levels that never began cost nothing
/// (Feldman, Zrnic 2021: adaptively chosen losses).</para>
/// <para>The guarantee under add-remove of one record: the whole search is private at <see cref="Total"/>, whatever stops it. The epsilon of a level is that of one trial alone.</para>
/// </remarks>
public sealed class SweepPlan
{
    private SweepPlan(SweepTerms terms, ImmutableArray<SweepLevel> levels)
    {
        Terms = terms;
        Levels = levels;
    }

    /// <summary>The variance of the noise on the number of training records, which is measured where none is declared.</summary>
    public const ulong SizeVariance = 1024;

    /// <summary>What was asked.</summary>
    public SweepTerms Terms { get; }

    /// <summary>In order of rising epsilon.</summary>
    public ImmutableArray<SweepLevel> Levels { get; }

    /// <summary>What measuring the number of training records costs; zero where it is declared.</summary>
    public RenyiLoss SizeLoss => Terms.DeclaredCount is null ? PrivacyEvents.Gaussian(SizeVariance, 1) : RenyiLoss.Zero;

    /// <summary>What the search costs if it stops at no level before the last.</summary>
    public RenyiLoss Total => Levels.Aggregate(SizeLoss, (sum, level) => sum.Plus(level.Loss));

    /// <summary><see cref="SizeLoss"/> as a plan that a ledger computes itself: docs/privacy/accounting.md.</summary>
    /// <returns>JSON.</returns>
    public static string SizeEvents() => Events($"{{\"kind\":\"zcdp\",\"rho\":{Text(0.5 / SizeVariance)}}}");

    /// <summary>A level's loss likewise; one of its figures may differ in the last places, both being upper bounds.</summary>
    /// <param name="level">One of <see cref="Levels"/>.</param>
    /// <returns>JSON.</returns>
    public string LevelEvents(SweepLevel level)
    {
        ArgumentNullException.ThrowIfNull(level);
        var trial = $"{{\"kind\":\"zcdp\",\"rho\":{Text(level.Noise.StepRho.Value * Terms.Steps * (1 + 1e-14))}}}";
        return Events(Terms.Runs switch
        {
            NumberOfRuns.TruncatedNegativeBinomial t => $"{{\"kind\":\"selection\",\"eta\":{Text(t.Eta)},\"mean\":{Text(t.Mean)},\"event\":{trial}}}",
            NumberOfRuns.Poisson p => $"{{\"kind\":\"selection-poisson\",\"mean\":{Text(p.Mean)},\"event\":{trial}}}",
            _ => trial,
        });
    }

    /// <summary>Fixes a plan.</summary>
    /// <param name="terms">What is asked; <see cref="SweepTerms.Fault"/> is null.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="ArgumentException">The terms have a fault, or no noise of the known sizes keeps an epsilon.</exception>
    public static SweepPlan Create(SweepTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        if (terms.Fault() is { } fault)
        {
            throw new ArgumentException($"{fault.Field}: {fault.Message}", nameof(terms));
        }

        return new SweepPlan(terms, [.. terms.Epsilons.Select(epsilon => SweepLevel.Create(terms, epsilon))]);
    }

    /// <summary>Whether a released result reaches the target, noise notwithstanding: a function of what is released, so it costs nothing.</summary>
    /// <remarks>Not by its measured accuracy alone: at a small epsilon the noise would reach any target.</remarks>
    /// <param name="level">The result's level, from 0.</param>
    /// <param name="released">What it released; null for nothing.</param>
    /// <returns>Whether the search may stop here.</returns>
    public bool Reaches(int level, TrialResult? released) =>
        released is not null && released.Accuracy - (Terms.Sure ? released.HalfWidth(Levels[level].ScoreVariance) : released.NoiseHalfWidth(Levels[level].ScoreVariance)) >= Terms.TargetAccuracy;

    /// <summary>The plan's name in charges and journals.</summary>
    /// <returns>SHA-256 over every figure in round-trip form, 64 lower-case hex digits.</returns>
    public string Digest() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Terms.Text())));

    private static string Events(string one) => $"{{\"neighbors\":\"add-remove\",\"events\":[{one}]}}";

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}

/// <summary>One epsilon of a search.</summary>
/// <param name="Epsilon">The claim for one trial alone, at the terms' delta.</param>
/// <param name="Noise">On each training step.</param>
/// <param name="ScoreVariance">Of the noise on each of the two counts of an accuracy (right, wrong) over held-back records; zero where a public set is scored.</param>
/// <param name="TrialLoss">Of one trial, score included.</param>
/// <param name="Loss">Of the level's release: the best of its trials with its accuracy.</param>
public sealed record SweepLevel(double Epsilon, GradientNoise Noise, ulong ScoreVariance, RenyiLoss TrialLoss, RenyiLoss Loss)
{
    /// <summary>Makes a level.</summary>
    /// <remarks>
    /// A record is either trained on or scored on (see <see cref="RecordSplit"/>), never both, so a trial costs it the greater of the two, order by order (parallel composition: McSherry 2009, theorem 4).
    /// The score's noise is the least that costs no more than the training: adding or removing a scored record changes one of the two counts by one.
    /// </remarks>
    internal static SweepLevel Create(SweepTerms terms, double epsilon)
    {
        var noise = GradientNoise.ForTarget(Privacy.Accounting.Epsilon.Create(epsilon), terms.Delta, terms.Steps);
        var trial = noise.Loss(terms.Steps);
        var variance = terms.HeldBack == 0 ? 0 : (ulong)Math.Max(1, Math.Ceiling(1 / (2 * noise.StepRho.Value * terms.Steps)));
        if (variance > 0)
        {
            trial = Greater(trial, PrivacyEvents.Gaussian(variance, 1));
        }

        return new SweepLevel(epsilon, noise, variance, trial, terms.Runs is { } runs ? PrivateSelection.Of(trial, runs) : trial);
    }

    private static RenyiLoss Greater(RenyiLoss left, RenyiLoss right) => RenyiLoss.FromUnits([.. left.Units.Zip(right.Units, Math.Max)], 0);
}
