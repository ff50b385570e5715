using System.Collections.Immutable;

namespace PrivacyGrains.Grains;

/// <summary>A joint inference: plans it, starts the sides, collects their status, routes sealed output shares to the receiver. Key: the session.</summary>
/// <remarks>Runs at the coordinator and sees no input, no opening and no output: everything that passes through is sealed to a compute party or to the receiver.</remarks>
[Alias("pg.inference")]
public interface IInferenceGrain : IGrainWithStringKey
{
    /// <summary>Opens the session and collects the sides' signed offers. Idempotent for the same terms.</summary>
    [Alias("create")]
    Task<Reply<InferenceView>> CreateAsync(InferenceTerms terms);

    /// <summary>Where the session stands; waits as <see cref="IRoundGrain.GetAsync"/> does.</summary>
    [Alias("get")]
    [AlwaysInterleave]
    Task<Reply<InferenceView>> GetAsync(long afterVersion, int waitMilliseconds);

    /// <summary>One slot's input: for each compute party a sealed share. Idempotent for the same bytes; refused from anybody but the slot's party.</summary>
    [Alias("input")]
    Task<Reply<InferenceView>> SubmitInputAsync(SlotShares input);

    /// <summary>A side reports its end: a sealed output share, or the fault that ended it. Idempotent.</summary>
    [Alias("side-ended")]
    [AlwaysInterleave]
    Task SideEndedAsync(SideOutcome outcome);

    /// <summary>The sealed output shares, for the receiver only.</summary>
    [Alias("outputs")]
    Task<Reply<SealedOutputs>> OutputsAsync(string receiver);

    /// <summary>Ends the session without a result, as its receiver wishes; refused to anybody else. Idempotent.</summary>
    [Alias("cancel")]
    Task<Reply<InferenceView>> CancelAsync(string receiver);

    /// <summary>Ends the session without a result.</summary>
    [Alias("abort")]
    Task<Reply<InferenceView>> AbortAsync(string reason);

    /// <summary>Of an opening: how its weights stand at the compute parties. Refused for any other session, and before the opening is completed.</summary>
    [Alias("weights")]
    Task<Reply<WeightsStanding>> WeightsAsync();

    /// <summary>Of an opening: its compute parties and its dealer let go of the weights for good. Refused to anybody but their owner; idempotent, and to be repeated where a party was away.</summary>
    [Alias("withdraw")]
    Task<Reply<WeightsStanding>> WithdrawAsync(string owner);
}

/// <summary>What a joint inference is.</summary>
/// <param name="Epoch">The consortium's epoch.</param>
/// <param name="Plan">Canonical bytes of Protocols.Inference's plan (shapes, layers, fixed point, scheme); states rounds, bytes and correlations.</param>
/// <param name="ComputeParties">At least 2, ordered.</param>
/// <param name="Dealer">Neither a compute party nor an input party.</param>
/// <param name="Inputs">Who provides what.</param>
/// <param name="Receiver">The one party that learns the outputs.</param>
/// <param name="ReceiverKey">The receiver's HPKE public key for this session.</param>
/// <param name="ReceiverSignature">By the receiver's party key over session, plan digest and key.</param>
/// <param name="Disclosure">Purpose of the disclosure, which is a quota's name in the ledger of every party that provides features.</param>
/// <param name="Budget">The name of the ledger that counts it.</param>
/// <param name="TimeoutSeconds">The session's deadline.</param>
/// <param name="Opening">For an opening: under which terms the compute parties are to hold the weights that the receiver gives. Null otherwise.</param>
/// <param name="Held">For a session over weights that the compute parties hold: which. Null otherwise.</param>
[GenerateSerializer, Immutable, Alias("pg.inference-terms")]
public sealed record InferenceTerms(
    [property: Id(0)] long Epoch,
    [property: Id(1)] ReadOnlyMemory<byte> Plan,
    [property: Id(2)] ImmutableArray<string> ComputeParties,
    [property: Id(3)] string Dealer,
    [property: Id(4)] ImmutableArray<InputSlot> Inputs,
    [property: Id(5)] string Receiver,
    [property: Id(6)] ReadOnlyMemory<byte> ReceiverKey,
    [property: Id(7)] ReadOnlyMemory<byte> ReceiverSignature,
    [property: Id(8)] string Disclosure,
    [property: Id(9)] string Budget,
    [property: Id(10)] double TimeoutSeconds,
    [property: Id(11)] WeightTermsView? Opening = null,
    [property: Id(12)] HeldWeightsName? Held = null);

/// <summary>One input of a session.</summary>
/// <param name="Slot">Its name, as <c>features.0</c> or <c>weights</c>.</param>
/// <param name="Party">Who provides it.</param>
/// <param name="Columns">For features: the names of its columns, in the plan's order; empty for weights.</param>
/// <param name="Counted">Whether its party's ledger counts a disclosure for it (true for features).</param>
/// <param name="PublicDigest">For an input that all sides know: lower-case hex of the SHA-256 of its canonical bytes. Null for one that is shared.</param>
[GenerateSerializer, Immutable, Alias("pg.input-slot")]
public sealed record InputSlot(
    [property: Id(0)] string Slot,
    [property: Id(1)] string Party,
    [property: Id(2)] ImmutableArray<string> Columns,
    [property: Id(3)] bool Counted,
    [property: Id(4)] string? PublicDigest = null);

