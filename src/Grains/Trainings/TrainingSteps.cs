using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using PrivacyGrains.Grains.Rounds;
using PrivacyGrains.Learning.Data;
using PrivacyGrains.Learning.Models;
using PrivacyGrains.Learning.Strategies;
using PrivacyGrains.Learning.Training;

namespace PrivacyGrains.Grains.Trainings;

/// <summary>What a job computes: its start, each round's specification, and the next weights from a round's sum. Pure.</summary>
internal static class TrainingSteps
{
    /// <summary>The kind under which the model is registered.</summary>
    public const string ModelKind = "logistic";

    private const int FractionalBits = 24;
    private const int WordBits = 64;

    /// <summary>Where training begins: all zeros, since the loss is convex.</summary>
    public static StepWeights Initial(TrainingTerms terms) =>
        WeightsOf(LogisticModel.Zero(new DatasetSchema("training", terms.Label, terms.PositiveLabel, terms.NegativeLabel, Ranges(terms))));

    /// <summary>What one round costs each record, in zCDP; 0 without noise.</summary>
    public static double RhoPerRound(TrainingTerms terms) => Spec("training", 1, new string('0', 64), terms).RoundRho().Value;

    /// <summary>Why a round of these terms could not be computed; null where it can.</summary>
    public static string? Fault(TrainingTerms terms) => Spec("training", 1, new string('0', 64), terms).Fault();

    /// <summary>What each participant computes in the next step.</summary>
    public static TrainingStepSpec SpecOf(string job, TrainingState state) => Spec(job, state.Step + 1, state.Weights[^1].Digest, state.Created!.Terms);

    /// <summary>What a job fixes for its rounds.</summary>
    public static RoundTerms RoundTermsOf(string job, TrainingTerms terms) => new(
        RoundPlanRules.Training, job, terms.Participants, terms.ReconstructionThreshold, terms.MinimumCohort, terms.Colluders, terms.Budget, terms.PhaseSeconds);

    /// <summary>The weights after a completed round: the last ones moved by the mean of the survivors' updates.</summary>
    /// <param name="state">The state before.</param>
    /// <param name="sum">The round's sum over its survivors.</param>
    public static StepWeights Next(TrainingState state, RoundSum sum)
    {
        var words = new ulong[sum.Words.Length / sizeof(ulong)];
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt64LittleEndian(sum.Words.Span[(i * sizeof(ulong))..]);
        }

        var total = SpecOf("training", state).Words().Decode(words);
        return WeightsOf(FederatedAveraging.Apply(ModelOf(state.Weights[^1]), total, sum.Survivors.Length));
    }

    /// <summary>The claim that goes with the model.</summary>
    public static string PrivacyNote(TrainingState state) => state.Created!.RhoPerRound == 0
        ? "no noise, no privacy claim"
        : $"epsilon {Math.Ceiling(TrainingRules.EpsilonClaim(state) * 1000) / 1000:0.000} at delta {state.Created.Terms.Delta:0.###E+0} per record";

    private static TrainingStepSpec Spec(string job, int step, string baseWeights, TrainingTerms terms) => new(
        job,
        step,
        TrainingStepSpec.Logistic,
        baseWeights,
        terms.Label,
        terms.PositiveLabel,
        terms.NegativeLabel,
        Ranges(terms),
        terms.LocalSteps,
        terms.LearningRate,
        terms.Momentum,
        terms.Ridge,
        terms.ClipNorm,
        terms.NoiseMultiplier,
        terms.UpdateClip > 0 ? terms.UpdateClip : terms.LocalSteps * terms.LearningRate * terms.ClipNorm,
        FractionalBits,
        WordBits,
        terms.Participants.Length);

    private static ImmutableArray<FeatureRange> Ranges(TrainingTerms terms) => [.. terms.Features.Select((name, i) => new FeatureRange(name, terms.Lows[i], terms.Highs[i]))];

    private static StepWeights WeightsOf(LogisticModel model)
    {
        var bytes = LogisticModelFile.Write(model);
        return new StepWeights(bytes, Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    private static LogisticModel ModelOf(StepWeights weights) => LogisticModelFile.TryRead(weights.Safetensors, out var model, out var fault)
        ? model
        : throw new InvalidDataException($"The journaled weights {weights.Digest} cannot be read: {fault}");
}
