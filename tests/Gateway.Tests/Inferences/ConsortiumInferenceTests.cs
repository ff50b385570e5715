using PrivacyGrains.Client.Errors;
using PrivacyGrains.Client.Inferences;
using PrivacyGrains.Grains;
using PrivacyGrains.Learning.Onnx;
using PrivacyGrains.Messages.Inferences;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Testing;
using static PrivacyGrains.Gateway.Tests.Inferences.InferenceWorld;

namespace PrivacyGrains.Gateway.Tests.Inferences;

/// <summary>A network from a file in a running consortium: the same as in the clear, whatever else goes on.</summary>
public sealed class ConsortiumInferenceTests(InferenceWorld world) : IClassFixture<InferenceWorld>
{
    private static readonly OnnxNetwork Network = new(3, [
        new DenseNetworkLayer(3, 4, [.. Enumerable.Range(0, 12).Select(i => Math.Sin(i))], [0.5, -0.25, 0.125, 0]),
        new FunctionNetworkLayer(NetworkFunction.Relu),
        new DenseNetworkLayer(4, 2, [.. Enumerable.Range(0, 8).Select(i => Math.Cos(i))], [0.1, -0.1]),
    ]);

    private static readonly double[][] Records = [.. Enumerable.Range(0, 5).Select(row => new[] { Math.Sin(row), Math.Cos(row), row / 5.0 })];

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public async Task Run_OfANetwork_IsTheClearOne_AtTheStatedCost_WithNothingCharged(int parties, bool shamir)
    {
        using var asker = world.Of(Asker);
        var result = await Run(asker).RunAsync(Network, Records, shamir ? SharingScheme.Shamir(parties, 1) : SharingScheme.Additive(parties), Options());
        Assert.InRange(result.MaxAbsError!.Value, 0, Math.Pow(2, -10));
        Assert.Equal((5, 2), (result.Outputs.Count, result.Outputs[0].Count));
        var plan = NetworkPlanning.Plan(Network, shamir ? SharingScheme.Shamir(parties, 1) : SharingScheme.Additive(parties), 5, 1, null, publicModel: false).Plan;
        Assert.Equal((plan.Rounds, plan.BytesPerParty), (result.Cost.Rounds, result.Cost.BytesPerParty));
        Assert.True(result.Cost.PreprocessingBytes > 0 && result.OfflineSeconds > 0 && result.OnlineSeconds > 0);
    }

    [Fact]
    public async Task Run_OfSeveralSessions_GivesItsWeightsOnce_AndLeavesNoneBehind()
    {
        using var asker = world.Of(Asker);
        var options = Options() with { RecordsPerSession = 2, SessionPrefix = NewSession() };
        var result = await Run(asker).RunAsync(Network, Records, SharingScheme.Additive(2), options);
        Assert.InRange(result.MaxAbsError!.Value, 0, Math.Pow(2, -10));
        Assert.Equal(5, result.Outputs.Count);
        var plan = NetworkPlanning.Plan(Network, SharingScheme.Additive(2), 5, 1, null, publicModel: false).Plan;
        var masks = plan.MaskPlan(new byte[32], new byte[32])!;
        var masked = plan.WithMasks(masks);
        Assert.Equal(WeightOpening.BytesPerParty(masks) + (2 * masked.WithRows(2).BytesPerParty) + masked.WithRows(1).BytesPerParty, result.Cost.BytesPerParty);
        Assert.Equal(1 + (3 * plan.Rounds), result.Cost.Rounds);
        var standing = await asker.Client.Inferences.WeightsAsync($"{options.SessionPrefix}.weights");
        Assert.All(standing.Parties, held => Assert.Equal(("withdrawn", 3L), (held.Status, held.Used)));
    }

