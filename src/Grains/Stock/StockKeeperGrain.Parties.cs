using System.Collections.Immutable;

namespace PrivacyGrains.Grains.Stock;

/// <content>Calls to dealers and to the parties' stocks: each has a deadline, and whoever does not answer holds up this pool only, for a moment.</content>
internal sealed partial class StockKeeperGrain
{
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
                var reply = await StockOf(pool, party).HeldAsync(pool.Pool).WaitAsync(CallDeadline, clock);
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
            await DiscardAsync(pool, stray, "not held by every party");
        }
    }

    /// <summary>Throws away all that the parties hold of a pool. Who is away keeps it until the epoch ends, or until the pool is compared again.</summary>
    private async Task EmptyAsync(KeptPool pool, string reason)
    {
        var held = new HashSet<string>(StringComparer.Ordinal);
        foreach (var party in pool.Order.ComputeParties)
        {
            try
            {
                held.UnionWith((await StockOf(pool, party).HeldAsync(pool.Pool).WaitAsync(CallDeadline, clock)).Value?.Lots ?? []);
            }
            catch (Exception e) when (e is TimeoutException or OrleansException)
            {
                LogNotDealt(pool.Name, "party.unavailable", party);
            }
        }

        if (held.Count > 0)
        {
            await DiscardAsync(pool, [.. held], reason);
        }
    }

    private async Task DiscardAsync(KeptPool pool, ImmutableArray<string> lots, string reason)
    {
        foreach (var party in pool.Order.ComputeParties)
        {
            try
            {
                await StockOf(pool, party).DiscardAsync(lots, reason).WaitAsync(CallDeadline, clock);
            }
            catch (Exception e) when (e is TimeoutException or OrleansException)
            {
                LogNotDealt(pool.Name, "party.unavailable", party);
            }
        }
    }

    private IStockGrain StockOf(KeptPool pool, string party) => grains.GetGrain<IStockGrain>($"{party}/{pool.Order.Epoch}");
}
