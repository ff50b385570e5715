using System.Text.Json;
using System.Text.Json.Serialization;
using PrivacyGrains.Messages.Budgets;
using PrivacyGrains.Messages.Http;

namespace PrivacyGrains.Messages.Inferences;

/// <summary>What a joint inference is.</summary>
/// <param name="Epoch">The consortium's epoch.</param>
/// <param name="Plan">Canonical bytes of the plan (shapes, layers, fixed point, scheme). Base64.</param>
/// <param name="ComputeParties">At least 2, in the order of their shares.</param>
/// <param name="Dealer">Who deals; has no other role.</param>
/// <param name="Inputs">Who provides what.</param>
/// <param name="Receiver">The one party that learns the outputs: the caller.</param>
/// <param name="ReceiverKey">The receiver's HPKE public key for this session: an uncompressed point on P-256, 65 bytes. Base64.</param>
/// <param name="ReceiverSignature">By the receiver's party key over session and statement. Base64.</param>
/// <param name="Disclosure">The quota's name in the ledger of every party that provides features.</param>
/// <param name="Budget">The name of the ledger that counts it.</param>
/// <param name="TimeoutSeconds">The session's deadline; greater than 0, at most 3600.</param>
/// <param name="Opening">For an opening, which computes nothing: under which terms the compute parties are to hold the weights that the receiver gives. Left out otherwise.</param>
/// <param name="Held">For a session over weights that the compute parties hold: which. Left out otherwise.</param>
public sealed record InferenceTermsBody(
    long Epoch, byte[] Plan, IReadOnlyList<string> ComputeParties, string Dealer, IReadOnlyList<InputSlotBody> Inputs, string Receiver, byte[] ReceiverKey,
    byte[] ReceiverSignature, string Disclosure, string Budget, double TimeoutSeconds, WeightTermsBody? Opening = null, HeldWeightsNameBody? Held = null);

/// <summary>What a model's owner allows whoever uses the weights that it lets the compute parties hold.</summary>
/// <param name="Receivers">Who may ask for outputs: 1 to 256 parties, in ordinal order.</param>
/// <param name="Sessions">How many sessions, of all receivers together; 1 to 1,000,000,000.</param>
/// <param name="Until">From then on none begins: seconds since 1970 (UTC).</param>
public sealed record WeightTermsBody(IReadOnlyList<string> Receivers, long Sessions, long Until);

/// <summary>Weights that the compute parties hold.</summary>
/// <param name="Opening">The opening's session.</param>
/// <param name="Epoch">The consortium's epoch in which they were opened; void once an operator has begun a later one.</param>
public sealed record HeldWeightsNameBody(string Opening, long Epoch);

/// <summary>How an opening's weights stand at its compute parties; each counts for itself.</summary>
/// <param name="Opening">The opening's session.</param>
/// <param name="Parties">What each says.</param>
/// <param name="Missing">Who could not be asked, or holds nothing, each with the code of the reason.</param>
public sealed record WeightsStandingBody(string Opening, IReadOnlyList<HeldWeightsBody> Parties, IReadOnlyDictionary<string, string> Missing);

/// <summary>How held weights stand at one party.</summary>
/// <param name="Party">Whose.</param>
/// <param name="Owner">Who gave the weights.</param>
/// <param name="Status"><c>held</c> or <c>withdrawn</c>.</param>
/// <param name="Terms">What the owner allows.</param>
/// <param name="Used">Sessions that this party has counted.</param>
public sealed record HeldWeightsBody(string Party, string Owner, string Status, WeightTermsBody Terms, long Used);

/// <summary>One input of a session.</summary>
/// <param name="Slot">Its name, as <c>features.0</c> or <c>weights</c>.</param>
/// <param name="Party">Who provides it.</param>
/// <param name="Columns">For features: the names of its columns, in the plan's order; empty for weights.</param>
/// <param name="Counted">Whether its party's ledger counts a disclosure for it.</param>
/// <param name="PublicDigest">For an input that all sides know: lower-case hex of the SHA-256 of its canonical bytes, which every side holds what it gets against. Left out for one that is shared.</param>
public sealed record InputSlotBody(string Slot, string Party, IReadOnlyList<string> Columns, bool Counted, string? PublicDigest = null);

