using PrivacyGrains.Client.Agents;
using PrivacyGrains.Messages.Rounds;

namespace PrivacyGrains.Gateway.Tests.Agents;

/// <summary>Agents of five hospitals in whole rounds.</summary>
public sealed class AgentTests
{
    [Fact]
    public async Task Training_AHospitalDropsBetweenShareAndUpload_IsRefundedAndIsBackInTheNextRound()
    {
        await using var world = await AgentWorld.StartAsync();
        var others = world.StartAll(but: "hospital-3");
        var dropping = world.Start("hospital-3", crashAt: e => e is { Step: AgentStep.Uploading, Number: 2 });

        var training = world.TrainAsync("detector", world.Training(steps: 3, phaseSeconds: 3));
        await dropping.CrashedAsync();
        await world.RoundAsync("detector", 2, r => r.HasEnded);
        var back = world.Start("hospital-3");
        var job = await training;

        Assert.Equal(("completed", 3), (job.Status, job.Step));
        Assert.Equal(world.Hospitals, job.Rounds[0].Survivors);
        Assert.Equal(world.Hospitals.Except(["hospital-3"]), job.Rounds[1].Survivors);
        Assert.Contains(job.Rounds[1].Dropped, d => d is { Party: "hospital-3", Phase: RoundStages.CollectMaskedInputs });
        Assert.Contains("hospital-3", job.Rounds[^1].Survivors);
        foreach (var agent in others.Values.Append(back))
        {
            await agent.UntilAsync(e => e.Step == AgentStep.Settled && e.Number == job.Rounds[^1].Number);
        }

        var charges = await world.ChargesAsync("hospital-3");
        Assert.Contains((2, "refunded"), charges);
        Assert.Contains((1, "committed"), charges);
        Assert.DoesNotContain(charges, c => c.Status == "reserved");
        Assert.All(await world.ChargesAsync("hospital-1"), c => Assert.Equal("committed", c.Status));
    }

    [Fact]
    public async Task Query_CountAndMean_AreNearTheTruthAndChargedOnceAtEachHospital()
    {
        await using var world = await AgentWorld.StartAsync();
        var agents = world.StartAll();

        var count = await world.AskAsync("ill", world.Count());
        var mean = await world.AskAsync("size", world.Mean());

        Assert.Equal((50, 15), (Near(count.Answer!.Value, 50, 8 * count.Answer.ErrorBar95), Near(mean.Answer!.Value, 15, 8 * mean.Answer.ErrorBar95)));
        Assert.Equal(world.Hospitals, count.Answer.Contributors);
        await agents["hospital-2"].UntilAsync(e => e is { Step: AgentStep.Settled, Owner: "size" });
        Assert.Equal([(1, "committed"), (1, "committed")], await world.ChargesAsync("hospital-2"));
    }

    // The noise is at least 8 error bars away with a chance below 1e-50.
    private static double Near(double value, double truth, double most) => Math.Abs(value - truth) <= most ? truth : value;
}
