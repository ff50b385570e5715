using System.Collections.Immutable;
using System.Text.Json.Serialization;
using PrivacyGrains.Grains.Journaling;

namespace PrivacyGrains.Grains.Trainings;

/// <summary>Something that happened to a training job.</summary>
/// <param name="At">When it was decided.</param>
internal abstract record TrainingEntry(DateTimeOffset At);

/// <summary>The job is open.</summary>
/// <param name="Terms">What it is.</param>
/// <param name="Weights">Where training begins (safetensors).</param>
/// <param name="Digest">Lower-case hex of SHA-256 over them.</param>
/// <param name="RhoPerRound">What one round costs each record, in zCDP; 0 without noise.</param>
/// <param name="By">Who asked.</param>
/// <param name="At">When it was decided.</param>
internal sealed record TrainingCreated(TrainingTerms Terms, byte[] Weights, string Digest, double RhoPerRound, string By, DateTimeOffset At) : TrainingEntry(At);

/// <summary>A round is planned. Written before the round is started, so that a crash starts the same one again.</summary>
internal sealed record TrainingRoundPlanned(RoundPlan Plan, int Step, DateTimeOffset At) : TrainingEntry(At);

/// <summary>A round has ended.</summary>
/// <param name="Line">As it is shown.</param>
/// <param name="MayHaveCharged">Who may have committed a charge for it.</param>
/// <param name="Weights">The next weights (safetensors); null for an aborted round, and for one that ended after its job.</param>
/// <param name="Digest">Lower-case hex of SHA-256 over them; null beside null.</param>
/// <param name="At">When it was decided.</param>
internal sealed record TrainingRoundTaken(RoundLine Line, ImmutableArray<string> MayHaveCharged, byte[]? Weights, string? Digest, DateTimeOffset At) : TrainingEntry(At);

/// <summary>All steps are made and the model is registered.</summary>
internal sealed record TrainingCompleted(int ModelVersion, string Digest, string PrivacyNote, DateTimeOffset At) : TrainingEntry(At);

/// <summary>The job cannot go on.</summary>
internal sealed record TrainingFailed(string Message, DateTimeOffset At) : TrainingEntry(At);

/// <summary>Somebody ended the job.</summary>
internal sealed record TrainingCancelled(string Reason, string By, DateTimeOffset At) : TrainingEntry(At);

/// <summary>The stored form of the entries.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(TrainingCreated))]
[JsonSerializable(typeof(TrainingRoundPlanned))]
[JsonSerializable(typeof(TrainingRoundTaken))]
[JsonSerializable(typeof(TrainingCompleted))]
[JsonSerializable(typeof(TrainingFailed))]
[JsonSerializable(typeof(TrainingCancelled))]
[JsonSerializable(typeof(TrainingTerms))]
internal sealed partial class TrainingJson : JsonSerializerContext;

/// <summary>The names of the entries.</summary>
internal static class TrainingCodec
{
    public static JournalCodec<TrainingEntry> Instance { get; } = new JournalCodec<TrainingEntry>()
        .With("training.created.v1", TrainingJson.Default.TrainingCreated)
        .With("training.round-planned.v1", TrainingJson.Default.TrainingRoundPlanned)
        .With("training.round-taken.v1", TrainingJson.Default.TrainingRoundTaken)
        .With("training.completed.v1", TrainingJson.Default.TrainingCompleted)
        .With("training.failed.v1", TrainingJson.Default.TrainingFailed)
        .With("training.cancelled.v1", TrainingJson.Default.TrainingCancelled);
}
