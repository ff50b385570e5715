using System.Collections.Immutable;
using PrivacyGrains.Grains.Journaling;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Sessions;

namespace PrivacyGrains.Grains.Stock;

/// <summary>Which plans stock is kept for: an operator's, and those that the keeper took up by itself. Pure.</summary>
internal sealed record ReserveBook(ImmutableSortedDictionary<string, StockReserve> Reserves, ImmutableSortedDictionary<string, OwnPool> Own)
{
    /// <summary>The most lots that one plan may want.</summary>
    public const int MostLots = 1000;

    /// <summary>The most bytes that one plan's lots may take at all parties together.</summary>
    public const long MostBytes = 16L << 30;

    /// <summary>Before the first plan.</summary>
    public static ReserveBook Empty { get; } = new(
        ImmutableSortedDictionary.Create<string, StockReserve>(StringComparer.Ordinal), ImmutableSortedDictionary.Create<string, OwnPool>(StringComparer.Ordinal));

    /// <summary>The entries' stored form.</summary>
    public static JournalCodec<ReserveEntry> Codec { get; } = new JournalCodec<ReserveEntry>()
        .With("stock.reserve-set.v1", ReserveJson.Default.ReserveSet)
        .With("stock.pool-learned.v1", ReserveJson.Default.PoolLearned)
        .With("stock.pool-ran-out.v1", ReserveJson.Default.PoolRanOut);

    /// <summary>Applies a durable entry.</summary>
    public ReserveBook Apply(ReserveEntry entry) => entry switch
    {
        ReserveSet set => this with { Reserves = set.Reserve.Lots == 0 ? Reserves.Remove(set.Reserve.Name) : Reserves.SetItem(set.Reserve.Name, set.Reserve) },
        PoolLearned learned => this with { Own = Own.SetItem(learned.Pool.Name, learned.Pool) },
        PoolRanOut ranOut => this with { Own = Own.Remove(ranOut.Name) },
        _ => throw new ArgumentException($"No entry of a keeper: {entry.GetType().Name}", nameof(entry)),
    };

    /// <summary>Keeps stock for a plan by itself. Idempotent.</summary>
    public Decision<ReserveEntry> Learn(OwnPool pool, string reason, DateTimeOffset now) =>
        Own.ContainsKey(pool.Name) ? Decision<ReserveEntry>.Nothing : new PoolLearned(pool, reason, now);

    /// <summary>Ends what was kept by itself. Idempotent.</summary>
    public Decision<ReserveEntry> RunOut(string name, string reason, DateTimeOffset now) =>
        Own.ContainsKey(name) ? new PoolRanOut(name, reason, now) : Decision<ReserveEntry>.Nothing;

    /// <summary>The event of an entry.</summary>
    public static AuditEvent Audit(long version, ReserveEntry entry) => entry switch
    {
        ReserveSet e => new AuditEvent(version, "stock.reserve-set", e.Reserve.Name, e.By, $"{e.Reserve.Lots} lots of {e.Reserve.Dealer}", string.Empty, e.At),
        PoolLearned e => new AuditEvent(
            version, "stock.pool-learned", e.Pool.Name, "coordinator", $"{e.Reason}: {string.Join(", ", e.Pool.ComputeParties)}; dealer {e.Pool.Dealer}", string.Empty, e.At),
        PoolRanOut e => new AuditEvent(version, "stock.pool-ran-out", e.Name, "coordinator", e.Reason, string.Empty, e.At),
        _ => throw new ArgumentException($"No entry of a keeper: {entry.GetType().Name}", nameof(entry)),
    };

    /// <summary>Keeps stock for a plan at an operator's word, or ends it.</summary>
    public Decision<ReserveEntry> Set(StockReserve reserve, string by, DateTimeOffset now)
    {
        if (!PartyId.TryCreate(reserve.Name, out _) || reserve.Lots is < 0 or > MostLots)
        {
            return Invalid($"A plan is named by 1 to 64 characters of a-z, 0-9 and hyphen, beginning with a letter, and wants 0 to {MostLots} lots.");
        }

        if (reserve.Lots == 0)
        {
            return Reserves.ContainsKey(reserve.Name) ? new ReserveSet(reserve with { Plan = ReadOnlyMemory<byte>.Empty, ComputeParties = [] }, by, now) : RunOut(reserve.Name, $"ended by {by}", now);
        }

        if (reserve.Name.StartsWith(OwnPool.Prefix, StringComparison.Ordinal))
        {
            return Invalid($"Names that begin with '{OwnPool.Prefix}' are of plans that are kept by themselves. Choose another, for the same plan if you like: your reserve takes its place.");
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
                ? Decision<ReserveEntry>.Nothing
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
    public static long LotBytes(StockTerms terms) => PartBytes(terms).Values.Sum();

    /// <summary>The bytes of one lot at each party.</summary>
    public static ImmutableDictionary<string, long> PartBytes(StockTerms terms)
    {
        var name = SessionId.Create($"lot.1.{new string('0', 32)}");
        return terms.ComputeParties.Select((party, i) => KeyValuePair.Create(party.Value, terms.Preprocessing.BlobBytes(i, name))).ToImmutableDictionary(StringComparer.Ordinal);
    }

    private static Refusal Invalid(string message) => new("stock.bad-reserve", message, RefusalKind.Invalid);
}
