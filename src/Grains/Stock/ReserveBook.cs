using System.Collections.Immutable;
using System.Text.Json.Serialization;
using PrivacyGrains.Grains.Journaling;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Sessions;

namespace PrivacyGrains.Grains.Stock;

/// <summary>Stock is kept for a plan from now on, or no longer.</summary>
internal sealed record ReserveSet(StockReserve Reserve, string By, DateTimeOffset At);

/// <summary>JSON of the entry.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ReserveSet))]
internal sealed partial class ReserveJson : JsonSerializerContext;

/// <summary>Which plans stock is kept for. Pure.</summary>
internal sealed record ReserveBook(ImmutableSortedDictionary<string, StockReserve> Reserves)
{
    /// <summary>The most lots that one plan may want.</summary>
    public const int MostLots = 1000;

    /// <summary>The most bytes that one plan's lots may take at all parties together.</summary>
    public const long MostBytes = 16L << 30;

    /// <summary>Before the first plan.</summary>
    public static ReserveBook Empty { get; } = new(ImmutableSortedDictionary.Create<string, StockReserve>(StringComparer.Ordinal));

    /// <summary>The entry's stored form.</summary>
    public static JournalCodec<ReserveSet> Codec { get; } = new JournalCodec<ReserveSet>().With("stock.reserve-set.v1", ReserveJson.Default.ReserveSet);

    /// <summary>Applies a durable entry.</summary>
    public ReserveBook Apply(ReserveSet set) => new(set.Reserve.Lots == 0 ? Reserves.Remove(set.Reserve.Name) : Reserves.SetItem(set.Reserve.Name, set.Reserve));

    /// <summary>Keeps stock for a plan, or ends it.</summary>
    public Decision<ReserveSet> Set(StockReserve reserve, string by, DateTimeOffset now)
    {
        if (!PartyId.TryCreate(reserve.Name, out _) || reserve.Lots is < 0 or > MostLots)
        {
            return Invalid($"A plan is named by 1 to 64 characters of a-z, 0-9 and hyphen, beginning with a letter, and wants 0 to {MostLots} lots.");
        }

        if (reserve.Lots == 0)
        {
            return Reserves.ContainsKey(reserve.Name) ? new ReserveSet(reserve with { Plan = ReadOnlyMemory<byte>.Empty, ComputeParties = [] }, by, now) : Decision<ReserveSet>.Nothing;
        }

        var (terms, refusal) = Terms(reserve);
        if (terms is null)
        {
            return refusal!;
        }

        if (LotBytes(terms) * reserve.Lots > MostBytes)
        {
            return Invalid($"{reserve.Lots} lots of {LotBytes(terms):N0} bytes are more than {MostBytes >> 30} GiB. Want fewer, or plan smaller batches.");
        }

        return Reserves.TryGetValue(reserve.Name, out var stands) && stands.Lots == reserve.Lots && stands.Dealer == reserve.Dealer && stands.Plan.Span.SequenceEqual(reserve.Plan.Span)
            && stands.ComputeParties.SequenceEqual(reserve.ComputeParties)
                ? Decision<ReserveSet>.Nothing
                : new ReserveSet(reserve, by, now);
    }

    /// <summary>What a plan's lots are made of.</summary>
    public static (StockTerms? Terms, Refusal? Refusal) Terms(StockReserve reserve)
    {
        if (reserve.ComputeParties.IsDefaultOrEmpty || reserve.ComputeParties.Append(reserve.Dealer).Any(name => !PartyId.TryCreate(name, out _)))
        {
            return (null, Invalid("A plan names its compute parties and a dealer."));
        }

        if (!InferencePlan.Parse(reserve.Plan.Span).Try(out var plan, out var fault))
        {
            return (null, new Refusal(fault.Code, fault.Explanation, RefusalKind.Invalid));
        }

        var parties = reserve.ComputeParties.Select(PartyId.Create).ToImmutableArray();
        return parties.Length != plan.Scheme.Parties || parties.Zip(parties.Skip(1)).Any(pair => pair.First >= pair.Second) || parties.Contains(PartyId.Create(reserve.Dealer))
            ? (null, Invalid($"The plan wants {plan.Scheme.Parties} different compute parties in ascending order, and a dealer who is none of them."))
            : (new StockTerms(plan.Preprocessing, parties, PartyId.Create(reserve.Dealer)), null);
    }

    /// <summary>The bytes of one lot, at all parties.</summary>
    public static long LotBytes(StockTerms terms)
    {
        var name = SessionId.Create($"lot.1.{new string('0', 32)}");
        return Enumerable.Range(0, terms.ComputeParties.Length).Sum(party => terms.Preprocessing.BlobBytes(party, name));
    }

    private static Refusal Invalid(string message) => new("stock.bad-reserve", message, RefusalKind.Invalid);
}
