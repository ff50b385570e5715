using PrivacyGrains.Protocols.Sessions;

namespace PrivacyGrains.Grains.Stock;

/// <content>Plans that are kept by themselves: taken up when they are used again, or expected; within the limits; and let run out when nobody asks any more.</content>
internal sealed partial class StockKeeperGrain
{
    private readonly PlanSightings _sightings = new();
    private readonly Queue<StockOrder> _toKeep = new();

    /// <inheritdoc/>
    public async Task<Reply<Done>> ExpectAsync(StockOrder order)
    {
        if (StockOrders.Terms(order).Refusal is { } refusal)
        {
            metrics.Refused("stock-keeper", refusal.Code);
            return refusal;
        }

        await SeeEpochAsync();
        var refused = await TakeUpAsync(order, "registered");
        Go();
        return refused is null ? Done.Instance : refused;
    }

    /// <inheritdoc/>
    public async Task<Reply<Done>> RetireAsync(StockOrder order, string reason)
    {
        await SeeEpochAsync();
        Arrange();
        if (_pools.Values.FirstOrDefault(pool => pool.Reserve is null && pool.Serves(order)) is { } pool)
        {
            await RunOutAsync(pool, reason);
        }

        return Done.Instance;
    }

    /// <summary>A session asked for a plan that no stock is kept of.</summary>
    private void Notice(StockOrder order)
    {
        if (settings.ByItself && StockOrders.Terms(order).Terms is { } terms
            && _sightings.IsAgain(terms.Pool(this.GetPrimaryKeyString(), order.Epoch).Value, clock.GetUtcNow(), settings.Within))
        {
            _toKeep.Enqueue(order);
            Go();
        }
    }

    private async Task<Refusal?> TakeUpAsync(StockOrder order, string reason)
    {
        Arrange();
        if (order.Epoch != _epoch)
        {
            return new Refusal("stock.stale-epoch", $"The order is of epoch {order.Epoch}; the consortium is in epoch {_epoch}.", RefusalKind.Conflict);
        }

        if (StockOrders.Terms(order) is not { Terms: { } terms } || _pools.Values.Any(pool => pool.Serves(order)))
        {
            return null;
        }

        var own = OwnPool.Of(order, terms);
        if (await LacksRoomAsync(terms) is { } limit)
        {
            metrics.StockUnkept(limit);
            LogNoRoom(own.Name, limit, settings.Pools, settings.BytesPerParty);
            return new Refusal("stock.no-room", $"The coordinator keeps stock by itself of {settings.Pools} plans and {settings.BytesPerParty:N0} bytes at a party at most.", RefusalKind.Unavailable);
        }

        await _journal.DecideAsync(book => book.Learn(own, reason, clock.GetUtcNow()));
        await StayAwakeAsync();
        Arrange();
        LogTakenUp(own.Name, reason, order.ComputeParties.Length);
        return null;
    }

    /// <summary>Which limit forbids one more plan; null for none. A plan that nobody asked for within the period gives way to it.</summary>
    private async Task<string?> LacksRoomAsync(StockTerms terms)
    {
        if (!settings.ByItself || ReserveBook.PartBytes(terms).Values.Max() > settings.BytesPerParty)
        {
            return "size";
        }

        if (_journal.State.Own.Count >= settings.Pools
            && _pools.Values.Where(pool => pool.Reserve is null).MinBy(pool => pool.LastAsked) is { } oldest && oldest.LastAsked <= clock.GetUtcNow() - settings.Within)
        {
            await RunOutAsync(oldest, "gives way to a plan that is used");
        }

        return _journal.State.Own.Count >= settings.Pools ? "pools" : null;
    }

    /// <summary>Whether one more lot of a pool fits beside all other lots that are kept by themselves, at each of its parties.</summary>
    private bool HasRoomFor(KeptPool wanted) => wanted.PartBytes.All(part =>
        part.Value + _pools.Values.Where(pool => pool.Reserve is null).Sum(pool => pool.Held * pool.PartBytes.GetValueOrDefault(part.Key)) <= settings.BytesPerParty);

    private async Task LetRunOutAsync()
    {
        var now = clock.GetUtcNow();
        foreach (var pool in _pools.Values.Where(pool => pool.Reserve is null && (!settings.ByItself || pool.LastAsked + settings.Idle <= now)).ToList())
        {
            await RunOutAsync(pool, settings.ByItself ? $"no session asked for it in {settings.Idle:c}" : "stock is kept at an operator's word only");
        }

        foreach (var hidden in _journal.State.Own.Keys.Where(own => _epoch > 0 && _pools.Values.All(pool => pool.Name != own)).ToList())
        {
            await _journal.DecideAsync(book => book.RunOut(hidden, "an operator reserved it, or nobody can deal it any more", now)); // its lots serve on
        }
    }

    private async Task RunOutAsync(KeptPool pool, string reason)
    {
        await _journal.DecideAsync(book => book.RunOut(pool.Name, reason, clock.GetUtcNow()));
        Arrange();
        metrics.StockRanOut();
        LogRanOut(pool.Name, reason);
        await EmptyAsync(pool, reason);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Stock is kept of {Plan} from now on ({Reason}), at {Parties} parties")]
    private partial void LogTakenUp(string plan, string reason, int parties);

    [LoggerMessage(Level = LogLevel.Information, Message = "Stock of {Plan} runs out: {Reason}")]
    private partial void LogRanOut(string plan, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No stock is kept of {Plan}, which is used: the limit of {Limit} is reached ({Pools} plans, {Bytes} bytes at a party)")]
    private partial void LogNoRoom(string plan, string limit, int pools, long bytes);
}
