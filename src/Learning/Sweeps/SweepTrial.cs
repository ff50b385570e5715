using System.Collections.Immutable;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Learning.Data;
using PrivacyGrains.Learning.Models;
using PrivacyGrains.Learning.Training;
using PrivacyGrains.Privacy.Mechanisms;

namespace PrivacyGrains.Learning.Sweeps;

/// <summary>What one trial found. Private by itself at its level's trial loss; of a level's trials only the best is released.</summary>
/// <param name="Candidate">Which learning rate, from 0.</param>
/// <param name="Parameters">The model: weights, then bias.</param>
/// <param name="Right">Scored records that the model labels rightly: with noise, so perhaps below zero; exact on a public set.</param>
/// <param name="Wrong">The others, likewise.</param>
public sealed record TrialResult(int Candidate, ImmutableArray<double> Parameters, long Right, long Wrong)
{
    /// <summary>The measured accuracy, from 0 to 1; 0 where the noised counts leave no records.</summary>
    public double Accuracy => Right + Wrong <= 0 ? 0 : Math.Clamp(Right / ((double)Right + Wrong), 0, 1);

    /// <summary>Half of an interval around the accuracy that covers the model's true one with probability 95 %, by normal approximation: sampling of the scored records and noise together.</summary>
    /// <param name="scoreVariance">Of the noise on each count.</param>
    /// <returns>At most 1. For the best of several trials the interval is too hopeful: luck was selected with skill.</returns>
    public double HalfWidth(ulong scoreVariance)
    {
        var (n, a) = ((double)Right + Wrong, Accuracy);
        return n <= 0 ? 1 : Math.Min(1, 1.96 * Math.Sqrt((a * (1 - a) / n) + (scoreVariance * ((a * a) + ((1 - a) * (1 - a))) / (n * n))));
    }

    /// <summary>The part of that interval that noise alone makes: around the accuracy over the very records that were scored.</summary>
    /// <param name="scoreVariance">Of the noise on each count.</param>
    /// <returns>At most 1; 0 for a public set.</returns>
    public double NoiseHalfWidth(ulong scoreVariance)
    {
        var (n, a) = ((double)Right + Wrong, Accuracy);
        return n <= 0 ? 1 : Math.Min(1, 1.96 * Math.Sqrt(scoreVariance * ((a * a) + ((1 - a) * (1 - a)))) / n);
    }

    /// <summary>The best of a level's trials by measured accuracy; of equal ones the first, which for trials drawn alike is as good as any.</summary>
    /// <param name="trials">In order.</param>
    /// <returns>Its place, or -1 where there is no trial.</returns>
    public static int Best(IReadOnlyList<TrialResult> trials)
    {
        ArgumentNullException.ThrowIfNull(trials);
        var best = -1;
        for (var i = 0; i < trials.Count; i++)
        {
            best = best < 0 || trials[i].Accuracy > trials[best].Accuracy ? i : best;
        }

        return best;
    }

    /// <summary>The shape: what was not selected stays secret.</summary>
    public override string ToString() => $"TrialResult({Parameters.Length} parameters)";
}

/// <summary>One trial of a search: a private training from zeros, and its private score.</summary>
public static class SweepTrial
{
    /// <summary>The number of training records with noise, for a search that has none declared.</summary>
    /// <param name="trained">The records to train on; secret.</param>
    /// <param name="noise">Cryptographic.</param>
    /// <returns>1 or more; private at <see cref="SweepPlan.SizeLoss"/>.</returns>
    public static int MeasureSize(LabelledTable trained, IRandomSource noise)
    {
        ArgumentNullException.ThrowIfNull(trained);
        var draw = new DiscreteGaussian(ExactRatio.Create(SweepPlan.SizeVariance)).Sample(noise);
        return (int)Math.Clamp(trained.RowCount + draw, 1, int.MaxValue);
    }

    /// <summary>Trains and scores.</summary>
    /// <param name="plan">The search.</param>
    /// <param name="level">Which of its levels, from 0.</param>
    /// <param name="candidate">Which learning rate, from 0.</param>
    /// <param name="trained">The records to train on; secret.</param>
    /// <param name="scored">The records to score on; secret where the plan holds them back, else public.</param>
    /// <param name="count">The public number of training records to divide by: declared or measured.</param>
    /// <param name="noise">Cryptographic; fresh for every trial.</param>
    /// <returns>The result; secret until it is selected.</returns>
    public static TrialResult Run(SweepPlan plan, int level, int candidate, LabelledTable trained, LabelledTable scored, int count, IRandomSource noise)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(trained);
        ArgumentNullException.ThrowIfNull(scored);
        var (terms, at) = (plan.Terms, plan.Levels[level]);
        var options = TrainingOptions.Create(1, terms.Steps, terms.LearningRates[candidate], terms.Clip, ClipNorm.Create(1e9), at.Noise, ridge: terms.Ridge);
        var start = LogisticModel.Zero(trained.Schema);
        var parameters = LocalTrainer.Run(start, trained, options, count, noise);
        var model = LogisticModel.Create(start.Scale, parameters);
        long right = 0, wrong = 0;
        for (var row = 0; row < scored.RowCount; row++)
        {
            var good = model.Predict(scored.Features(row)) == scored.Label(row);
            (right, wrong) = (right + (good ? 1 : 0), wrong + (good ? 0 : 1));
        }

        if (at.ScoreVariance > 0)
        {
            var mechanism = new DiscreteGaussian(ExactRatio.Create(at.ScoreVariance));
            (right, wrong) = (right + mechanism.Sample(noise), wrong + mechanism.Sample(noise));
        }

        return new TrialResult(candidate, [.. parameters], right, wrong);
    }
}
