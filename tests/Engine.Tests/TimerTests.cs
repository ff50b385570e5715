using PrivacyGrains.Engine.Tests.Grains;
using PrivacyGrains.Testing;

namespace PrivacyGrains.Engine.Tests;

public sealed class TimerTests : EngineTest
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly ManualTimeProvider _clock = new();

    protected override GrainTestClusterOptions Options => new() { ConfigureServices = AddProbe, Clock = _clock };

    [Fact]
    public async Task Timer_TicksWhenDueAndThenByItsPeriod()
    {
        var grain = Grain<IClockGrain>();
        await grain.StartAsync("timer", due: 5 * Second, period: 3 * Second, interleave: false, keepAlive: false);
        _clock.Advance(4.9 * Second);
        await grain.PeekAsync();
        Assert.Equal(0, Probe.Count("timer ticks"));
        _clock.Advance(0.1 * Second);
        await Probe.Reached("timer ticks");

        await AdvanceUntil(_clock, Second, Probe.Reached("timer ticks", 3));
    }

    [Fact]
    public async Task Timer_Disposed_TicksNoMore()
    {
        var grain = Grain<IClockGrain>();
        await grain.StartAsync("timer", 5 * Second, 5 * Second, interleave: false, keepAlive: false);
        await grain.StartAsync("other", 5 * Second, 5 * Second, interleave: false, keepAlive: false);
        await grain.StopAsync("timer");
        await AdvanceUntil(_clock, Second, Probe.Reached("other ticks", 3));

        Assert.Equal(0, Probe.Count("timer ticks"));
    }

    [Fact]
    public async Task Timer_Changed_TicksAtItsNewTime()
    {
        var grain = Grain<IClockGrain>();
        await grain.StartAsync("timer", 100 * Second, 100 * Second, interleave: false, keepAlive: false);
        await grain.ChangeAsync("timer", 2 * Second, Timeout.InfiniteTimeSpan);
        _clock.Advance(2 * Second);
        await Probe.Reached("timer ticks");
        await grain.HoldAsync(Opened("after"));
        _clock.Advance(500 * Second);
        await grain.HoldAsync(Opened("after"));

        Assert.Equal(1, Probe.Count("timer ticks"));
    }

    [Fact]
    public async Task Timer_WhoseTickThrows_TicksAgain()
    {
        await Grain<IClockGrain>().StartAsync("faulty", Second, Second, interleave: false, keepAlive: false);

        await AdvanceUntil(_clock, Second, Probe.Reached("faulty ticks", 2));
    }

    [Fact]
    public async Task Timer_Plain_WaitsForTheCallUnderWay()
    {
        var grain = Grain<IClockGrain>();
        await grain.StartAsync("timer", Second, Timeout.InfiniteTimeSpan, interleave: false, keepAlive: false);
        var call = grain.HoldAsync("call");
        await Probe.Reached("call held");
        _clock.Advance(Second);
        await grain.PeekAsync();
        Probe.Open("call");
        await call;
        await Probe.Reached("timer ticks");

        Assert.Equal(["call held", "call released", "timer ticks"], Probe.Log);
    }

    [Fact]
    public async Task Timer_ThatInterleaves_TicksBetweenTheAwaitsOfACall()
    {
        var grain = Grain<IClockGrain>();
        await grain.StartAsync("timer", Second, Timeout.InfiniteTimeSpan, interleave: true, keepAlive: false);
        var call = grain.HoldAsync("call");
        await Probe.Reached("call held");
        _clock.Advance(Second);
        await Probe.Reached("timer ticks");
        Assert.False(call.IsCompleted);
        Probe.Open("call");
        await call;
    }

    [Fact]
    public async Task Timer_WhoseTickIsSlow_NeverOverlapsItself()
    {
        await Grain<IClockGrain>().StartAsync("slow", Second, Second, interleave: true, keepAlive: false);
        _clock.Advance(Second);
        await Probe.Reached("slow ticks");
        _clock.Advance(10 * Second);
        await Grain<IClockGrain>().PeekAsync();
        Assert.Equal(1, Probe.Count("slow ticks"));
        Probe.Open("tick");

        await AdvanceUntil(_clock, Second, Probe.Reached("slow ticks", 2));
    }

    private string Opened(string gate)
    {
        Probe.Open(gate);
        return gate;
    }
}
