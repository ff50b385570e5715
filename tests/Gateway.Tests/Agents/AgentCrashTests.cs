using PrivacyGrains.Client.Agents;

namespace PrivacyGrains.Gateway.Tests.Agents;

/// <summary>An agent dies around each of its writes and is started again at once: its charge always finds its end, and only one that was never sent is given back.</summary>
[Collection(AgentWorld.Collection)]
public sealed class AgentCrashTests(AgentWorld world)
{
    /// <summary>The write around which it dies, whether the gateway has done it by then, and the charges' ends. The query's round goes on with the four others.</summary>
    public static TheoryData<string, bool, string> Writes() => new()
    {
        { "charges", false, "" },
        { "charges", true, "refunded" },
        { "advertise", false, "refunded" },
        { "advertise", true, "refunded" },
        { "share", false, "refunded" },
        { "share", true, "refunded" },
        { "commit", false, "refunded" },
        { "commit", true, "aborted-committed" },
        { "upload", false, "aborted-committed" },
        { "upload", true, "committed or aborted-committed" },
        { "consistency", false, "committed" },
        { "consistency", true, "committed" },
        { "unmask", false, "committed" },
        { "unmask", true, "committed" },
    };

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task Crash_AroundAWrite_TheNextRunSettlesTheCharge(string write, bool done, string end)
    {
        await using var scene = await AgentScene.OpenAsync(world, $"crash-{write}-{(done ? "after" : "before")}");
        using var wire = new Wire();
        if (done)
        {
            wire.After = (what, answer) => what == $"POST {write}" ? throw new AgentCrash() : Task.FromResult(answer);
        }
        else
        {
            wire.Before = (what, _) => what == $"POST {write}" ? throw new AgentCrash() : Task.CompletedTask;
        }

        var dying = scene.Start("hospital-5", wire: wire);
        scene.StartAll(but: "hospital-5");

        var asking = scene.AskAsync(scene.Count());
        await dying.CrashedAsync();
        var back = scene.Start("hospital-5");
        var settled = await back.UntilAsync(AgentStep.Settled, scene.Name);
        var query = await asking;

        Assert.Equal("answered", query.Status);
        var round = Assert.Single(query.Rounds);
        Assert.Contains(settled.Detail, end.Length == 0 ? ["none"] : end.Split(" or "));
        Assert.Equal(settled.Detail == "committed", round.Survivors.Contains("hospital-5"));
        Assert.Equal(end.Length == 0 ? [] : [(1, settled.Detail)], await scene.ChargesAsync("hospital-5"));
        Assert.Equal([(1, "committed")], await scene.ChargesAsync("hospital-1"));
        Assert.DoesNotContain(AgentStep.Joining, back.StepsOf(scene.Name)); // its keys are gone: it is not in this round again
    }

    [Fact]
    public async Task Crash_BeforeAnythingWasWritten_TheNextRunJoinsTheSameRound()
    {
        await using var scene = await AgentScene.OpenAsync(world, "crash-joining");
        var dying = scene.Start("hospital-5", meanwhile: e => e.Step == AgentStep.Joining ? throw new AgentCrash() : Task.CompletedTask);
        scene.StartAll(but: "hospital-5");

        var asking = scene.AskAsync(scene.Count());
        await dying.CrashedAsync();
        scene.Start("hospital-5");

        Assert.Equal(AgentScene.Hospitals, Assert.Single((await asking).Rounds).Survivors);
    }

    [Fact]
    public async Task RoundAborted_AfterTheChargesWereCommitted_MarksThemAndTheRerunIsChargedAnew()
    {
        // Two of five vanish after their upload: fewer than the threshold are left to unmask.
        await using var scene = await AgentScene.OpenAsync(world, "aborted");
        Func<AgentEvent, Task> vanish = e => e is { Step: AgentStep.Confirmed, Number: 1 } ? throw new AgentCrash() : Task.CompletedTask;
        var (fourth, fifth) = (scene.Start("hospital-4", meanwhile: vanish), scene.Start("hospital-5", meanwhile: vanish));
        var agents = scene.StartAll("hospital-4", "hospital-5");

        var asking = scene.AskAsync(scene.Count());
        await fourth.CrashedAsync();
        await fifth.CrashedAsync();
        var back = new[] { scene.Start("hospital-4"), scene.Start("hospital-5") };
        var query = await asking;

        Assert.Equal(["aborted", "completed"], query.Rounds.Select(r => r.Outcome));
        foreach (var agent in agents.Values.Concat(back))
        {
            await agent.UntilAsync(e => e is { Step: AgentStep.Settled, Number: 2 } && e.Owner == scene.Name);
        }

        foreach (var hospital in AgentScene.Hospitals)
        {
            Assert.Equal([(1, "aborted-committed"), (2, "committed")], await scene.ChargesAsync(hospital));
        }
    }
}
