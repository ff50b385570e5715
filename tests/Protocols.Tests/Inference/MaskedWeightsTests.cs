using PrivacyGrains.Arithmetic;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.Beaver;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Inference.Layers;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Tests.Sharing;

namespace PrivacyGrains.Protocols.Tests.Inference;

public sealed class MaskedWeightsTests
{
    private static readonly byte[] Model = [.. Enumerable.Repeat((byte)1, 32)];
    private static readonly byte[] Roster = [.. Enumerable.Repeat((byte)2, 32)];

    public static TheoryData<string> WithTriples => [.. Schemes.All.Where(scheme => !scheme.ReducesDegree).Select(scheme => scheme.ToString())];

    private static PlanLayer[] Layers =>
    [
        ReshapeLayer.Create([2, 5, 5]), ConvolutionLayer.Create(new SlidingWindow(3, 3), 4, 2, true, new LinearBounds(1, 1)), PlanLayer.Relu, ReshapeLayer.Create([36]),
        PlanLayer.Dense(5, true, 1, 1), PlanLayer.Relu, PlanLayer.Dense(3, false, 1, 1), PlanLayer.Relu, PlanLayer.Dense(2, true, 1, 1),
    ];

    [Theory]
    [MemberData(nameof(WithTriples))]
    public void Network_WithWeightsOpenedBefore_EqualsTheClearOne_AndOpensActivationsAlone(string name)
    {
        var plain = InferencePlan.Create(Schemes.Named(name), 3, 50, Layers, 16, 4);
        var masks = plain.MaskPlan(Model, Roster)!;
        var plan = plain.WithMasks(masks);
        double[][][] parameters = [.. plan.Parameters.Select((tensors, i) => tensors.Select((tensor, j) => Numbers(tensor.Shape.Length, (byte)(10 + (5 * i) + j), 1)).ToArray())];
        var input = Numbers(150, 3, 4);
        var clear = ClearEvaluation.Evaluate(plan, input, parameters);
        for (var session = 1; session <= 2; session++)
        {
            var run = new InferenceRun(plan, input, parameters, SessionId.Create($"s-{session}"), masks);
            Assert.All(run.Complete().Zip(clear), pair => Assert.InRange(pair.First - pair.Second, -0.05, 0.05));
            Assert.All(run.BytesSent, bytes => Assert.Equal(plan.BytesPerParty, bytes));
            Assert.Equal(Enumerable.Range(0, plan.Scheme.Parties).Select(party => plan.PreprocessingBytes(party, run.Session)), run.BlobBytes);
        }

        Assert.Equal([9 * 2, 9 * 2, 36 * 5, 3 * 2], masks.Lengths.AsEnumerable()); // two groups, two secret dense layers
        Assert.Equal(3 * 50, plan.WordsPerRound[0]); // the images, not their windows
        Assert.Equal(masks.Lengths.Sum(), plain.WordsPerRound.Sum() - plan.WordsPerRound.Sum());
        Assert.Equal(plan.ToBytes(), InferencePlan.Parse(plan.ToBytes()).Value.ToBytes());
        Assert.NotEqual(plain.Digest(), plan.Digest());
        Assert.Equal(plan.WithRows(7).MaskDigest.ToArray(), masks.Digest());
    }

