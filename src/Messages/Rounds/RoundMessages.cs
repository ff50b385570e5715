using System.Text.Json;
using System.Text.Json.Serialization;

namespace PrivacyGrains.Messages.Rounds;

/// <summary>What a round is.</summary>
/// <param name="Session">Unique for ever; bound into every key and signature. Also the id of every participant's charge.</param>
/// <param name="OwnerKind"><c>training</c> or <c>query</c>.</param>
/// <param name="OwnerId">The job's or the query's name.</param>
/// <param name="Number">Counts the owner's rounds from 1, aborted ones included.</param>
/// <param name="Epoch">The consortium's epoch.</param>
/// <param name="Participants">Ordered by party.</param>
/// <param name="ReconstructionThreshold">Shares needed; 2t &gt; n + colluders.</param>
/// <param name="MinimumCohort">Survivors needed to publish; at least the threshold. Each participant checks it.</param>
/// <param name="Colluders">How many participants may side with the coordinator.</param>
/// <param name="VectorLength">Words per participant.</param>
/// <param name="WordBits">32 or 64.</param>
/// <param name="Computation">Canonical JSON of what each participant computes.</param>
/// <param name="ComputationDigest">Lower-case hex of SHA-256 over its UTF-8 bytes.</param>
/// <param name="Budget">The name of the budget that each participant charges at home.</param>
/// <param name="PhaseSeconds">The deadline of each phase.</param>
public sealed record RoundPlanBody(
    string Session, string OwnerKind, string OwnerId, int Number, long Epoch, IReadOnlyList<ParticipantBody> Participants, int ReconstructionThreshold,
    int MinimumCohort, int Colluders, int VectorLength, int WordBits, string Computation, string ComputationDigest, string Budget, double PhaseSeconds);

/// <summary>A participant and its verification key.</summary>
/// <param name="Party">Its name.</param>
/// <param name="VerificationKey">P-256, SubjectPublicKeyInfo. Base64. A participant compares it with the key that it has pinned.</param>
public sealed record ParticipantBody(string Party, byte[] VerificationKey);

/// <summary>Where a round stands.</summary>
/// <param name="Plan">What it is.</param>
/// <param name="Version">Grows with every change.</param>
/// <param name="Phase">Of <see cref="RoundStages"/>.</param>
/// <param name="DeadlineAt">When the present phase ends.</param>
/// <param name="WaitingFor">Who has not yet answered in the present phase.</param>
/// <param name="Dropped">Who has left, with the phase and the reason.</param>
/// <param name="Survivors">Whose input is in the sum; empty before it is fixed.</param>
/// <param name="AbortCode">Null unless aborted; as <c>round.too-few</c>.</param>
/// <param name="AbortReason">Null unless aborted; names who was missing.</param>
/// <param name="Seconds">Seconds spent in each phase so far.</param>
public sealed record RoundBody(
    RoundPlanBody Plan, long Version, string Phase, DateTimeOffset DeadlineAt, IReadOnlyList<string> WaitingFor, IReadOnlyList<DroppedBody> Dropped,
    IReadOnlyList<string> Survivors, string? AbortCode, string? AbortReason, IReadOnlyDictionary<string, double> Seconds)
{
    /// <summary>Whether it has ended, with a sum or without.</summary>
    [JsonIgnore]
    public bool HasEnded => Phase is RoundStages.Completed or RoundStages.Aborted;
}

/// <summary>Who left a round, in which phase and why.</summary>
public sealed record DroppedBody(string Party, string Phase, string Reason);

/// <summary>One round of a job or query.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Session">Its session.</param>
/// <param name="Step">The federated step that it was for.</param>
/// <param name="Outcome"><c>running</c>, <c>completed</c> or <c>aborted</c>.</param>
/// <param name="Survivors">Whose input is in the sum.</param>
/// <param name="Dropped">Who left.</param>
/// <param name="Seconds">Seconds spent in each phase.</param>
/// <param name="AbortReason">Null unless aborted.</param>
public sealed record RoundLineBody(
    int Number, string Session, int Step, string Outcome, IReadOnlyList<string> Survivors, IReadOnlyList<DroppedBody> Dropped,
    IReadOnlyDictionary<string, double> Seconds, string? AbortReason);

/// <summary>Why a participant leaves.</summary>
/// <param name="Reason">One line, public: 1 to 300 characters.</param>
public sealed record WithdrawRequest(string Reason);

/// <summary>JSON of this room.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(RoundBody))]
[JsonSerializable(typeof(WithdrawRequest))]
public sealed partial class RoundsJson : JsonSerializerContext;
