using PrivacyGrains.Grains.Rounds;
using PrivacyGrains.Storage;
using PrivacyGrains.Testing;
using static PrivacyGrains.Grains.Tests.Hosting.TestConsortium;
using static PrivacyGrains.Grains.Tests.Rounds.RoundWorld;

namespace PrivacyGrains.Grains.Tests.Rounds;

/// <summary>Three hospitals; the store fails, or the activation is stopped, at each step of a round, and the round goes on to the same sum.</summary>
public class RoundCrashTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task EachAppendFails_BeforeOrAfterItIsDurable_TheRoundGoesOn(bool afterwards)
    {
        await using var world = await RoundWorld.StartAsync(hospitals: 3);
        for (var failing = 1; await RunAsync(world, failing, afterwards, () => throw new IOException("The disk is away.")); failing++)
        {
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task KilledAtEachAppend_BeforeOrAfterItIsDurable_TheRoundGoesOn(bool afterwards)
    {
        if (!GrainTestCluster.CanKill)
        {
            return;
        }

        await using var world = await RoundWorld.StartAsync(hospitals: 3);
        var failing = 1;
        while (await RunAsync(world, failing, afterwards, KillAsync))
        {
            failing++;
        }

        async Task KillAsync()
        {
            await world.Consortium.Cluster.KillActivationAsync(world.Consortium.Cluster.Grains.GetGrain<IRoundGrain>($"detector/{failing}"));
            await world.Consortium.Cluster.KillActivationAsync(world.Consortium.Cluster.Grains.GetGrain<IAggregatorGrain>($"detector/{failing}/0"));
            if (!afterwards)
            {
                throw new IOException("Stopped before the append.");
            }
        }
    }

    [Fact]
    public async Task KilledBetweenTurns_TheRoundGoesOn()
    {
        if (!GrainTestCluster.CanKill)
        {
            return;
        }

        await using var world = await RoundWorld.StartAsync(hospitals: 3);
        for (var number = 1; number <= 25; number++)
        {
            var (plan, round, clients) = await world.OpenAsync(threshold: 3, cohort: 3, number: number);
            world.Consortium.Cluster.KillAfterTurns(round, (number * 7) - 6);
            await DriveAsync(world, round, plan, clients);
            Assert.Equal([6, 60, -6], await SumAsync(round));
        }
    }

    [Fact]
    public async Task Restarted_TheDeadlineOfThePresentPhaseStartsAnew()
    {
        await using var world = await RoundWorld.StartAsync();
        var (plan, round, clients) = await world.OpenAsync();
        await AnswerAsync(round, plan, clients[..4], RoundPhases.AdvertiseKeys);
        world.Clock.Advance(TimeSpan.FromSeconds(6));
        await world.Consortium.Cluster.DeactivateAsync(round);
        Assert.Equal(world.Clock.GetUtcNow().AddSeconds(10), Value(await round.GetAsync(0, 0)).DeadlineAt);
        world.Clock.Advance(TimeSpan.FromSeconds(6));
        await SubmitAsync(round, plan, clients[0], RoundPhases.AdvertiseKeys);
        Assert.Equal(RoundPhases.AdvertiseKeys, Value(await round.GetAsync(0, 0)).Phase);
        world.Clock.Advance(TimeSpan.FromSeconds(4));
        await UntilAsync(round, view => view.Phase == RoundPhases.ShareKeys);
        await AnswerAsync(round, plan, clients[..4], InOrder[1..]);
        await EndAsync(round);
        Assert.Equal([10, 100, -10], await SumAsync(round));
    }

    [Fact]
    public async Task NobodyCallsAgain_AReminderEndsTheRound()
    {
        await using var world = await RoundWorld.StartAsync(hospitals: 3);
        var (_, round, _) = await world.OpenAsync(threshold: 3, cohort: 3);
        Assert.NotEmpty(await world.BoardAsync("hospital-1", items => items > 0)); // its first errands, the reminder among them, are done
        await world.Consortium.Cluster.DeactivateAsync(round);
        var journal = await world.Consortium.Stores.OpenAsync(IStores.ConsortiumOwner, default);
        while (!await HoldsAsync(journal, "round.aborted.v1"))
        {
            world.Clock.Advance(TimeSpan.FromSeconds(10));
            await Task.Yield();
        }

        Assert.Equal("round.too-few", (await EndAsync(round)).AbortCode);
    }

    [Fact]
    public async Task AnotherActivation_HasClosedThePhase_ThisOneDoesNotCloseItAgain()
    {
        await using var world = await RoundWorld.StartAsync();
        var (plan, round, clients) = await world.OpenAsync();
        await AnswerAsync(round, plan, clients[..4], RoundPhases.AdvertiseKeys);
        var journal = await world.Consortium.Stores.OpenAsync(IStores.ConsortiumOwner, default);
        var closed = new PhaseClosed(RoundPhases.AdvertiseKeys, RoundPhases.ShareKeys, [.. Names(1, 2, 3, 4)], [.. Names(5)], world.Clock.GetUtcNow());
        Assert.IsType<AppendOutcome.Appended>(await journal.AppendAsync("round/detector/1", 5, [RoundCodec.Instance.Encode(closed)], default));

        await world.PassDeadlineAsync(round, plan);
        Assert.Equal("round.wrong-phase", Code(await SubmitAsync(round, plan, clients[4], RoundPhases.AdvertiseKeys)));
        await AnswerAsync(round, plan, clients[..4], InOrder[1..]);
        await EndAsync(round);
        Assert.Equal([10, 100, -10], await SumAsync(round));
        var closes = 0;
        await foreach (var entry in journal.ReadAsync("round/detector/1", 0, default))
        {
            closes += entry.Type == "round.phase-closed.v1" ? 1 : 0;
        }

        Assert.Equal(4, closes);
    }

    /// <summary>Runs round <paramref name="failing"/>, hitting its append of that number; answers whether there was one.</summary>
    private static async Task<bool> RunAsync(RoundWorld world, int failing, bool afterwards, Func<Task> hit)
    {
        var (appends, wasHit, stores) = (0, false, world.Consortium.Stores);
        async Task HookAsync(string stream)
        {
            if (stream.EndsWith($"round/detector/{failing}", StringComparison.Ordinal) || stream.EndsWith($"aggregator/detector/{failing}/0", StringComparison.Ordinal))
            {
                if (++appends == failing)
                {
                    wasHit = true;
                    await hit();
                }
            }
        }

        stores.BeforeAppend = afterwards ? _ => Task.CompletedTask : HookAsync;
        stores.AfterAppend = afterwards ? HookAsync : _ => Task.CompletedTask;
        (RoundPlan plan, IRoundGrain round, RoundClient[] clients) opened;
        while (true)
        {
            try
            {
                opened = await world.OpenAsync(threshold: 3, cohort: 3, number: failing);
                break;
            }
            catch (Exception e) when (e is IOException or SiloUnavailableException)
            {
                // As an owner does: the same plan again.
            }
        }

        await DriveAsync(world, opened.round, opened.plan, opened.clients);
        Assert.Equal([6, 60, -6], await SumAsync(opened.round));
        while (!wasHit && !await HoldsAsync(await stores.OpenAsync(IStores.ConsortiumOwner, default), "round.settled.v1", failing))
        {
            world.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        (stores.BeforeAppend, stores.AfterAppend) = (_ => Task.CompletedTask, _ => Task.CompletedTask);
        return wasHit;
    }

    /// <summary>Agents that send again until they are heard; the clock goes on once all have answered.</summary>
    private static async Task DriveAsync(RoundWorld world, IRoundGrain round, RoundPlan plan, RoundClient[] clients)
    {
        foreach (var phase in InOrder)
        {
            foreach (var client in clients)
            {
                await AgainAsync(async () => Value(await SubmitAsync(round, plan, client, phase)));
            }
        }

        while ((await AgainAsync(async () => Value(await round.GetAsync(0, 0)))).Phase is not (RoundPhases.Completed or RoundPhases.Aborted))
        {
            world.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
    }

    private static async Task<T> AgainAsync<T>(Func<Task<T>> call)
    {
        while (true)
        {
            try
            {
                return await call();
            }
            catch (Exception e) when (e is IOException or SiloUnavailableException)
            {
                await Task.Yield();
            }
        }
    }

    private static async Task<bool> HoldsAsync(IJournal journal, string type, int number = 1)
    {
        await foreach (var entry in journal.ReadAsync($"round/detector/{number}", 0, default))
        {
            if (entry.Type == type)
            {
                return true;
            }
        }

        return false;
    }
}