/// <summary>Where a joint inference stands.</summary>
/// <param name="Session">Its name.</param>
/// <param name="Terms">What it is.</param>
/// <param name="Version">Grows with every change.</param>
/// <param name="Status"><c>preparing</c>, <c>awaiting-inputs</c>, <c>computing</c>, <c>completed</c> or <c>aborted</c>.</param>
/// <param name="Roster">Canonical bytes of the roster. Base64.</param>
/// <param name="Offers">Every member's signature, and the sides' session keys.</param>
/// <param name="WaitingFor">Slots or sides that are missing.</param>
/// <param name="AbortCode">Null unless aborted.</param>
/// <param name="AbortReason">Null unless aborted; names the party at fault where there is one.</param>
/// <param name="Cost">What the plan states beforehand.</param>
/// <param name="Seconds">Seconds per phase so far.</param>
public sealed record InferenceBody(
    string Session, InferenceTermsBody Terms, long Version, string Status, byte[] Roster, IReadOnlyList<SideOfferBody> Offers, IReadOnlyList<string> WaitingFor,
    string? AbortCode, string? AbortReason, InferenceCostBody Cost, IReadOnlyDictionary<string, double> Seconds);

/// <summary>A member's signature over the roster, and a side's signed offer of session keys (empty for members that compute nothing).</summary>
public sealed record SideOfferBody(string Party, byte[] Offer, byte[] RosterSignature);

/// <summary>What a plan states beforehand.</summary>
/// <param name="Rounds">Exchanges of messages among the compute parties.</param>
/// <param name="MessagesPerParty">Messages that each sends.</param>
/// <param name="BytesPerParty">Bytes that each sends, before sealing.</param>
/// <param name="PreprocessingBytes">Bytes that the dealer sends to all.</param>
public sealed record InferenceCostBody(int Rounds, long MessagesPerParty, long BytesPerParty, long PreprocessingBytes);

/// <summary>One slot's sealed shares.</summary>
/// <param name="Shares">For each compute party, in the terms' order: sealed to that side's session key and signed by the provider. Base64.</param>
/// <param name="Receipt">The committed disclosure, where the slot is counted; left out elsewhere.</param>
public sealed record SlotSharesBody(IReadOnlyList<byte[]> Shares, ChargeReceiptBody? Receipt = null);

/// <summary>What the receiver fetches: one sealed share from each side.</summary>
public sealed record SealedOutputsBody(string Session, IReadOnlyList<SideOutputBody> Sides);

/// <summary>One side's sealed output share.</summary>
/// <param name="Party">Whose.</param>
/// <param name="SealedOutput">HPKE to the receiver's key. Base64.</param>
/// <param name="TranscriptSignature">By the side's party over roster, output and transcript. Base64.</param>
/// <param name="TranscriptHash">Lower-case hex.</param>
/// <param name="BytesSent">To its peers, before sealing.</param>
/// <param name="Rounds">That it ran.</param>
/// <param name="Seconds">From its first message to its output.</param>
public sealed record SideOutputBody(string Party, byte[] SealedOutput, byte[] TranscriptSignature, string TranscriptHash, long BytesSent, int Rounds, double Seconds);

/// <summary>Why a joint inference is ended.</summary>
/// <param name="Reason">One line, public: 1 to 200 characters.</param>
public sealed record AbortInferenceRequest(string Reason);

/// <summary>A joint inference in a list.</summary>
public sealed record InferenceSummary(string Session, string Title, DateTimeOffset CreatedAt);

/// <summary>JSON of this room.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(InferenceTermsBody))]
[JsonSerializable(typeof(InferenceBody))]
[JsonSerializable(typeof(SlotSharesBody))]
[JsonSerializable(typeof(SealedOutputsBody))]
[JsonSerializable(typeof(AbortInferenceRequest))]
[JsonSerializable(typeof(WeightsStandingBody))]
[JsonSerializable(typeof(Listing<InferenceSummary>))]
public sealed partial class InferencesJson : JsonSerializerContext;
