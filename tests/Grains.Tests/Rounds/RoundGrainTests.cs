using static PrivacyGrains.Grains.Tests.Hosting.TestConsortium;
using static PrivacyGrains.Grains.Tests.Rounds.RoundWorld;

namespace PrivacyGrains.Grains.Tests.Rounds;

public class RoundGrainTests
{
    [Fact]
    public async Task FiveParties_AllAnswer_OpensExactlyTheirSum()
    {
        await using var world = await RoundWorld.StartAsync();
        var (plan, round, clients) = await world.OpenAsync();
        await AnswerAsync(round, plan, clients, InOrder);
        var view = await EndAsync(round);
        Assert.Equal((RoundPhases.Completed, null), (view.Phase, view.AbortReason));
        Assert.Equal(Names(1, 2, 3, 4, 5).AsEnumerable(), view.Survivors);
        Assert.Equal([15, 150, -15], await SumAsync(round));
        Assert.Empty(view.Dropped);
    }

    [Theory]
    [InlineData(RoundPhases.AdvertiseKeys, new long[] { 12, 120, -12 })]
    [InlineData(RoundPhases.ShareKeys, new long[] { 12, 120, -12 })]
    [InlineData(RoundPhases.CollectMaskedInputs, new long[] { 12, 120, -12 })]
    [InlineData(RoundPhases.CheckConsistency, new long[] { 15, 150, -15 })]
    [InlineData(RoundPhases.Unmask, new long[] { 15, 150, -15 })]
    public async Task OneDropsOut_InAnyPhase_TheOthersOpenTheSurvivorsSum(string phase, long[] sum)
    {
        await using var world = await RoundWorld.StartAsync();
        var (plan, round, clients) = await world.OpenAsync();
        var others = clients.Where(c => c.Party != "hospital-3").ToArray();
        await AnswerAsync(round, plan, clients, Before(phase));
        await AnswerAsync(round, plan, others, phase);
        Assert.Equal(Names(3).AsEnumerable(), Value(await round.GetAsync(0, 0)).WaitingFor);
        await world.PassDeadlineAsync(round, plan);
        await AnswerAsync(round, plan, others, From(phase).Skip(1));
        var view = await EndAsync(round);
        Assert.Equal(RoundPhases.Completed, view.Phase);
        Assert.Equal([("hospital-3", phase)], view.Dropped.Select(d => (d.Party, d.Phase)));
        Assert.Equal(sum, await SumAsync(round));
        Assert.Equal(10, view.Seconds[phase]);
    }

    [Fact]
    public async Task Withdrawn_InEveryPhaseOne_IsNotWaitedFor()
    {
        await using var world = await RoundWorld.StartAsync();
        var (plan, round, clients) = await world.OpenAsync();
        await AnswerAsync(round, plan, clients, InOrder[0]);
        Value(await round.WithdrawAsync("hospital-2", "restarted"));
        var others = clients.Where(c => c.Party != "hospital-2").ToArray();
        await AnswerAsync(round, plan, others, InOrder[1..]);
        Assert.Equal(RoundPhases.Completed, (await EndAsync(round)).Phase);
        Assert.Equal([13, 130, -13], await SumAsync(round));
        Assert.Equal("round.dropped", Code(await round.CollectAsync("hospital-2", RoundPhases.CollectMaskedInputs)));
    }

    [Fact]
    public async Task TooFew_AtTheDeadline_AbortsAndNamesWhoIsMissing()
    {
        await using var world = await RoundWorld.StartAsync();
        var (plan, round, clients) = await world.OpenAsync();
        await AnswerAsync(round, plan, clients[..3], RoundPhases.AdvertiseKeys);
        world.Clock.Advance(TimeSpan.FromSeconds(10));
        var view = await EndAsync(round);
        Assert.Equal((RoundPhases.Aborted, "round.too-few"), (view.Phase, view.AbortCode));
        Assert.EndsWith("Missing: hospital-4, hospital-5.", view.AbortReason, StringComparison.Ordinal);
        Assert.Equal("round.too-few", Code(await round.SumAsync()));
        Assert.Equal("round.wrong-phase", Code(await SubmitAsync(round, plan, clients[3], RoundPhases.AdvertiseKeys)));
    }

    [Fact]
    public async Task RealLedgers_PayForTheirInputs()
    {
        await using var world = await RoundWorld.StartAsync();
        var (plan, round, clients) = await world.OpenAsync();
        await AnswerAsync(round, plan, clients, Before(RoundPhases.CollectMaskedInputs));
        foreach (var client in clients)
        {
            var ledger = world.Consortium.Ledger(client.Party);
            Value(await ledger.OpenAsync(Ledger.LedgerSamples.Terms()));
            client.Receipt = (p, roster) => client.Committed(p, roster); // replaced below by the ledger's own
            var binding = client.Committed(plan, Protocols.Rosters.Roster.Decode(Value(await round.CollectAsync(client.Party, RoundPhases.AdvertiseKeys)).Payload.Span).Value).Binding;
            Value(await ledger.ReserveAsync(new ChargeRequest(plan.Session, "charge", "training/detector round 1", "consortium", binding, new PrivacyLoss("zcdp", 0.5), 0)));
            var receipt = Value(await ledger.CommitAsync(plan.Session));
            client.Receipt = (_, _) => receipt;
        }

        await AnswerAsync(round, plan, clients, From(RoundPhases.CollectMaskedInputs));
        Assert.Equal([15, 150, -15], await SumOfEndAsync(round));
    }

