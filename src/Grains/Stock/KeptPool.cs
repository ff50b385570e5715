using System.Collections.Immutable;
using PrivacyGrains.Protocols.Sessions;

namespace PrivacyGrains.Grains.Stock;

/// <summary>The keeper's memory of one pool: what lies ready, what is ordered, how fast it goes. No I/O.</summary>
internal sealed class KeptPool
{
    /// <summary>Who keeps a pool.</summary>
    public const string ByOperator = "operator";

    /// <summary>Who keeps a pool.</summary>
    public const string ByItself = "itself";

    private const int MostOwnLots = 64;
    private static readonly TimeSpan OrderPatience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan RestAfterMiss = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Promised = TimeSpan.FromMinutes(2);

    private readonly PoolDemand _demand = new();
    private readonly Queue<DateTimeOffset> _ordered = new();
    private readonly Dictionary<string, DateTimeOffset> _given = new(StringComparer.Ordinal);
    private readonly HashSet<string> _fresh = new(StringComparer.Ordinal);
    private ImmutableHashSet<string> _suspects = [];
    private ImmutableList<string> _ready = [];
    private DateTimeOffset _restUntil = DateTimeOffset.MinValue;
    private DateTimeOffset _comparedAt = DateTimeOffset.MinValue;
    private long _bytesPerParty;

    private KeptPool(string name, StockTerms terms, string consortium, long epoch, DateTimeOffset now)
    {
        (Name, Pool, Order, LastAsked) = (name, terms.Pool(consortium, epoch).Value, StockOrders.Of(terms, epoch), now);
        PartBytes = ReserveBook.PartBytes(terms);
    }

    /// <summary>What the operator set; null for a pool that the keeper took up by itself.</summary>
    public StockReserve? Reserve { get; set; }

    /// <summary>The plan's name.</summary>
    public string Name { get; }

    /// <summary>The plan in a counter's label, of which there must not be ever more.</summary>
    public string Label => Reserve is null ? "auto" : Name;

    /// <summary>The pool's name.</summary>
    public string Pool { get; }

    /// <summary>How one lot is ordered.</summary>
    public StockOrder Order { get; }

    /// <summary>Bytes of one lot at each party.</summary>
    public ImmutableDictionary<string, long> PartBytes { get; }

    /// <summary>When a session asked last; until one does, when the keeper began to keep it.</summary>
    public DateTimeOffset LastAsked { get; private set; }

    /// <summary>Lots that lie at every party.</summary>
    public int Ready => _ready.Count;

    /// <summary>Whether the parties have said what they hold.</summary>
    public bool Compared => _comparedAt > DateTimeOffset.MinValue;

    /// <summary>Lots that lie at every party, or are on their way there.</summary>
    public int Held => Ready + _ordered.Count;

    /// <summary>The pool of an operator's plan in an epoch; null where the plan is none any more.</summary>
    public static KeptPool? Of(StockReserve reserve, string consortium, long epoch, DateTimeOffset now) =>
        ReserveBook.Terms(reserve).Terms is { } terms ? new KeptPool(reserve.Name, terms, consortium, epoch, now) { Reserve = reserve } : null;

    /// <summary>The pool in an epoch of a plan that is kept by itself; null where the plan is none any more.</summary>
    /// <param name="own">The plan.</param>
    /// <param name="consortium">The consortium's name.</param>
    /// <param name="epoch">Its epoch.</param>
    /// <param name="bytesPerParty">The most that its lots may take at one party.</param>
    /// <param name="now">When.</param>
    public static KeptPool? Of(OwnPool own, string consortium, long epoch, long bytesPerParty, DateTimeOffset now) =>
        own.Terms() is { } terms ? new KeptPool(own.Name, terms, consortium, epoch, now) { _bytesPerParty = bytesPerParty } : null;

    /// <summary>Whether a session's order is of this pool.</summary>
    public bool Serves(StockOrder order) =>
        order.Epoch == Order.Epoch && order.Dealer == Order.Dealer && order.ComputeParties.SequenceEqual(Order.ComputeParties) && order.Preprocessing.Span.SequenceEqual(Order.Preprocessing.Span);

    /// <summary>Lots in a minute.</summary>
    public double PerMinute(DateTimeOffset now) => _demand.PerMinute(now);