    [Fact]
    public void MaskPlan_AnotherVersionRosterOrShape_HasAnotherSeedAndNamespace()
    {
        var scheme = SharingScheme.Additive(2);
        WeightMaskPlan[] plans =
        [
            WeightMaskPlan.Create(scheme, Model, Roster, [4]), WeightMaskPlan.Create(scheme, Roster, Roster, [4]), WeightMaskPlan.Create(scheme, Model, Model, [4]),
            WeightMaskPlan.Create(scheme, Model, Roster, [5]), WeightMaskPlan.Create(SharingScheme.Additive(3), Model, Roster, [4]),
        ];
        var secret = new byte[32];
        Assert.Equal(plans.Length, plans.Select(plan => Convert.ToHexString(WeightMasks.SeedOf(secret, plan))).Distinct().Count());
        Assert.Equal(plans.Length, plans.Select(plan => plan.Namespace).Distinct().Count());
        Assert.Equal(WeightMasks.SeedOf(secret, plans[0]), WeightMasks.SeedOf(secret, WeightMaskPlan.Parse(plans[0].ToBytes()).Value));
        Assert.Throws<ArgumentException>(() => WeightMasks.SeedOf(new byte[15], plans[0]));
        Assert.Throws<ArgumentException>(() => WeightMaskPlan.Create(scheme, new byte[31], Roster, [4]));
        Assert.Throws<ArgumentException>(() => WeightMaskPlan.Create(scheme, Model, Roster, []));
        Assert.Throws<ArgumentException>(() => WeightMaskPlan.Create(scheme, Model, Roster, [0]));
    }

    [Fact]
    public void Open_SameVersionTwice_OpensTheSame_AndItsBytesComeBack()
    {
        var run = new Simulation(SharingScheme.Additive(3));
        var masks = WeightMaskPlan.Create(run.Scheme, Model, Roster, [6, 2]);
        var weights = (A: Schemes.Uniform(WordAlgebra.Ring64, 6, 1), B: Schemes.Uniform(WordAlgebra.Ring64, 2, 2));
        MaskedWeights[] Open()
        {
            var (a, b) = (run.Split(weights.A), run.Split(weights.B));
            return run.Run(party => MaskedWeights.Open(run.Committees[party], masks, [a[party], b[party]], Own(masks, party)));
        }

        var (first, second) = (Open(), Open());
        Assert.Single(first.Concat(second).Select(opened => Convert.ToHexString(opened.Digest())).Distinct());
        var bytes = first[0].ToBytes();
        Assert.Equal(bytes, MaskedWeights.Parse(bytes, masks).Value.ToBytes());
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Equal("masked-weights.malformed", MaskedWeights.Parse(bytes.AsSpan(0, length), masks).Fault.Code());
        }

