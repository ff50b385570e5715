using PrivacyGrains.Arithmetic;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Sessions;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Tests.Sessions;

/// <summary>Inputs that all sides know: every side has the same, which is what the members signed, or refuses it by its giver's name.</summary>
public sealed class PublicInputTests : IDisposable
{
    private static readonly PartyId A = PartyId.Create("a");
    private static readonly PartyId B = PartyId.Create("b");
    private static readonly PartyId C = PartyId.Create("c");
    private static readonly double[] Weights = [0.5, -0.25, 1.5, 2, -2, 0.125, 0.75, /* biases */ 0.25, -0.5, 1, -1];
    private static readonly double[] Records = [1, -2, 3, -4, 5, -6];
    private readonly AgreementKey _receiverKey = AgreementKey.Create();

    public void Dispose() => _receiverKey.Dispose();

    [Fact]
    public void Weights_GoToEverySideAlike_AndAreWhatTheLayersTake()
    {
        var plan = Plan(SharingScheme.Additive(2), isSecret: false);
        var statement = Statement(plan, PublicInputs.Digest(plan, Input(null), Values(plan)));
        Assert.Null(InferenceLayout.Check(plan, statement));
        var messages = InferenceLayout.Messages(plan, statement, statement.Inputs[2], Values(plan), SystemRandomSource.Instance);
        Assert.Equal(messages[0], messages[1]);
        var opened = messages.Select((message, i) => InferenceLayout.Open(plan, statement.Inputs[2], i, message).Value).ToList();
        Assert.Equal(opened[0].Words.ToArray(), opened[1].Words.ToArray());
        var decoded = opened[0].Words.ToArray().Select(word => FixedPoint.Create(16).Decode(WordAlgebra.Ring64, word));
        Assert.Equal(Values(plan), decoded);

        var shares = statement.Inputs.Take(2).ToDictionary(input => input.Slot, input => Share(plan, statement, input));
        shares["weights"] = opened[0];
        var (_, layers) = InferenceLayout.Assemble(plan, statement, shares);
        Assert.All(layers, layer => Assert.False(layer.IsSecret));
        Assert.Equal(plan.Parameters.Count(), layers.Count);
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public void Records_AreASharingThatAnybodyCanMake(int parties, bool shamir)
    {
        var plan = Plan(shamir ? SharingScheme.Shamir(parties, 1) : SharingScheme.Additive(parties), isSecret: true);
        var input = new StatementInput("features.0", A, 3, true);
        var named = input with { PublicDigest = PublicInputs.Digest(plan, input, Records) };
        var statement = Statement(plan, null) with { Inputs = [named, Input(null)], ComputeParties = [.. "abc"[..parties].Select(name => PartyId.Create($"{name}"))], Dealer = PartyId.Create("d") };
        Assert.Null(InferenceLayout.Check(plan, statement));
        var messages = InferenceLayout.Messages(plan, statement, named, Records, SystemRandomSource.Instance);
        var words = SecretSharing.Reconstruct([.. messages.Select((message, i) => InferenceLayout.Open(plan, named, i, message).Value)]).Value;
        Assert.Equal(Records, words.Select(word => plan.Format.Decode(plan.Scheme.Algebra, word)));
    }

    [Fact]
    public void OtherNumbers_ThanTheMembersSigned_AreRefusedBySidesNamingTheGiver_AndByAnHonestGiver()
    {
        var plan = Plan(SharingScheme.Additive(2), isSecret: false);
        var other = Values(plan).Select(value => -value).ToArray();
        var statement = Statement(plan, PublicInputs.Digest(plan, Input(null), Values(plan)));
        var lie = Statement(plan, PublicInputs.Digest(plan, Input(null), other));
        var input = statement.Inputs[2];
        Assert.Throws<ArgumentException>(() => InferenceLayout.Messages(plan, statement, input, other, SystemRandomSource.Instance));
        var sent = InferenceLayout.Messages(plan, lie, lie.Inputs[2], other, SystemRandomSource.Instance)[1];

        var fault = InferenceLayout.Open(plan, input, 1, sent).Fault!;
        Assert.Equal(("inference.other-public-input", (PartyId?)C), (fault.Code, fault.Party));
        Assert.Equal("inference.other-public-input", InferenceLayout.Open(plan, input, 1, []).Fault!.Code);
        Assert.Equal("inference.other-public-input", InferenceLayout.Open(plan, input, 1, Share(plan, statement, statement.Inputs[0]).ToBytes()).Fault!.Code);
    }

    [Fact]
    public void Bytes_WithTheRightDigest_ThatAreNoNumbersOfThePlan_AreRefusedByName()
    {
        var (plan, small) = (Plan(SharingScheme.Additive(2), isSecret: false), Plan(SharingScheme.Additive(2), isSecret: false, bound: 1));
        var digest = PublicInputs.Digest(plan, Input(null), Values(plan));
        var statement = Statement(plan, digest);
        var bytes = InferenceLayout.Messages(plan, statement, statement.Inputs[2], Values(plan), SystemRandomSource.Instance)[0];
        Assert.Equal("inference.out-of-range", InferenceLayout.Open(small, statement.Inputs[2], 0, bytes).Fault!.Code); // ranges are proven from the bounds
        var wider = InferencePlan.Create(SharingScheme.Additive(2), 2, 3, [PlanLayer.Dense(7, false, 4, 4)], 16, 8);
        Assert.Equal("inference.wrong-shape", InferenceLayout.Open(wider, statement.Inputs[2], 0, bytes).Fault!.Code);
        var features = new StatementInput("features.0", A, 3, true, PublicInputs.Digest(plan, new StatementInput("features.0", A, 3, true), Records));
        var records = InferenceLayout.Messages(plan, Statement(plan, digest) with { Inputs = [features] }, features, Records, SystemRandomSource.Instance)[0];
        Assert.Equal("inference.out-of-range", InferenceLayout.Open(Plan(SharingScheme.Additive(2), isSecret: true, inputBound: 4), features, 0, records).Fault!.Code);
    }

    [Fact]
    public void Plan_AndStatement_ThatDisagreeOnWhatIsPublic_AreANamedFault()
    {
        var (shown, secret) = (Plan(SharingScheme.Additive(2), isSecret: false), Plan(SharingScheme.Additive(2), isSecret: true));
        var mixed = InferencePlan.Create(SharingScheme.Additive(2), 2, 3, [PlanLayer.Dense(2, true, 4, 4), PlanLayer.Relu, PlanLayer.Dense(1, false, 4, 4)], 16, 8);
        var digest = PublicInputs.Digest(shown, Input(null), Values(shown));
        Assert.Equal("inference.public-weights", InferenceLayout.Check(shown, Statement(shown, null))!.Code);
        Assert.Equal("inference.public-weights", InferenceLayout.Check(secret, Statement(secret, digest))!.Code);
        Assert.Equal("inference.public-weights", InferenceLayout.Check(mixed, Statement(mixed, digest))!.Code);
        Assert.Equal("inference.public-weights", InferenceLayout.Check(mixed, Statement(mixed, null))!.Code);
        Assert.NotNull(InferenceLayout.Check(shown, Statement(shown, digest) with { Held = new HeldWeights(SessionId.Create("opening"), 1) }));
        Assert.NotNull(InferenceLayout.Check(shown, Statement(shown, digest) with { Inputs = [Input(digest)], Opening = new WeightTerms([C], 5, 9) }));
        foreach (var wrong in (string[])["", "0", new('A', 64), new('g', 64), new('0', 65)])
        {
            Assert.Equal("inference.invalid-public-digest", InferenceLayout.Check(shown, Statement(shown, wrong))!.Code);
        }
    }

    private static InferencePlan Plan(SharingScheme scheme, bool isSecret, double bound = 4, double inputBound = 8) =>
        InferencePlan.Create(scheme, 2, 3, [PlanLayer.Dense(2, isSecret, bound, bound), PlanLayer.Relu, PlanLayer.Dense(1, isSecret, bound, bound)], 16, inputBound);

    private static double[] Values(InferencePlan plan) => Weights[..plan.Parameters.SelectMany(own => own).Sum(parameter => parameter.Shape.Length)];

    private static StatementInput Input(string? digest) => new(InferenceLayout.Weights, C, 0, false, digest);

    private static ShareTensor Share(InferencePlan plan, InferenceStatement statement, StatementInput input) =>
        InferenceLayout.Split(plan, statement, input, Records.AsSpan(0, 2 * input.Columns), SystemRandomSource.Instance)[0];

    private InferenceStatement Statement(InferencePlan plan, string? digest) => new()
    {
        Plan = plan.ToBytes(),
        ComputeParties = [A, B],
        Dealer = PartyId.Create("d"),
        Inputs = [new("features.0", A, 2, true), new("features.1", B, 1, true), Input(digest)],
        Receiver = C,
        ReceiverKey = _receiverKey.PublicKey,
        Disclosure = "scores",
        Budget = "records",
    };
}
