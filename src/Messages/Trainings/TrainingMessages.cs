using System.Text.Json;
using System.Text.Json.Serialization;
using PrivacyGrains.Messages.Http;
using PrivacyGrains.Messages.Rounds;

namespace PrivacyGrains.Messages.Trainings;

/// <summary>What a training job is.</summary>
/// <param name="Model">The name under which the result is registered.</param>
/// <param name="Features">Columns, in order.</param>
/// <param name="Label">The column with the label.</param>
/// <param name="PositiveLabel">Its value that counts as 1.</param>
/// <param name="Lows">Public lower bound of each feature, not from data: features are scaled from [low, high] to [-1, 1].</param>
/// <param name="Highs">Public upper bound of each feature.</param>
/// <param name="Participants">Parties.</param>
/// <param name="Budget">The name of the budget that each of them charges.</param>
/// <param name="Steps">Federated steps (completed rounds) to make.</param>
/// <param name="MaximumRounds">Rounds to try at most, aborted ones included.</param>
/// <param name="LocalSteps">Gradient steps at each party in a round.</param>
/// <param name="LearningRate">Of these steps.</param>
/// <param name="ClipNorm">L2 bound on one record's gradient.</param>
/// <param name="NoiseMultiplier">The noise's sigma over the sensitivity, in full at every party; 0 for none, which is refused unless <paramref name="AllowNoNoise"/>.</param>
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
public sealed record TrainingTermsBody(
    string Model, IReadOnlyList<string> Features, string Label, string PositiveLabel, IReadOnlyList<double> Lows, IReadOnlyList<double> Highs,
    IReadOnlyList<string> Participants, string Budget, int Steps, int MaximumRounds, int LocalSteps, double LearningRate, double ClipNorm, double NoiseMultiplier,
    double Delta, bool AllowNoNoise, int ReconstructionThreshold, int MinimumCohort, int Colluders, double PhaseSeconds, string Strategy,
    string NegativeLabel = "", double Momentum = 0, double Ridge = 0, double UpdateClip = 0);

/// <summary>Where a job stands.</summary>
/// <param name="Job">Its name.</param>
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
public sealed record TrainingBody(
    string Job, TrainingTermsBody Terms, long Version, string Status, int Step, int CurrentRound, IReadOnlyList<RoundLineBody> Rounds,
    double RhoPerRound, double EpsilonClaim, int ModelVersion, string? Message);

/// <summary>A training job in a list.</summary>
public sealed record TrainingSummary(string Job, string Title, DateTimeOffset CreatedAt);

/// <summary>Why a job is cancelled.</summary>
/// <param name="Reason">One line, public: 1 to 200 characters.</param>
public sealed record CancelTrainingRequest(string Reason);

/// <summary>JSON of this room.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(TrainingTermsBody))]
[JsonSerializable(typeof(TrainingBody))]
[JsonSerializable(typeof(CancelTrainingRequest))]
[JsonSerializable(typeof(Listing<TrainingSummary>))]
public sealed partial class TrainingsJson : JsonSerializerContext;
