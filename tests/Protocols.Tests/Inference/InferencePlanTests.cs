using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Tests.Sharing;

namespace PrivacyGrains.Protocols.Tests.Inference;

public sealed class InferencePlanTests
{
    private static InferencePlan Logistic => InferencePlan.Create(
        SharingScheme.Additive(2), 50, 30, [PlanLayer.Dense(1, true, 8, 8), PlanLayer.Sigmoid], 16, 16);

    // Written out by hand: a changed protocol changes these numbers and has to say so.
    [Fact]
    public void Logistic50x30_TwoParties_StatesTheseNumbers()
    {
        var plan = Logistic;
        int[] matrix = [(50 * 30) + 30];
        int[] compareBesidePowers = [50 + 50]; // keys compare in one round, and the powers' opening truncates the product
        int[] select = [6 * (50 + 1)]; // 6 pieces are not zero
        Assert.Equal([.. matrix, .. compareBesidePowers, .. select], plan.WordsPerRound.AsEnumerable());
        Assert.Equal(3, plan.Rounds);
        Assert.Equal(3, plan.MessagesPerParty);
        Assert.Equal((3 * 56) + (8 * plan.WordsPerRound.Sum()), plan.BytesPerParty);
    }

    // A product goes untruncated to the ReLU after it: one opening, then keys at two parties and a tree with a selection elsewhere.
    [Theory]
    [InlineData(2, ComparisonMeans.Automatic, new[] { 784 + (784 * 128), 128, 128 + (128 * 128), 128, 128 + 1280, 10 })]
    [InlineData(2, ComparisonMeans.FewestRounds, new[] { 784 + (784 * 128), 128, 128 + (128 * 128), 128, 128 + 1280, 10 })]
    [InlineData(2, ComparisonMeans.FewestBytes, null)]
    [InlineData(3, ComparisonMeans.FewestRounds, null)]
    public void Network784x128x128x10_StatesTheseRounds(int parties, ComparisonMeans comparisons, int[]? words)
    {
        var plan = InferencePlan.Create(
            SharingScheme.Additive(parties), 1, 784, [PlanLayer.Dense(128, true, 1, 1), PlanLayer.Relu, PlanLayer.Dense(128, true, 1, 1), PlanLayer.Relu, PlanLayer.Dense(10, true, 1, 1)], 16, 1,
            comparisons);
        // Products below 785 * 2^32 and 100609 * 2^32: 44 and 51 bits, trees of 43 and 50 positions.
        int[] Tree(int[] gates) => [.. gates.Select(gate => 2 * gate * 2), 128 + 2];
        words ??= [784 + (784 * 128), 128, .. Tree([41, 21, 9, 5, 1, 1]), 128 + (128 * 128), 128, .. Tree([49, 23, 11, 5, 3, 1]), 128 + 1280, 10];
        Assert.Equal(words, plan.WordsPerRound.AsEnumerable());
    }

    [Fact]
    public void Products_GoUntruncatedOnlyWhereOneLayerTakesThem()
    {
        var scheme = SharingScheme.Additive(2);
        var dense = PlanLayer.Dense(3, true, 1, 1);
        Assert.Equal([16, 0], Extra([new(dense, [0]), new(PlanLayer.Relu, [1])]));
        Assert.Equal([0, 0, 0], Extra([new(dense, [0]), new(PlanLayer.Relu, [1]), new(PlanLayer.Relu, [1])]));
        Assert.Equal([0, 0], Extra([new(PlanLayer.Relu, [0]), new(dense, [1])]));
        IEnumerable<int> Extra(PlanNode[] nodes) => InferencePlan.CreateGraph(scheme, 2, 3, nodes, 16, 1).Steps.Select(step => step.Output.ExtraBits);
    }

    [Fact]
    public void Digest_ChangesWithEveryPart()
    {
        var scheme = SharingScheme.Additive(2);
        PlanLayer[] layers = [PlanLayer.Dense(1, true, 8, 8), PlanLayer.Sigmoid];
        InferencePlan[] plans =
        [
            Logistic,
            InferencePlan.Create(SharingScheme.Additive(3), 50, 30, layers, 16, 16),
            InferencePlan.Create(SharingScheme.Shamir(2, 1), 50, 30, layers, 16, 16),
            InferencePlan.Create(scheme, 51, 30, layers, 16, 16),
            InferencePlan.Create(scheme, 50, 31, layers, 16, 16),
            InferencePlan.Create(scheme, 50, 30, layers, 17, 16),
            InferencePlan.Create(scheme, 50, 30, layers, 16, 15),
            InferencePlan.Create(scheme, 50, 30, [layers[0]], 16, 16),
            InferencePlan.Create(scheme, 50, 30, layers, 16, 16, ComparisonMeans.FewestRounds),
            InferencePlan.Create(scheme, 50, 30, layers, 16, 16, ComparisonMeans.FewestBytes),
            InferencePlan.Create(scheme, 50, 30, [layers[0], PlanLayer.Relu], 16, 16),
            InferencePlan.Create(scheme, 50, 30, [PlanLayer.Dense(2, true, 8, 8), layers[1]], 16, 16),
            InferencePlan.Create(scheme, 50, 30, [PlanLayer.Dense(1, false, 8, 8), layers[1]], 16, 16),
            InferencePlan.Create(scheme, 50, 30, [PlanLayer.Dense(1, true, 9, 8), layers[1]], 16, 16),
            InferencePlan.Create(scheme, 50, 30, [PlanLayer.Dense(1, true, 8, 9), layers[1]], 16, 16),
        ];
        Assert.Equal(plans.Length, plans.Select(plan => Convert.ToHexString(plan.Digest())).Distinct().Count());
        Assert.Equal(Logistic.Digest(), Logistic.Digest());
    }

