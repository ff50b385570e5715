using PrivacyGrains.Client.Agents;
using PrivacyGrains.Messages.Rounds;

namespace PrivacyGrains.Gateway.Tests.Agents;

/// <summary>Agents of five hospitals in whole rounds.</summary>
[Collection(AgentWorld.Collection)]
public sealed class AgentTests(AgentWorld world)
{
    [Fact]
    public async Task Training_AHospitalDropsBetweenShareAndUpload_IsRefundedAndIsBackInTheNextRound()
    {
        await using var scene = await AgentScene.OpenAsync(world, "dropping");
        var others = scene.StartAll(but: "hospital-3");
        var dropping = scene.Start("hospital-3", meanwhile: e => e is { Step: AgentStep.Uploading, Number: 2 } ? throw new AgentCrash() : Task.CompletedTask);

        var training = scene.TrainAsync(scene.Training(steps: 3));
        await dropping.CrashedAsync();
        var back = scene.Start("hospital-3"); // leaves the second round, which need not wait for its deadline, and is in the third
        var job = await training;

        Assert.Equal(("completed", 3), (job.Status, job.Step));
        Assert.Equal(AgentScene.Hospitals, job.Rounds[0].Survivors);
        Assert.Equal(AgentScene.Hospitals.Except(["hospital-3"]), job.Rounds[1].Survivors);
        Assert.Contains(job.Rounds[1].Dropped, d => d is { Party: "hospital-3", Phase: RoundStages.CollectMaskedInputs });
        Assert.Contains("hospital-3", job.Rounds[^1].Survivors);
        foreach (var agent in others.Values.Append(back))
        {
            await agent.UntilAsync(e => e.Step == AgentStep.Settled && e.Owner == scene.Name && e.Number == job.Rounds[^1].Number);
        }

        Assert.Equal([(1, "committed"), (2, "refunded"), (3, "committed")], await scene.ChargesAsync("hospital-3"));
        Assert.Equal([(1, "committed"), (2, "committed"), (3, "committed")], await scene.ChargesAsync("hospital-1"));
    }

    [Fact]
    public async Task Query_CountAndMean_AreNearTheTruthAndChargedOnceAtEachHospital()
    {
        await using var scene = await AgentScene.OpenAsync(world, "statistics");
        var agents = scene.StartAll();

        var count = await scene.AskAsync(scene.Count());
        var mean = await scene.AskAsync(scene.Mean(), "statistics-mean");

        // Eight half-widths of a 95 % interval are more than 15 deviations: false alarms below 1e-50.
        Assert.InRange(count.Answer!.Value, 50 - (8 * count.Answer.ErrorBar95), 50 + (8 * count.Answer.ErrorBar95));
        Assert.InRange(mean.Answer!.Value, 15 - (8 * mean.Answer.ErrorBar95), 15 + (8 * mean.Answer.ErrorBar95));
        Assert.Equal(AgentScene.Hospitals, count.Answer.Contributors);
        await agents["hospital-2"].UntilAsync(AgentStep.Settled, "statistics-mean");
        Assert.Equal([(1, "committed"), (1, "committed")], await scene.ChargesAsync("hospital-2"));
    }

    [Fact]
    public async Task Round_TellsItsStepsInOrder_ReservedBeforeTheFirstMessageAndCommittedBeforeTheUpload()
    {
        await using var scene = await AgentScene.OpenAsync(world, "in-order");
        var agents = scene.StartAll();

        await scene.AskAsync(scene.Count());

        await agents["hospital-4"].UntilAsync(AgentStep.Settled, scene.Name);
        Assert.Equal(
            [
                AgentStep.Joining, AgentStep.Reserved, AgentStep.Advertised, AgentStep.Shared, AgentStep.Uploading, AgentStep.Committed, AgentStep.Uploaded,
                AgentStep.Confirmed, AgentStep.Unmasked, AgentStep.Completed, AgentStep.Settled,
            ],
            agents["hospital-4"].StepsOf(scene.Name));
    }

    [Fact]
    public async Task Training_WithoutNoise_IsRefusedUnlessThePartyAllowsIt_AndChargesNothing()
    {
        await using var scene = await AgentScene.OpenAsync(world, "no-noise");
        var willing = new AgentPolicy { AllowTrainingWithoutNoise = true };
        foreach (var hospital in AgentScene.Hospitals[..4])
        {
            scene.Start(hospital, policy: willing);
        }

        var unwilling = scene.Start("hospital-5");

        var job = await scene.TrainAsync(scene.Training(noise: 0));

        Assert.Equal("completed", job.Status);
        Assert.Equal(AgentScene.Hospitals[..4], job.Rounds[0].Survivors);
        Assert.Contains("agent.no-noise", Assert.Single(job.Rounds[0].Dropped).Reason);
        Assert.StartsWith("agent.no-noise", (await unwilling.UntilAsync(AgentStep.Refused, scene.Name)).Detail);
        Assert.Empty(await scene.ChargesAsync("hospital-1"));
    }

    [Fact]
    public async Task Run_SecondAgentOfOneParty_IsRefused()
    {
        await using var scene = await AgentScene.OpenAsync(world, "twice");
        var first = scene.Start("hospital-1");
        await first.UntilAsync(e => e.Step == AgentStep.Started);

        var second = scene.Start("hospital-1");

        Assert.Equal("agent.already-running", (await Assert.ThrowsAsync<Client.Errors.InputException>(() => second.Run)).Code);
    }
}
