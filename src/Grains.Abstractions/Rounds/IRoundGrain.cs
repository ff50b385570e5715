using System.Collections.Immutable;

namespace PrivacyGrains.Grains;

/// <summary>One secure-aggregation round: phases, deadlines, thresholds, who is missing. Key: <c>owner/number</c>, the owner being a training job or a query.</summary>
/// <remarks>Relays and journals the participants' messages; it can open nothing but the sum, and that only after the participants' own checks.</remarks>
[Alias("pg.round")]
public interface IRoundGrain : IGrainWithStringKey
{
    /// <summary>Opens the round. Idempotent for the same plan.</summary>
    [Alias("start")]
    Task<Reply<RoundView>> StartAsync(RoundPlan plan);

    /// <summary>Where the round stands. Waits up to <paramref name="waitMilliseconds"/> (at most 5,000) while its version is not above <paramref name="afterVersion"/>.</summary>
    [Alias("get")]
    [AlwaysInterleave]
    Task<Reply<RoundView>> GetAsync(long afterVersion, int waitMilliseconds);

    /// <summary>One participant's message of one phase. The same bytes again are accepted silently; other bytes are the fault <c>secagg.equivocation</c>.</summary>
    [Alias("submit")]
    Task<Reply<RoundView>> SubmitAsync(RoundMessage message);

    /// <summary>What the coordinator hands to this participant at the start of a phase (canonical bytes of Protocols.SecureAggregation); for AdvertiseKeys the roster.</summary>
    [Alias("collect")]
    Task<Reply<PayloadView>> CollectAsync(string party, string phase);

    /// <summary>A participant leaves: it crashed and has lost its keys, or refuses. Below the threshold the round aborts at once, by name.</summary>
    [Alias("withdraw")]
    Task<Reply<RoundView>> WithdrawAsync(string party, string reason);

    /// <summary>Ends the round without a result.</summary>
    [Alias("abort")]
    Task<Reply<RoundView>> AbortAsync(string reason);

    /// <summary>The sum over the survivors once the round is completed: little-endian words, still in the ring.</summary>
    [Alias("sum")]
    [AlwaysInterleave]
    Task<Reply<RoundSum>> SumAsync();
}

/// <summary>The phases of a round, in order.</summary>
public static class RoundPhases
{
    /// <summary>Participants publish signed ephemeral keys.</summary>
    public const string AdvertiseKeys = "advertise-keys";

    /// <summary>Participants send encrypted shares of their seeds and keys.</summary>
    public const string ShareKeys = "share-keys";

    /// <summary>Participants upload masked vectors.</summary>
    public const string CollectMaskedInputs = "collect-masked-inputs";

    /// <summary>Participants sign who has uploaded.</summary>
    public const string CheckConsistency = "check-consistency";

    /// <summary>Participants give what removes the masks.</summary>
    public const string Unmask = "unmask";

    /// <summary>The sum is there.</summary>
    public const string Completed = "completed";

    /// <summary>Ended without a result.</summary>
    public const string Aborted = "aborted";
}

/// <summary>What a round is.</summary>
/// <param name="Session">Unique for ever; bound into every key and signature. Also names the charge: <c>{session}</c>.</param>
/// <param name="OwnerKind"><c>training</c> or <c>query</c>.</param>
/// <param name="OwnerId">The owner's key.</param>
/// <param name="Number">Counts the owner's rounds from 1, aborted ones included.</param>
/// <param name="Epoch">The consortium's epoch.</param>
/// <param name="Participants">Ordered by party.</param>
/// <param name="ReconstructionThreshold">Shares needed; 2t &gt; n + colluders.</param>
/// <param name="MinimumCohort">Survivors needed to publish; at least the threshold; checked by the clients.</param>
/// <param name="Colluders">How many participants may side with the coordinator.</param>
/// <param name="VectorLength">Words per participant.</param>
/// <param name="WordBits">32 or 64.</param>
/// <param name="Computation">Canonical JSON of what each participant computes (a training step or a statistics query).</param>
/// <param name="ComputationDigest">Lower-case hex of SHA-256 over its UTF-8 bytes; in the roster, and so in every signature and charge.</param>
/// <param name="Budget">The name of the budget that each participant charges at home.</param>
/// <param name="PhaseSeconds">The deadline of each phase.</param>
[GenerateSerializer, Immutable, Alias("pg.round-plan")]
public sealed record RoundPlan(
    [property: Id(0)] string Session,
    [property: Id(1)] string OwnerKind,
    [property: Id(2)] string OwnerId,
    [property: Id(3)] int Number,
    [property: Id(4)] long Epoch,
    [property: Id(5)] ImmutableArray<ParticipantKey> Participants,
    [property: Id(6)] int ReconstructionThreshold,
    [property: Id(7)] int MinimumCohort,
    [property: Id(8)] int Colluders,
    [property: Id(9)] int VectorLength,
    [property: Id(10)] int WordBits,
    [property: Id(11)] string Computation,
    [property: Id(12)] string ComputationDigest,
    [property: Id(13)] string Budget,
    [property: Id(14)] double PhaseSeconds);