        Assert.Equal("masked-weights.another-plan", MaskedWeights.Parse(bytes, WeightMaskPlan.Create(run.Scheme, Roster, Roster, [6, 2])).Fault.Code());
        var planBytes = masks.ToBytes();
        for (var length = 0; length < planBytes.Length; length++)
        {
            Assert.Equal("weight-masks.malformed", WeightMaskPlan.Parse(planBytes.AsSpan(0, length)).Fault.Code());
        }
    }

    [Fact]
    public void Deal_WithoutTheNamedMasksOrWithOthers_IsTheCallersBug()
    {
        var scheme = SharingScheme.Additive(2);
        var masks = WeightMaskPlan.Create(scheme, Model, Roster, [6]);
        var plan = PreprocessingPlan.Create(scheme, [CorrelationRequest.MaskedMatrix(1, 2, 3, 0)], masks.Digest());
        Assert.Equal(plan.ToBytes(), PreprocessingPlan.Parse(plan.ToBytes()).Value.ToBytes());
        using var right = WeightMasks.Recall(masks, InferenceRun.MaskSeed);
        using var other = WeightMasks.Recall(WeightMaskPlan.Create(scheme, Roster, Roster, [6]), InferenceRun.MaskSeed);
        Assert.Equal(2, Dealer.Deal(plan, Simulation.Session, SystemRandomSource.Instance, right).Length);
        Assert.Throws<ArgumentException>(() => Dealer.Deal(plan, Simulation.Session, SystemRandomSource.Instance));
        Assert.Throws<ArgumentException>(() => Dealer.Deal(plan, Simulation.Session, SystemRandomSource.Instance, other));
        Assert.Throws<ArgumentException>(() => Dealer.Deal(
            PreprocessingPlan.Create(scheme, [CorrelationRequest.MaskedMatrix(1, 2, 3, 1)], masks.Digest()), Simulation.Session, SystemRandomSource.Instance, right));
        Assert.Throws<ArgumentException>(() => PreprocessingPlan.Create(scheme, [CorrelationRequest.MaskedMatrix(1, 2, 3, 0)]));
        Assert.Throws<ArgumentException>(() => PreprocessingPlan.Create(scheme, [CorrelationRequest.Square(1)], masks.Digest()));
    }

    [Fact]
    public void Begin_WithoutWhatWasOpened_IsTheCallersBug()
    {
        var plain = InferencePlan.Create(SharingScheme.Additive(2), 1, 2, [PlanLayer.Dense(2, true, 1, 1)], 16, 4);
        var masks = plain.MaskPlan(Model, Roster)!;
        var plan = plain.WithMasks(masks);
        using var recalled = WeightMasks.Recall(masks, InferenceRun.MaskSeed);
        var run = new Simulation(plan.Scheme);
        var blob = Dealer.Deal(plan.Preprocessing, Simulation.Session, SystemRandomSource.Instance, recalled)[0];
        var weights = LayerWeights.Shared(run.Split(new ulong[4], 2, 2)[0], run.Split(new ulong[2])[0]);
        Assert.Throws<ArgumentException>(() => InferenceSide.Begin(
            plan, Simulation.Session, run.Committees[0], run.Split(new ulong[2], 1, 2)[0], [weights], Correlations.Expand(blob, plan.Preprocessing, Simulation.Session, 0).Value, SystemRandomSource.Instance));
        Assert.Null(InferencePlan.Create(SharingScheme.Shamir(3, 1), 1, 2, [PlanLayer.Dense(2, true, 1, 1)], 16, 4).MaskPlan(Model, Roster));
        Assert.Null(InferencePlan.Create(SharingScheme.Additive(2), 1, 2, [PlanLayer.Dense(2, false, 1, 1)], 16, 4).MaskPlan(Model, Roster));
    }

    [Fact]
    public void Receive_FromAPartyThatKeptAnotherOpening_IsAForeignRun()
    {
        var plain = InferencePlan.Create(SharingScheme.Additive(2), 1, 2, [PlanLayer.Dense(2, true, 1, 1)], 16, 4);
        var masks = plain.MaskPlan(Model, Roster)!;
        var plan = plain.WithMasks(masks);
        var run = new Simulation(plan.Scheme);
        var (matrix, bias, input) = (run.Split(new ulong[4], 2, 2), run.Split(new ulong[2]), run.Split(new ulong[2], 1, 2));
        var opened = run.Run(party => MaskedWeights.Open(run.Committees[party], masks, [matrix[party]], Own(masks, party)));
        var changed = opened[1].ToBytes();
        changed[^1] ^= 1;
        opened[1] = MaskedWeights.Parse(changed, masks).Value;
        using var recalled = WeightMasks.Recall(masks, InferenceRun.MaskSeed);
        var blobs = Dealer.Deal(plan.Preprocessing, Simulation.Session, SystemRandomSource.Instance, recalled);
        var sides = Enumerable.Range(0, 2).Select(party => InferenceSide.Begin(
            plan, Simulation.Session, run.Committees[party], input[party], WeightOpening.Join([LayerWeights.Shared(matrix[party], bias[party])], opened[party]),
            Correlations.Expand(blobs[party], plan.Preprocessing, Simulation.Session, party).Value, SystemRandomSource.Instance)).ToArray();
        var message = Assert.Single(Assert.IsType<InferenceProgress.Continue>(sides[1].First).Outbound);
        var halt = Assert.IsType<InferenceProgress.Halt>(sides[0].Side.Receive(Simulation.Name(1), message.ToBytes()));
        Assert.Equal("inference.foreign-run", halt.Fault.Code);
    }

    private static Correlations Own(WeightMaskPlan masks, int party) =>
        Correlations.Expand(WeightMasks.Deal(masks, InferenceRun.MaskSeed)[party], masks.Preprocessing, masks.Namespace, party).Value;

    private static double[] Numbers(int count, byte seed, double bound) =>
        [.. Schemes.Uniform(WordAlgebra.Ring64, count, seed).Select(word => ((word >> 11) * Math.ScaleB(2 * bound, -53)) - bound)];
}
