using PrivacyGrains.Grains.Tests.Hosting;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Dealing;
using static PrivacyGrains.Grains.Tests.Hosting.TestConsortium;

namespace PrivacyGrains.Grains.Tests.Stock;

/// <summary>A lot is taken once: over sessions, activations, crashes and restored copies.</summary>
public class StockGrainTests
{
    [Fact]
    public async Task Lot_DealtAhead_ServesOneSession_AndItsFileIsGone()
    {
        await using var world = await StockWorld.StartAsync();
        var lot = await world.DealAsync();
        Assert.Equal(lot, Assert.Single(world.FilesOf("h-1")));

        var taken = Value(await world.Stock("h-1").TakeAsync(world.Pool, lot, "s-1"));

        Assert.Empty(world.FilesOf("h-1"));
        Assert.True(Correlations.Expand(taken.Part.Span, StockWorld.Plan.Preprocessing, SessionId.Create(lot), 0).IsOk);
        Assert.Equal("stock.lot-gone", Code(await world.Stock("h-1").TakeAsync(world.Pool, lot, "s-1")));
        Assert.Equal("stock.lot-gone", Code(await world.Stock("h-1").TakeAsync(world.Pool, lot, "s-2")));
        Assert.Empty(await world.HeldAsync("h-1"));
        Assert.Equal(lot, Assert.Single(await world.HeldAsync("h-2")));
        Assert.Contains("stock.taken", await world.Consortium.AuditKindsAsync(lot));
    }

    [Fact]
    public async Task Take_OfAnotherPool_OrANameThatNobodyDealt_IsRefusedByName_AndTheLotStays()
    {
        await using var world = await StockWorld.StartAsync();
        var lot = await world.DealAsync();
        Assert.Equal("stock.other-pool", Code(await world.Stock("h-1").TakeAsync(world.PoolOf(StockWorld.OtherPlan), lot, "s-1")));
        Assert.Equal("stock.unknown-lot", Code(await world.Stock("h-1").TakeAsync(world.Pool, $"lot.99.{new string('a', 32)}", "s-1")));
        Assert.Equal("stock.unknown-lot", Code(await world.Stock("h-1").TakeAsync(world.Pool, "no lot", "s-1")));
        Value(await world.Stock("h-1").TakeAsync(world.Pool, lot, "s-1"));
    }

    [Fact]
    public async Task TwoActivations_ThatGiveOutTheSameLot_GiveItOutOnce()
    {
        await using var world = await StockWorld.StartAsync();
        await OnceRules.TwoActivationsAsync(world, world.Consortium.Stores, rounds: 8);
    }

