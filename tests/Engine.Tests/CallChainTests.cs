using PrivacyGrains.Engine.Tests.Grains;
using PrivacyGrains.Testing;

namespace PrivacyGrains.Engine.Tests;

public sealed class CallChainTests : EngineTest
{
    protected override GrainTestClusterOptions Options => new() { ConfigureServices = AddProbe, ResponseTimeout = TimeSpan.FromSeconds(2) };

    [Fact]
    public async Task CallChain_ThatComesBackInAReentrantSection_IsAnswered() =>
        Assert.Equal("answer of a", await Grain<IChainGrain>("a").RoundTripAsync("b", reentrant: true));

    [Fact]
    public async Task CallChain_ThatComesBackOtherwise_TimesOut()
    {
        await Assert.ThrowsAsync<TimeoutException>(() => Grain<IChainGrain>("a").RoundTripAsync("b", reentrant: false));

        Assert.Equal("answer of b", await Grain<IChainGrain>("b").AnswerAsync()); // and both grains go on
        Assert.Equal("answer of a", await Grain<IChainGrain>("a").AnswerAsync());
    }

    [Fact]
    public async Task RequestContext_SetByTheCaller_TravelsWithEveryCallBelow()
    {
        RequestContext.Set("purpose", "a test");

        Assert.Equal("a test", await Grain<IChainGrain>("a").SeenAsync("purpose", other: "b", overwrite: false));
    }

    [Fact]
    public async Task RequestContext_SetByTheCallee_DoesNotComeBack()
    {
        RequestContext.Set("purpose", "a test");
        await Grain<IChainGrain>("a").SeenAsync("purpose", other: null, overwrite: true);

        Assert.Equal("a test", RequestContext.Get("purpose"));
        Assert.Equal("a test", await Grain<IChainGrain>("a").SeenAsync("purpose", other: null, overwrite: false));
    }

    [Fact]
    public async Task RequestContext_NeverSet_IsEmptyAtTheCallee() =>
        Assert.Null(await Grain<IChainGrain>("a").SeenAsync("purpose", other: "b", overwrite: false));
}
