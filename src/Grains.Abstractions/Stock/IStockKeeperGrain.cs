using System.Collections.Immutable;

namespace PrivacyGrains.Grains;

/// <summary>Keeps stock for plans that an operator reserved or that sessions use: orders lots ahead of demand and says which lot a session takes. Key: the consortium. Runs at the coordinator and sees names only.</summary>
[Alias("pg.stock-keeper")]
public interface IStockKeeperGrain : IGrainWithStringKey
{
    /// <summary>Keeps lots for a plan from now on, or another number; 0 ends it. Idempotent.</summary>
    [Alias("reserve")]
    Task<Reply<ReserveView>> ReserveAsync(StockReserve reserve);

    /// <summary>Every plan that stock is kept for, by name.</summary>
    [Alias("list")]
    [AlwaysInterleave]
    Task<ImmutableArray<ReserveView>> ListAsync();

    /// <summary>The lot that a session takes, handed to no other; an empty name where there is none. Counts as demand: a plan that is used again is kept from then on.</summary>
    [Alias("next")]
    [AlwaysInterleave]
    Task<LotChoice> NextAsync(StockOrder order);

    /// <summary>A plan was registered that sessions will ask for: the keeper takes it up by itself before the first one does, as it does after the second, and within the same limits. Idempotent.</summary>
    [Alias("expect")]
    Task<Reply<Done>> ExpectAsync(StockOrder order);

    /// <summary>No session will ask for a plan any more: what is kept of it by itself is thrown away; an operator's reserve stays. Idempotent.</summary>
    [Alias("retire")]
    Task<Reply<Done>> RetireAsync(StockOrder order, string reason);

    /// <summary>A dealer reports: the lot lies at every party, or the order came to nothing.</summary>
    [Alias("dealt")]
    [AlwaysInterleave]
    Task DealtAsync(string pool, string lot, Refusal? refusal);
}

/// <summary>A plan to keep stock for.</summary>
/// <param name="Name">The registered plan's: 1 to 64 characters of a-z, 0-9 and hyphen.</param>
/// <param name="Plan">Canonical bytes of Protocols.Inference's plan.</param>
/// <param name="ComputeParties">Ascending.</param>
/// <param name="Dealer">Who deals.</param>
/// <param name="Lots">How many lots to hold ready at least; while sessions come faster, more. 0 ends it.</param>
[GenerateSerializer, Immutable, Alias("pg.stock-reserve")]
public sealed record StockReserve(
    [property: Id(0)] string Name,
    [property: Id(1)] ReadOnlyMemory<byte> Plan,
    [property: Id(2)] ImmutableArray<string> ComputeParties,
    [property: Id(3)] string Dealer,
    [property: Id(4)] int Lots);

/// <summary>How a plan's stock stands.</summary>
/// <param name="Name">The plan's name.</param>
/// <param name="ComputeParties">Ascending.</param>
/// <param name="Dealer">Who deals.</param>
/// <param name="Lots">Held ready at least.</param>
/// <param name="Target">Held ready at present, by the demand.</param>
/// <param name="Ready">Lots that lie at every party.</param>
/// <param name="Ordered">Lots under way.</param>
/// <param name="LotsPerMinute">That sessions asked for, lately.</param>
/// <param name="LotBytes">Of one lot, at all parties.</param>
/// <param name="KeptBy"><c>operator</c> where one reserved it; <c>itself</c> where the keeper took it up because sessions use it.</param>
/// <param name="RunsOutAt">When it is kept no longer, if no session asks until then; null for an operator's.</param>
[GenerateSerializer, Immutable, Alias("pg.reserve-view")]
public sealed record ReserveView(
    [property: Id(0)] string Name,
    [property: Id(1)] ImmutableArray<string> ComputeParties,
    [property: Id(2)] string Dealer,
    [property: Id(3)] int Lots,
    [property: Id(4)] int Target,
    [property: Id(5)] int Ready,
    [property: Id(6)] int Ordered,
    [property: Id(7)] double LotsPerMinute,
    [property: Id(8)] long LotBytes,
    [property: Id(9)] string KeptBy,
    [property: Id(10)] DateTimeOffset? RunsOutAt);

/// <summary>Which lot a session takes.</summary>
/// <param name="Lot">Its name; empty for none.</param>
[GenerateSerializer, Immutable, Alias("pg.lot-choice")]
public sealed record LotChoice([property: Id(0)] string Lot);
