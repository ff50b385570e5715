using PrivacyGrains.Grains.Stock;
using PrivacyGrains.Storage;
using static PrivacyGrains.Grains.Tests.Hosting.TestConsortium;

namespace PrivacyGrains.Grains.Tests.Stock;

/// <summary>Stock is there before it is asked for, and each name is handed out once.</summary>
public class StockKeeperTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Reserve_IsFilledAheadOfDemand_RefilledAfterIt_AndKnownAgainAfterARestart()
    {
        await using var world = await StockWorld.StartAsync();
        Value(await world.Keeper.ReserveAsync(StockWorld.Reserve(3)));
        await ReadyAsync(world, 3);

        var lots = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            lots.Add((await world.Keeper.NextAsync(world.Order)).Lot);
        }

        Assert.Equal(3, lots.Where(lot => lot.Length > 0).Distinct().Count());
        foreach (var lot in lots)
        {
            Value(await world.Stock("h-1").TakeAsync(world.Pool, lot, "s-" + lot));
            Value(await world.Stock("h-2").TakeAsync(world.Pool, lot, "s-" + lot));
        }

        await ReadyAsync(world, 3);
        await world.Consortium.Cluster.DeactivateAllAsync();
        await ReadyAsync(world, 3);
        var next = (await world.Keeper.NextAsync(world.Order)).Lot;
        Assert.NotEmpty(next);
        Assert.DoesNotContain(next, lots);
        Assert.Empty((await world.Keeper.NextAsync(world.OrderOf(StockWorld.OtherPlan))).Lot);
    }

    [Fact]
    public async Task NewEpoch_VoidsTheOldStock_AndFillsItsOwn()
    {
        await using var world = await StockWorld.StartAsync();
        Value(await world.Keeper.ReserveAsync(StockWorld.Reserve(2)));
        await ReadyAsync(world, 2);
        var old = world.Order;
        Value(await world.Consortium.Book.BeginEpochAsync(world.Epoch, "a backup was restored"));
        await world.SeeEpochAsync();
        await StockWorld.UntilAsync(async () => (await world.Keeper.NextAsync(old)).Lot.Length == 0);
        await ReadyAsync(world, 2);
        Assert.Equal(2, (await world.HeldAsync("h-1")).Length);
    }

    [Fact]
    public async Task Reserve_EndedOrOfNonsense_IsSaidSo()
    {
        await using var world = await StockWorld.StartAsync();
        Value(await world.Keeper.ReserveAsync(StockWorld.Reserve(1)));
        Value(await world.Keeper.ReserveAsync(StockWorld.Reserve(0)));
        Assert.Empty(await world.Keeper.ListAsync());
        Assert.Equal("stock.bad-reserve", Code(await world.Keeper.ReserveAsync(StockWorld.Reserve(-1))));
        Assert.Equal("stock.bad-reserve", Code(await world.Keeper.ReserveAsync(StockWorld.Reserve(1) with { ComputeParties = ["h-2", "h-1"] })));
        Assert.Equal("stock.bad-reserve", Code(await world.Keeper.ReserveAsync(StockWorld.Reserve(1) with { Dealer = "h-1" })));
        Assert.Equal("plan.malformed", Code(await world.Keeper.ReserveAsync(StockWorld.Reserve(1) with { Plan = new byte[5] })));
    }

    [Fact]
    public async Task Lot_ThatOnePartyLost_IsThrownAwayAtTheOthers()
    {
        await using var world = await StockWorld.StartAsync();
        Value(await world.Keeper.ReserveAsync(StockWorld.Reserve(1)));
        await ReadyAsync(world, 1);
        var lot = (await world.HeldAsync("h-1"))[0];
        Value(await world.Stock("h-1").DiscardAsync([lot], "a test"));
        for (var look = 0; look < 2; look++)
        {
            await world.Consortium.Cluster.DeactivateAsync(world.Keeper); // each start asks the parties
            await ReadyAsync(world, 1);
        }

        Assert.NotEqual(lot, (await world.Keeper.NextAsync(world.Order)).Lot);
    }

    [Fact]
    public void Pool_ThatHasLotsAtSomeParties_ThrowsThemAwayAtTheSecondLook()
    {
        var pool = KeptPool.Of(StockWorld.Reserve(2), "c", 1, Now)!;
        Assert.Empty(pool.Compare([["a", "b"], ["a"]], Now));
        Assert.Equal(1, pool.Ready);
        Assert.Equal(["b"], (IEnumerable<string>)pool.Compare([["a", "b"], ["a"]], Now.AddMinutes(1)));
        Assert.Equal("a", pool.Next(Now));
        Assert.Null(pool.Next(Now));
        pool.Compare([["a"], ["a"]], Now.AddMinutes(1));
        Assert.Equal(0, pool.Ready); // promised to a session that may not have taken it yet
    }

    [Fact]
    public void Pool_OfWhichAPartySaysNothing_KeepsWhatIsReady_UnlessItsLotsAreVoid()
    {
        var pool = KeptPool.Of(StockWorld.Reserve(2), "c", 1, Now)!;
        pool.Compare([["a", "b"], ["a", "b"]], Now);
        pool.Unknown(nothingServes: false, Now);
        Assert.Equal(2, pool.Ready);
        Assert.False(pool.MayOrder(Now, 4));
        pool.Unknown(nothingServes: true, Now);
        Assert.Equal(0, pool.Ready);
        Assert.Null(pool.Next(Now));
    }

    [Fact]
    public void Target_FollowsTheMeasuredRate_BetweenOneAndFourReserves()
    {
        var demand = new PoolDemand();
        Assert.Equal(4, demand.Target(4, 16, Now));
        for (var i = 0; i < 20; i++)
        {
            demand.Note(Now.AddSeconds(i));
        }

        Assert.Equal(20, demand.PerMinute(Now.AddSeconds(20)));
        Assert.Equal(10, demand.Target(4, 16, Now.AddSeconds(20)));
        Assert.Equal(8, demand.Target(2, 8, Now.AddSeconds(20)));
        Assert.Equal(4, demand.Target(4, 16, Now.AddMinutes(3)));
    }

    [Fact]
    public void Book_ReadBackFromItsStoredForm_RefusesTheSameNames()
    {
        var (live, stored) = (StockBook.Empty, StockBook.Empty);
        var names = Enumerable.Range(1, 4).Select(i => $"lot.{i}.{new string('c', 32)}").ToList();
        StockEntry[] entries =
        [
            new LotStocked(names[0], "p", "d", 1, 10, Now), new LotStocked(names[1], "p", "d", 2, 10, Now), new LotTaken(names[0], "s", Now), new LotStocked(names[3], "q", "d", 4, 10, Now),
            new LotDiscarded(names[3], "why", Now),
        ];
        foreach (var (entry, i) in entries.Select((entry, i) => (entry, i)))
        {
            live = live.Apply(entry);
            var (type, payload) = StockBook.Codec.Encode(entry);
            stored = stored.Apply(StockBook.Codec.Decode("s", new RecordedEntry(i + 1, type, payload, Now)));
            Assert.NotEmpty(StockBook.Audit("h", i, entry).Kind);
        }

        foreach (var book in (StockBook[])[live, stored, StockBook.Snapshots.Read(StockBook.Snapshots.Write(live))])
        {
            Assert.Equal([names[1]], book.Held.Keys);
            Assert.Equal("stock.lot-gone", book.Take(names[0], "p", "s", Now).Refusal!.Code);
            Assert.Equal("stock.lot-gone", book.Take(names[3], "q", "s", Now).Refusal!.Code);
            Assert.Equal("stock.other-pool", book.Take(names[1], "q", "s", Now).Refusal!.Code);
            Assert.Equal("stock.replayed", book.Stock(names[2], "p", "d", 1, Now).Refusal!.Code);
            Assert.Single(book.Take(names[1], "p", "s", Now).Entries);
        }
    }

    private static Task ReadyAsync(StockWorld world, int lots) => StockWorld.UntilAsync(async () => (await world.Keeper.ListAsync()) is [var view] && view.Ready >= lots);
}
