using PrivacyGrains.Engine.Tests.Grains;

namespace PrivacyGrains.Engine.Tests;

public sealed class LifeTests : EngineTest
{
    [Fact]
    public async Task DeactivateOnIdle_EndsTheActivation_AndTheNextCallMakesAnother()
    {
        var grain = Grain<ILifeGrain>();
        Assert.Equal(1, await grain.CallAsync());
        Assert.Equal(2, await grain.CallAsync());

        await grain.RestAsync(null);
        await Probe.Reached("deactivated: ApplicationRequested");

        Assert.Equal(1, await grain.CallAsync());
        Assert.Equal(["activated", "deactivated: ApplicationRequested", "activated"], Probe.Log);
    }

    [Fact]
    public async Task DeactivateOnIdle_WithCallsUnderWayAndWaiting_EndsAfterTheFirstAndPassesTheSecondOn()
    {
        var grain = Grain<ILifeGrain>();
        Assert.Equal(1, await grain.CallAsync());
        var resting = grain.RestAsync("rest");
        await Probe.Reached("resting");
        var waiting = grain.CallAsync();
        Probe.Open("rest");

        await resting;
        Assert.Equal(1, await waiting); // on a fresh activation
        Assert.Equal(["activated", "resting", "deactivated: ApplicationRequested", "activated"], Probe.Log);
    }

    [Fact]
    public async Task DeactivateAll_EndsEveryActivation()
    {
        await Grain<ILifeGrain>("a").CallAsync();
        await Grain<ILifeGrain>("b").CallAsync();
        await Cluster.DeactivateAllAsync();

        Assert.Equal(1, await Grain<ILifeGrain>("a").CallAsync());
        Assert.Equal(1, await Grain<ILifeGrain>("b").CallAsync());
        Assert.Equal(2, Probe.Log.Count(e => e.StartsWith("deactivated", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Activation_ThatThrows_RefusesTheCallAndIsTriedAgain()
    {
        var grain = Grain<ILifeGrain>("stillborn");
        var refusal = await Assert.ThrowsAnyAsync<Exception>(grain.CallAsync);

        Assert.Contains("not this time", refusal.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, await grain.CallAsync());
        Assert.Equal(["activated", "activated"], Probe.Log); // no deactivation of what never was
    }

    [Fact]
    public async Task Exception_InAMethod_ReachesTheCaller()
    {
        var late = await Assert.ThrowsAsync<InvalidOperationException>(() => Grain<ILifeGrain>().ThrowAsync("after a turn"));
        var early = await Assert.ThrowsAsync<InvalidOperationException>(() => Grain<ILifeGrain>().ThrowAtOnceAsync("at once"));

        Assert.Equal("after a turn", late.Message);
        Assert.Equal("at once", early.Message);
        Assert.Equal(1, await Grain<ILifeGrain>().CallAsync()); // the activation lives on
        Assert.Equal(1, Probe.Count("activated"));
    }

    [Fact]
    public async Task ResponseTimeout_OfAMethod_EndsTheWaitAndNotTheWork()
    {
        var grain = Grain<ILifeGrain>();
        await Assert.ThrowsAsync<TimeoutException>(grain.SlowAsync);
        var next = grain.CallAsync();
        await grain.PeekAsync();
        Assert.False(next.IsCompleted); // the method still holds its turn
        Probe.Open("slow");

        Assert.Equal(1, await next);
    }

    [Fact]
    public async Task OneWay_Call_WaitsForNothingAndThrowsNothing()
    {
        await Grain<ILifeGrain>().TellAsync("told");
        Assert.Equal(0, Probe.Count("told done"));
        Probe.Open("told");

        await Probe.Reached("told done");
    }
}
