using System.Collections.Immutable;

namespace PrivacyGrains.Grains;

/// <summary>One party's stock of correlated randomness in one epoch: on its own disk, each lot given out once. Key: <c>party/epoch</c>. Runs on that party's silo.</summary>
/// <remarks>What it hands out leaves the party's silo never; what comes in is sealed to a key that this activation alone holds.</remarks>
[Alias("pg.stock")]
public interface IStockGrain : IGrainWithStringKey
{
    /// <summary>Checks the order against the consortium's members and epoch, and offers a signed key that lots of its pool are to be sealed to.</summary>
    [Alias("offer")]
    Task<Reply<SideOffer>> OfferAsync(StockOrder order);

    /// <summary>This party's part of a lot, sealed by the dealer. Durable on the party's disk when this answers. Refused: a pool that was not offered, a counter that was met before.</summary>
    [Alias("accept")]
    Task<Reply<Done>> AcceptAsync(string pool, string lot, ReadOnlyMemory<byte> sealedPart);

    /// <summary>The lots of a pool that are here, in the order of their counters.</summary>
    [Alias("held")]
    Task<Reply<HeldLots>> HeldAsync(string pool);

    /// <summary>Takes a lot for a session, durably, and answers its bytes: secret, and never again. A second call is refused, also the same session's.</summary>
    [Alias("take")]
    Task<Reply<TakenLot>> TakeAsync(string pool, string lot, string session);

    /// <summary>Throws away lots that other parties do not hold. Idempotent.</summary>
    [Alias("discard")]
    Task<Reply<Done>> DiscardAsync(ImmutableArray<string> lots, string reason);
}

/// <summary>What a lot is to be made of.</summary>
/// <param name="Epoch">The consortium's epoch.</param>
/// <param name="Preprocessing">Canonical bytes of Protocols.Dealing's plan.</param>
/// <param name="ComputeParties">Ascending.</param>
/// <param name="Dealer">Who makes it.</param>
[GenerateSerializer, Immutable, Alias("pg.stock-order")]
public sealed record StockOrder(
    [property: Id(0)] long Epoch,
    [property: Id(1)] ReadOnlyMemory<byte> Preprocessing,
    [property: Id(2)] ImmutableArray<string> ComputeParties,
    [property: Id(3)] string Dealer);

/// <summary>Names of lots.</summary>
[GenerateSerializer, Immutable, Alias("pg.held-lots")]
public sealed record HeldLots([property: Id(0)] ImmutableArray<string> Lots);

/// <summary>A lot that was taken.</summary>
/// <param name="Lot">Its name.</param>
/// <param name="Part">This party's part. Secret; whoever gets it clears it.</param>
[GenerateSerializer, Immutable, Alias("pg.taken-lot")]
public sealed record TakenLot([property: Id(0)] string Lot, [property: Id(1)] ReadOnlyMemory<byte> Part)
{
    /// <summary>The name; never the part.</summary>
    public override string ToString() => $"TakenLot({Lot})";
}

/// <summary>Deals lots ahead, one after the other. Key: the dealer's party. Runs on the dealer's silo, apart from <see cref="IDealerGrain"/>, whose sessions it must not hold up.</summary>
[Alias("pg.stock-dealer")]
public interface IStockDealerGrain : IGrainWithStringKey
{
    /// <summary>Takes an order for one lot and answers at once; the keeper is told when the lot lies at every party, or why not.</summary>
    [Alias("order")]
    Task<Reply<Done>> OrderAsync(StockOrder order);
}
