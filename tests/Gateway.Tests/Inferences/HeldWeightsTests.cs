using System.Buffers.Binary;
using System.Collections.Immutable;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Client.Inferences;
using PrivacyGrains.Gateway.Tests.Hosting;
using PrivacyGrains.Grains;
using PrivacyGrains.Learning.Onnx;
using PrivacyGrains.Messages.Inferences;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Testing;
using static PrivacyGrains.Gateway.Tests.Inferences.InferenceWorld;

namespace PrivacyGrains.Gateway.Tests.Inferences;

/// <summary>A model's owner gives its weights once; whoever it allows asks from then on, as often as it allows, and the owner need not be there.</summary>
public sealed class HeldWeightsTests(InferenceWorld world) : IClassFixture<InferenceWorld>
{
    private const double Bound = 1.0 / 1024;
    private static readonly double[] Matrix = [.. Enumerable.Range(0, 12).Select(i => Math.Sin(i + 0.5))];

    private static readonly OnnxNetwork Network = Of(NetworkFunction.Relu);

    private static readonly double[][] Records = [.. Enumerable.Range(0, 5).Select(row => new[] { Math.Sin(row), Math.Cos(row), row / 5.0 })];

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Weights_OpenedOnce_ServeThreeSessionsOfAnotherParty_AtExactlyThePlansCost(int parties)
    {
        var (model, cost) = await OpenAsync(sessions: 3, parties: parties);
        Assert.Equal((1, parties - 1, WeightOpening.BytesPerParty(model.Masks)), (cost.Rounds, cost.MessagesPerParty, cost.BytesPerParty));
        using var asker = world.Of("h-3");
        var plan = model.PlanFor(Records.Length);
        for (var i = 0; i < 3; i++)
        {
            var session = NewSession();
            var question = NetworkQuestion.Over(await asker.Inference.FindHeldAsync(model.Name), Records.Length, [("h-3", null)], "h-3", "scores", "records", 30);
            using var ask = await asker.Inference.AskAsync(session, question);
            await asker.Inference.ProvideAsync(session, "features.0", Flat(Records));
            var answer = await asker.Inference.ReceiveAsync(ask);
            AssertClear(answer.Values, Records);
            Assert.All(answer.Sides, side => Assert.Equal((plan.Rounds, plan.BytesPerParty), (side.Rounds, side.BytesSent)));
            Assert.Equal((plan.Rounds, plan.BytesPerParty), (answer.Session.Cost.Rounds, answer.Session.Cost.BytesPerParty));
        }

        var unmasked = model.Plan.WithRows(Records.Length);
        Assert.Equal(model.Masks.Lengths.Sum(), unmasked.WordsPerRound.Sum() - plan.WordsPerRound.Sum());
        var standing = await asker.Client.Inferences.WeightsAsync(model.Name);
        Assert.Equal(parties, standing.Parties.Count);
        Assert.All(standing.Parties, held => Assert.Equal(("held", Asker, 3L), (held.Status, held.Owner, held.Used)));
        Assert.Equal("inference.weights-used-up", await CodeOfAsync("h-3", model));
    }

    [Fact]
    public async Task Sessions_AllAtOnce_AreAsManyAsTheOwnerAllows()
    {
        var (model, _) = await OpenAsync(sessions: 6);
        var codes = await Task.WhenAll(Enumerable.Range(0, 9).Select(async _ =>
        {
            try
            {
                await ServesAsync("h-3", model);
                return "served";
            }
            catch (GatewayException e)
            {
                return e.Code;
            }
        }));
        Assert.All(codes, code => Assert.Contains(code, (string[])["served", "inference.weights-used-up"]));
        Assert.InRange(codes.Count(code => code == "served"), 1, 6); // one that only one side still counted is gone too
        Assert.All((await WeightsAsync(model.Name)).Parties, held => Assert.InRange(held.Used, codes.Count(code => code == "served"), 6));
    }

