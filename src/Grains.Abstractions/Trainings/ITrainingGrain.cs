using System.Collections.Immutable;

namespace PrivacyGrains.Grains;

/// <summary>A training job: strategy, model versions, the next round, the privacy claim. Key: the job.</summary>
[Alias("pg.training")]
public interface ITrainingGrain : IGrainWithStringKey
{
    /// <summary>Opens the job and its first round. Idempotent for the same terms.</summary>
    [Alias("create")]
    Task<Reply<TrainingView>> CreateAsync(TrainingTerms terms);

    /// <summary>Where the job stands; waits as <see cref="IRoundGrain.GetAsync"/> does.</summary>
    [Alias("get")]
    [AlwaysInterleave]
    Task<Reply<TrainingView>> GetAsync(long afterVersion, int waitMilliseconds);

    /// <summary>The weights after a step (safetensors); step 0 is where training begins.</summary>
    [Alias("weights")]
    Task<Reply<PayloadView>> WeightsAsync(int step);

    /// <summary>A round of this job has ended; the job reads its outcome. Idempotent.</summary>
    [Alias("round-ended")]
    Task RoundEndedAsync(string session);

    /// <summary>Ends the job; committed charges stand.</summary>
    [Alias("cancel")]
    Task<Reply<TrainingView>> CancelAsync(string reason);
}

/// <summary>What a training job is.</summary>
/// <param name="Model">The name under which the result is registered.</param>
/// <param name="Features">Columns, in order.</param>
/// <param name="Label">The column with the label.</param>
/// <param name="PositiveLabel">Its value that counts as 1.</param>
/// <param name="Lows">Public lower bound of each feature (not from data): features are scaled from [low, high] to [-1, 1].</param>
/// <param name="Highs">Public upper bound of each feature.</param>
/// <param name="Participants">Parties.</param>
/// <param name="Budget">The name of the budget each of them charges.</param>
/// <param name="Steps">Federated steps (completed rounds) to make.</param>
/// <param name="MaximumRounds">Rounds to try at most, aborted ones included.</param>
/// <param name="LocalSteps">Gradient steps at each party in a round.</param>
/// <param name="LearningRate">Of these steps.</param>
/// <param name="ClipNorm">L2 bound on one record's gradient.</param>
/// <param name="NoiseMultiplier">Noise's sigma over the sensitivity, in full at every party; 0 for none, which charges nothing and is refused unless <paramref name="AllowNoNoise"/>.</param>
/// <param name="Delta">Of the claim.</param>
/// <param name="AllowNoNoise">Whether a training without a privacy claim is meant.</param>
/// <param name="ReconstructionThreshold">Of each round.</param>
/// <param name="MinimumCohort">Of each round.</param>
/// <param name="Colluders">Of each round.</param>
/// <param name="PhaseSeconds">The deadline of each phase.</param>
/// <param name="Strategy"><c>fedavg</c>.</param>
/// <param name="NegativeLabel">The label's value that counts as 0; empty where every value but the positive one does.</param>
/// <param name="Momentum">Share of the last step's movement that a party keeps within a round; at least 0, below 1.</param>
/// <param name="Ridge">Weight of the squared parameters in the loss; 0 or more.</param>
/// <param name="UpdateClip">L2 bound on one party's update; 0 for the one that follows from steps, rate and clip norm.</param>
[GenerateSerializer, Immutable, Alias("pg.training-terms")]
public sealed record TrainingTerms(
    [property: Id(0)] string Model,
    [property: Id(1)] ImmutableArray<string> Features,
    [property: Id(2)] string Label,
    [property: Id(3)] string PositiveLabel,
    [property: Id(4)] ImmutableArray<double> Lows,
    [property: Id(5)] ImmutableArray<double> Highs,
    [property: Id(6)] ImmutableArray<string> Participants,
    [property: Id(7)] string Budget,
    [property: Id(8)] int Steps,
    [property: Id(9)] int MaximumRounds,
    [property: Id(10)] int LocalSteps,
    [property: Id(11)] double LearningRate,
    [property: Id(12)] double ClipNorm,
    [property: Id(13)] double NoiseMultiplier,
    [property: Id(14)] double Delta,
    [property: Id(15)] bool AllowNoNoise,
    [property: Id(16)] int ReconstructionThreshold,
    [property: Id(17)] int MinimumCohort,
    [property: Id(18)] int Colluders,
    [property: Id(19)] double PhaseSeconds,
    [property: Id(20)] string Strategy,
    [property: Id(21)] string NegativeLabel = "",
    [property: Id(22)] double Momentum = 0,
    [property: Id(23)] double Ridge = 0,
    [property: Id(24)] double UpdateClip = 0);

/// <summary>Where a job stands.</summary>
/// <param name="Job">Its key.</param>
/// <param name="Terms">What it is.</param>
/// <param name="Version">Grows with every change.</param>
/// <param name="Status"><c>running</c>, <c>completed</c>, <c>failed</c> or <c>cancelled</c>.</param>
/// <param name="Step">Federated steps made.</param>
/// <param name="CurrentRound">The round that runs; 0 for none.</param>
/// <param name="Rounds">Every round so far.</param>
/// <param name="RhoPerRound">What one round costs each record, in zCDP; 0 without noise.</param>
/// <param name="EpsilonClaim">The claim for one record over all charged rounds, at the terms' delta, rounded up; 0 without noise.</param>
/// <param name="ModelVersion">The registered version once completed; 0 before.</param>
/// <param name="Message">Why it failed or was cancelled; null otherwise.</param>
[GenerateSerializer, Immutable, Alias("pg.training-view")]
public sealed record TrainingView(
    [property: Id(0)] string Job,
    [property: Id(1)] TrainingTerms Terms,
    [property: Id(2)] long Version,
    [property: Id(3)] string Status,
    [property: Id(4)] int Step,
    [property: Id(5)] int CurrentRound,
    [property: Id(6)] ImmutableArray<RoundLine> Rounds,
    [property: Id(7)] double RhoPerRound,
    [property: Id(8)] double EpsilonClaim,
    [property: Id(9)] int ModelVersion,
    [property: Id(10)] string? Message);

/// <summary>One round of an owner.</summary>
[GenerateSerializer, Immutable, Alias("pg.round-line")]
public sealed record RoundLine(
    [property: Id(0)] int Number,
    [property: Id(1)] string Session,
    [property: Id(2)] int Step,
    [property: Id(3)] string Outcome,
    [property: Id(4)] ImmutableArray<string> Survivors,
    [property: Id(5)] ImmutableArray<DroppedView> Dropped,
    [property: Id(6)] ImmutableDictionary<string, double> Seconds,
    [property: Id(7)] string? AbortReason);