    [Fact]
    public void ToBytes_ParsesBack_AndHostileBytesAreFaults()
    {
        var bytes = InferencePlan.Create(
            SharingScheme.Shamir(5, 2), 5, 4, [PlanLayer.Dense(6, false, 2, 2), PlanLayer.Relu, PlanLayer.Dense(3, true, 2, 2), PlanLayer.Sigmoid], 16, 8).ToBytes();
        Assert.Equal(bytes, InferencePlan.Parse(bytes).Value.ToBytes());
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Equal("plan.malformed", InferencePlan.Parse(bytes.AsSpan(0, length)).Fault.Code());
        }

        Assert.Equal("plan.malformed", InferencePlan.Parse([.. bytes, 0]).Fault.Code());
        var changed = bytes.ToArray();
        changed[^1] = 77; // the last layer's kind
        Assert.Equal("plan.malformed", InferencePlan.Parse(changed).Fault.Code());
        var rows = bytes.ToArray();
        BitConverter.TryWriteBytes(rows.AsSpan(4 + 8 + 1 + 1 + 4 + 4), int.MaxValue);
        Assert.Equal("plan.unsound", InferencePlan.Parse(rows, Simulation.Name(0)).Fault.Code());
    }

    [Fact]
    public void Create_ValuesThatCouldLeaveTheHeadroom_AreRefusedNamingTheLayer()
    {
        // 2^62 / 2^32 = 2^30 in Z_2^64, 2^27 in F_p.
        PlanLayer[] layers = [PlanLayer.Dense(1, true, 1024, 0)];
        Assert.NotNull(InferencePlan.Create(SharingScheme.Additive(2), 1, 8, layers, 16, 1 << 16));
        var ring = Assert.Throws<ArgumentException>(() => InferencePlan.Create(SharingScheme.Additive(2), 1, 8, layers, 16, 1 << 17));
        Assert.Contains("Layer 0", ring.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => InferencePlan.Create(SharingScheme.Shamir(3, 1), 1, 8, layers, 16, 1 << 16));
        Assert.NotNull(InferencePlan.Create(SharingScheme.Shamir(3, 1), 1, 8, layers, 16, 1 << 13));
    }

    [Theory]
    [InlineData(0, 1, 16, 1.0)]
    [InlineData(1, 0, 16, 1.0)]
    [InlineData(InferencePlan.MaximumDimension + 1, 1, 16, 1.0)]
    [InlineData(1, 1, 0, 1.0)]
    [InlineData(1, 1, 25, 1.0)]
    [InlineData(1, 1, 12, 1.0)] // too few for a sigmoid
    [InlineData(1, 1, 16, 0.0)]
    [InlineData(1, 1, 16, double.NaN)]
    [InlineData(1, 1, 16, double.PositiveInfinity)]
    public void Create_NumbersOutsideTheRange_AreRefused(int rows, int features, int fractionalBits, double inputBound) =>
        Assert.Throws<ArgumentException>(() =>
            InferencePlan.Create(SharingScheme.Additive(2), rows, features, [PlanLayer.Sigmoid], fractionalBits, inputBound));

    [Fact]
    public void Create_NoLayersOrAnUnboundedOne_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => InferencePlan.Create(SharingScheme.Additive(2), 1, 1, [], 16, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => PlanLayer.Dense(0, true, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => PlanLayer.Dense(1, true, double.NaN, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => PlanLayer.Dense(1, true, 1, -1));
        Assert.Throws<ArgumentException>(() => InferencePlan.Create(SharingScheme.Additive(2), 1 << 20, 1 << 20, [PlanLayer.Relu], 16, 1));
        Assert.Throws<ArgumentException>(() => InferencePlan.Create(
            SharingScheme.Additive(2), 1 << 20, 4, [PlanLayer.Sigmoid, PlanLayer.Sigmoid, PlanLayer.Sigmoid], 16, 1));
    }
}
