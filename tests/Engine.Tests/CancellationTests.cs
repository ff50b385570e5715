using PrivacyGrains.Engine.Tests.Grains;

namespace PrivacyGrains.Engine.Tests;

public sealed class CancellationTests : EngineTest
{
    [Fact]
    public async Task Cancellation_OfACallUnderWay_ReachesTheGrainOnItsTurnAndTheCaller()
    {
        using var source = new CancellationTokenSource();
        var call = Grain<ILifeGrain>().WaitForCancellationAsync("call", source.Token);
        await Probe.Reached("call begins");
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await Probe.Reached("call was cancelled");
        Assert.Equal(101, await Grain<ILifeGrain>().CallAsync());
    }

    [Fact]
    public async Task Cancellation_BeforeTheCall_SendsNothing()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Grain<ILifeGrain>().WaitForCancellationAsync("call", new(canceled: true)));
        await Grain<ILifeGrain>().CallAsync();

        Assert.Equal(["activated"], Probe.Log);
    }

    [Fact]
    public async Task Cancellation_OfACallThatWaitsItsTurn_EndsTheWaitAndTheCallNeverRunsUncancelled()
    {
        var grain = Grain<ILifeGrain>();
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        var running = grain.WaitForCancellationAsync("first", first.Token);
        await Probe.Reached("first begins");
        var waiting = grain.WaitForCancellationAsync("second", second.Token);
        await second.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        await first.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await grain.CallAsync();
        Assert.Equal(Probe.Count("second begins"), Probe.Count("second was cancelled")); // it may still run, with its token cancelled
    }
}
