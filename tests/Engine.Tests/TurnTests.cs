using PrivacyGrains.Engine.Tests.Grains;

namespace PrivacyGrains.Engine.Tests;

public sealed class TurnTests : EngineTest
{
    [Fact]
    public async Task Call_ManyAtOnceToANewGrain_MakeOneActivation()
    {
        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(() => Grain<ITurnGrain>().IncrementAsync())));

        Assert.Equal(1, Probe.Count("activated"));
    }

    [Fact]
    public async Task Call_ManyAtOnce_RunOneAfterTheOther()
    {
        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Grain<ITurnGrain>().IncrementAsync()));

        Assert.Equal(200, await Grain<ITurnGrain>().TotalAsync());
    }

    [Fact]
    public async Task Call_WhileAnotherAwaits_WaitsForItsEnd()
    {
        var grain = Grain<ITurnGrain>();
        Probe.Open("second");
        var first = grain.WaitAsync("first");
        await Probe.Reached("first begins");
        var second = grain.WaitAsync("second");
        Probe.Open("peek");
        await grain.InterleaveAsync("peek"); // a whole call passed meanwhile
        Probe.Open("first");
        await Task.WhenAll(first, second);

        Assert.Equal(["activated", "first begins", "peek begins", "peek ends", "first ends", "second begins", "second ends"], Probe.Log);
    }

    [Fact]
    public async Task Call_OfAReentrantClass_RunsBetweenTheAwaitsOfAnother()
    {
        var grain = Grain<IReentrantTurnGrain>();
        var first = grain.WaitAsync("first");
        await Probe.Reached("first begins");
        Probe.Open("second");
        await grain.WaitAsync("second");
        Probe.Open("first");
        await first;

        Assert.Equal(["first begins", "second begins", "second ends", "first ends"], Probe.Log);
    }

    [Fact]
    public async Task Call_MarkedAlwaysInterleave_RunsBetweenTheAwaitsOfAnother()
    {
        var grain = Grain<ITurnGrain>();
        var first = grain.WaitAsync("first");
        await Probe.Reached("first begins");
        Probe.Open("second");
        await grain.InterleaveAsync("second");
        Assert.False(first.IsCompleted);
        Probe.Open("first");
        await first;
    }

    [Fact]
    public async Task Call_MarkedReadOnly_RunsBesideReadersAndNotBesideAWriter()
    {
        var grain = Grain<ITurnGrain>();
        var reader = grain.ReadAsync("reader");
        await Probe.Reached("reader begins");
        Probe.Open("other reader");
        Probe.Open("writer");
        var writer = grain.WaitAsync("writer");
        await grain.ReadAsync("other reader");
        Probe.Open("reader");
        await Task.WhenAll(reader, writer);

        Assert.Equal(
            ["activated", "reader begins", "other reader begins", "other reader ends", "reader ends", "writer begins", "writer ends"],
            Probe.Log);
    }

    [Fact]
    public async Task Call_OfAStatelessWorker_RunsOnSeveralActivationsOfOneKey()
    {
        var grain = Grain<IWorkerGrain>();
        var both = Task.WhenAll(grain.WaitAsync("first"), grain.WaitAsync("second"));
        await Probe.Reached("first begins");
        await Probe.Reached("second begins"); // neither gate is open: both run
        Probe.Open("first");
        Probe.Open("second");
        await both;
    }
}
