using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Client.Inferences;
using PrivacyGrains.Client.Parties;
using PrivacyGrains.Learning.Onnx;
using PrivacyGrains.Messages.Inferences;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Channels;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Rosters;
using PrivacyGrains.Protocols.Sessions;
using PrivacyGrains.Protocols.Sharing;
using static PrivacyGrains.Gateway.Tests.Inferences.InferenceWorld;

namespace PrivacyGrains.Gateway.Tests.Inferences;

/// <summary>Sessions whose weights, or records, all compute parties know.</summary>
public sealed class PublicModelTests(InferenceWorld world) : IClassFixture<InferenceWorld>
{
    private static readonly OnnxNetwork Network = new(3, [
        new DenseNetworkLayer(3, 4, [.. Enumerable.Range(0, 12).Select(i => Math.Sin(i))], [0.5, -0.25, 0.125, 0]),
        new FunctionNetworkLayer(NetworkFunction.Relu),
        new DenseNetworkLayer(4, 2, [.. Enumerable.Range(0, 8).Select(i => Math.Cos(i))], [0.1, -0.1]),
    ]);

    private static readonly double[][] Records = [.. Enumerable.Range(0, 5).Select(row => new[] { Math.Sin(row), Math.Cos(row), row / 5.0 })];

    [Theory]
    [InlineData(2, false, false)]
    [InlineData(2, false, true)]
    [InlineData(3, true, false)]
    public async Task PublicModel_IsTheClearOne_AtThePublicPlansCost(int parties, bool shamir, bool publicInput)
    {
        using var asker = world.Of(Asker);
        var scheme = shamir ? SharingScheme.Shamir(parties, 1) : SharingScheme.Additive(parties);
        var options = new ConsortiumInferenceOptions { ComputeParties = [.. Enumerable.Range(1, parties).Select(i => $"h-{i}")], Dealer = Dealer, PublicModel = true, PublicInput = publicInput };
        var result = await new ConsortiumInference(Asker, asker.Inference, asker.Client).RunAsync(Network, Records, scheme, options);
        Assert.InRange(result.MaxAbsError!.Value, 0, Math.Pow(2, -10));
        var (shown, secret) = (NetworkPlanning.Plan(Network, scheme, 5, 1, null, publicModel: true).Plan, NetworkPlanning.Plan(Network, scheme, 5, 1, null, publicModel: false).Plan);
        Assert.Equal((shown.Rounds, shown.BytesPerParty), (result.Cost.Rounds, result.Cost.BytesPerParty));
        Assert.True(shown.BytesPerParty < secret.BytesPerParty);
    }

    [Fact]
    public async Task PublicRecords_BesideASecretModel_AreTheClearOnes()
    {
        using var asker = world.Of(Asker);
        var options = new ConsortiumInferenceOptions { ComputeParties = ["h-1", "h-2"], Dealer = Dealer, PublicInput = true };
        var result = await new ConsortiumInference(Asker, asker.Inference, asker.Client).RunAsync(Network, Records, SharingScheme.Additive(2), options);
        Assert.InRange(result.MaxAbsError!.Value, 0, Math.Pow(2, -10));
    }

