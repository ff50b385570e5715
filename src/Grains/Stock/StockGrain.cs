using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using PrivacyGrains.Engine;
using PrivacyGrains.Grains.Hosting;
using PrivacyGrains.Grains.Inference;
using PrivacyGrains.Grains.Journaling;
using PrivacyGrains.Grains.Parties;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Channels;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sessions;

namespace PrivacyGrains.Grains.Stock;

/// <summary>One party's stock in one epoch: takes lots in, and gives each to one session.</summary>
/// <remarks>
/// <para>Taking in: (1) the file, flushed; (2) the journal. Giving out: (1) the file is read; (2) the journal, fenced, says which session has it; (3) the file is erased; (4) the bytes leave.
/// A crash between any two steps wastes the lot at most: a file that the journal does not hold is erased by the next activation, a lot whose file is gone is discarded.
/// Of two activations that give out the same lot, one append wins and the other is refused.</para>
/// <para>A journal that the audit log is ahead of was rolled back: everything in this epoch is refused then (<c>stock.rolled-back</c>), until a new epoch begins.
/// Where the log does not answer, sessions are dealt for live.</para>
/// </remarks>
[PlacedWithParty]
internal sealed partial class StockGrain(
    GrainJournals journals, LotFiles files, IPartyKeys keys, IGrainFactory grains, GrainSettings settings, TimeProvider clock, GrainMetrics metrics, ILogger<StockGrain> logger)
    : Grain, IStockGrain
{
    private const int PoolLimit = 256;

    private static readonly JournalShape<StockBook, StockEntry> Shape =
        new(() => StockBook.Empty, static (book, entry) => book.Apply(entry), StockBook.Codec, StockBook.Snapshots);

    private readonly Dictionary<string, (CheckedPool Pool, LocalSession Keys)> _pools = new(StringComparer.Ordinal);
    private Journal<StockBook, StockEntry> _journal = null!;
    private AuditTrail _trail = null!;
    private PartyId _self;
    private long _epoch;

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        (_self, _epoch) = this.GetPrimaryKeyString().Split('/') is [var party, var number] && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
            ? (PartyId.Create(party), epoch)
            : throw new ArgumentException("A stock's key is party/epoch.");
        (_journal, _trail) = await journals.OpenAuditedAsync(
            this, _self.Value, $"stock/{_epoch}", Shape, (version, entry) => StockBook.Audit(_self.Value, version, entry), cancellationToken);
        var held = _journal.State.Held.Keys.ToHashSet(StringComparer.Ordinal);
        await Task.Run(() => files.EraseAllBut(_self.Value, _epoch, held), cancellationToken);
        Measure();
    }

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        foreach (var (_, local) in _pools.Values)
        {
            local.Dispose();
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<Reply<SideOffer>> OfferAsync(StockOrder order)
    {
        var consortium = await grains.GetGrain<IConsortiumGrain>(settings.Consortium).GetAsync();
        if (consortium.Value is not { } view)
        {
            return consortium.Refusal!;
        }

        var (pool, refusal) = StockOrders.Check(order, view);
        if (pool is null)
        {
            return Refuse(refusal!);
        }

        if (order.Epoch != _epoch || !pool.Terms.ComputeParties.Contains(_self))
        {
            return Refuse(new Refusal("stock.bad-order", $"{_self} computes not in this pool, or the order is of another epoch than {_epoch}.", RefusalKind.Invalid));
        }

        if (await UnsafeAsync() is { } rolledBack)
        {
            return Refuse(rolledBack);
        }

        if (!_pools.TryGetValue(pool.Name, out var known))
        {
            if (_pools.Count == 0)
            {
                await Task.Run(() => files.EraseBefore(_self.Value, _epoch)); // the consortium itself says that this epoch has begun
                metrics.StockEnds(_self.Value, _epoch);
            }
            else if (_pools.Count >= PoolLimit)
            {
                return Refuse(new Refusal("stock.too-many-pools", $"{_self} keeps stock for {PoolLimit} pools already.", RefusalKind.Unavailable));
            }

            var local = LocalSession.Begin(pool.Roster, _self, await keys.GetAsync(_self.Value));
            local.EndExchange();
            known = _pools[pool.Name] = (pool, local);
        }

        return new SideOffer(_self.Value, known.Keys.Offer.Encoded, ReadOnlyMemory<byte>.Empty);
    }

    /// <inheritdoc/>
    public async Task<Reply<Done>> AcceptAsync(string pool, string lot, ReadOnlyMemory<byte> sealedPart)
    {
        if (!_pools.TryGetValue(pool, out var known))
        {
            return Refuse(new Refusal("stock.not-offered", $"{_self} has offered no key for this pool since its last start.", RefusalKind.Conflict));
        }

        var (terms, roster, dealer) = (known.Pool.Terms, known.Pool.Roster, known.Pool.Terms.Dealer);
        if ((await _journal.ReadAsync()).Stock(lot, pool, dealer.Value, sealedPart.Length, clock.GetUtcNow()).Refusal is { } early)
        {
            return Refuse(early);
        }

        var fault = await Task.Run(() =>
        {
            var name = SessionId.Create(lot);
            if (!SealedInput.Open(known.Keys, dealer, SessionPurposes.Lot(name), sealedPart.Span).Try(out var part, out var wrong)
                || !Correlations.Expand(part, terms.Preprocessing, name, terms.ComputeParties.IndexOf(_self), dealer).Try(out var correlations, out wrong))
            {
                return wrong;
            }

            correlations.Dispose();
            files.Write(_self.Value, _epoch, lot, part);
            CryptographicOperations.ZeroMemory(part);
            return null;
        });
        if (fault is not null)
        {
            return Refuse(fault.AsRefusal());
        }

        if (await _journal.DecideAsync(book => book.Stock(lot, pool, dealer.Value, sealedPart.Length, clock.GetUtcNow())) is { } refusal)
        {
            if (!_journal.State.Held.ContainsKey(lot))
            {
                await Task.Run(() => files.Erase(_self.Value, _epoch, lot));
            }

            return Refuse(refusal);
        }

        LogStocked(_self.Value, roster.Terms.Session.Value, lot);
        Measure();
        return Done.Instance;
    }

    /// <inheritdoc/>
    public async Task<Reply<HeldLots>> HeldAsync(string pool) =>
        await UnsafeAsync() is { } refusal
            ? Refuse(refusal)
            : new HeldLots([.. _journal.State.Held.Values.Where(lot => lot.Pool == pool).OrderBy(lot => lot.Counter).Select(lot => lot.Lot)]);

    /// <inheritdoc/>
    public async Task<Reply<TakenLot>> TakeAsync(string pool, string lot, string session)
    {
        if (await UnsafeAsync() is { } rolledBack)
        {
            return Refuse(rolledBack);
        }

        if (_journal.State.Take(lot, pool, session, clock.GetUtcNow()).Refusal is { } early)
        {
            return Refuse(early);
        }

        if (await Task.Run(() => files.Read(_self.Value, _epoch, lot)) is not { } part)
        {
            await _journal.DecideAsync(book => book.Discard([lot], "its file is missing or damaged", clock.GetUtcNow()));
            Measure();
            return Refuse(new Refusal("stock.lot-lost", $"{_self}'s file of {lot} is missing or damaged."));
        }

        if (await _journal.DecideAsync(book => book.Take(lot, pool, session, clock.GetUtcNow())) is { } taken)
        {
            CryptographicOperations.ZeroMemory(part); // another activation was first
            return Refuse(taken);
        }

        await Task.Run(() => files.Erase(_self.Value, _epoch, lot));
        metrics.LotTaken(_self.Value);
        Measure();
        return new TakenLot(lot, part);
    }

    /// <inheritdoc/>
    public async Task<Reply<Done>> DiscardAsync(ImmutableArray<string> lots, string reason)
    {
        if (await _journal.DecideAsync(book => book.Discard(lots, reason, clock.GetUtcNow())) is { } refusal)
        {
            return Refuse(refusal);
        }

        await Task.Run(() =>
        {
            foreach (var lot in lots.Where(lot => StockTerms.TryReadLot(lot, out _, out _)))
            {
                files.Erase(_self.Value, _epoch, lot);
            }
        });
        Measure();
        return Done.Instance;
    }

    /// <summary>Nothing is given out before the audit log has confirmed, once in this activation, that this journal is not an older copy.</summary>
    private async Task<Refusal?> UnsafeAsync()
    {
        if (!_trail.HasAll)
        {
            await _trail.FlushAsync();
        }

        if (_trail.LogIsAhead)
        {
            await _journal.CatchUpAsync(CancellationToken.None); // another activation may have written
            await _trail.FlushAsync();
        }

        if (_trail.LogIsAhead)
        {
            LogRolledBack(_self.Value, _epoch);
            return new Refusal("stock.rolled-back", $"The stock of {_self} in epoch {_epoch} lies behind the audit log: an older copy was restored. Begin a new epoch.");
        }

        return _trail.HasAll ? null : new Refusal("stock.unconfirmed", $"{_self} cannot compare its stock with the audit log now.", RefusalKind.Unavailable);
    }

    private void Measure() => metrics.StockStands(
        _self.Value, _epoch, _journal.State.Held.Values.GroupBy(lot => lot.Pool, StringComparer.Ordinal).Select(pool => (pool.Key, pool.LongCount(), pool.Sum(lot => lot.Bytes))));

    private Refusal Refuse(Refusal refusal)
    {
        metrics.Refused("stock", refusal.Code);
        return refusal;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Party} has stocked {Lot} of {Pool}")]
    private partial void LogStocked(string party, string pool, string lot);

    [LoggerMessage(Level = LogLevel.Error, Message = "The stock of {Party} in epoch {Epoch} was rolled back and is not used")]
    private partial void LogRolledBack(string party, long epoch);
}