    [Fact]
    public async Task Sessions_EightAtOnce_EachEndInItsOwnRightOutputs()
    {
        using var asker = world.Of(Asker);
        var results = await Task.WhenAll(Enumerable.Range(1, 8).Select(i => Run(asker).RunAsync(Network, [.. Records.Select(row => row.Select(x => x / i).ToArray())], SharingScheme.Additive(2), Options())));
        Assert.All(results, result => Assert.InRange(result.MaxAbsError!.Value, 0, Math.Pow(2, -10)));
        Assert.Equal(8, results.Select(result => result.Outputs[1][0]).Distinct().Count());
    }

    [Fact]
    public async Task Cancel_ByTheReceiver_EndsTheSessionForAll_AndByAnotherIsForbidden()
    {
        using var asker = world.Of(Asker);
        using var other = world.Consortium.As("h-1");
        var session = NewSession();
        using var ask = await asker.Inference.AskAsync(session, Question());
        Assert.Equal("inference.not-the-receiver", (await Assert.ThrowsAsync<GatewayException>(() => other.Inferences.CancelAsync(session))).Code);
        Assert.Equal("inference.unknown", (await Assert.ThrowsAsync<GatewayException>(() => other.Inferences.CancelAsync("nothing-of-the-kind"))).Code);

        Assert.Equal("inference.cancelled", (await asker.Client.Inferences.CancelAsync(session)).AbortCode);
        Assert.Equal("inference.cancelled", (await asker.Client.Inferences.CancelAsync(session)).AbortCode);
        Assert.Equal("inference.cancelled", (await Assert.ThrowsAsync<GatewayException>(() => asker.Inference.ReceiveAsync(ask))).Code);
        Assert.Equal("computation.aborted", (await world.Consortium.Cluster.Grains.GetGrain<IComputationGrain>($"h-1/{session}").BeginAsync()).Refusal!.Code);
        await world.WorksAsync();
    }

    [Fact]
    public async Task Run_ThatIsCancelled_LeavesNoSessionOpen()
    {
        using var asker = world.Of(Asker);
        using var stop = new CancellationTokenSource();
        var options = Options() with { SessionPrefix = NewSession() };
        var running = Run(asker).RunAsync(Network, Records, SharingScheme.Additive(2), options, stop.Token);
        InferenceBody? open = null;
        while (open is null && !running.IsCompleted)
        {
            try
            {
                open = await asker.Client.Inferences.GetAsync($"{options.SessionPrefix}.1");
            }
            catch (GatewayException e) when (e.Code == "inference.unknown")
            {
                // not yet
            }
        }

        await stop.CancelAsync();
        try
        {
            await running;
        }
        catch (OperationCanceledException)
        {
            // as it was asked to
        }

        Assert.Contains((await asker.Client.Inferences.GetAsync($"{options.SessionPrefix}.1")).Status, (string[])["aborted", "completed"]);
    }

    [Fact]
    public async Task Giver_WhoIsGoneAfterSharing_IsNotMissed_AndMembersWithoutAPartStayIdle()
    {
        var session = NewSession();
        using var asker = world.Of(Asker);
        var question = Question() with { Inputs = [new InputSlotBody("features.0", "h-3", ["a", "b", "c"], true), new InputSlotBody("weights", Asker, [], false)] };
        using var ask = await asker.Inference.AskAsync(session, question);
        await world.ProvideAsync("h-3", session, "features.0", [.. Enumerable.Range(0, 9).Select(i => i / 10.0)]);
        await world.Consortium.Cluster.KillActivationAsync(world.Consortium.Cluster.Grains.GetGrain<IPartyGrain>("h-3"));
        await world.ProvideAsync(Asker, session, "weights", Weights);
        var answer = await asker.Inference.ReceiveAsync(ask);
        Assert.Equal(["h-1", "h-2"], answer.Sides.Select(side => side.Party));
        Assert.Equal("computation.not-prepared", (await world.Consortium.Cluster.Grains.GetGrain<IComputationGrain>($"h-3/{session}").BeginAsync()).Refusal!.Code);
    }