    [Fact]
    public async Task Weights_ServeRecordsThatOthersGive_WhichAreCounted()
    {
        var (model, _) = await OpenAsync();
        var session = NewSession();
        using var asker = world.Of("h-3");
        using var ask = await asker.Inference.AskAsync(session, NetworkQuestion.Over(model, 3, [("h-1", ["a", "b"]), ("h-2", ["c"])], "h-3", "scores", "records", 30));
        await world.ProvideAsync("h-1", session, "features.0", [0.5, -0.25, 1, 1, 0, -0.75]);
        await world.ProvideAsync("h-2", session, "features.1", [0.5, -1, 0.125]);
        var answer = await asker.Inference.ReceiveAsync(ask);
        AssertClear(answer.Values, [[0.5, -0.25, 0.5], [1, 1, -1], [0, -0.75, 0.125]]);
    }

    [Fact]
    public async Task Terms_AreKeptByEverySide_AndRefusedByName()
    {
        var (model, _) = await OpenAsync(receivers: ["h-3"], rows: 4);
        Assert.Equal("inference.weights-other-receiver", await CodeOfAsync(Asker, model)); // the owner did not name itself
        Assert.Equal("inference.weights-other-plan", await CodeOfAsync("h-3", model, question => question with { Plan = model.Plan.WithRows(9).WithMasks(model.Masks) }));
        var other = NetworkPlanning.Plan(Of(NetworkFunction.Tanh), SharingScheme.Additive(2), 4, 1, null, publicModel: false).Plan;
        Assert.Equal("inference.weights-other-plan", await CodeOfAsync("h-3", model, question => question with { Plan = other.WithMasks(model.Masks) }));
        Assert.Equal("inference.weights-not-held", await CodeOfAsync("h-3", model, question => question with { Held = new HeldWeightsNameBody("never-opened", model.Epoch) }));
        Assert.Equal("inference.weights-other-roster", await CodeOfAsync("h-3", model, question => question with { ComputeParties = ["h-1", "h-3"] }, fromFirst: true));
        Assert.Equal("inference.weights-stale-epoch", (await RefusedAsync("h-3", model, question => question with { Held = model.Reference with { Epoch = model.Epoch + 1 } })).Code);
        Assert.Equal("inference.unmasked-weights", (await RefusedAsync("h-3", model, question => question with { Plan = model.Plan })).Code);
        Assert.Equal("inference.masked-weights", (await RefusedAsync("h-3", model, question => question with { Held = null })).Code);
        Assert.Equal("inference.no-weights", (await RefusedAsync("h-3", model, question => question with { Inputs = [.. question.Inputs, new InputSlotBody("weights", "h-3", [], false)] })).Code);

        var (second, _) = await OpenAsync(receivers: ["h-3"]);
        Assert.NotEqual(model.Masks.Digest(), second.Masks.Digest());
        Assert.Equal("inference.weights-other-plan", await CodeOfAsync("h-3", model, question => question with { Plan = second.PlanFor(3) }));
        Assert.All((await WeightsAsync(model.Name)).Parties, held => Assert.Equal(0, held.Used)); // what is refused beforehand is not counted
        await ServesAsync("h-3", model);
    }

    [Fact]
    public async Task Terms_ThatHaveExpired_AreRefused()
    {
        var (model, _) = await OpenAsync(until: 1);
        Assert.Equal("inference.weights-expired", await CodeOfAsync("h-3", model));
    }

    [Fact]
    public async Task WeightsAndCount_OutliveTheirGrains()
    {
        var (model, _) = await OpenAsync(sessions: 2);
        await ServesAsync("h-3", model);
        foreach (var party in model.Cast.ComputeParties)
        {
            await world.Consortium.Cluster.KillActivationAsync(world.Consortium.Cluster.Grains.GetGrain<IHeldWeightsGrain>($"{party}/{model.Epoch}"));
        }

        await world.Consortium.Cluster.KillActivationAsync(world.Consortium.Cluster.Grains.GetGrain<IDealerGrain>(Dealer));
        await world.Consortium.Cluster.KillActivationAsync(world.Consortium.Cluster.Grains.GetGrain<IInferenceGrain>(model.Name));
        await ServesAsync("h-3", model);
        Assert.Equal("inference.weights-used-up", await CodeOfAsync("h-3", model));
        using var client = world.Consortium.As("h-1");
        Assert.Contains(await client.Inferences.HeldAsync(), held => held.Session == model.Name);
    }

