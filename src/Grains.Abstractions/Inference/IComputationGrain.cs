using System.Collections.Immutable;

namespace PrivacyGrains.Grains;

/// <summary>One party's side of one session. Key: <c>party/session</c>. Runs on that party's silo; its shares live in memory only.</summary>
/// <remarks>A crash ends the session for this side: the next activation finds its journal unfinished and answers <c>computation.lost</c>.</remarks>
[Alias("pg.computation")]
public interface IComputationGrain : IGrainWithStringKey
{
    /// <summary>Checks the roster against the keys that this party has pinned, makes the session's keys and signs both. Idempotent for the same proposal.</summary>
    [Alias("prepare")]
    Task<Reply<SideOffer>> PrepareAsync(SessionProposal proposal);

    /// <summary>All offers: this side checks each signature and derives the channels.</summary>
    [Alias("agree")]
    Task<Reply<Done>> AgreeAsync(ImmutableArray<SideOffer> offers);

    /// <summary>This side's sealed share of one slot.</summary>
    [Alias("input")]
    Task<Reply<Done>> AcceptInputAsync(SideInput input);

    /// <summary>This side's correlated randomness, sealed by the dealer to the session's key.</summary>
    [Alias("correlations")]
    Task<Reply<Done>> AcceptCorrelationsAsync(string dealer, ReadOnlyMemory<byte> sealedBlob);

    /// <summary>Takes this side's part of a lot from the party's own stock, in place of correlations that are dealt now. Where the sides do not all get it, they are dealt for after all.</summary>
    [Alias("take-lot")]
    Task<Reply<Done>> TakeLotAsync(string lot);

    /// <summary>Begins the rounds once inputs and correlations are in. Idempotent; returns at once.</summary>
    [Alias("begin")]
    Task<Reply<Done>> BeginAsync();

    /// <summary>A peer's channel message. Only queues it.</summary>
    [Alias("deliver")]
    [AlwaysInterleave]
    Task<Reply<Done>> DeliverAsync(string fromParty, [Immutable] ReadOnlyMemory<byte> sealedMessage);

    /// <summary>Makes the direct streams to the peers for which this side is the one that connects; where none comes about, frames go as messages. Once the sides have agreed; idempotent.</summary>
    [Alias("link")]
    Task<Reply<Done>> LinkAsync();

    /// <summary>Where this side waits for a peer's stream from now on; refused with <c>computation.no-stream</c> where it takes none.</summary>
    [Alias("stream")]
    [AlwaysInterleave]
    Task<Reply<StreamPoint>> StreamAsync(string fromParty);

    /// <summary>Ends this side: keys and shares are cleared. Idempotent.</summary>
    [Alias("abort")]
    Task AbortAsync(string reason);
}

/// <summary>Where a party's silo takes streams of peers.</summary>
/// <param name="Host">A name or an address.</param>
/// <param name="Port">1 to 65535.</param>
[GenerateSerializer, Immutable, Alias("pg.stream-point")]
public sealed record StreamPoint(
    [property: Id(0)] string Host,
    [property: Id(1)] int Port);

/// <summary>What a side is asked to take part in.</summary>
/// <param name="Session">Unique for ever.</param>
/// <param name="Roster">Canonical bytes of Protocols.Rosters.</param>
/// <param name="Terms">The inference's terms.</param>
[GenerateSerializer, Immutable, Alias("pg.session-proposal")]
public sealed record SessionProposal(
    [property: Id(0)] string Session,
    [property: Id(1)] ReadOnlyMemory<byte> Roster,
    [property: Id(2)] InferenceTerms Terms);

/// <summary>One side's sealed share of one slot.</summary>
[GenerateSerializer, Immutable, Alias("pg.side-input")]
public sealed record SideInput(
    [property: Id(0)] string Slot,
    [property: Id(1)] string Party,
    [property: Id(2)] ReadOnlyMemory<byte> SealedShare,
    [property: Id(3)] ChargeReceipt? Receipt);

/// <summary>Makes correlated randomness from seeds and counters; never deals a counter twice. Key: the dealer's party. Runs on the dealer's silo.</summary>
[Alias("pg.dealer")]
public interface IDealerGrain : IGrainWithStringKey
{
    /// <summary>Checks the roster (a dealer has no other role) and signs it. Idempotent.</summary>
    [Alias("prepare")]
    Task<Reply<SideOffer>> PrepareAsync(SessionProposal proposal);

    /// <summary>Takes a counter durably, makes the plan's correlations, and sends each side its sealed blob. A second call for a session is refused: <c>dealer.already-dealt</c>.</summary>
    [Alias("deal")]
    Task<Reply<DealReceipt>> DealAsync(string session, ImmutableArray<SideOffer> offers);

    /// <summary>Forgets the masks of weights that their owner has withdrawn: nothing can be dealt for them any more. Idempotent.</summary>
    [Alias("forget-masks")]
    Task<Reply<Done>> ForgetMasksAsync(long voidBefore, string maskDigest);
}

/// <summary>What was dealt.</summary>
[GenerateSerializer, Immutable, Alias("pg.deal-receipt")]
public sealed record DealReceipt(
    [property: Id(0)] string Session,
    [property: Id(1)] long Counter,
    [property: Id(2)] ImmutableArray<long> BytesPerParty);