/// <summary>Where a session stands.</summary>
/// <param name="Session">Its key.</param>
/// <param name="Terms">What it is.</param>
/// <param name="Version">Grows with every change.</param>
/// <param name="Status"><c>preparing</c>, <c>awaiting-inputs</c>, <c>computing</c>, <c>completed</c> or <c>aborted</c>.</param>
/// <param name="Roster">Canonical bytes of the roster, once all have signed.</param>
/// <param name="Offers">Every side's signed offer (session keys), the dealer's included.</param>
/// <param name="WaitingFor">Slots or sides that are missing.</param>
/// <param name="AbortCode">Null unless aborted.</param>
/// <param name="AbortReason">Null unless aborted; names the party at fault where there is one.</param>
/// <param name="Cost">What the plan states beforehand.</param>
/// <param name="Seconds">Seconds per phase so far.</param>
[GenerateSerializer, Immutable, Alias("pg.inference-view")]
public sealed record InferenceView(
    [property: Id(0)] string Session,
    [property: Id(1)] InferenceTerms Terms,
    [property: Id(2)] long Version,
    [property: Id(3)] string Status,
    [property: Id(4)] ReadOnlyMemory<byte> Roster,
    [property: Id(5)] ImmutableArray<SideOffer> Offers,
    [property: Id(6)] ImmutableArray<string> WaitingFor,
    [property: Id(7)] string? AbortCode,
    [property: Id(8)] string? AbortReason,
    [property: Id(9)] InferenceCost Cost,
    [property: Id(10)] ImmutableDictionary<string, double> Seconds);

/// <summary>A side's signed offer.</summary>
/// <param name="Party">Whose.</param>
/// <param name="Offer">Canonical bytes of Protocols.Rosters' offer: ephemeral channel key, session HPKE key, signature.</param>
/// <param name="RosterSignature">By the party's key over the roster.</param>
[GenerateSerializer, Immutable, Alias("pg.side-offer")]
public sealed record SideOffer(
    [property: Id(0)] string Party,
    [property: Id(1)] ReadOnlyMemory<byte> Offer,
    [property: Id(2)] ReadOnlyMemory<byte> RosterSignature);

/// <summary>What a plan states beforehand.</summary>
[GenerateSerializer, Immutable, Alias("pg.inference-cost")]
public sealed record InferenceCost(
    [property: Id(0)] int Rounds,
    [property: Id(1)] long MessagesPerParty,
    [property: Id(2)] long BytesPerParty,
    [property: Id(3)] long PreprocessingBytes);

/// <summary>One slot's sealed shares.</summary>
/// <param name="Slot">Which slot.</param>
/// <param name="Party">Who provides it.</param>
/// <param name="Shares">For each compute party, in the terms' order: sealed to that side's session key and signed by the provider (Protocols.Channels).</param>
/// <param name="Receipt">The committed disclosure, where the slot is counted; null elsewhere.</param>
[GenerateSerializer, Immutable, Alias("pg.slot-shares")]
public sealed record SlotShares(
    [property: Id(0)] string Slot,
    [property: Id(1)] string Party,
    [property: Id(2)] ImmutableArray<ReadOnlyMemory<byte>> Shares,
    [property: Id(3)] ChargeReceipt? Receipt);

/// <summary>How a side ended.</summary>
/// <param name="Party">Whose side.</param>
/// <param name="SealedOutput">HPKE to the receiver's key; empty beside a fault.</param>
/// <param name="TranscriptSignature">By the party's key over session, roster digest and transcript hash; empty beside a fault.</param>
/// <param name="TranscriptHash">Lower-case hex.</param>
/// <param name="FaultCode">Null where it ended well.</param>
/// <param name="FaultParty">Who was at fault, where it can be told.</param>
/// <param name="FaultMessage">What was expected and what came.</param>
/// <param name="BytesSent">To peers.</param>
/// <param name="Rounds">That were run.</param>
/// <param name="Seconds">From the first message to the last.</param>
[GenerateSerializer, Immutable, Alias("pg.side-outcome")]
public sealed record SideOutcome(
    [property: Id(0)] string Party,
    [property: Id(1)] ReadOnlyMemory<byte> SealedOutput,
    [property: Id(2)] ReadOnlyMemory<byte> TranscriptSignature,
    [property: Id(3)] string TranscriptHash,
    [property: Id(4)] string? FaultCode,
    [property: Id(5)] string? FaultParty,
    [property: Id(6)] string? FaultMessage,
    [property: Id(7)] long BytesSent,
    [property: Id(8)] int Rounds,
    [property: Id(9)] double Seconds);

/// <summary>What the receiver fetches.</summary>
[GenerateSerializer, Immutable, Alias("pg.sealed-outputs")]
public sealed record SealedOutputs([property: Id(0)] string Session, [property: Id(1)] ImmutableArray<SideOutcome> Sides);