    [Fact]
    public async Task MemberThatJoins_EndsNothing_AndAnEpochThatAnOperatorBegins_EndsAll()
    {
        var (model, _) = await OpenAsync();
        var late = $"late-{NewSession()}";
        await world.Consortium.JoinAsync(late);
        await ServesAsync("h-3", model);
        using var operators = world.Consortium.AsOperator();
        var epoch = (await operators.Parties.ConsortiumAsync()).Epoch;
        Assert.True(epoch > model.Epoch);
        await operators.Parties.BeginEpochAsync(epoch, "restored");
        Assert.Equal("inference.weights-stale-epoch", (await RefusedAsync("h-3", model, question => question)).Code);
        Assert.Equal("inference.weights-stale-epoch", (await Assert.ThrowsAsync<GatewayException>(() => operators.Inferences.WeightsAsync(model.Name))).Code);
        var (next, _) = await OpenAsync();
        await ServesAsync("h-3", next);
        Assert.Empty(FilesOf(model)); // the next opening erased what is void
    }

    [Fact]
    public async Task Withdraw_ByTheOwner_ErasesThemEverywhere_AndByAnotherIsForbidden()
    {
        var (model, _) = await OpenAsync();
        string[] files = [.. FilesOf(model)];
        Assert.Equal(3, files.Length); // two sides' weights, one dealer's masks
        using var other = world.Consortium.As("h-3");
        Assert.Equal("inference.weights-not-the-owner", (await Assert.ThrowsAsync<GatewayException>(() => other.Inferences.WithdrawAsync(model.Name))).Code);
        using var owner = world.Consortium.As(Asker);
        Assert.All((await owner.Inferences.WithdrawAsync(model.Name)).Parties, held => Assert.Equal("withdrawn", held.Status));
        Assert.Empty((await owner.Inferences.WithdrawAsync(model.Name)).Missing);
        Assert.Empty(FilesOf(model));
        Assert.Equal("inference.weights-withdrawn", await CodeOfAsync("h-3", model));
        Assert.Equal("inference.unknown", (await Assert.ThrowsAsync<GatewayException>(() => owner.Inferences.WithdrawAsync("nothing-of-the-kind"))).Code);
    }

    [Fact]
    public async Task FileThatIsLost_EndsTheSessionByName_AndIsCounted()
    {
        var (model, _) = await OpenAsync();
        var lost = FilesOf(model).Single(path => path.Contains("h-2", StringComparison.Ordinal));
        await File.WriteAllBytesAsync(lost, [.. (await File.ReadAllBytesAsync(lost)).Reverse()]);
        Assert.Equal("inference.weights-lost", (await Assert.ThrowsAsync<GatewayException>(() => ServesAsync("h-3", model))).Code);
        Assert.Contains((await WeightsAsync(model.Name)).Parties, held => held is { Party: "h-2", Used: 1 });
    }

    [Fact]
    public async Task NothingOfTheWeights_LiesOnAnyDisk()
    {
        var (model, _) = await OpenAsync();
        await ServesAsync("h-3", model);
        List<byte[]> words = [.. Matrix.Select(value => Bytes(BitConverter.DoubleToUInt64Bits(value)))];
        var bits = model.Plan.Parameters.First()[0].FractionalBits;
        words.AddRange(Matrix.Where(value => Math.Abs(value) > 0.25).Select(value => Bytes(unchecked((ulong)(long)Math.Round(Math.ScaleB(value, bits)))))); // greater than any count or length that a file may hold
        foreach (var path in Directory.EnumerateFiles(world.Consortium.Data, "*", SearchOption.AllDirectories).Where(path => !path.EndsWith(".lock", StringComparison.Ordinal)))
        {
            var content = ReadShared(path);
            Assert.All(words, word => Assert.True(content.AsSpan().IndexOf(word) < 0, path));
        }
    }

