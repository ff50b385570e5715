using PrivacyGrains.Grains.Stock;
using PrivacyGrains.Storage;
using static PrivacyGrains.Grains.Tests.Hosting.TestConsortium;

namespace PrivacyGrains.Grains.Tests.Stock;

/// <summary>Stock that the keeper lays in by itself: of plans that are used again, within the limits, until nobody asks any more.</summary>
public class OwnStockTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Plan_UsedASecondTime_IsKeptFromThenOn_AndKnownAgainAfterARestart()
    {
        await using var world = await StockWorld.StartAsync();
        Assert.Empty((await world.Keeper.NextAsync(world.Order)).Lot);
        Assert.Empty(await world.Keeper.ListAsync());
        Assert.Empty((await world.Keeper.NextAsync(world.Order)).Lot);
        var kept = await ReadyAsync(world);

        Assert.Equal("itself", kept.KeptBy);
        Assert.StartsWith("auto-", kept.Name, StringComparison.Ordinal);
        Assert.Equal(["h-1", "h-2"], kept.ComputeParties.AsEnumerable());
        Assert.NotNull(kept.RunsOutAt);
        Assert.Contains("stock.pool-learned", await world.Consortium.AuditKindsAsync(kept.Name));
        var lot = (await world.Keeper.NextAsync(world.Order)).Lot;
        Value(await world.Stock("h-1").TakeAsync(world.Pool, lot, "s"));
        Value(await world.Stock("h-2").TakeAsync(world.Pool, lot, "s"));

        await world.Consortium.Cluster.DeactivateAllAsync();
        Assert.Equal(kept.Name, (await ReadyAsync(world)).Name);
        var other = (await world.Keeper.NextAsync(world.Order)).Lot;
        Assert.NotEmpty(other);
        Assert.NotEqual(lot, other);
    }

    [Fact]
    public async Task Plan_ThatIsExpected_IsKeptBeforeTheFirstSession()
    {
        await using var world = await StockWorld.StartAsync();
        Value(await world.Keeper.ExpectAsync(world.Order));
        Value(await world.Keeper.ExpectAsync(world.Order));
        await ReadyAsync(world);
        Assert.NotEmpty((await world.Keeper.NextAsync(world.Order)).Lot);
        Assert.Equal("stock.stale-epoch", Code(await world.Keeper.ExpectAsync(world.OrderOf(StockWorld.OtherPlan) with { Epoch = world.Epoch + 1 })));
        Assert.Equal("preprocessing.malformed", Code(await world.Keeper.ExpectAsync(world.Order with { Preprocessing = new byte[3] })));
    }

    [Fact]
    public async Task OperatorsReserve_TakesThePlaceOfWhatIsKeptByItself_AndItsLotsServeOn()
    {
        await using var world = await StockWorld.StartAsync();
        Value(await world.Keeper.ExpectAsync(world.Order));
        var own = await ReadyAsync(world);
        var lot = Assert.Single(await world.HeldAsync("h-1"));
        Value(await world.Keeper.ReserveAsync(StockWorld.Reserve(1)));
        await StockWorld.UntilAsync(async () => (await world.Consortium.AuditKindsAsync(own.Name)).Contains("stock.pool-ran-out"));
        var reserved = await ReadyAsync(world);
        Assert.Equal(("scores", "operator", null), (reserved.Name, reserved.KeptBy, reserved.RunsOutAt));
        Assert.Equal(lot, (await world.Keeper.NextAsync(world.Order)).Lot);
        Assert.Equal("stock.bad-reserve", Code(await world.Keeper.ReserveAsync(StockWorld.Reserve(1) with { Name = own.Name })));
    }

    [Fact]
    public async Task Operator_EndsWhatIsKeptByItself_ByItsName()
    {
        await using var world = await StockWorld.StartAsync();
        Value(await world.Keeper.ExpectAsync(world.Order));
        var own = await ReadyAsync(world);
        Value(await world.Keeper.ReserveAsync(StockWorld.Reserve(0) with { Name = own.Name }));
        Assert.Empty(await world.Keeper.ListAsync());
    }

    [Fact]
    public async Task Retired_IsThrownAwayAtOnce_ButNotWhatAnOperatorReserved()
    {
        await using var world = await StockWorld.StartAsync();
        Value(await world.Keeper.RetireAsync(world.Order, "never was there"));
        Value(await world.Keeper.ExpectAsync(world.Order));
        await ReadyAsync(world);
        Value(await world.Keeper.RetireAsync(world.Order, "withdrawn"));
        Assert.Empty(await world.Keeper.ListAsync());
        Assert.Empty(await world.HeldAsync("h-1"));
        Value(await world.Keeper.ReserveAsync(StockWorld.Reserve(1)));
        await ReadyAsync(world);
        Value(await world.Keeper.RetireAsync(world.Order, "withdrawn"));
        await ReadyAsync(world);
    }

    [Fact]
    public void Plan_WhoseWeightsWereOpenedUnderMasks_IsKeptUntilAnOperatorBeginsAnEpoch()
    {
        var masked = StockWorld.TermsOf(StockWorld.Plan.WithMasks(StockWorld.Plan.MaskPlan(new byte[32], new byte[32])!));
        var own = OwnPool.Of(StockOrders.Of(masked, 7), masked);
        Assert.False(own.IsVoid(7));
        Assert.True(own.IsVoid(8));
        Assert.NotNull(KeptPool.Of(own, "c", 8, 1 << 20, Now)); // a member has joined
        var plain = StockWorld.TermsOf(StockWorld.Plan);
        Assert.False(OwnPool.Of(StockOrders.Of(plain, 7), plain).IsVoid(8));
    }

    [Fact]
    public async Task NewEpoch_KeepsThePlan_WithLotsOfItsOwn()
    {
        await using var world = await StockWorld.StartAsync();
        Value(await world.Keeper.ExpectAsync(world.Order));
        var old = await ReadyAsync(world);
        var oldLot = Assert.Single(await world.HeldAsync("h-1"));
        Value(await world.Consortium.Book.BeginEpochAsync(world.Epoch, "a backup was restored"));
        await world.SeeEpochAsync();
        await StockWorld.UntilAsync(async () => (await world.Keeper.NextAsync(world.Order)).Lot is { Length: > 0 } lot && lot != oldLot);
        Assert.Equal(old.Name, Assert.Single(await world.Keeper.ListAsync()).Name);
    }

    [Fact]
    public async Task SwitchedOff_OrWithoutRoom_NothingIsKeptByItself_AndARegistrationIsToldSo()
    {
        foreach (var settings in (StockSettings[])[new() { ByItself = false }, new() { Pools = 0 }, new() { BytesPerParty = 10 }])
        {
            await using var world = await StockWorld.StartAsync(settings);
            for (var i = 0; i < 3; i++)
            {
                Assert.Empty((await world.Keeper.NextAsync(world.Order)).Lot);
            }

            Assert.Equal("stock.no-room", Code(await world.Keeper.ExpectAsync(world.Order)));
            Assert.Empty(await world.Keeper.ListAsync());
            Value(await world.Keeper.ReserveAsync(StockWorld.Reserve(1)));
            Assert.Equal("scores", (await ReadyAsync(world)).Name);
        }
    }

    [Fact]
    public async Task Lots_OfTwoPlans_StayWithinTheBytesOfAParty()
    {
        var each = ReserveBook.PartBytes(StockWorld.TermsOf(StockWorld.Plan)).Values.Max() + ReserveBook.PartBytes(StockWorld.TermsOf(StockWorld.OtherPlan)).Values.Max();
        await using var world = await StockWorld.StartAsync(new StockSettings { BytesPerParty = each - 1 });
        Value(await world.Keeper.ExpectAsync(world.Order));
        await ReadyAsync(world);
        Value(await world.Keeper.ExpectAsync(world.OrderOf(StockWorld.OtherPlan)));
        await StockWorld.UntilAsync(async () => (await world.Keeper.ListAsync()) is { Length: 2 });
        await world.Consortium.Cluster.DeactivateAsync(world.Keeper); // each start asks the parties, and orders what there is room for
        await StockWorld.UntilAsync(async () => (await world.Keeper.ListAsync()) is { Length: 2 } both && both.Sum(pool => pool.Ready) == 1);
        Assert.Single(await world.HeldAsync("h-1"));
        Assert.Empty(await world.HeldAsync("h-1", StockWorld.OtherPlan));
    }

    [Fact]
    public async Task Plan_ThatNobodyAsksForAnyMore_RunsOut_AndItsLotsAreThrownAway()
    {
        await using var world = await StockWorld.StartAsync(new StockSettings { Within = TimeSpan.FromMilliseconds(1), Idle = TimeSpan.FromMilliseconds(500) });
        Value(await world.Keeper.ExpectAsync(world.Order));
        var name = "";
        await StockWorld.UntilAsync(async () =>
        {
            name = (await world.Keeper.ListAsync()) is [var pool] ? pool.Name : name;
            return name.Length > 0 && (await world.Consortium.AuditKindsAsync(name)).Contains("stock.pool-ran-out");
        });
        await StockWorld.UntilAsync(async () => (await world.HeldAsync("h-1")).IsEmpty && (await world.HeldAsync("h-2")).IsEmpty);
        Assert.Empty(await world.Keeper.ListAsync());
        Assert.Empty(world.FilesOf("h-1"));
    }

    [Fact]
    public async Task FullOfPlans_OneThatNobodyUses_GivesWayToOneThatIsUsed()
    {
        await using var world = await StockWorld.StartAsync(new StockSettings { Pools = 1, Within = TimeSpan.FromMilliseconds(20) });
        Value(await world.Keeper.ExpectAsync(world.Order));
        var first = await ReadyAsync(world);
        await StockWorld.UntilAsync(async () => (await world.Keeper.ExpectAsync(world.OrderOf(StockWorld.OtherPlan))).Refusal is null);
        Assert.NotEqual(first.Name, (await ReadyAsync(world)).Name);
    }

    [Fact]
    public void Sightings_CountWithinThePeriod_AndForgetTheOldest()
    {
        var sightings = new PlanSightings();
        var period = TimeSpan.FromMinutes(10);
        Assert.False(sightings.IsAgain("a", Now, period));
        Assert.True(sightings.IsAgain("a", Now.AddMinutes(9), period));
        Assert.False(sightings.IsAgain("a", Now.AddMinutes(19), period));
        for (var i = 0; i < PlanSightings.Limit; i++)
        {
            sightings.IsAgain($"b-{i}", Now.AddMinutes(20), period);
        }

        Assert.False(sightings.IsAgain("a", Now.AddMinutes(21), period));
        Assert.True(sightings.IsAgain("b-200", Now.AddMinutes(21), period));
    }

    [Fact]
    public void Target_OfAPlanKeptByItself_FollowsTheRate_FromOneUpToWhatFitsAtAParty()
    {
        var terms = StockWorld.TermsOf(StockWorld.Plan);
        var own = OwnPool.Of(StockOrders.Of(terms, 1), terms);
        var part = ReserveBook.PartBytes(terms).Values.Max();
        var (roomy, tight) = (KeptPool.Of(own, "c", 1, 100 * part, Now)!, KeptPool.Of(own, "c", 1, 3 * part, Now)!);
        Assert.Equal((1, 1), (roomy.Target(Now), tight.Target(Now)));
        for (var i = 0; i < 20; i++)
        {
            roomy.Next(Now);
            tight.Next(Now);
        }

        Assert.Equal((10, 3), (roomy.Target(Now), tight.Target(Now)));
        Assert.Equal(1, roomy.Target(Now.AddMinutes(2)));
    }

    [Fact]
    public void Book_ReadBackFromItsStoredForm_KnowsTheSamePlans()
    {
        var terms = StockWorld.TermsOf(StockWorld.Plan);
        var (own, other) = (OwnPool.Of(StockOrders.Of(terms, 1), terms), OwnPool.Of(StockOrders.Of(terms, 1), StockWorld.TermsOf(StockWorld.OtherPlan)));
        ReserveEntry[] entries = [new PoolLearned(own, "used again", Now), new ReserveSet(StockWorld.Reserve(2), "ann", Now), new PoolLearned(other, "registered", Now), new PoolRanOut(other.Name, "why", Now)];
        var book = ReserveBook.Empty;
        foreach (var (entry, i) in entries.Select((entry, i) => (entry, i)))
        {
            var (type, payload) = ReserveBook.Codec.Encode(entry);
            book = book.Apply(ReserveBook.Codec.Decode("s", new RecordedEntry(i + 1, type, payload, Now)));
            Assert.Equal(Now, ReserveBook.Audit(i, entry).At);
        }

        Assert.Equal(terms.Digest(), Assert.Single(book.Own).Value.Terms()!.Digest());
        Assert.Equal(2, Assert.Single(book.Reserves).Value.Lots);
        Assert.Empty(book.Learn(own, "used again", Now).Entries);
        Assert.Empty(book.RunOut(other.Name, "why", Now).Entries);
    }

    [Fact]
    public void Settings_ThatMakeNoSense_AreNamed()
    {
        Assert.Empty(new StockSettings().Faults("S"));
        var wrong = new StockSettings { BytesPerParty = -1, Pools = 999, Within = TimeSpan.Zero, Idle = TimeSpan.FromSeconds(-1) };
        Assert.Equal(["S:BytesPerParty", "S:Pools", "S:Within", "S:Idle"], wrong.Faults("S").Select(fault => fault.Split(' ')[0]));
    }

    private static async Task<ReserveView> ReadyAsync(StockWorld world)
    {
        ReserveView? found = null;
        await StockWorld.UntilAsync(async () => (found = (await world.Keeper.ListAsync()) is [{ Ready: >= 1 } view] ? view : null) is not null);
        return found!;
    }
}
