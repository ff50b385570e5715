using System.Collections.Immutable;
using System.Text.Json.Serialization;
using PrivacyGrains.Grains.Journaling;

namespace PrivacyGrains.Grains.Rounds;

/// <summary>Something that happened to a round.</summary>
/// <param name="At">When it was decided.</param>
internal abstract record RoundEntry(DateTimeOffset At);

/// <summary>The round is open.</summary>
/// <param name="Plan">What it is, as the owner gave it.</param>
/// <param name="Roster">Canonical bytes of the roster that the plan amounts to.</param>
/// <param name="By">Who asked.</param>
/// <param name="At">When it was decided.</param>
internal sealed record RoundStarted(RoundPlan Plan, byte[] Roster, string By, DateTimeOffset At) : RoundEntry(At);

/// <summary>A participant's message of the present phase stands.</summary>
/// <param name="Party">Whose it is.</param>
/// <param name="Phase">Of <see cref="RoundPhases"/>.</param>
/// <param name="Digest">Lower-case hex of SHA-256 over the message.</param>
/// <param name="Payload">The message; empty for a masked input, whose words the aggregator keeps.</param>
/// <param name="Charge">What paid for a masked input: the ledger's charge id; null elsewhere and without noise.</param>
/// <param name="At">When it was decided.</param>
internal sealed record MessageAccepted(string Party, string Phase, string Digest, byte[] Payload, string? Charge, DateTimeOffset At) : RoundEntry(At);

/// <summary>A participant has left by its own word.</summary>
internal sealed record ParticipantWithdrew(string Party, string Phase, string Reason, DateTimeOffset At) : RoundEntry(At);

/// <summary>A phase is over and the next one begins.</summary>
/// <param name="Phase">The one that is over.</param>
/// <param name="Next">The one that begins.</param>
/// <param name="GoOn">Who answered and goes on.</param>
/// <param name="Missing">Who did not answer by the deadline.</param>
/// <param name="At">When it was decided.</param>
internal sealed record PhaseClosed(string Phase, string Next, ImmutableArray<string> GoOn, ImmutableArray<string> Missing, DateTimeOffset At) : RoundEntry(At);

/// <summary>The sum is there.</summary>
/// <param name="Sum">Little-endian words in the ring.</param>
/// <param name="Digest">Lower-case hex of SHA-256 over them.</param>
/// <param name="Missing">Who did not answer in the last phase; their input is in the sum all the same.</param>
/// <param name="At">When it was decided.</param>
internal sealed record RoundCompleted(byte[] Sum, string Digest, ImmutableArray<string> Missing, DateTimeOffset At) : RoundEntry(At);

/// <summary>The round has ended without a result.</summary>
/// <param name="Code">Stable, as <c>round.too-few</c>.</param>
/// <param name="Reason">One sentence with names.</param>
/// <param name="Missing">Whom the last phase waited for.</param>
/// <param name="At">When it was decided.</param>
/// <param name="By">Who asked.</param>
internal sealed record RoundAborted(string Code, string Reason, ImmutableArray<string> Missing, string By, DateTimeOffset At) : RoundEntry(At);

/// <summary>The owner knows of the end, and so does the audit log: nothing is left to do.</summary>
internal sealed record RoundSettled(DateTimeOffset At) : RoundEntry(At);

/// <summary>The stored form of the entries.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(RoundStarted))]
[JsonSerializable(typeof(MessageAccepted))]
[JsonSerializable(typeof(ParticipantWithdrew))]
[JsonSerializable(typeof(PhaseClosed))]
[JsonSerializable(typeof(RoundCompleted))]
[JsonSerializable(typeof(RoundAborted))]
[JsonSerializable(typeof(RoundSettled))]
[JsonSerializable(typeof(RoundPlan))]
internal sealed partial class RoundJson : JsonSerializerContext;

/// <summary>The names of the entries.</summary>
internal static class RoundCodec
{
    public static JournalCodec<RoundEntry> Instance { get; } = new JournalCodec<RoundEntry>()
        .With("round.started.v1", RoundJson.Default.RoundStarted)
        .With("round.message-accepted.v1", RoundJson.Default.MessageAccepted)
        .With("round.participant-withdrew.v1", RoundJson.Default.ParticipantWithdrew)
        .With("round.phase-closed.v1", RoundJson.Default.PhaseClosed)
        .With("round.completed.v1", RoundJson.Default.RoundCompleted)
        .With("round.aborted.v1", RoundJson.Default.RoundAborted)
        .With("round.settled.v1", RoundJson.Default.RoundSettled);
}