    [Fact]
    public async Task Stock_OfSuchAPlan_IsDealtWithTheMasksRecalled()
    {
        var (model, _) = await OpenAsync();
        var keeper = world.Consortium.Cluster.Grains.GetGrain<IStockKeeperGrain>(TestConsortium.Name);
        ImmutableArray<string> compute = [.. model.Cast.ComputeParties];
        Assert.Null((await keeper.ReserveAsync(new StockReserve("held", model.PlanFor(Records.Length).ToBytes(), compute, Dealer, 1))).Refusal);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        while ((await keeper.ListAsync()).FirstOrDefault(view => view.Name == "held") is not { Ready: >= 1 })
        {
            Assert.False(patience.IsCancellationRequested, "no stock came");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
        }

        var session = await ServesAsync("h-3", model);
        var entries = await world.Consortium.Cluster.Grains.GetGrain<IAuditLogGrain>(TestConsortium.Name).ReadAsync(0, 10_000);
        Assert.Contains(entries, entry => entry.Json.Contains($"\"{session}\"", StringComparison.Ordinal) && entry.Json.Contains("of the sides", StringComparison.Ordinal));
        await keeper.ReserveAsync(new StockReserve("held", default, [], string.Empty, 0));
    }

    [Fact]
    public async Task Side_ThatDiesAmidAnOpening_EndsItByName_AndAnotherOpeningWorks()
    {
        if (!GrainTestCluster.CanKill)
        {
            return;
        }

        var ended = new HashSet<string>(StringComparer.Ordinal);
        for (var turns = 2; turns < 40; turns += 3)
        {
            var name = NewSession();
            world.Consortium.Cluster.KillAfterTurns(world.Consortium.Cluster.Grains.GetGrain<IComputationGrain>($"h-2/{name}"), turns);
            try
            {
                var (model, _) = await OpenAsync(name: name, timeoutSeconds: 5);
                await ServesAsync("h-3", model);
                ended.Add("completed");
            }
            catch (GatewayException e)
            {
                ended.Add(e.Code);
                await ServesAsync("h-3", (await OpenAsync()).Model);
            }
        }

        Assert.True(ended.Count > 1, string.Join(", ", ended));
        Assert.All(ended, code => Assert.Contains(code, (string[])["completed", "computation.lost", "computation.peer-lost", "computation.not-prepared", "computation.not-ready", "inference.over", "inference.timeout", "inference.not-ready", "party.unavailable"]));
    }

    [Fact]
    public async Task Opening_ThatCannotBe_IsRefused()
    {
        using var owner = world.Of(Asker);
        var shamir = await Assert.ThrowsAsync<GatewayException>(() => OpenAsync(scheme: SharingScheme.Shamir(3, 1)));
        Assert.Equal("inference.nothing-to-open", shamir.Code); // degrees are reduced without a dealer
        Assert.Equal("inference.invalid-terms", (await Assert.ThrowsAsync<GatewayException>(() => OpenAsync(sessions: 2_000_000_000))).Code);
        Assert.Equal("inference.bad-session", (await Assert.ThrowsAsync<GatewayException>(() => OpenAsync(sessions: 0))).Code);
        var scoring = NewSession();
        using (await owner.Inference.AskAsync(scoring, Question()))
        {
            Assert.Equal("inference.no-opening", (await Assert.ThrowsAsync<GatewayException>(() => owner.Client.Inferences.WeightsAsync(scoring))).Code);
            Assert.Equal("inference.no-opening", (await Assert.ThrowsAsync<GatewayException>(() => owner.Inference.FindHeldAsync(scoring))).Code);
        }
    }

