using PrivacyGrains.Engine.Tests.Grains;
using PrivacyGrains.Testing;

namespace PrivacyGrains.Engine.Tests;

public sealed class IdleTests : EngineTest
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private readonly ManualTimeProvider _clock = new();

    protected override GrainTestClusterOptions Options => new() { ConfigureServices = AddProbe, Clock = _clock, IdleDeactivation = 5 * Minute };

    [Fact]
    public async Task Activation_WithoutWork_IsDeactivatedAsIdle()
    {
        await Grain<ILifeGrain>().CallAsync();

        await AdvanceUntil(_clock, Minute, Probe.Reached("deactivated: ActivationIdle"));
        Assert.Equal(1, await Grain<ILifeGrain>().CallAsync());
    }

    [Fact]
    public async Task Activation_ThatAskedToStay_OutlivesOneThatDidNot()
    {
        await Grain<IClockGrain>().PeekAsync();
        await Grain<ILifeGrain>().StayAsync(TimeSpan.FromDays(1));
        await AdvanceUntil(_clock, Minute, Probe.Reached("deactivated: ActivationIdle"));

        Assert.Equal(1, await Grain<ILifeGrain>().CallAsync());
        Assert.Equal(1, Probe.Count("activated"));
    }

    [Fact]
    public async Task Activation_WithATimerThatKeepsAlive_OutlivesOneWithoutIt()
    {
        await Grain<IClockGrain>().StartAsync("keeper", Minute, Minute, interleave: false, keepAlive: true);
        await Grain<ILifeGrain>().CallAsync();
        for (var minute = 1; minute <= 12; minute++)
        {
            _clock.Advance(Minute);
            await Probe.Reached("keeper ticks", minute);
            await Grain<IClockGrain>().PeekAsync(); // the tick is over and the timer set again
        }

        await AdvanceUntil(_clock, TimeSpan.FromSeconds(1), Probe.Reached("deactivated: ActivationIdle"));
        Assert.Equal(1, Probe.Count("deactivated: ActivationIdle")); // the other one's
    }
}
