using Microsoft.Extensions.DependencyInjection;
using PrivacyGrains.Engine.Tests.Grains;
using PrivacyGrains.Testing;

namespace PrivacyGrains.Engine.Tests;

public sealed class FilterTests : EngineTest
{
    protected override GrainTestClusterOptions Options => new()
    {
        ConfigureServices = services =>
        {
            AddProbe(services);
            services.AddSingleton<IIncomingGrainCallFilter, SiloFilter>();
        },
    };

    [Fact]
    public async Task Filters_OfTheSiloAndTheGrain_StandBeforeTheCallAndSeeItsAnswer()
    {
        Assert.Equal("hello, signed", await Grain<IFilteredGrain>("a").EchoAsync("hello"));
        Assert.Equal(["silo filter: a EchoAsync FilteredGrain", "own filter", "method"], Probe.Log);
    }

    [Fact]
    public async Task Filter_ThatThrows_RefusesTheCall()
    {
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => Grain<IFilteredGrain>("forbidden").EchoAsync("hello"));

        Assert.Equal(0, Probe.Count("method"));
    }
}
