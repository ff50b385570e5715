using Microsoft.Extensions.DependencyInjection;
using PrivacyGrains.Engine.Tests.Grains;
using PrivacyGrains.Testing;

namespace PrivacyGrains.Engine.Tests;

public sealed class PlacementTests : EngineTest
{
    protected override GrainTestClusterOptions Options => new()
    {
        ConfigureServices = AddProbe,
        Silos = [Silo("north", "alpha", "beta"), Silo("south", "gamma"), Silo("centre", EngineSiloOptions.CoordinatorParty)],
    };

    [Theory]
    [InlineData("alpha", "north")]
    [InlineData("beta/session-1", "north")]
    [InlineData("gamma", "south")]
    [InlineData("gamma/session-1/side", "south")]
    public async Task PlacedWithParty_RunsWhereThePartyOfItsKeyIs(string key, string silo)
    {
        foreach (var caller in new[] { "north", "south", "centre" }) // whoever calls first
        {
            var grain = Cluster.ServicesOf(caller).GetRequiredService<IGrainFactory>().GetGrain<IPartysGrain>(key);
            Assert.Equal(silo, await grain.WhereAsync());
            Assert.Equal(silo, await Cluster.SiloOf(grain));
            await Cluster.DeactivateAsync(grain);
        }
    }

    [Theory]
    [InlineData("delta")]
    [InlineData("alphabet/session-1")]
    [InlineData("Alpha")]
    public async Task PlacedWithParty_OfAPartyThatNobodyHosts_IsRefused(string key) =>
        await Assert.ThrowsAnyAsync<OrleansException>(() => Grain<IPartysGrain>(key).WhereAsync());

    [Fact]
    public async Task PlacedWithCoordinator_RunsOnTheCoordinatorsSilo()
    {
        for (var i = 0; i < 8; i++)
            Assert.Equal("centre", await Grain<IPartysGrain>(i % 2 == 0 ? "alpha" : "gamma").AskCoordinatorAsync("job-" + i));
    }

    [Fact]
    public async Task SiloOf_AGrainWithoutAnActivation_IsNull() => Assert.Null(await Cluster.SiloOf(Grain<IPartysGrain>("alpha/never")));

    [Fact]
    public async Task StopSilo_ItsPartysGrains_AreRefusedAndOthersRunOn()
    {
        Assert.Equal("south", await Grain<IPartysGrain>("gamma").WhereAsync());
        await Cluster.StopSiloAsync("south");

        Assert.Equal("north", await Grain<IPartysGrain>("alpha").WhereAsync());
        await Assert.ThrowsAnyAsync<OrleansException>(() => Grain<IPartysGrain>("gamma").WhereAsync());
    }

    private static TestSiloSpec Silo(string name, params string[] parties) =>
        new(name, parties) { ConfigureServices = services => services.AddSingleton(new SiloName(name)) };
}