    [Fact]
    public async Task Side_ThatDies_EndsItsSessionByName_AndTheNextStartsAtOnce()
    {
        if (!GrainTestCluster.CanKill)
        {
            return;
        }

        using var asker = world.Of(Asker);
        var ended = new HashSet<string>(StringComparer.Ordinal);
        for (var turns = 4; turns < 64; turns += 6)
        {
            var options = Options() with { SessionPrefix = NewSession(), TimeoutSeconds = 5 };
            world.Consortium.Cluster.KillAfterTurns(world.Consortium.Cluster.Grains.GetGrain<IComputationGrain>($"h-2/{options.SessionPrefix}.1"), turns);
            try
            {
                ended.Add((await Run(asker).RunAsync(Network, Records, SharingScheme.Additive(2), options)).MaxAbsError < 0.001 ? "completed" : "wrong");
            }
            catch (GatewayException e)
            {
                ended.Add(e.Code);
                Assert.InRange((await Run(asker).RunAsync(Network, Records, SharingScheme.Additive(2), Options())).MaxAbsError!.Value, 0, 0.001);
            }
        }

        Assert.DoesNotContain("wrong", ended);
        Assert.True(ended.Count > 1, string.Join(", ", ended));
        Assert.All(ended, code => Assert.Contains(code, (string[])["completed", "computation.lost", "computation.peer-lost", "computation.not-prepared", "computation.not-ready", "inference.over", "inference.timeout", "party.unavailable"]));
    }

    [Fact]
    public async Task Sessions_OneAfterAnother_EachWriteAsMuchAsTheFirst()
    {
        using var asker = world.Of(Asker);
        var written = new List<long>();
        for (var i = 0; i < 40; i++)
        {
            var before = Size();
            await Run(asker).RunAsync(Network, [Records[0]], SharingScheme.Additive(2), Options());
            written.Add(Size() - before);
        }

        var (first, last) = (written.Skip(2).Take(10).Average(), written.TakeLast(10).Average());
        Assert.True(last < 1.25 * first, $"The last sessions wrote {last:0} bytes, the first {first:0}.");

        long Size() => Directory.EnumerateFiles(world.Consortium.Data, "*", SearchOption.AllDirectories).Sum(path => new FileInfo(path).Length);
    }

    [Fact]
    public void Cast_IsChosenAmongMembersThatAreThere_AndTheAskerComputesLast()
    {
        Messages.Parties.PartyBody[] members = [Member("a", true, "data", "compute"), Member("b", false, "compute"), Member("c", true, "compute"), Member("d", true, "dealer"), Member("e", true, "compute")];
        Assert.Equal(("c,e", "d"), Of(InferenceCast.Choose(members, "a", 2, null, null)));
        Assert.Equal(("a,c,e", "d"), Of(InferenceCast.Choose(members, "a", 3, null, null)));
        Assert.Equal(("a,c", "e"), Of(InferenceCast.Choose(members, "d", 2, ["c", "a"], "e")));
        Assert.Equal("inference.too-few-parties", Assert.Throws<InputException>(() => InferenceCast.Choose(members, "a", 4, null, null)).Code);
        Assert.Equal("inference.too-few-parties", Assert.Throws<InputException>(() => InferenceCast.Choose(members, "a", 3, ["c", "a"], null)).Code);
        Assert.Equal("inference.no-dealer", Assert.Throws<InputException>(() => InferenceCast.Choose(members[..1], "a", 1, null, null)).Code);
        Assert.Contains("cannot be reached: d, e;", Assert.Throws<InputException>(() => InferenceCast.Choose([Member("e", false), Member("d", false, "dealer")], "a", 2, null, null)).Message, StringComparison.Ordinal);

        static (string, string) Of(InferenceCast cast) => (string.Join(',', cast.ComputeParties), cast.Dealer);
        static Messages.Parties.PartyBody Member(string name, bool there, params string[] roles) =>
            new(new Messages.Parties.MemberBody(name, name, roles, "member", [], ""), there, null, null, []);
    }

    private static ConsortiumInference Run(Part asker) => new(Asker, asker.Inference, asker.Client);

    private static ConsortiumInferenceOptions Options() => new() { Dealer = Dealer, TimeoutSeconds = 30 };
}