    /// <summary>How many to hold ready: the operator's reserve, and up to four times as many while sessions come faster; by itself one, and as many as the rate asks for within the limits.</summary>
    public int Target(DateTimeOffset now) => Reserve is { } set
        ? _demand.Target(set.Lots, 4 * set.Lots, now)
        : _demand.Target(1, (int)Math.Clamp(_bytesPerParty / Math.Max(1, PartBytes.Values.Max()), 1, MostOwnLots), now);

    /// <summary>The oldest lot, for one session; null for none.</summary>
    public string? Next(DateTimeOffset now)
    {
        _demand.Note(now);
        LastAsked = now;
        if (_ready.IsEmpty)
        {
            return null;
        }

        var lot = _ready[0];
        _ready = _ready.RemoveAt(0);
        _given[lot] = now;
        return lot;
    }

    /// <summary>Whether one more lot is to be ordered now.</summary>
    public bool MayOrder(DateTimeOffset now, int atOnce)
    {
        while (_ordered.TryPeek(out var first) && first <= now - OrderPatience)
        {
            _ordered.Dequeue(); // its dealer has stopped since
        }

        return now >= _restUntil && _ordered.Count < atOnce && Ready + _ordered.Count < Target(now);
    }

    /// <summary>A lot is ordered.</summary>
    public void Ordered(DateTimeOffset now) => _ordered.Enqueue(now);

    /// <summary>An order has ended.</summary>
    public void Dealt(string lot, bool lies, DateTimeOffset now)
    {
        _ordered.TryDequeue(out _);
        if (!lies)
        {
            Rest(now);
        }
        else if (!_ready.Contains(lot) && !_given.ContainsKey(lot))
        {
            _ready = _ready.Add(lot);
            _fresh.Add(lot);
        }
    }

    /// <summary>Leaves dealer and parties alone for a moment.</summary>
    public void Rest(DateTimeOffset now) => _restUntil = now + RestAfterMiss;

    /// <summary>A party does not say what it holds.</summary>
    /// <param name="nothingServes">Whether its lots are void: then none is named to a session.</param>
    /// <param name="now">When.</param>
    public void Unknown(bool nothingServes, DateTimeOffset now)
    {
        _ready = nothingServes ? [] : _ready;
        Rest(now);
    }

    /// <summary>Whether it is time to ask the parties what they hold.</summary>
    public bool MustCompare(DateTimeOffset now, TimeSpan every) => now >= _restUntil && now >= _comparedAt + every;

    /// <summary>Takes what the parties said.</summary>
    /// <returns>Lots that some of them lacked this time and the time before: they serve nobody.</returns>
    /// <remarks>A lot on its way lies at some parties before it lies at all, hence the second look.</remarks>
    public ImmutableArray<string> Compare(IReadOnlyList<ImmutableArray<string>> held, DateTimeOffset now)
    {
        foreach (var old in _given.Where(entry => entry.Value <= now - Promised).Select(entry => entry.Key).ToList())
        {
            _given.Remove(old);
        }

        var all = held.Aggregate((IEnumerable<string>)held[0], static (left, right) => left.Intersect(right, StringComparer.Ordinal)).ToList();
        var partial = held.SelectMany(static lots => lots).Except(all, StringComparer.Ordinal).Where(lot => !_given.ContainsKey(lot) && !_fresh.Contains(lot)).ToImmutableHashSet(StringComparer.Ordinal);
        var stray = partial.Intersect(_suspects);
        _suspects = partial;

        // What was reported while the parties were being asked is not among their answers yet.
        _ready = [.. all.Where(lot => !_given.ContainsKey(lot)), .. _ready.Where(lot => _fresh.Contains(lot) && !all.Contains(lot))];
        _fresh.Clear();
        _comparedAt = now;
        return [.. stray];
    }

    /// <summary>As an operator sees it.</summary>
    /// <param name="now">When.</param>
    /// <param name="idle">For how long a pool that is kept by itself may go unasked.</param>
    public ReserveView View(DateTimeOffset now, TimeSpan idle) => new(
        Name, Order.ComputeParties, Order.Dealer, Reserve?.Lots ?? 1, Target(now), Ready, _ordered.Count, PerMinute(now), PartBytes.Values.Sum(),
        Reserve is null ? ByItself : ByOperator, Reserve is null ? LastAsked + idle : null);
}
