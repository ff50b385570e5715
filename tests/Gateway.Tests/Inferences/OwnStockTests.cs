using PrivacyGrains.Gateway.Tests.Hosting;
using PrivacyGrains.Grains;
using PrivacyGrains.Grains.Stock;
using static PrivacyGrains.Gateway.Tests.Inferences.InferenceStockTests;
using static PrivacyGrains.Gateway.Tests.Inferences.InferenceWorld;

namespace PrivacyGrains.Gateway.Tests.Inferences;

/// <summary>The keeper's own settings: it lays stock in by itself.</summary>
public sealed class OwnStockWorld : InferenceWorld
{
    protected override StockSettings Stock { get; } = new();
}

/// <summary>Sessions of a plan that nobody reserved.</summary>
public sealed class OwnStockTests(OwnStockWorld world) : IClassFixture<OwnStockWorld>
{
    [Fact]
    public async Task Session_OfAPlanThatWasUsedAgain_TakesALot_ThoughNobodyReservedIt()
    {
        var (first, second, third) = (NewSession(), NewSession(), NewSession());
        await RunAsync(world, first);
        await RunAsync(world, second);
        await UntilReadyAsync(world.Consortium.Cluster.Grains.GetGrain<IStockKeeperGrain>(TestConsortium.Name), 1, "itself");
        await RunAsync(world, third);
        Assert.Equal(("dealt for this session", "dealt for this session"), (await SourceAsync(world, first), await SourceAsync(world, second)));
        Assert.StartsWith("lot.", await SourceAsync(world, third), StringComparison.Ordinal);

        using var client = world.Consortium.AsOperator();
        var kept = Assert.Single(await client.Stock.ListAsync());
        Assert.Equal("itself", kept.KeptBy);
        Assert.NotNull(kept.RunsOutAt);
        await client.Stock.SetAsync(kept.Name, new([], [], "", 0));
        Assert.Empty(await client.Stock.ListAsync());
    }
}