/// <summary>A participant and its pinned verification key (SPKI).</summary>
[GenerateSerializer, Immutable, Alias("pg.participant-key")]
public sealed record ParticipantKey([property: Id(0)] string Party, [property: Id(1)] ReadOnlyMemory<byte> VerificationKey);

/// <summary>One participant's message of one phase.</summary>
/// <param name="Party">Who sends; the gateway takes it from the credential.</param>
/// <param name="Phase">Of <see cref="RoundPhases"/>.</param>
/// <param name="Payload">Canonical bytes of Protocols.SecureAggregation; for the masked input, too.</param>
/// <param name="Receipt">Beside a masked input: the committed charge bound to this round; null elsewhere.</param>
[GenerateSerializer, Immutable, Alias("pg.round-message")]
public sealed record RoundMessage(
    [property: Id(0)] string Party,
    [property: Id(1)] string Phase,
    [property: Id(2)] ReadOnlyMemory<byte> Payload,
    [property: Id(3)] ChargeReceipt? Receipt);

/// <summary>Where a round stands.</summary>
/// <param name="Plan">What it is.</param>
/// <param name="Version">Grows with every change.</param>
/// <param name="Phase">Of <see cref="RoundPhases"/>.</param>
/// <param name="DeadlineAt">When the present phase ends.</param>
/// <param name="WaitingFor">Who has not yet answered in the present phase.</param>
/// <param name="Dropped">Who has left, with the phase and the reason.</param>
/// <param name="Survivors">Whose input is in the sum; empty before it is fixed.</param>
/// <param name="AbortCode">Null unless aborted; as <c>round.too-few</c>.</param>
/// <param name="AbortReason">Null unless aborted; names who was missing.</param>
/// <param name="Seconds">Seconds spent in each phase so far.</param>
[GenerateSerializer, Immutable, Alias("pg.round-view")]
public sealed record RoundView(
    [property: Id(0)] RoundPlan Plan,
    [property: Id(1)] long Version,
    [property: Id(2)] string Phase,
    [property: Id(3)] DateTimeOffset DeadlineAt,
    [property: Id(4)] ImmutableArray<string> WaitingFor,
    [property: Id(5)] ImmutableArray<DroppedView> Dropped,
    [property: Id(6)] ImmutableArray<string> Survivors,
    [property: Id(7)] string? AbortCode,
    [property: Id(8)] string? AbortReason,
    [property: Id(9)] ImmutableDictionary<string, double> Seconds);

/// <summary>Who left a round, when and why.</summary>
[GenerateSerializer, Immutable, Alias("pg.dropped")]
public sealed record DroppedView([property: Id(0)] string Party, [property: Id(1)] string Phase, [property: Id(2)] string Reason);

/// <summary>Opaque canonical bytes.</summary>
[GenerateSerializer, Immutable, Alias("pg.payload")]
public sealed record PayloadView([property: Id(0)] ReadOnlyMemory<byte> Payload);

/// <summary>A completed round's sum.</summary>
[GenerateSerializer, Immutable, Alias("pg.round-sum")]
public sealed record RoundSum(
    [property: Id(0)] string Session,
    [property: Id(1)] int WordBits,
    [property: Id(2)] ReadOnlyMemory<byte> Words,
    [property: Id(3)] ImmutableArray<string> Survivors);