    private static OnnxNetwork Of(NetworkFunction function) => new(3, [
        new DenseNetworkLayer(3, 4, [.. Matrix], [0.5, -0.25, 0.125, 0]),
        new FunctionNetworkLayer(function),
        new DenseNetworkLayer(4, 2, [.. Enumerable.Range(0, 8).Select(i => Math.Cos(i))], [0.1, -0.1]),
    ]);

    private async Task<(HeldModel Model, InferenceCostBody Cost)> OpenAsync(
        long sessions = 100, int parties = 2, int rows = 8, long until = 4_000_000_000, string[]? receivers = null, string? name = null, double timeoutSeconds = 30, SharingScheme? scheme = null)
    {
        using var owner = world.Of(Asker);
        scheme ??= SharingScheme.Additive(parties);
        var options = new ConsortiumInferenceOptions { ComputeParties = [.. Enumerable.Range(1, scheme.Parties).Select(i => $"h-{i}")], Dealer = Dealer, TimeoutSeconds = timeoutSeconds };
        var opened = await new HeldInference(Asker, owner.Inference, owner.Client).OpenAsync(
            name ?? NewSession(), Network, scheme, rows, 1, new WeightTermsBody(receivers ?? ["h-3", "h-2"], sessions, until), options);
        return (opened.Model, opened.Session.Cost);
    }

    private async Task<string> ServesAsync(string asker, HeldModel model)
    {
        using var part = world.Of(asker);
        var session = NewSession();
        var result = await new HeldInference(asker, part.Inference, part.Client).RunAsync(model, Records, new ConsortiumInferenceOptions { SessionPrefix = session, TimeoutSeconds = 10 });
        AssertClear([.. result.Outputs.SelectMany(row => row)], Records);
        return session + ".1";
    }

    private async Task<WeightsStandingBody> WeightsAsync(string name)
    {
        using var client = world.Consortium.As("h-1");
        return await client.Inferences.WeightsAsync(name);
    }

    /// <summary>The code by which a session ends that should not begin.</summary>
    private async Task<string> CodeOfAsync(string asker, HeldModel model, Func<InferenceQuestion, InferenceQuestion>? change = null, bool fromFirst = false)
    {
        using var part = world.Of(asker);
        var question = NetworkQuestion.Over(model, 3, [(asker, null)], asker, "scores", "records", 30);
        using var ask = await part.Inference.AskAsync(NewSession(), change?.Invoke(question) ?? question);
        Assert.Equal("aborted", ask.Opened.Status);
        Assert.Contains(fromFirst ? "h-1" : "h-", ask.Opened.AbortReason, StringComparison.Ordinal);
        return ask.Opened.AbortCode!;
    }

    private async Task<GatewayException> RefusedAsync(string asker, HeldModel model, Func<InferenceQuestion, InferenceQuestion> change)
    {
        using var part = world.Of(asker);
        return await Assert.ThrowsAsync<GatewayException>(() => part.Inference.AskAsync(NewSession(), change(NetworkQuestion.Over(model, 3, [(asker, null)], asker, "scores", "records", 30))));
    }

    private IEnumerable<string> FilesOf(HeldModel model) =>
        Directory.EnumerateFiles(world.Consortium.Data, Convert.ToHexStringLower(model.Masks.Digest()), SearchOption.AllDirectories);

    private static void AssertClear(double[] outputs, double[][] records)
    {
        var planned = NetworkPlanning.Plan(Network, SharingScheme.Additive(2), records.Length, 1, null, publicModel: false);
        Assert.All(outputs.Zip(ClearEvaluation.Evaluate(planned.Plan, Flat(records), planned.Parameters)), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, Bound));
    }

    private static double[] Flat(double[][] records) => [.. records.SelectMany(record => record)];

    private static byte[] Bytes(ulong word)
    {
        var bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, word);
        return bytes;
    }

    private static byte[] ReadShared(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            return content;
        }
        catch (Exception e) when (e is FileNotFoundException or EndOfStreamException)
        {
            return []; // a lot that has just been dealt or taken
        }
    }
}
