using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using PrivacyGrains.Grains.Journaling;
using PrivacyGrains.Protocols.Sessions;

namespace PrivacyGrains.Grains.Stock;

/// <summary>An entry of a party's stock in one epoch. Names and sizes: no seed, no key.</summary>
internal abstract record StockEntry(DateTimeOffset At);

/// <summary>A lot lies on the disk; written after the file.</summary>
internal sealed record LotStocked(string Lot, string Pool, string Dealer, long Counter, long Bytes, DateTimeOffset At) : StockEntry(At);

/// <summary>A lot was given to a session; written before its bytes leave the grain, and before the file is erased.</summary>
internal sealed record LotTaken(string Lot, string Session, DateTimeOffset At) : StockEntry(At);

/// <summary>A lot was thrown away.</summary>
internal sealed record LotDiscarded(string Lot, string Reason, DateTimeOffset At) : StockEntry(At);

/// <summary>A lot that may still be taken.</summary>
internal sealed record HeldLot(string Lot, string Pool, long Counter, long Bytes);

/// <summary>The book written down whole.</summary>
internal sealed record StockSnapshot(ImmutableArray<HeldLot> Held, ImmutableDictionary<string, long> Counters);

/// <summary>JSON of the entries.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LotStocked))]
[JsonSerializable(typeof(LotTaken))]
[JsonSerializable(typeof(LotDiscarded))]
[JsonSerializable(typeof(StockSnapshot))]
internal sealed partial class StockJson : JsonSerializerContext;

/// <summary>Which lots a party holds, and that each is given out once. Pure.</summary>
/// <remarks>A name that was met before can never come back: each dealer's counters only rise, so the book need not remember what is gone.</remarks>
internal sealed record StockBook(ImmutableDictionary<string, HeldLot> Held, ImmutableDictionary<string, long> Counters)
{
    /// <summary>Before the first lot.</summary>
    public static StockBook Empty { get; } = new(
        ImmutableDictionary.Create<string, HeldLot>(StringComparer.Ordinal), ImmutableDictionary.Create<string, long>(StringComparer.Ordinal));

    /// <summary>The entries' stored form.</summary>
    public static JournalCodec<StockEntry> Codec { get; } = new JournalCodec<StockEntry>()
        .With("stock.stocked.v1", StockJson.Default.LotStocked)
        .With("stock.taken.v1", StockJson.Default.LotTaken)
        .With("stock.discarded.v1", StockJson.Default.LotDiscarded);

    /// <summary>How the book is written down whole.</summary>
    public static JournalSnapshots<StockBook> Snapshots { get; } = new(
        "stock.book.v1",
        Every: 256,
        static book => JsonSerializer.SerializeToUtf8Bytes(new StockSnapshot([.. book.Held.Values.OrderBy(lot => lot.Counter)], book.Counters), StockJson.Default.StockSnapshot),
        static bytes => JsonSerializer.Deserialize(bytes.Span, StockJson.Default.StockSnapshot) is { } kept
            ? new StockBook(Empty.Held.AddRange(kept.Held.Select(lot => KeyValuePair.Create(lot.Lot, lot))), Empty.Counters.AddRange(kept.Counters))
            : throw new JsonException("null"));

    /// <summary>Applies a durable entry.</summary>
    public StockBook Apply(StockEntry entry) => entry switch
    {
        LotStocked stocked => this with
        {
            Held = Held.SetItem(stocked.Lot, new HeldLot(stocked.Lot, stocked.Pool, stocked.Counter, stocked.Bytes)),
            Counters = Counters.SetItem(stocked.Dealer, stocked.Counter),
        },
        LotTaken taken => this with { Held = Held.Remove(taken.Lot) },
        LotDiscarded discarded => this with { Held = Held.Remove(discarded.Lot) },
        _ => throw new ArgumentException($"No entry of a stock: {entry.GetType().Name}", nameof(entry)),
    };

    /// <summary>Takes a lot in: each name once, and never one behind the last that its dealer sent.</summary>
    public Decision<StockEntry> Stock(string lot, string pool, string dealer, long bytes, DateTimeOffset now) =>
        !StockTerms.TryReadLot(lot, out _, out var counter) ? new Refusal("stock.bad-name", "This is no lot's name.", RefusalKind.Invalid)
        : counter <= Counters.GetValueOrDefault(dealer) ? new Refusal("stock.replayed", $"{lot} lies behind the last lot that came from {dealer}; a lot is taken in once and in order.")
        : new LotStocked(lot, pool, dealer, counter, bytes, now);

    /// <summary>Gives a lot to a session, once.</summary>
    public Decision<StockEntry> Take(string lot, string pool, string session, DateTimeOffset now)
    {
        if (Held.TryGetValue(lot, out var held))
        {
            return held.Pool == pool
                ? new LotTaken(lot, session, now)
                : new Refusal("stock.other-pool", $"{lot} is of another plan, other parties, another dealer or another epoch than the session.");
        }

        return StockTerms.TryReadLot(lot, out _, out var counter) && Counters.Values.Any(last => counter <= last)
            ? new Refusal("stock.lot-gone", $"{lot} was taken or thrown away before; a lot serves once.")
            : new Refusal("stock.unknown-lot", $"There is no {lot} here.");
    }

    /// <summary>Throws lots away.</summary>
    public Decision<StockEntry> Discard(IEnumerable<string> lots, string reason, DateTimeOffset now) =>
        Decision<StockEntry>.Of([.. lots.Distinct(StringComparer.Ordinal).Where(Held.ContainsKey).Select(lot => new LotDiscarded(lot, reason, now))]);

    /// <summary>The event of an entry.</summary>
    public static AuditEvent Audit(string party, long version, StockEntry entry) => entry switch
    {
        LotStocked e => new AuditEvent(version, "stock.stocked", e.Lot, party, $"{e.Pool}, counter {e.Counter} of {e.Dealer}", string.Empty, e.At),
        LotTaken e => new AuditEvent(version, "stock.taken", e.Lot, party, e.Session, string.Empty, e.At),
        LotDiscarded e => new AuditEvent(version, "stock.discarded", e.Lot, party, e.Reason, string.Empty, e.At),
        _ => throw new ArgumentException($"No entry of a stock: {entry.GetType().Name}", nameof(entry)),
    };
}
