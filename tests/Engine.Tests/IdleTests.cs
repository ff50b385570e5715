using PrivacyGrains.Engine.Tests.Grains;
using PrivacyGrains.Testing;

namespace PrivacyGrains.Engine.Tests;

/// <summary>In real time: Orleans collects idle activations by the machine's clock. Nothing here asserts how long it takes.</summary>
public sealed class IdleTests : EngineTest
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    protected override GrainTestClusterOptions Options => new() { ConfigureServices = AddProbe, IdleDeactivation = 2 * Second };

    [Fact]
    public async Task Activation_WithoutWork_IsDeactivatedAsIdle()
    {
        await Grain<ILifeGrain>().CallAsync();

        await Probe.Reached("deactivated: ActivationIdle");
        Assert.Equal(1, await Grain<ILifeGrain>().CallAsync());
    }

    [Fact]
    public async Task Activation_ThatAskedToStay_OutlivesOneThatDidNot()
    {
        await Grain<ILifeGrain>("stays").StayAsync(TimeSpan.FromHours(1));
        await Grain<ILifeGrain>("stays").CallAsync();
        await Grain<ILifeGrain>("goes").CallAsync();
        await Probe.Reached("deactivated: ActivationIdle");

        Assert.Equal(2, await Grain<ILifeGrain>("stays").CallAsync());
    }

    [Fact]
    public async Task Activation_WithATimerThatKeepsAlive_OutlivesOneWithoutIt()
    {
        await Grain<IClockGrain>("stays").StartAsync("keeper", 0.2 * Second, 0.2 * Second, interleave: false, keepAlive: true);
        await Grain<IClockGrain>("goes").StartAsync("idler", 0.2 * Second, 0.2 * Second, interleave: false, keepAlive: false);
        await Probe.Reached("deactivated: ActivationIdle");

        await Grain<IClockGrain>("stays").StopAsync("keeper"); // throws where the timer is not known any more
        await Assert.ThrowsAsync<KeyNotFoundException>(() => Grain<IClockGrain>("goes").StopAsync("idler"));
    }
}