    [KillFact]
    public async Task Take_KilledAtEachAwait_IsNeverAnsweredTwice()
    {
        await using var world = await StockWorld.StartAsync();
        await OnceRules.KilledAtEachAwaitAsync(world, turns => 1 + (turns / 6));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Take_WhoseAppendFails_GivesNothingOut_AndTheLotServesOnceAtMost(bool afterWriting)
    {
        await using var world = await StockWorld.StartAsync();
        await OnceRules.AppendFailsAsync(world, afterWriting);
    }

    [KillFact]
    public async Task Accept_KilledAtEachAwait_LeavesAWholeLotOrNone()
    {
        await using var world = await StockWorld.StartAsync();
        await world.DealAsync();
        for (var turns = 1; turns < 40; turns += 3)
        {
            world.Consortium.Cluster.KillAfterTurns(world.Stock("h-1"), turns);
            Value(await world.Consortium.Cluster.Grains.GetGrain<IStockDealerGrain>(StockWorld.Dealer).OrderAsync(world.Order));
            await StockWorld.UntilAsync(async () => await QuietAsync(world));
            await world.Consortium.Cluster.KillActivationAsync(world.Stock("h-1"));
            var held = await world.HeldAsync("h-1");
            Assert.Equal(held.Order(), world.FilesOf("h-1").Order());
        }

        foreach (var lot in await world.HeldAsync("h-1"))
        {
            Value(await world.Stock("h-1").TakeAsync(world.Pool, lot, "s"));
        }
    }

    [Fact]
    public async Task RestoredCopy_OfAPartysJournalAndFiles_IsNotUsed_UntilANewEpochBegins()
    {
        await using var world = await StockWorld.StartAsync();
        var lot = await world.DealAsync();
        var (home, backup) = (Path.Combine(world.Consortium.Folder, "h-1"), Path.Combine(world.Consortium.Folder, "backup"));
        await world.Consortium.Cluster.DeactivateAllAsync();
        await world.Consortium.Stores.TamperAsync("h-1", _ => OnceRules.Copy(home, backup));
        Value(await world.Stock("h-1").TakeAsync(world.Pool, lot, "s-1"));

        await world.Consortium.Cluster.DeactivateAllAsync();
        await world.Consortium.Stores.TamperAsync("h-1", _ =>
        {
            Directory.Delete(home, recursive: true);
            OnceRules.Copy(backup, home);
        });
        Assert.Equal(lot, Assert.Single(world.FilesOf("h-1")));
        Assert.Equal("stock.rolled-back", Code(await world.Stock("h-1").TakeAsync(world.Pool, lot, "s-2")));
        Assert.Equal("stock.rolled-back", Code(await world.Stock("h-1").HeldAsync(world.Pool)));

        var old = world.Epoch;
        Value(await world.Consortium.Book.BeginEpochAsync(old, "h-1 was restored"));
        Value(await world.Consortium.Book.BeginEpochAsync(old, "h-1 was restored"));
        await world.SeeEpochAsync();
        Assert.Equal(old + 1, world.Epoch);
        var fresh = await world.DealAsync();
        Value(await world.Stock("h-1").TakeAsync(world.Pool, fresh, "s-3"));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(home, "stock", $"{old}")));
        Assert.False(File.Exists(Path.Combine(home, "keys", "stock", $"{old}.key")));
    }

    [Fact]
    public async Task Take_OfAFileThatWasAltered_OrCopiedFromAnotherLot_IsRefused_AndTheLotIsDiscarded()
    {
        await using var world = await StockWorld.StartAsync();
        var (first, second) = (await world.DealAsync(), await world.DealAsync());
        var folder = Path.Combine(world.Consortium.Folder, "h-1", "stock", $"{world.Epoch}");
        File.Copy(Path.Combine(folder, first), Path.Combine(folder, second), overwrite: true);
        Assert.Equal("stock.lot-lost", Code(await world.Stock("h-1").TakeAsync(world.Pool, second, "s-1")));
        var bytes = await File.ReadAllBytesAsync(Path.Combine(folder, first));
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(Path.Combine(folder, first), bytes);
        Assert.Equal("stock.lot-lost", Code(await world.Stock("h-1").TakeAsync(world.Pool, first, "s-1")));
        Assert.Empty(await world.HeldAsync("h-1"));
    }

    [Fact]
    public async Task Accept_WithoutAnOffer_OfAReplayedName_OrOfBytesThatAreNoPart_IsRefusedByName()
    {
        await using var world = await StockWorld.StartAsync();
        var name = $"lot.7.{new string('b', 32)}";
        Assert.Equal("stock.not-offered", Code(await world.Stock("h-1").AcceptAsync(world.Pool, name, new byte[9])));
        var lot = await world.DealAsync();
        Assert.Equal("stock.replayed", Code(await world.Stock("h-1").AcceptAsync(world.Pool, lot, new byte[9])));
        Assert.Equal("input.malformed", Code(await world.Stock("h-1").AcceptAsync(world.Pool, name, new byte[9])));
        Assert.Equal("stock.bad-name", Code(await world.Stock("h-1").AcceptAsync(world.Pool, "../../etc", new byte[9])));
        Assert.Equal(lot, Assert.Single(world.FilesOf("h-1")));
    }

    [Fact]
    public async Task Offer_OfAnotherEpoch_OrForAStranger_IsRefused()
    {
        await using var world = await StockWorld.StartAsync();
        Assert.Equal("stock.stale-epoch", Code(await world.Stock("h-1").OfferAsync(world.Order with { Epoch = world.Epoch - 1 })));
        Assert.Equal("stock.bad-order", Code(await world.Stock(StockWorld.Dealer).OfferAsync(world.Order)));
        Assert.Equal("roster.unknown-member", Code(await world.Stock("h-1").OfferAsync(world.Order with { ComputeParties = ["h-1", "nobody"] })));
        Assert.Equal("stock.dealer-has-another-role", Code(await world.Stock("h-1").OfferAsync(world.Order with { Dealer = "h-2" })));
        Assert.Equal("preprocessing.malformed", Code(await world.Stock("h-1").OfferAsync(world.Order with { Preprocessing = new byte[3] })));
    }

    /// <summary>Whether the dealer has nothing to do: what it was asked for has come to something or to nothing.</summary>
    private static async Task<bool> QuietAsync(StockWorld world)
    {
        try
        {
            return (await world.HeldAsync("h-2")).Length >= 0 && (await world.HeldAsync("h-1")).Length >= 0;
        }
        catch (OrleansException)
        {
            return false;
        }
    }
}
