using PrivacyGrains.Client.Agents;

namespace PrivacyGrains.Gateway.Tests.Agents;

/// <summary>What an agent does not answer: by name, so that the coordinator, the members and the audit log know why, and charged nowhere.</summary>
[Collection(AgentWorld.Collection)]
public sealed class AgentRefusalTests(AgentWorld world)
{
    [Fact]
    public async Task OverBudget_ThePartyLeavesByName_AndTheOthersFinish()
    {
        await using var scene = await AgentScene.OpenAsync(world, "poor", hospital => hospital == "hospital-2" ? 0.5 : 50);
        var poor = scene.Start("hospital-2");
        scene.StartAll(but: "hospital-2");

        var query = await scene.AskAsync(scene.Count());

        Assert.Equal("answered", query.Status);
        Assert.Equal(AgentScene.Hospitals.Except(["hospital-2"]), query.Answer!.Contributors);
        Assert.Contains("ledger.over-budget", Assert.Single(query.Rounds[0].Dropped).Reason);
        Assert.StartsWith("ledger.over-budget", (await poor.UntilAsync(AgentStep.Refused, scene.Name)).Detail);
        Assert.Empty(await scene.ChargesAsync("hospital-2"));
        await AuditSaysAsync($"query.{scene.Name}.1.", "ledger.over-budget");
    }

    [Fact]
    public async Task UnknownColumn_IsRefusedByAll_AndNobodyIsCharged()
    {
        await using var scene = await AgentScene.OpenAsync(world, "unknown-column");
        scene.StartAll();

        var query = await scene.AskAsync(scene.Count("blood-type"));

        // Two refusals end the round, so the others may not come to refuse.
        Assert.Equal("failed", query.Status);
        Assert.Contains(query.Rounds[0].Dropped, d => d.Reason.StartsWith("agent.unknown-column", StringComparison.Ordinal));
        foreach (var hospital in AgentScene.Hospitals)
        {
            Assert.Empty(await scene.ChargesAsync(hospital));
        }
    }

    [Theory]
    [InlineData("nan", "NaN,20,B", "table.not-a-number")]
    [InlineData("text", "secret-value,20,B", "table.not-a-number")]
    public async Task CellThatIsNoNumber_IsRefused_TheColumnIsPublicAndTheRowIsNot(string name, string row, string code)
    {
        await using var scene = await AgentScene.OpenAsync(world, $"cell-{name}");
        var broken = scene.Start("hospital-1", scene.DataOf("hospital-1", row));
        scene.StartAll(but: "hospital-1");

        var query = await scene.AskAsync(scene.Mean());

        var reason = Assert.Single(query.Rounds[0].Dropped).Reason;
        Assert.Contains(code, reason);
        Assert.Contains("radius", reason);
        Assert.DoesNotContain(row.Split(',')[0], reason);
        Assert.DoesNotContain("21", reason);
        Assert.Contains("Row 21", (await broken.UntilAsync(AgentStep.Refused, scene.Name)).Detail);
    }

    [Fact]
    public async Task ColumnThatThePolicyWithholds_IsRefused()
    {
        await using var scene = await AgentScene.OpenAsync(world, "withheld");
        scene.Start("hospital-1", policy: new AgentPolicy { Columns = ["texture", "diagnosis"] });
        scene.StartAll(but: "hospital-1");

        var job = await scene.TrainAsync(scene.Training());

        Assert.Contains("agent.column-not-allowed: The party does not let the column radius be used.", Assert.Single(job.Rounds[0].Dropped).Reason);
    }

    [Fact]
    public async Task CohortBelowThePolicys_IsRefused()
    {
        await using var scene = await AgentScene.OpenAsync(world, "small-cohort");
        scene.Start("hospital-1", policy: new AgentPolicy { MinimumCohort = 5 });
        scene.StartAll(but: "hospital-1");

        var query = await scene.AskAsync(scene.Count());

        Assert.Contains("agent.cohort-too-small", Assert.Single(query.Rounds[0].Dropped).Reason);
    }

    [Fact]
    public async Task BudgetThatGuardsAnotherUnit_IsRefused()
    {
        await using var scene = await AgentScene.OpenAsync(world, "other-unit", unit: "patient");
        scene.StartAll();

        var job = await scene.TrainAsync(scene.Training() with { MaximumRounds = 1 });

        Assert.Equal("failed", job.Status);
        Assert.Contains(job.Rounds[0].Dropped, d => d.Reason.StartsWith("agent.other-neighbours", StringComparison.Ordinal));
        Assert.Empty(await scene.ChargesAsync("hospital-1"));
    }

    private async Task AuditSaysAsync(string subject, string words)
    {
        using var gateway = world.Consortium.AsOperator();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await foreach (var entry in gateway.Audit.FollowAsync(0, deadline.Token))
        {
            if (entry.Data.Json.Contains(subject, StringComparison.Ordinal) && entry.Data.Json.Contains(words, StringComparison.Ordinal))
            {
                return;
            }
        }

        Assert.Fail($"The audit log does not say {words} of {subject}.");
    }
}
