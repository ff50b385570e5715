using PrivacyGrains.Grains.Tests.Queries;
using PrivacyGrains.Grains.Tests.Rounds;
using PrivacyGrains.Testing;
using static PrivacyGrains.Grains.Tests.Hosting.TestConsortium;

namespace PrivacyGrains.Grains.Tests.Trainings;

/// <summary>Owners and agents are stopped everywhere; jobs go on, under a new number where a round could not.</summary>
public class OwnerCrashTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task EachAppendOfAnOwner_FailsBeforeOrAfterItIsDurable_OneRoundAndItsEndStand(bool isQuery, bool afterwards)
    {
        await using var world = await OwnerWorld.StartAsync(3);
        var failing = 1;
        while (await RunAsync(failing))
        {
            failing++;
        }

        Assert.True(failing > 3);

        async Task<bool> RunAsync(int number)
        {
            var (name, appends, wasHit, stores) = ($"owner-{number}", 0, false, world.Consortium.Stores);
            Task HookAsync(string stream)
            {
                if (stream.EndsWith($"{(isQuery ? "query" : "training")}/{name}", StringComparison.Ordinal) && ++appends == number)
                {
                    wasHit = true;
                    throw new IOException("The disk is away.");
                }

                return Task.CompletedTask;
            }

            stores.BeforeAppend = afterwards ? _ => Task.CompletedTask : HookAsync;
            stores.AfterAppend = afterwards ? HookAsync : _ => Task.CompletedTask;
            await CreateAndRunAsync(world, name, isQuery);
            return wasHit;
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OwnerKilledBetweenTurns_OneRoundAndItsEndStand(bool isQuery)
    {
        if (!GrainTestCluster.CanKill)
        {
            return;
        }

        await using var world = await OwnerWorld.StartAsync(3);
        for (var number = 1; number <= 15; number++)
        {
            var name = $"owner-{number}";
            world.Consortium.Cluster.KillAfterTurns(isQuery ? world.Query(name) : world.Training(name), (number * 4) - 3);
            await CreateAndRunAsync(world, name, isQuery);
        }
    }

    [Theory]
    [InlineData(RoundPhases.AdvertiseKeys)]
    [InlineData(RoundPhases.ShareKeys)]
    [InlineData(RoundPhases.CollectMaskedInputs)]
    [InlineData(RoundPhases.CheckConsistency)]
    [InlineData(RoundPhases.Unmask)]
    public async Task EveryAgentLosesItsKeys_InAnyPhase_TheRoundAbortsByName_AndTheJobGoesOnUnderANewNumber(string phase)
    {
        await using var world = await OwnerWorld.StartAsync();
        var job = world.Training("detector");
        Value(await job.CreateAsync(TrainingSamples.Terms(world, steps: 1)));
        var (round, plan) = await world.OpenedAsync("detector", 1);
        var parts = await Task.WhenAll(world.Hospitals.Select(h => h.JoinAsync(plan)));
        foreach (var before in RoundWorld.Before(phase))
        {
            foreach (var part in parts)
            {
                await part.AnswerAsync(round, before);
            }
        }

        // One of them has answered this phase, too; then all are killed, the coordinator's grains with them.
        await parts[0].AnswerAsync(round, phase);
        await world.Consortium.Cluster.DeactivateAllAsync();
        foreach (var part in parts)
        {
            Value(await round.WithdrawAsync(part.Hospital.Party, "restarted"));
        }

        var end = await RoundWorld.EndAsync(round);
        Assert.Equal((RoundPhases.Aborted, "round.too-few"), (end.Phase, end.AbortCode));
        Assert.Contains(phase == RoundPhases.Unmask ? "hospital-2, hospital-3" : "hospital-1, hospital-2", end.AbortReason, StringComparison.Ordinal);
        Assert.Equal("round.too-few", Code(await round.SumAsync()));
        foreach (var hospital in world.Hospitals)
        {
            var receipt = Value(await hospital.Ledger.FindAsync(plan.Session));
            Value(receipt.Status == "reserved" ? await hospital.Ledger.RefundAsync(plan.Session, "restarted") : await hospital.Ledger.MarkAbortedAsync(plan.Session, end.AbortReason!));
        }

        await world.RunAsync("detector", 2);
        var view = await TrainingSamples.EndAsync(world, job);
        Assert.Equal(("completed", 1), (view.Status, view.Step));
        Assert.Equal([(1, "aborted"), (2, "completed")], view.Rounds.Select(r => (r.Number, r.Outcome)));
        var reached = phase is RoundPhases.CheckConsistency or RoundPhases.Unmask;
        Assert.Equal([reached ? "aborted-committed" : "refunded", "committed"], Value(await world.Hospitals[1].Ledger.StatementAsync()).Charges.Select(c => c.Status));
        Assert.Equal([phase is RoundPhases.AdvertiseKeys or RoundPhases.ShareKeys ? "refunded" : "aborted-committed", "committed"], Value(await world.Hospitals[0].Ledger.StatementAsync()).Charges.Select(c => c.Status));
    }

    [Fact]
    public async Task CoordinatorRestarts_InEveryPhase_AgentsThatKeptTheirKeysFinishTheSameRound()
    {
        await using var world = await OwnerWorld.StartAsync(3);
        var job = world.Training("detector");
        Value(await job.CreateAsync(TrainingSamples.Terms(world, steps: 1)));
        var (round, plan) = await world.OpenedAsync("detector", 1);
        var parts = await Task.WhenAll(world.Hospitals.Select(h => h.JoinAsync(plan)));
        foreach (var phase in RoundWorld.InOrder)
        {
            await parts[0].AnswerAsync(round, phase);
            await world.Consortium.Cluster.DeactivateAllAsync();
            await parts[1].AnswerAsync(round, phase);
            await parts[2].AnswerAsync(round, phase);
        }

        var view = await TrainingSamples.EndAsync(world, job);
        Assert.Equal([(1, "completed")], view.Rounds.Select(r => (r.Number, r.Outcome)));
        Assert.Equal(["round.started", "round.completed"], await world.Consortium.AuditKindsAsync($"\"subject\":\"{plan.Session}\""));
    }

    /// <summary>Opens a job or a query (again where it was stopped), takes part in its one round, and checks that it ended once.</summary>
    private static async Task CreateAndRunAsync(OwnerWorld world, string name, bool isQuery)
    {
        if (isQuery)
        {
            Value(await OwnerWorld.AgainAsync(() => world.Query(name).CreateAsync(QuerySamples.Count(world))));
            await world.RunAsync(name, 1);
            var view = await QuerySamples.EndAsync(world, world.Query(name));
            Assert.Equal(("answered", "completed"), (view.Status, string.Join(", ", view.Rounds.Select(r => r.Outcome))));
        }
        else
        {
            Value(await OwnerWorld.AgainAsync(() => world.Training(name).CreateAsync(TrainingSamples.Terms(world, steps: 1) with { Model = name })));
            await world.RunAsync(name, 1);
            var view = await TrainingSamples.EndAsync(world, world.Training(name));
            Assert.Equal(("completed", "completed", 1), (view.Status, string.Join(", ", view.Rounds.Select(r => r.Outcome)), view.ModelVersion));
        }

        var kinds = await world.Consortium.AuditKindsAsync($"\"subject\":\"{name}\"");
        Assert.Equal(isQuery ? ["query.created", "query.answered"] : ["training.created", "training.completed"], kinds.Where(k => k[0] != 'm'));
    }
}
