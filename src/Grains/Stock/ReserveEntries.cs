using System.Collections.Immutable;
using System.Text.Json.Serialization;
using PrivacyGrains.Protocols.Sessions;

namespace PrivacyGrains.Grains.Stock;

/// <summary>Something that changed which plans stock is kept for.</summary>
internal abstract record ReserveEntry(DateTimeOffset At);

/// <summary>An operator's word: stock is kept for a plan from now on, or no longer.</summary>
internal sealed record ReserveSet(StockReserve Reserve, string By, DateTimeOffset At) : ReserveEntry(At);

/// <summary>The keeper's own: a plan was used again, or is expected to be.</summary>
internal sealed record PoolLearned(OwnPool Pool, string Reason, DateTimeOffset At) : ReserveEntry(At);

/// <summary>The keeper's own: nobody asks for the plan any more.</summary>
internal sealed record PoolRanOut(string Name, string Reason, DateTimeOffset At) : ReserveEntry(At);

/// <summary>A plan that the keeper keeps stock for by itself. It outlives the epoch in which it was learned, unless its weights were opened under masks and an operator has begun one since; its lots do not.</summary>
/// <param name="Name">Made of the terms' digest: the same plan, parties and dealer have the same one.</param>
/// <param name="Preprocessing">What a lot holds, canonical.</param>
/// <param name="ComputeParties">Ascending.</param>
/// <param name="Dealer">Who deals.</param>
/// <param name="Epoch">In which it was learned, where its weights were opened under masks; 0 elsewhere.</param>
internal sealed record OwnPool(string Name, ReadOnlyMemory<byte> Preprocessing, ImmutableArray<string> ComputeParties, string Dealer, long Epoch)
{
    /// <summary>How such names begin; an operator's plans have others.</summary>
    public const string Prefix = "auto-";

    /// <summary>The pool that an order's lots are of.</summary>
    public static OwnPool Of(StockOrder order, StockTerms terms) =>
        new(string.Concat(Prefix, Convert.ToHexStringLower(terms.Digest()).AsSpan(0, 16)), order.Preprocessing, order.ComputeParties, order.Dealer,
            terms.Preprocessing.MaskDigest.IsEmpty ? 0 : order.Epoch);

    /// <summary>Whether an operator has begun an epoch since the weights were opened: nothing can be dealt for them.</summary>
    public bool IsVoid(long voidBefore) => Epoch != 0 && Epoch < voidBefore;

    /// <summary>What its lots are made of; null where this build refuses it.</summary>
    public StockTerms? Terms() => StockOrders.Terms(new StockOrder(0, Preprocessing, ComputeParties, Dealer)).Terms;
}

/// <summary>JSON of the entries.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ReserveSet))]
[JsonSerializable(typeof(PoolLearned))]
[JsonSerializable(typeof(PoolRanOut))]
internal sealed partial class ReserveJson : JsonSerializerContext;
