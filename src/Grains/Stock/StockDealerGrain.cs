using System.Text.Json.Serialization;
using System.Security.Cryptography;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Engine;
using PrivacyGrains.Grains.Hosting;
using PrivacyGrains.Grains.Inference;
using PrivacyGrains.Grains.Journaling;
using PrivacyGrains.Grains.Parties;
using PrivacyGrains.Grains.Weights;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Channels;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Rosters;
using PrivacyGrains.Protocols.Sessions;

namespace PrivacyGrains.Grains.Stock;

/// <summary>A lot was named: written before the first byte of it leaves.</summary>
internal sealed record LotDealt(string Lot, long Counter, string Pool, string PlanDigest, DateTimeOffset At);

/// <summary>The dealer's counter.</summary>
internal sealed record LotCounter(long Counter);

/// <summary>JSON of the entry.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LotDealt))]
internal sealed partial class StockDealerJson : JsonSerializerContext;

/// <summary>Deals lots ahead, one after the other, so that the sessions' own dealing is not held up and each party meets the counters in order.</summary>
/// <remarks>
/// For each lot: every party's signed offer; the counter, durable; fresh seeds; a sealed and signed part for each party. Seeds and parts are gone when that has ended.
/// A crash on the way wastes the lot: its counter is never used again.
/// </remarks>
[PlacedWithParty]
internal sealed partial class StockDealerGrain(
    GrainJournals journals, IPartyKeys keys, MaskFiles masks, IGrainFactory grains, GrainSettings settings, TimeProvider clock, GrainMetrics metrics, ILogger<StockDealerGrain> logger)
    : Grain, IStockDealerGrain
{
    private const int QueueLimit = 256;
    private static readonly TimeSpan CallDeadline = TimeSpan.FromSeconds(8);

    private static readonly JournalShape<LotCounter, LotDealt> Shape = new(
        () => new LotCounter(0), static (_, dealt) => new LotCounter(dealt.Counter), new JournalCodec<LotDealt>().With("dealer.lot-dealt.v1", StockDealerJson.Default.LotDealt));

    private readonly Queue<StockOrder> _queue = new();
    private Journal<LotCounter, LotDealt> _journal = null!;
    private bool _working;

    private string Name => this.GetPrimaryKeyString();

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken) => (_journal, _) = await journals.OpenAuditedAsync(
        this, PartyId.Create(Name).Value, "stock-dealer", Shape,
        (version, dealt) => new AuditEvent(version, "dealer.lot-dealt", dealt.Lot, Name, dealt.Pool, dealt.PlanDigest, dealt.At), cancellationToken);

    /// <inheritdoc/>
    public Task<Reply<Done>> OrderAsync(StockOrder order)
    {
        if (_queue.Count >= QueueLimit)
        {
            return Task.FromResult<Reply<Done>>(Refuse(new Refusal("stock.dealer-busy", $"{Name} has {QueueLimit} lots to deal already.", RefusalKind.Unavailable)));
        }

        _queue.Enqueue(order);
        if (!_working)
        {
            _ = WorkAsync();
        }

        return Task.FromResult<Reply<Done>>(Done.Instance);
    }

    private async Task WorkAsync()
    {
        _working = true;
        try
        {
            while (_queue.TryDequeue(out var order))
            {
                var (pool, lot, refusal) = await DealAsync(order);
                await grains.GetGrain<IStockKeeperGrain>(settings.Consortium).DealtAsync(pool, lot, refusal);
            }
        }
        catch (Exception e)
        {
            LogBroken(Name, e); // the keeper orders anew when it has waited long enough
        }
        finally
        {
            _working = false;
        }
    }

    private async Task<(string Pool, string Lot, Refusal? Refusal)> DealAsync(StockOrder order)
    {
        var consortium = await grains.GetGrain<IConsortiumGrain>(settings.Consortium).GetAsync();
        var (pool, refusal) = consortium.Value is { } view ? StockOrders.Check(order, view) : (null, consortium.Refusal);
        if (pool is null)
        {
            return (string.Empty, string.Empty, Refuse(refusal!));
        }

        if (pool.Terms.Dealer.Value != Name)
        {
            return (pool.Name, string.Empty, Refuse(new Refusal("stock.bad-order", $"{Name} is not this pool's dealer.", RefusalKind.Invalid)));
        }

        var maskDigest = pool.Terms.Preprocessing.MaskDigest;
        if (!maskDigest.IsEmpty && !masks.Knows(Name, consortium.Value!.VoidBefore, maskDigest.Span))
        {
            return (pool.Name, string.Empty, Refuse(new Refusal("dealer.unknown-masks", $"{Name} has not dealt the masks of weights that this plan names, or has forgotten them.")));
        }

        // 1. Where to: each party's key, signed by the party.
        var offers = new List<SessionOffer>();
        foreach (var party in pool.Terms.ComputeParties)
        {
            var reply = await AskAsync(party, StockOf(party, order.Epoch).OfferAsync(order));
            if (reply.Value is not { } offered)
            {
                return (pool.Name, string.Empty, Refuse(reply.Refusal!));
            }

            if (!SessionOffer.Accept(pool.Roster, offered.Offer.Span).Try(out var offer, out var fault) || offer.Party != party)
            {
                return (pool.Name, string.Empty, Refuse(fault?.AsRefusal() ?? new Refusal("offer.foreign", $"{party}'s offer is another's.", RefusalKind.Invalid)));
            }

            offers.Add(offer);
        }

        // 2. The counter, before anything of it leaves.
        var digest = Convert.ToHexStringLower(pool.Terms.Preprocessing.Digest());
        SessionId lot = default;
        await _journal.DecideAsync(book =>
        {
            lot = StockTerms.NewLot(book.Counter + 1, SystemRandomSource.Instance);
            return new LotDealt(lot.Value, book.Counter + 1, pool.Name, digest, clock.GetUtcNow());
        });

        // 3. The parts.
        var (key, self) = (await keys.GetAsync(Name), PartyId.Create(Name));
        var parts = await Task.Run(() =>
        {
            using var known = maskDigest.IsEmpty ? null : masks.Recall(Name, consortium.Value!.VoidBefore, maskDigest.Span);
            var blobs = Dealer.Deal(pool.Terms.Preprocessing, lot, SystemRandomSource.Instance, known);
            return blobs.Select((blob, i) =>
            {
                var part = SealedInput.Seal(pool.Roster, self, key, offers[i], SessionPurposes.Lot(lot), blob);
                CryptographicOperations.ZeroMemory(blob);
                return part;
            }).ToList();
        });
        var replies = await Task.WhenAll(pool.Terms.ComputeParties.Select((party, i) => AskAsync(party, StockOf(party, order.Epoch).AcceptAsync(pool.Name, lot.Value, parts[i]))));
        var bytes = parts.Sum(part => (long)part.Length);
        LogDealt(lot.Value, bytes);
        metrics.Dealt(bytes);
        return (pool.Name, lot.Value, replies.FirstOrDefault(reply => reply.Refusal is not null)?.Refusal);
    }

    private async Task<Reply<T>> AskAsync<T>(PartyId party, Task<Reply<T>> call)
        where T : class
    {
        try
        {
            return await call.WaitAsync(CallDeadline, clock);
        }
        catch (Exception e) when (e is TimeoutException or OrleansException)
        {
            return new Refusal("party.unavailable", $"{party}'s silo does not answer.", RefusalKind.Unavailable);
        }
    }

    private IStockGrain StockOf(PartyId party, long epoch) => grains.GetGrain<IStockGrain>($"{party}/{epoch}");

    private Refusal Refuse(Refusal refusal)
    {
        metrics.Refused("stock-dealer", refusal.Code);
        return refusal;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Dealt {Lot} ahead, {Bytes} bytes")]
    private partial void LogDealt(string lot, long bytes);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Party} could not deal ahead")]
    private partial void LogBroken(string party, Exception exception);
}
