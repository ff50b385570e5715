using System.Collections.Immutable;
using PrivacyGrains.Engine;
using PrivacyGrains.Grains.Journaling;
using PrivacyGrains.Storage;

namespace PrivacyGrains.Grains.Stock;

/// <summary>Keeps stock for registered plans: orders from dealers ahead of demand, and hands each lot's name to one session.</summary>
/// <remarks>
/// Only which plans there are is durable. What lies where, the parties know: after a start, and once a minute, they are asked, and what not all of them hold is thrown away.
/// Nothing rests on this grain's honesty or memory: a lot that it named twice is refused by the parties the second time, and the session is dealt for live.
/// A reminder wakes it after a restart of the coordinator, whether a session comes or not.
/// </remarks>
[PlacedWithCoordinator]
internal sealed partial class StockKeeperGrain(GrainJournals journals, IGrainFactory grains, TimeProvider clock, GrainMetrics metrics, ILogger<StockKeeperGrain> logger)
    : Grain, IStockKeeperGrain, IRemindable
{
    private const string Wake = "refill";
    private const int OrderedAtOnce = 4;
    private static readonly TimeSpan CallDeadline = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Comparing = TimeSpan.FromMinutes(1);
    private static readonly JournalShape<ReserveBook, ReserveSet> Shape = new(() => ReserveBook.Empty, static (book, set) => book.Apply(set), ReserveBook.Codec);

    private readonly Dictionary<string, KeptPool> _pools = new(StringComparer.Ordinal);
    private Journal<ReserveBook, ReserveSet> _journal = null!;
    private long _epoch;
    private bool _beating;
    private bool _again;

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        (_journal, _) = await journals.OpenAuditedAsync(
            this, IStores.ConsortiumOwner, "stock-keeper", Shape,
            static (version, set) => new AuditEvent(version, "stock.reserve-set", set.Reserve.Name, set.By, $"{set.Reserve.Lots} lots of {set.Reserve.Dealer}", string.Empty, set.At), cancellationToken);
        this.RegisterGrainTimer(static (keeper, _) => keeper.BeatAsync(), this, new GrainTimerCreationOptions(TimeSpan.Zero, Beat) { Interleave = true, KeepAlive = true });
    }

    /// <inheritdoc/>
    public Task ReceiveReminder(string reminderName, TickStatus status) => Task.CompletedTask; // the activation beats by itself

    /// <inheritdoc/>
    public async Task<Reply<ReserveView>> ReserveAsync(StockReserve reserve)
    {
        if (await _journal.DecideAsync(book => book.Set(reserve, Caller.Name, clock.GetUtcNow())) is { } refusal)
        {
            metrics.Refused("stock-keeper", refusal.Code);
            return refusal;
        }

        if (reserve.Lots > 0)
        {
            await this.RegisterOrUpdateReminder(Wake, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));
        }

        Arrange();
        Go();
        return _pools.Values.FirstOrDefault(pool => pool.Name == reserve.Name)?.View(clock.GetUtcNow())
            ?? new ReserveView(reserve.Name, reserve.ComputeParties.IsDefault ? [] : reserve.ComputeParties, reserve.Dealer, reserve.Lots, reserve.Lots, 0, 0, 0, 0);
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<ReserveView>> ListAsync() =>
        Task.FromResult<ImmutableArray<ReserveView>>([.. _pools.Values.OrderBy(pool => pool.Name, StringComparer.Ordinal).Select(pool => pool.View(clock.GetUtcNow()))]);

    /// <inheritdoc/>
    public Task<LotChoice> NextAsync(StockOrder order)
    {
        if (_pools.Values.FirstOrDefault(kept => kept.Serves(order)) is not { } pool)
        {
            return Task.FromResult(new LotChoice(string.Empty)); // no stock is kept for it
        }

        var lot = pool.Next(clock.GetUtcNow());
        if (lot is null)
        {
            metrics.StockMissed(pool.Name);
        }

        Go();
        return Task.FromResult(new LotChoice(lot ?? string.Empty));
    }

    /// <inheritdoc/>
    public Task DealtAsync(string pool, string lot, Refusal? refusal)
    {
        if (_pools.TryGetValue(pool, out var kept))
        {
            kept.Dealt(lot, refusal is null, clock.GetUtcNow());
            Measure(kept);
        }

        if (refusal is not null)
        {
            LogNotDealt(kept?.Name ?? pool, refusal.Code, refusal.Message);
        }

        Go();
        return Task.CompletedTask;
    }

    private void Go() => _ = BeatAsync();

    /// <summary>One turn of work at a time; what comes meanwhile is seen to at its end.</summary>
    private async Task BeatAsync()
    {
        _again = true;
        if (_beating)
        {
            return;
        }

        _beating = true;
        try
        {
            while (_again)
            {
                _again = false;
                await RefillAsync();
            }
        }
        catch (Exception e)
        {
            LogBroken(e); // the next beat tries again
        }
        finally
        {
            _beating = false;
        }
    }

    private async Task RefillAsync()
    {
        if (_journal.State.Reserves.Count == 0 && _pools.Count == 0)
        {
            return;
        }

        if ((await grains.GetGrain<IConsortiumGrain>(this.GetPrimaryKeyString()).GetAsync()).Value is { } consortium && consortium.Epoch != _epoch)
        {
            _epoch = consortium.Epoch;
        }

        Arrange();
        foreach (var pool in _pools.Values.ToList())
        {
            if (pool.MustCompare(clock.GetUtcNow(), Comparing))
            {
                await CompareAsync(pool);
            }

            while (pool.Compared && pool.MayOrder(clock.GetUtcNow(), OrderedAtOnce))
            {
                await OrderAsync(pool);
            }

            Measure(pool);
        }
    }

    /// <summary>A pool for each plan, in this epoch.</summary>
    private void Arrange()
    {
        if (_epoch == 0)
        {
            return;
        }

        var wanted = _journal.State.Reserves.Values.Select(reserve => KeptPool.Of(reserve, this.GetPrimaryKeyString(), _epoch)).OfType<KeptPool>().ToList();
        foreach (var (name, pool) in _pools.Where(entry => wanted.All(kept => kept.Pool != entry.Key || kept.Name != entry.Value.Name)).ToList())
        {
            _pools.Remove(name);
            metrics.ReserveEnds(pool.Name);
        }

        foreach (var pool in wanted)
        {
            if (!_pools.TryAdd(pool.Pool, pool))
            {
                _pools[pool.Pool].Reserve = pool.Reserve;
            }
        }
    }

    private async Task OrderAsync(KeptPool pool)
    {
        pool.Ordered(clock.GetUtcNow());
        try
        {
            var reply = await grains.GetGrain<IStockDealerGrain>(pool.Order.Dealer).OrderAsync(pool.Order).WaitAsync(CallDeadline, clock);
            if (reply.Refusal is { } refusal)
            {
                pool.Dealt(string.Empty, false, clock.GetUtcNow());
                LogNotDealt(pool.Name, refusal.Code, refusal.Message);
            }
        }
        catch (Exception e) when (e is TimeoutException or OrleansException)
        {
            pool.Dealt(string.Empty, false, clock.GetUtcNow());
            LogNotDealt(pool.Name, "party.unavailable", e.GetType().Name);
        }
    }

    /// <summary>Asks every party what it holds: what all hold is ready, the rest serves nobody.</summary>
    private async Task CompareAsync(KeptPool pool)
    {
        var held = new List<ImmutableArray<string>>();
        foreach (var party in pool.Order.ComputeParties)
        {
            try
            {
                var reply = await grains.GetGrain<IStockGrain>($"{party}/{pool.Order.Epoch}").HeldAsync(pool.Pool).WaitAsync(CallDeadline, clock);
                if (reply.Value is not { } lots)
                {
                    // What a party does not say is not what it does not have: nothing is thrown away for it.
                    pool.Unknown(reply.Refusal!.Code == "stock.rolled-back", clock.GetUtcNow());
                    LogNotDealt(pool.Name, reply.Refusal.Code, reply.Refusal.Message);
                    return;
                }

                held.Add(lots.Lots);
            }
            catch (Exception e) when (e is TimeoutException or OrleansException)
            {
                pool.Rest(clock.GetUtcNow());
                return;
            }
        }

        var stray = pool.Compare(held, clock.GetUtcNow());
        if (!stray.IsEmpty)
        {
            foreach (var party in pool.Order.ComputeParties)
            {
                try
                {
                    await grains.GetGrain<IStockGrain>($"{party}/{pool.Order.Epoch}").DiscardAsync(stray, "not held by every party").WaitAsync(CallDeadline, clock);
                }
                catch (Exception e) when (e is TimeoutException or OrleansException)
                {
                    LogNotDealt(pool.Name, "party.unavailable", party);
                }
            }
        }
    }

    private void Measure(KeptPool pool) => metrics.ReserveStands(pool.Name, pool.Target(clock.GetUtcNow()), pool.Ready, pool.PerMinute(clock.GetUtcNow()));

    [LoggerMessage(Level = LogLevel.Warning, Message = "No lot for {Plan} now: {Code}: {Message}")]
    private partial void LogNotDealt(string plan, string code, string message);

    [LoggerMessage(Level = LogLevel.Error, Message = "Refilling broke off and is tried again")]
    private partial void LogBroken(Exception exception);
}
