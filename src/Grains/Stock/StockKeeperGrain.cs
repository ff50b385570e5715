using System.Collections.Immutable;
using PrivacyGrains.Engine;
using PrivacyGrains.Grains.Journaling;
using PrivacyGrains.Storage;

namespace PrivacyGrains.Grains.Stock;

/// <summary>Keeps stock for plans that an operator reserved, and by itself for those that sessions use again: orders from dealers ahead of demand, and hands each lot's name to one session.</summary>
/// <remarks>
/// Only which plans there are is durable. What lies where, the parties know: after a start, and once a minute, they are asked, and what not all of them hold is thrown away.
/// Nothing rests on this grain's honesty or memory: a lot that it named twice is refused by the parties the second time, and the session is dealt for live.
/// A reminder wakes it after a restart of the coordinator, whether a session comes or not.
/// </remarks>
[PlacedWithCoordinator]
internal sealed partial class StockKeeperGrain(GrainJournals journals, IGrainFactory grains, StockSettings settings, TimeProvider clock, GrainMetrics metrics, ILogger<StockKeeperGrain> logger)
    : Grain, IStockKeeperGrain, IRemindable
{
    private const string Wake = "refill";
    private const int OrderedAtOnce = 4;
    private static readonly TimeSpan CallDeadline = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Comparing = TimeSpan.FromMinutes(1);
    private static readonly JournalShape<ReserveBook, ReserveEntry> Shape = new(() => ReserveBook.Empty, static (book, entry) => book.Apply(entry), ReserveBook.Codec);

    private readonly Dictionary<string, KeptPool> _pools = new(StringComparer.Ordinal);
    private Journal<ReserveBook, ReserveEntry> _journal = null!;
    private long _epoch;
    private long _voidBefore;
    private bool _beating;
    private bool _again;

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        (_journal, _) = await journals.OpenAuditedAsync(
            this, IStores.ConsortiumOwner, "stock-keeper", Shape, ReserveBook.Audit, cancellationToken);
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
            await StayAwakeAsync();
        }

        Arrange();
        Go();
        return _pools.Values.FirstOrDefault(pool => pool.Name == reserve.Name)?.View(clock.GetUtcNow(), settings.Idle)
            ?? new ReserveView(reserve.Name, reserve.ComputeParties.IsDefault ? [] : reserve.ComputeParties, reserve.Dealer, reserve.Lots, reserve.Lots, 0, 0, 0, 0, KeptPool.ByOperator, null);
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<ReserveView>> ListAsync() =>
        Task.FromResult<ImmutableArray<ReserveView>>([.. _pools.Values.OrderBy(pool => pool.Name, StringComparer.Ordinal).Select(pool => pool.View(clock.GetUtcNow(), settings.Idle))]);

    /// <inheritdoc/>
    public Task<LotChoice> NextAsync(StockOrder order)
    {
        if (_pools.Values.FirstOrDefault(kept => kept.Serves(order)) is not { } pool)
        {
            Notice(order);
            return Task.FromResult(new LotChoice(string.Empty)); // no stock is kept for it yet
        }

        var lot = pool.Next(clock.GetUtcNow());
        if (lot is null)
        {
            metrics.StockMissed(pool.Label);
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
        if (_journal.State.Reserves.Count == 0 && _journal.State.Own.Count == 0 && _pools.Count == 0 && _toKeep.Count == 0)
        {
            return;
        }

        await SeeEpochAsync();
        while (_toKeep.TryDequeue(out var order))
        {
            await TakeUpAsync(order, "used again");
        }

        Arrange();
        await LetRunOutAsync();
        foreach (var pool in _pools.Values.OrderBy(pool => pool.Reserve is null).ToList()) // an operator's word goes first
        {
            if (pool.MustCompare(clock.GetUtcNow(), Comparing))
            {
                await CompareAsync(pool);
            }

            while (pool.Compared && pool.MayOrder(clock.GetUtcNow(), OrderedAtOnce) && (pool.Reserve is not null || HasRoomFor(pool)))
            {
                await OrderAsync(pool);
            }

            Measure(pool);
        }
    }

    /// <summary>A pool for each plan, in this epoch; an operator's takes the place of one that is kept by itself for the same plan.</summary>
    private void Arrange()
    {
        if (_epoch == 0)
        {
            return;
        }

        var (name, now) = (this.GetPrimaryKeyString(), clock.GetUtcNow());
        var wanted = _journal.State.Reserves.Values.Select(reserve => KeptPool.Of(reserve, name, _epoch, now))
            .Concat(_journal.State.Own.Values.Where(own => !own.IsVoid(_voidBefore)).Select(own => KeptPool.Of(own, name, _epoch, settings.BytesPerParty, now)))
            .OfType<KeptPool>().DistinctBy(pool => pool.Pool).ToList();
        foreach (var (old, pool) in _pools.Where(entry => wanted.All(kept => kept.Pool != entry.Key || kept.Name != entry.Value.Name)).ToList())
        {
            _pools.Remove(old);
            metrics.ReserveEnds(pool.Name);
        }

        foreach (var pool in wanted)
        {
            if (!_pools.TryAdd(pool.Pool, pool))
            {
                _pools[pool.Pool].Reserve = pool.Reserve;
            }
        }

        metrics.PoolsStand(_pools.Values.Count(pool => pool.Reserve is not null), _pools.Values.Count(pool => pool.Reserve is null));
    }

    private async Task SeeEpochAsync()
    {
        if ((await grains.GetGrain<IConsortiumGrain>(this.GetPrimaryKeyString()).GetAsync()).Value is { } consortium)
        {
            (_epoch, _voidBefore) = (consortium.Epoch, consortium.VoidBefore);
        }
    }

    private Task StayAwakeAsync() => this.RegisterOrUpdateReminder(Wake, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));

    private void Measure(KeptPool pool) => metrics.ReserveStands(pool.Name, pool.Label, pool.Target(clock.GetUtcNow()), pool.Ready, pool.PerMinute(clock.GetUtcNow()));

    [LoggerMessage(Level = LogLevel.Warning, Message = "No lot for {Plan} now: {Code}: {Message}")]
    private partial void LogNotDealt(string plan, string code, string message);

    [LoggerMessage(Level = LogLevel.Error, Message = "Refilling broke off and is tried again")]
    private partial void LogBroken(Exception exception);
}
