using PrivacyGrains.Engine.Tests.Grains;

namespace PrivacyGrains.Engine.Tests;

/// <summary>The crash of one activation, which only the embedded engine can stage.</summary>
public sealed class KillTests : EngineTest
{
    [FactOnEmbedded]
    public async Task Kill_ACallUnderWay_NeverGoesOnAndItsCallerIsTold()
    {
        var grain = Grain<ITurnGrain>();
        var call = grain.WaitAsync("call");
        await Probe.Reached("call begins");
        await Cluster.KillActivationAsync(grain);
        await Assert.ThrowsAsync<SiloUnavailableException>(() => call);
        Probe.Open("call");

        Assert.Equal(1, await grain.IncrementAsync()); // by a fresh activation
        Assert.Equal(["activated", "call begins", "activated"], Probe.Log);
    }

    [FactOnEmbedded]
    public async Task KillAfterTurns_CountedUp_StopsAtEveryAwaitOnce()
    {
        var stoppedAt = new List<int>();
        for (var turns = 1; ; turns++)
        {
            var grain = Grain<ILifeGrain>("turns " + turns);
            Cluster.KillAfterTurns(grain, turns);
            var before = Probe.Log.Count;
            try
            {
                await grain.StepsAsync(3);
                break;
            }
            catch (SiloUnavailableException)
            {
                stoppedAt.Add(Probe.Log.Skip(before).Count(e => e.StartsWith("step ", StringComparison.Ordinal)));
                Assert.Equal(0, Probe.Count("steps done"));
            }
        }

        Assert.Equal([0, 1, 2, 3], stoppedAt);
    }
}