    [Fact]
    public async Task Start_SamePlanAgain_IsTheSameRound_AnotherIsRefused()
    {
        await using var world = await RoundWorld.StartAsync();
        var (plan, round, _) = await world.OpenAsync();
        Assert.Equal(1, Value(await round.StartAsync(plan)).Version);
        Assert.Equal("round.started-otherwise", Code(await round.StartAsync(plan with { PhaseSeconds = 11 })));
        Assert.Equal("round.bad-plan", Code(await round.StartAsync(plan with { Number = 2 })));
        var unknown = world.Round(plan with { Number = 99 });
        Assert.Equal("round.unknown", Code(await unknown.GetAsync(0, 5000)));
        Assert.Equal("round.unknown", Code(await unknown.CollectAsync("hospital-1", RoundPhases.AdvertiseKeys)));
        Assert.Equal("round.unknown", Code(await unknown.WithdrawAsync("hospital-1", "")));
        Assert.Equal("round.unknown", Code(await unknown.AbortAsync("")));
        Assert.Equal("round.unknown", Code(await unknown.SumAsync()));
        Assert.Equal("round.unknown", Code(await unknown.SubmitAsync(new RoundMessage("hospital-1", RoundPhases.AdvertiseKeys, default, null))));
    }

    [Fact]
    public async Task Get_WaitsForAChange_AndDoesNotHoldTheRound()
    {
        await using var world = await RoundWorld.StartAsync();
        var (plan, round, clients) = await world.OpenAsync(phaseSeconds: 3600);
        var waiting = round.GetAsync(Value(await round.GetAsync(0, 0)).Version, 5000);
        Assert.False(waiting.IsCompleted);
        var view = Value(await SubmitAsync(round, plan, clients[0], RoundPhases.AdvertiseKeys));
        Assert.Equal(view.Version, Value(await waiting).Version);

        var idle = round.GetAsync(view.Version, 60_000);
        while (!idle.IsCompleted)
        {
            world.Clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        Assert.Equal(view.Version, Value(await idle).Version);
    }

    [Fact]
    public async Task Abort_EndsTheRound_AndTheAuditLogTellsTheStory()
    {
        await using var world = await RoundWorld.StartAsync();
        var (plan, round, clients) = await world.OpenAsync();
        await AnswerAsync(round, plan, clients, RoundPhases.AdvertiseKeys);
        Assert.Equal("round.cancelled", Value(await round.AbortAsync("the operator said so")).AbortCode);
        await SettledAsync(world, round);
        Assert.Equal(["round.started", "round.aborted"], await world.Consortium.AuditKindsAsync(plan.Session));
    }

    [Fact]
    public async Task Work_IsOfferedToEveryBoard_AndTakenOffAtTheEnd()
    {
        await using var world = await RoundWorld.StartAsync();
        var (plan, round, clients) = await world.OpenAsync();
        foreach (var client in clients)
        {
            Assert.Equal([new WorkItem("round", "detector/1")], await world.BoardAsync(client.Party, items => items > 0));
        }

        await AnswerAsync(round, plan, clients, InOrder);
        await SettledAsync(world, round);
        foreach (var client in clients)
        {
            Assert.Empty(await world.BoardAsync(client.Party, items => items == 0));
        }
    }

    [Theory]
    [InlineData(RoundPhases.AdvertiseKeys, null)]
    [InlineData(RoundPhases.ShareKeys, null)]
    [InlineData(RoundPhases.CollectMaskedInputs, null)]
    [InlineData(RoundPhases.CheckConsistency, "round.revoked")]
    [InlineData(RoundPhases.Unmask, "round.revoked")]
    public async Task MemberRevoked_BeforeItsInputIsFixed_IsLeftOut_AfterIt_TheRoundAborts(string phase, string? code)
    {
        await using var world = await RoundWorld.StartAsync();
        var (plan, round, clients) = await world.OpenAsync(phaseSeconds: 24 * 3600); // no deadline comes before the round has looked
        await AnswerAsync(round, plan, clients, Before(phase));
        Value(await world.Consortium.Book.RevokeMemberAsync("hospital-5", "left"));
        await RunUntilAsync(world.Clock, round, view => !view.Dropped.IsEmpty || view.Phase == RoundPhases.Aborted);
        if (code is null)
        {
            await AnswerAsync(round, plan, clients[..4], From(phase));
            Assert.Equal([10, 100, -10], await SumOfEndAsync(round));
        }

        Assert.Equal(code, (await EndAsync(round)).AbortCode);
    }

    /// <summary>Runs the clock until the round's last errand is done: its journal then ends with one more entry than the end.</summary>
    private static async Task SettledAsync(RoundWorld world, IRoundGrain round)
    {
        var end = await EndAsync(round);
        for (var version = end.Version; Value(await round.GetAsync(0, 0)).Version == version;)
        {
            world.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
    }
}
