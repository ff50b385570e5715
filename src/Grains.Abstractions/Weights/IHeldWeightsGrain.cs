using System.Collections.Immutable;

namespace PrivacyGrains.Grains;

/// <summary>Which models' weights one party holds, under their owners' terms, and how often they served. Key: <c>party/epoch</c>, the epoch that an operator began last (<see cref="ConsortiumView.VoidBefore"/>). Runs on that party's silo.</summary>
/// <remarks>Names and counts: the shares lie on the party's own disk and pass through no message. Each party counts for itself, so that one honest party is enough to keep an owner's terms.</remarks>
[Alias("pg.held-weights")]
public interface IHeldWeightsGrain : IGrainWithStringKey
{
    /// <summary>Notes durably what this party's side of an opening is about to write to its disk. Refused where the name is taken.</summary>
    [Alias("keep")]
    Task<Reply<HeldWeightsView>> KeepAsync(WeightsKeep keep);

    /// <summary>Whether a session may use held weights now. Counts nothing.</summary>
    [Alias("check")]
    Task<Reply<HeldWeightsView>> CheckAsync(WeightsUse use);

    /// <summary>The same, and counts the session, durably, before this answers; from here on it counts, however it ends.</summary>
    [Alias("use")]
    Task<Reply<HeldWeightsView>> UseAsync(WeightsUse use);

    /// <summary>Lets go of weights for good: their file is erased. Refused to anybody but their owner; idempotent.</summary>
    [Alias("withdraw")]
    Task<Reply<HeldWeightsView>> WithdrawAsync(string opening, string owner);

    /// <summary>How an opening's weights stand here.</summary>
    [Alias("get")]
    Task<Reply<HeldWeightsView>> GetAsync(string opening);
}

/// <summary>What an owner allows.</summary>
/// <param name="Receivers">Who may ask for outputs; ascending.</param>
/// <param name="Sessions">How many sessions, of all receivers together.</param>
/// <param name="Until">From then on none begins: seconds since 1970 (UTC).</param>
[GenerateSerializer, Immutable, Alias("pg.weight-terms")]
public sealed record WeightTermsView(
    [property: Id(0)] ImmutableArray<string> Receivers,
    [property: Id(1)] long Sessions,
    [property: Id(2)] long Until);

/// <summary>Weights that the compute parties hold from an opening.</summary>
/// <param name="Opening">The opening's session.</param>
/// <param name="Epoch">The consortium's epoch in which they were opened.</param>
[GenerateSerializer, Immutable, Alias("pg.held-weights-name")]
public sealed record HeldWeightsName(
    [property: Id(0)] string Opening,
    [property: Id(1)] long Epoch);

/// <summary>What a party is about to hold.</summary>
/// <param name="Opening">The opening's session.</param>
/// <param name="Owner">Who gave the weights.</param>
/// <param name="MaskDigest">Of the masks: what plans that use the weights name. Lower-case hex.</param>
/// <param name="Holders">Digest of consortium, compute parties and dealer with their keys. Lower-case hex.</param>
/// <param name="Plan">Canonical bytes of the opening's plan.</param>
/// <param name="Masks">Canonical bytes of the masks' plan.</param>
/// <param name="Terms">What the owner allows, as the opening's statement says it.</param>
[GenerateSerializer, Immutable, Alias("pg.weights-keep")]
public sealed record WeightsKeep(
    [property: Id(0)] string Opening,
    [property: Id(1)] string Owner,
    [property: Id(2)] string MaskDigest,
    [property: Id(3)] string Holders,
    [property: Id(4)] ReadOnlyMemory<byte> Plan,
    [property: Id(5)] ReadOnlyMemory<byte> Masks,
    [property: Id(6)] WeightTermsView Terms);

/// <summary>A session that is to use held weights.</summary>
/// <param name="Opening">The opening's session.</param>
/// <param name="Session">This session.</param>
/// <param name="Receiver">Who will learn the outputs.</param>
/// <param name="Holders">As in <see cref="WeightsKeep"/>, of this session's roster.</param>
/// <param name="Plan">Canonical bytes of this session's plan.</param>
[GenerateSerializer, Immutable, Alias("pg.weights-use")]
public sealed record WeightsUse(
    [property: Id(0)] string Opening,
    [property: Id(1)] string Session,
    [property: Id(2)] string Receiver,
    [property: Id(3)] string Holders,
    [property: Id(4)] ReadOnlyMemory<byte> Plan);

/// <summary>How held weights stand at one party.</summary>
/// <param name="Party">Whose.</param>
/// <param name="Opening">The opening's session.</param>
/// <param name="Owner">Who gave the weights.</param>
/// <param name="Status"><c>held</c> or <c>withdrawn</c>.</param>
/// <param name="MaskDigest">Of the masks. Lower-case hex.</param>
/// <param name="Masks">Canonical bytes of the masks' plan.</param>
/// <param name="Terms">What the owner allows.</param>
/// <param name="Used">Sessions that this party has counted.</param>
[GenerateSerializer, Immutable, Alias("pg.held-weights-view")]
public sealed record HeldWeightsView(
    [property: Id(0)] string Party,
    [property: Id(1)] string Opening,
    [property: Id(2)] string Owner,
    [property: Id(3)] string Status,
    [property: Id(4)] string MaskDigest,
    [property: Id(5)] ReadOnlyMemory<byte> Masks,
    [property: Id(6)] WeightTermsView Terms,
    [property: Id(7)] long Used);

/// <summary>How an opening's weights stand at all compute parties.</summary>
/// <param name="Opening">The opening's session.</param>
/// <param name="Parties">What each says; one that cannot be asked, or holds nothing, is left out.</param>
/// <param name="Missing">Those that are left out, each with the code of the reason.</param>
[GenerateSerializer, Immutable, Alias("pg.weights-standing")]
public sealed record WeightsStanding(
    [property: Id(0)] string Opening,
    [property: Id(1)] ImmutableArray<HeldWeightsView> Parties,
    [property: Id(2)] ImmutableDictionary<string, string> Missing);