    [Fact]
    public async Task Giver_WhoSendsOtherWeightsToOneSide_IsNamed_AndTheSessionWaitsForTheSignedOnes()
    {
        var (session, question) = (NewSession(), Shown());
        using var asker = world.Of(Asker);
        using var ask = await asker.Inference.AskAsync(session, question);
        await world.ProvideAsync("h-1", session, "features.0", LeftFeatures);
        await world.ProvideAsync("h-2", session, "features.1", RightFeatures);

        double[] other = [.. Weights.Select(weight => weight + 0.25)];
        foreach (var (first, second) in (IEnumerable<(double[] First, double[] Second)>)[(Weights, other), (other, Weights), (other, other)])
        {
            var view = await asker.Client.Inferences.GetAsync(session);
            var refused = await Assert.ThrowsAsync<GatewayException>(() => asker.Client.Inferences.SubmitAsync(session, "weights", new SlotSharesBody(Sealed(question, view, first, second), null)));
            Assert.Equal("inference.other-public-input", refused.Code);
            Assert.Contains($"From {Asker} was expected", refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal("awaiting-inputs", (await asker.Client.Inferences.GetAsync(session)).Status);
        await Assert.ThrowsAsync<ArgumentException>(() => asker.Inference.ProvideAsync(session, "weights", other)); // an honest client does not send them
        await asker.Inference.ProvideAsync(session, "weights", Weights);
        Assert.All((await asker.Inference.ReceiveAsync(ask)).Values.Zip(Clear()), pair => Assert.InRange(pair.First - pair.Second, -0.001, 0.001));
    }

    [Fact]
    public async Task Share_InPlaceOfPublicWeights_OrADigestOfASecretPlan_IsRefusedByName()
    {
        using var asker = world.Of(Asker);
        var secret = Question().WithPublic("weights", new string('0', 64));
        Assert.Equal("inference.public-weights", (await Assert.ThrowsAsync<GatewayException>(() => asker.Inference.AskAsync(NewSession(), secret))).Code);
        var bare = Shown();
        bare = bare with { Inputs = [.. bare.Inputs.Select(input => input with { PublicDigest = null })] };
        Assert.Equal("inference.public-weights", (await Assert.ThrowsAsync<GatewayException>(() => asker.Inference.AskAsync(NewSession(), bare))).Code);
        Assert.Equal("inference.invalid-public-digest", (await Assert.ThrowsAsync<GatewayException>(() => asker.Inference.AskAsync(NewSession(), Shown().WithPublic("weights", "no digest")))).Code);
    }

    [Fact]
    public void PlanFile_OfAPublicModel_NamesItsWeights_AndOthersAreRefused()
    {
        var (shown, secret) = (Shown().Plan, Question().Plan);
        var file = PlanFile.Of(shown, Weights);
        var read = PlanFile.Parse(file.ToBytes()).Value;
        Assert.Equal((file.WeightsDigest, Shown().Inputs[2].PublicDigest), (read.WeightsDigest, read.WeightsDigest));
        Assert.Equal(shown.ToBytes(), read.Plan.ToBytes());
        Assert.Null(PlanFile.Parse(PlanFile.Of(secret, Weights).ToBytes()).Value.WeightsDigest);
        Assert.Equal(secret.ToBytes(), PlanFile.Of(secret, Weights).ToBytes());
        Assert.Equal("plan.malformed", PlanFile.Parse(shown.ToBytes()).Fault!.Code);
        Assert.Equal("plan.malformed", PlanFile.Parse(new PlanFile(secret, new string('0', 64)).ToBytes()).Fault!.Code);
        Assert.Equal("plan.malformed", PlanFile.Parse(new byte[9]).Fault!.Code);
    }

    /// <summary>The world's question with a logistic model that everybody knows.</summary>
    private static InferenceQuestion Shown()
    {
        var plan = InferencePlan.Create(SharingScheme.Additive(2), 3, 3, [PlanLayer.Dense(1, false, 8, 8), PlanLayer.Sigmoid], 16, 8);
        return (Question() with { Plan = plan }).WithPublic("weights", Weights);
    }

    /// <summary>What a giver who lies seals to each side.</summary>
    private List<byte[]> Sealed(InferenceQuestion question, InferenceBody view, params double[][] values)
    {
        using var signer = PartyFolder.Open(world.Consortium.FolderOf(Asker)).LoadSigningKey();
        var roster = Roster.Decode(view.Roster).Value;
        return [.. values.Select((own, i) =>
        {
            var input = new StatementInput("weights", PartyId.Create(Asker), 0, false);
            var statement = new InferenceStatement
            {
                Plan = default, ComputeParties = [PartyId.Create("h-1")], Dealer = default, Inputs = [], Receiver = default, ReceiverKey = null!, Disclosure = "", Budget = "",
            };
            var bytes = InferenceLayout.Messages(question.Plan, statement, input with { PublicDigest = PublicInputs.Digest(question.Plan, input, own) }, own, SystemRandomSource.Instance)[0];
            var offer = SessionOffer.Accept(roster, view.Offers.First(each => each.Party == $"h-{i + 1}").Offer).Value;
            return SealedInput.Seal(roster, PartyId.Create(Asker), signer, offer, SessionPurposes.Input("weights"), bytes);
        })];
    }
}
