using System.Collections.Immutable;
using PrivacyGrains.Arithmetic;
using PrivacyGrains.Protocols.Functions;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Inference.Layers;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Tests.Sharing;

namespace PrivacyGrains.Protocols.Tests.Inference;

public sealed class LayerTests
{
    private const int Rows = 3;
    private static readonly LinearBounds Bounds = new(1, 1, null, 16);
    private static readonly SharingScheme[] Grid = [SharingScheme.Additive(2), SharingScheme.Additive(3), SharingScheme.Shamir(3, 1), SharingScheme.Shamir(3, 2), SharingScheme.Shamir(5, 2)];

    /// <summary>Every kind: a record's dimensions, the layer, and how many values it takes.</summary>
    private static readonly Dictionary<string, (int[] Record, PlanLayer Layer, int Takes, double Error)> Cases = new()
    {
        ["reshape"] = ([2, 3, 4], ReshapeLayer.Create(6, 4), 1, 0),
        ["transpose"] = ([2, 3, 4], TransposeLayer.Create(2, 0, 1), 1, 0),
        ["gather"] = ([2, 5, 3], GatherLayer.Create(1, 4, 0, 0, 2), 1, 0),
        ["pad"] = ([2, 3, 3], PadLayer.Create([0, 1, 2], [1, 0, 1], -1.5), 1, 0),
        ["concat"] = ([2, 3, 2], ConcatLayer.Create(1), 3, 0),
        ["add"] = ([2, 3], CombineLayer.Add, 2, 0),
        ["subtract"] = ([2, 3], CombineLayer.Subtract, 2, 0),
        ["multiply"] = ([2, 3], MultiplyLayer.Instance, 2, 0),
        ["square"] = ([2, 3], MultiplyLayer.Instance, 1, 0),
        ["dot product"] = ([2, 5], DotLayer.Instance, 2, 0),
        ["sum of squares"] = ([2, 5], DotLayer.Instance, 1, 0),
        ["step"] = ([2, 5], StepLayer.Instance, 1, 0),
        ["equal"] = ([2, 5], EqualLayer.Instance, 2, 0),
        ["equal to public numbers"] = ([2, 5], EqualLayer.To(-1, 0, 0.5, 3), 1, 0),
        ["scale by a whole number"] = ([7], ScaleLayer.Create(-3, 0.25), 1, 0),
        ["scale"] = ([7], ScaleLayer.Create(0.1, -2), 1, 0),
        ["clip"] = ([9], ClipLayer.Create(-1, 2.5), 1, 0),
        ["clip below"] = ([9], ClipLayer.Create(-0.5, double.PositiveInfinity), 1, 0),
        ["clip above"] = ([9], ClipLayer.Create(double.NegativeInfinity, 1), 1, 0),
        ["brake"] = ([9], ClipLayer.Create(-64, 64, isBrake: true), 1, 0),
        ["clip beyond the range"] = ([9], ClipLayer.Create(-100, 100), 1, 0),
        ["part"] = ([2, 3, 4], PartLayer.Create(5, 3, 2), 1, 0),
        ["affine"] = ([3, 2, 2], AffineLayer.Create([3, 1, 1], true, true, true, Bounds), 1, 0),
        ["affine, public"] = ([3, 2, 2], AffineLayer.Create([3, 1, 1], true, true, false, Bounds), 1, 0),
        ["factor"] = ([4, 2], AffineLayer.Create([2], true, false, true, Bounds), 1, 0),
        ["summand"] = ([4, 2], AffineLayer.Create([4, 2], false, true, true, Bounds), 1, 0),
        ["dense over the last dimension"] = ([4, 5], DenseLayer.Create(3, true, Bounds), 1, 0),
        ["convolution"] = ([3, 5, 6], ConvolutionLayer.Create(new SlidingWindow(3, 2) { RowStride = 2, Top = 1, Left = 1, Bottom = 1, Right = 2 }, 4, 1, true, Bounds), 1, 0),
        ["convolution, public"] = ([3, 5, 6], ConvolutionLayer.Create(new SlidingWindow(3, 2), 4, 1, false, Bounds), 1, 0),
        ["groups"] = ([4, 4, 4], ConvolutionLayer.Create(new SlidingWindow(2, 2) { ColumnDilation = 2 }, 6, 2, true, Bounds), 1, 0),
        ["depthwise"] = ([3, 4, 4], ConvolutionLayer.Create(new SlidingWindow(3, 3) { Top = 1, Left = 1, Bottom = 1, Right = 1 }, 3, 3, true, Bounds), 1, 0),
        ["max-pool"] = ([2, 5, 5], MaxPoolLayer.Create(new SlidingWindow(3, 3) { RowStride = 2, ColumnStride = 2, Top = 1, Left = 1, Bottom = 1, Right = 1 }), 1, 0),
        ["average-pool"] = ([2, 5, 5], AveragePoolLayer.Create(new SlidingWindow(2, 3) { RowStride = 2, Top = 1, Left = 1 }, countsPadding: false), 1, 0),
        ["average-pool with padding"] = ([2, 5, 5], AveragePoolLayer.Create(new SlidingWindow(2, 3) { RowStride = 2, Top = 1, Left = 1 }, countsPadding: true), 1, 0),
        ["sum"] = ([2, 5], ReduceLayer.Sum, 1, 0),
        ["maximum"] = ([2, 5], ReduceLayer.Greatest, 1, 0),
        ["argmax"] = ([2, 5], ArgMaxLayer.Instance, 1, 0),
        ["relu"] = ([2, 5], PlanLayer.Relu, 1, 0),
        ["sigmoid"] = ([6], PlanLayer.Sigmoid, 1, 1.0 / 1024),
        ["tanh"] = ([6], TanhLayer.Instance, 1, 1.0 / 1024),
        ["gelu"] = ([6], CurveLayer.Create(CurveKind.Gelu), 1, 1.0 / 1024),
        ["exp"] = ([6], CurveLayer.Create(CurveKind.Exp), 1, 1.0 / 32),
        ["leaky relu"] = ([6], CurveLayer.Create(CurveKind.LeakyRelu, 0.1), 1, 1.0 / 1024),
        ["hard sigmoid"] = ([6], CurveLayer.Create(CurveKind.HardSigmoid, 0.2, 0.5), 1, 1.0 / 1024),
        ["normalization"] = ([2, 5], NormalizationLayer.Create(1e-3), 1, 1.0 / 256),
        ["top-k"] = ([2, 5], TopKLayer.Create(3, places: false), 1, 0),
        ["places of the top k"] = ([2, 5], TopKLayer.Create(2, places: true), 1, 0),
        ["softmax"] = ([2, 5], SoftmaxLayer.Instance, 1, 1.0 / 1024),
        ["log-softmax"] = ([2, 5], SoftmaxLayer.Logarithm, 1, 1.0 / 1024),
    };

    public static TheoryData<string> Kinds => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Layer_InEveryScheme_EqualsTheClearOne_AndCostsWhatThePlanSays(string kind)
    {
        var (record, layer, takes, error) = Cases[kind];
        foreach (var scheme in Grid)
        {
            var plan = PlanOf(scheme, record, layer, takes);
            var input = Numbers(plan.InputShape.Length, 1, 4);
            IReadOnlyList<double[]>[] parameters = [.. plan.Parameters.Select(own => (IReadOnlyList<double[]>)[.. own.Select((p, i) => Numbers(p.Shape.Length, (byte)(2 + i), p.Bound))])];
            var run = new InferenceRun(plan, input, parameters);
            var (got, wanted) = (run.Complete(), ClearEvaluation.Evaluate(plan, input, parameters));
            Assert.Equal(wanted.Length, got.Length);
            Assert.All(got.Zip(wanted), pair => Assert.InRange(pair.First - pair.Second, -error - (32.0 / 65536), error + (32.0 / 65536)));
            Assert.All(got, value => Assert.InRange(value, plan.Steps[^1].Output.Lower, plan.Steps[^1].Output.Upper));
            Assert.All(run.MessagesSent, sent => Assert.Equal(plan.MessagesPerParty, sent));
            Assert.All(run.BytesSent, sent => Assert.Equal(plan.BytesPerParty, sent));
            Assert.Equal(Enumerable.Range(0, scheme.Parties).Select(party => plan.PreprocessingBytes(party, run.Session)), run.BlobBytes);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Plan_ParsesBack_AndEveryCutIsMalformed(string kind)
    {
        var (record, layer, takes, _) = Cases[kind];
        var plan = PlanOf(Grid[0], record, layer, takes);
        var bytes = plan.ToBytes();
        Assert.True(InferencePlan.Parse(bytes).Try(out var read, out var fault), fault?.ToString());
        Assert.Equal(bytes, read.ToBytes());
        Assert.Equal(plan.Nodes.AsEnumerable(), read.Nodes.AsEnumerable());
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Equal("plan.malformed", InferencePlan.Parse(bytes.AsSpan(0, length)).Fault.Code());
        }
    }

    [Fact]
    public void Plan_OfHostileBytes_IsAPlanOrAFault()
    {
        using var random = Schemes.Random(7);
        var noise = new byte[8];
        foreach (var (record, layer, takes, _) in Cases.Values)
        {
            var whole = PlanOf(Grid[0], record, layer, takes).ToBytes();
            for (var i = 0; i < 300; i++)
            {
                var bytes = whole.ToArray();
                random.Fill(noise);
                bytes[BitConverter.ToUInt16(noise) % bytes.Length] = noise[2];
                bytes[BitConverter.ToUInt16(noise, 3) % bytes.Length] ^= (byte)(1 << (noise[5] & 7));
                Assert.True(InferencePlan.Parse(bytes).Try(out var plan, out var fault) ? plan.Rounds >= 0 : fault.Code.StartsWith("plan.", StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public void Branches_ShareRounds_AndAreJoined()
    {
        var layers = new PlanNode[]
        {
            new(DenseLayer.Create(6, true, Bounds), [0]), new(DenseLayer.Create(6, true, Bounds), [0]), // side by side
            new(PlanLayer.Relu, [1]), new(PlanLayer.Sigmoid, [2]),
            new(CombineLayer.Add, [3, 4]), new(CombineLayer.Add, [5, 1]), // a residual
            new(ConcatLayer.Create(0), [6, 2, 6]),
        };
        foreach (var scheme in Grid)
        {
            var plan = InferencePlan.CreateGraph(scheme, 4, 5, layers, 16, 4);
            Assert.Equal(scheme.Kind == SharingKind.Additive && scheme.Parties == 2 ? 2 + 2 : 2 + 8, plan.Rounds);
            var input = Numbers(20, 1, 4);
            IReadOnlyList<double[]>[] parameters = [.. plan.Parameters.Select((own, n) => (IReadOnlyList<double[]>)[.. own.Select((p, i) => Numbers(p.Shape.Length, (byte)(2 + n + (5 * i)), p.Bound))])];
            var run = new InferenceRun(plan, input, parameters);
            var state = 77u;
            var got = run.Complete(count => (int)((state = unchecked((state * 1664525) + 1013904223)) % (uint)count));
            Assert.All(got.Zip(ClearEvaluation.Evaluate(plan, input, parameters)), pair => Assert.InRange(pair.First - pair.Second, -2.0 / 1024, 2.0 / 1024));
            Assert.All(run.BytesSent, sent => Assert.Equal(plan.BytesPerParty, sent));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void RandomGraph_EqualsTheClearOne_AndCostsWhatThePlanSays(byte seed)
    {
        using var random = Schemes.Random(seed);
        var noise = new byte[1];
        int Choose(int count)
        {
            random.Fill(noise);
            return noise[0] % count;
        }

        // Images of 2 channels throughout: any two can be added, multiplied or joined by channels, which a 1 x 1 convolution brings back to 2.
        List<PlanNode> nodes = [new(ReshapeLayer.Create(2, 4, 4), [0])];
        var small = new LinearBounds(0.25, 0.5, 2, 16, 1.5);
        for (var i = 0; i < 10; i++)
        {
            var (x, y) = (1 + Choose(nodes.Count), 1 + Choose(nodes.Count));
            (PlanLayer Layer, int[] Inputs) next = Choose(10) switch
            {
                0 => (PlanLayer.Relu, [x]),
                1 => (CombineLayer.Add, [x, y]),
                2 => (CombineLayer.Subtract, [x, y]),
                3 => (MultiplyLayer.Instance, [x, y]),
                4 => (ConvolutionLayer.Create(new SlidingWindow(3, 3) { Top = 1, Left = 1, Bottom = 1, Right = 1 }, 2, 1 + Choose(2), Choose(2) == 0, small), [x]),
                5 => (MaxPoolLayer.Create(new SlidingWindow(2, 2) { Top = 1, Left = 1 }), [x]),
                6 => (AveragePoolLayer.Create(new SlidingWindow(3, 1) { Top = 1, Bottom = 1 }, Choose(2) == 0), [x]),
                7 => (ClipLayer.Create(-1.5, 2), [x]),
                8 => (ScaleLayer.Create(-0.3, 0.125), [x]),
                _ => (AffineLayer.Create([2, 1, 1], true, true, true, small), [x]),
            };
            nodes.Add(new PlanNode(next.Layer, [.. next.Inputs]));
            nodes.Add(new PlanNode(ClipLayer.Create(-3, 3), [nodes.Count])); // products of products stay small
        }

        nodes.Add(new PlanNode(ConcatLayer.Create(0), [nodes.Count, nodes.Count - 2, 1]));
        foreach (var scheme in Grid)
        {
            var plan = InferencePlan.CreateGraph(scheme, 2, 32, nodes, 16, 3);
            Assert.Equal(plan.Digest(), InferencePlan.Parse(plan.ToBytes()).Value.Digest());
            var input = Numbers(64, seed, 3);
            IReadOnlyList<double[]>[] parameters = [.. plan.Parameters.Select((own, n) => (IReadOnlyList<double[]>)[.. own.Select((p, i) => Numbers(p.Shape.Length, (byte)(2 + n + (5 * i)), p.Bound / 4))])];
            var run = new InferenceRun(plan, input, parameters);
            Assert.All(run.Complete().Zip(ClearEvaluation.Evaluate(plan, input, parameters)), pair => Assert.InRange(pair.First - pair.Second, -1.0 / 256, 1.0 / 256));
            Assert.All(run.BytesSent, sent => Assert.Equal(plan.BytesPerParty, sent));
            Assert.Equal(Enumerable.Range(0, scheme.Parties).Select(party => plan.PreprocessingBytes(party, run.Session)), run.BlobBytes);
            Assert.True(plan.PeakBytes > 0);
        }
    }

    [Fact]
    public void CreateGraph_AWayBackOrWrongNumbersOfValues_AreRefused()
    {
        Refused("earlier layer", new PlanNode(PlanLayer.Relu, [1]));
        Refused("earlier layer", new PlanNode(PlanLayer.Relu, [-1]));
        Refused("earlier layer", new PlanNode(PlanLayer.Relu, []));
        Refused("earlier layer", new PlanNode(CombineLayer.Add, [0]));
        Refused("reshape", new PlanNode(ReshapeLayer.Create(5), [0]));
        Refused("fit", new PlanNode(GatherLayer.Create(0, 6), [0]));
        Refused("windows of", new PlanNode(ReshapeLayer.Create(1, 1, 6), [0]), new PlanNode(ConvolutionLayer.Create(new SlidingWindow(1, 6), 1 << 21, 1, true, Bounds), [1]));

        static void Refused(string words, params PlanNode[] nodes) => Assert.Contains(
            words, Assert.Throws<ArgumentException>(() => InferencePlan.CreateGraph(SharingScheme.Additive(2), 2, 6, nodes, 16, 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ColumnBound_LeavesRoomThatTheGreatestWeightDoesNot()
    {
        PlanLayer[] Deep(double? column) => [.. Enumerable.Range(0, 8).Select(_ => DenseLayer.Create(100, true, new LinearBounds(1, 1, column, 16)))];
        Assert.Throws<ArgumentException>(() => InferencePlan.Create(SharingScheme.Additive(2), 1, 100, Deep(null), 16, 1));
        var plan = InferencePlan.Create(SharingScheme.Additive(2), 1, 100, Deep(4), 16, 1);
        Assert.True(plan.Steps[^1].Output.Bound < 1 << 18);
        PlanLayer[] Rectified(double? side) => [.. Enumerable.Range(0, 8).SelectMany(_ => (PlanLayer[])[DenseLayer.Create(100, true, new LinearBounds(1, 1, 4, 16, side)), PlanLayer.Relu])];
        var narrow = InferencePlan.Create(SharingScheme.Additive(2), 1, 100, Rectified(2), 16, 1);
        Assert.True(narrow.Steps[^1].Output.Bound < InferencePlan.Create(SharingScheme.Additive(2), 1, 100, Rectified(null), 16, 1).Steps[^1].Output.Bound / 64);
    }

    [Fact]
    public void CurveLayer_TakesItsDomainFromTheRangeOfItsInput_OrIsRefused()
    {
        PlanLayer[] Positive(CurveKind kind) => [ClipLayer.Create(0.5, 3), CurveLayer.Create(kind)];
        foreach (var (kind, value) in new (CurveKind, Func<double, double>)[]
        {
            (CurveKind.Log, Math.Log), (CurveKind.Sqrt, Math.Sqrt), (CurveKind.InverseSqrt, x => 1 / Math.Sqrt(x)), (CurveKind.Reciprocal, x => 1 / x),
        })
        {
            var plan = InferencePlan.Create(SharingScheme.Additive(3), 2, 3, Positive(kind), 16, 4);
            var input = Numbers(6, 1, 4);
            var got = new InferenceRun(plan, input, Array.Empty<IReadOnlyList<double[]>>()).Complete();
            Assert.All(input.Zip(got), pair => Assert.InRange(pair.Second - value(Math.Clamp(pair.First, 0.5, 3)), -1.0 / 1024, 1.0 / 1024));
            Assert.Throws<ArgumentException>(() => InferencePlan.Create(SharingScheme.Additive(3), 2, 3, [CurveLayer.Create(kind)], 16, 4));
        }

        PlanNode[] quotient = [new(ClipLayer.Create(0.5, 3), [0]), new(DivisionLayer.Instance, [0, 1])];
        var ratio = InferencePlan.CreateGraph(SharingScheme.Additive(3), 2, 3, quotient, 16, 4);
        var numbers = Numbers(6, 2, 4);
        Assert.All(
            numbers.Zip(new InferenceRun(ratio, numbers, Array.Empty<IReadOnlyList<double[]>>()).Complete()),
            pair => Assert.InRange(pair.Second - (pair.First / Math.Clamp(pair.First, 0.5, 3)), -1.0 / 512, 1.0 / 512));
        Assert.Throws<ArgumentException>(() => InferencePlan.CreateGraph(SharingScheme.Additive(3), 2, 3, [new(DivisionLayer.Instance, [0, 0])], 16, 4));
        Assert.Throws<ArgumentException>(() => InferencePlan.Create(SharingScheme.Additive(3), 2, 3, [CurveLayer.Create(CurveKind.Exp)], 16, 17));
        Assert.Throws<ArgumentOutOfRangeException>(() => CurveLayer.Create(CurveKind.Exp, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => CurveLayer.Create((CurveKind)99));
    }

    // A clip truncates the product before it on its own opening; what lies beyond a bound is the bound exactly.
    [Theory]
    [InlineData(-1, 1.5)]
    [InlineData(-0.5, double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity, 0.75)]
    [InlineData(0, 2)]
    [InlineData(-500, 500)]
    public void ClipAfterAProduct_SharesItsOpening_AndEndsExactlyAtItsBounds(double lower, double upper)
    {
        var cuts = lower > -100 || upper < 100;
        foreach (var scheme in Grid)
        {
            foreach (var means in Enum.GetValues<ComparisonMeans>())
            {
                var plan = InferencePlan.Create(scheme, 20, 6, [DenseLayer.Create(5, true, Bounds), ClipLayer.Create(lower, upper)], 16, 4, means);
                var keyed = scheme is { Kind: SharingKind.Additive, Parties: 2 } && means != ComparisonMeans.FewestBytes;
                Assert.Equal(!cuts || keyed ? 2 : 9, plan.Rounds); // a product; an opening, and by a tree six levels and a selection
                var input = Numbers(120, 1, 4);
                IReadOnlyList<double[]>[] parameters = [[Numbers(30, 2, 1), Numbers(5, 3, 1)]];
                var run = new InferenceRun(plan, input, parameters);
                var (got, wanted) = (run.Complete(), ClearEvaluation.Evaluate(plan, input, parameters));
                Assert.All(got.Zip(wanted), pair => Assert.InRange(pair.First - pair.Second, -8.0 / 65536, 8.0 / 65536));
                Assert.All(got.Zip(wanted).Where(pair => pair.Second == lower || pair.Second == upper), pair => Assert.InRange(pair.First, pair.Second - (3.0 / 65536), pair.Second + (3.0 / 65536)));
                Assert.All(got, y => Assert.InRange(y, lower - (scheme.Kind == SharingKind.Additive ? 0 : 1.0 / 65536), upper + (scheme.Kind == SharingKind.Additive ? 0 : 1.0 / 65536)));
                Assert.True(!cuts || wanted.Count(y => y == lower || y == upper) > 5);
                Assert.All(run.BytesSent, sent => Assert.Equal(plan.BytesPerParty, sent));
                Assert.Equal(Enumerable.Range(0, scheme.Parties).Select(party => plan.PreprocessingBytes(party, run.Session)), run.BlobBytes);
            }
        }
    }

    // The count of what a clip cut is shared with its result at no cost, and one bit a record tells whether there was anything.
    [Theory]
    [InlineData(-2)]
    [InlineData(0)]
    public void CountingClips_TellOfEachRecord_WhetherOneOfThemCutANumber(double lower)
    {
        double[] input = [0, 1, 2, 1.5, 3, 1, 0, 0, -1, -3, 0, 0, 2.5, 2.5, 2.5, 2.5, -0.5, -1, -4, 1, 1.9375, -1.9375, 1, 1];
        var clip = ((ClipLayer)ClipLayer.Create(lower, 2, isBrake: true)).Counting();
        PlanNode[] nodes =
        [
            new(ReshapeLayer.Create(2, 2), [0]), new(clip, [1]), new(PartLayer.Create(0, 4), [2]), new(PartLayer.Create(4, 1), [2]),
            new(ScaleLayer.Create(1, 0.0625), [3]), new(clip, [5]), new(PartLayer.Create(0, 4), [6]), new(PartLayer.Create(4, 1), [6]),
            new(QuietLayer.Create(16), [4, 8]), new(ConcatLayer.Create(0), [7, 9]),
        ];
        foreach (var scheme in Grid)
        {
            foreach (var means in Enum.GetValues<ComparisonMeans>())
            {
                var plan = InferencePlan.CreateGraph(scheme, 6, 4, nodes, 16, 4, means);
                Assert.True(plan.TellsClips);
                Assert.Equal(plan.Digest(), InferencePlan.Parse(plan.ToBytes()).Value.Digest());
                var run = new InferenceRun(plan, input, Array.Empty<IReadOnlyList<double[]>>());
                var got = run.Complete();
                bool Cut(double[] record) => record.Any(x => x >= 2 || (lower < 0 && x < lower)) || record.Any(x => Math.Clamp(x, lower, 2) + 0.0625 >= 2);
                Assert.Equal(input.Chunk(4).Select(record => Cut(record) ? 0.0 : 1), got.Chunk(5).Select(row => row[^1]));
                Assert.Equal(input.Select(x => Math.Clamp(Math.Clamp(x, lower, 2) + 0.0625, lower, 2)), got.Chunk(5).SelectMany(row => row[..^1]));
                Assert.All(run.BytesSent, sent => Assert.Equal(plan.BytesPerParty, sent));
                Assert.Equal(Enumerable.Range(0, scheme.Parties).Select(party => plan.PreprocessingBytes(party, run.Session)), run.BlobBytes);
            }
        }
    }

    // With keys a pool compares the products themselves, and what follows truncates the greatest alone.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void PoolAfterAProduct_ByKeys_NeedsNoTruncationOfItsOwn_WhereAReluFollows(bool rectified)
    {
        PlanLayer[] layers =
        [
            ReshapeLayer.Create(2, 6, 6), ConvolutionLayer.Create(new SlidingWindow(3, 3), 3, 1, true, Bounds), MaxPoolLayer.Create(new SlidingWindow(2, 2) { RowStride = 2, ColumnStride = 2 }),
            .. rectified ? (PlanLayer[])[PlanLayer.Relu] : [],
        ];
        foreach (var scheme in Grid)
        {
            foreach (var means in Enum.GetValues<ComparisonMeans>())
            {
                var plan = InferencePlan.Create(scheme, 3, 72, layers, 16, 4, means);
                if (scheme is { Kind: SharingKind.Additive, Parties: 2 } && means != ComparisonMeans.FewestBytes)
                {
                    Assert.Equal(1 + 2 + 1, plan.Rounds);
                }

                var input = Numbers(216, 1, 4);
                IReadOnlyList<double[]>[] parameters = [[Numbers(54, 2, 1), Numbers(3, 3, 1)]];
                var run = new InferenceRun(plan, input, parameters);
                Assert.All(run.Complete().Zip(ClearEvaluation.Evaluate(plan, input, parameters)), pair => Assert.InRange(pair.First - pair.Second, -16.0 / 65536, 16.0 / 65536));
                Assert.All(run.BytesSent, sent => Assert.Equal(plan.BytesPerParty, sent));
                Assert.Equal(Enumerable.Range(0, scheme.Parties).Select(party => plan.PreprocessingBytes(party, run.Session)), run.BlobBytes);
            }
        }
    }

    // Whole numbers, so that many are equal: with each other's mirror, and with public ones.
    [Fact]
    public void EqualLayer_OfWholeNumbers_TellsWhichAreEqual_ByKeysAndByTrees()
    {
        PlanNode[] nodes = [new(GatherLayer.Create(0, 4, 3, 2, 1, 0), [0]), new(EqualLayer.Instance, [0, 1]), new(EqualLayer.To(-2, 0, 3), [0]), new(ReshapeLayer.Create(15), [3]), new(ConcatLayer.Create(0), [2, 4])];
        double[] input = [.. Enumerable.Range(0, 50).Select(i => (double)((i * i * 7 % 9) - 4))];
        foreach (var scheme in Grid)
        {
            foreach (var means in Enum.GetValues<ComparisonMeans>())
            {
                var plan = InferencePlan.CreateGraph(scheme, 10, 5, nodes, 16, 4, means);
                var keyed = scheme is { Kind: SharingKind.Additive, Parties: 2 } && means != ComparisonMeans.FewestBytes;
                Assert.Equal(keyed ? 1 : scheme.Kind == SharingKind.Additive ? 7 : 8, plan.Rounds); // an opening, a tree over 22 bits or 61, a conversion
                var run = new InferenceRun(plan, input, Array.Empty<IReadOnlyList<double[]>>());
                var got = run.Complete();
                Assert.Equal(ClearEvaluation.Evaluate(plan, input, Array.Empty<IReadOnlyList<double[]>>()), got);
                Assert.Contains(1, got);
                Assert.All(run.BytesSent, sent => Assert.Equal(plan.BytesPerParty, sent));
            }
        }
    }

    // A node for the record's dimensions, more values of it where the layer takes several, then the layer.
    private static InferencePlan PlanOf(SharingScheme scheme, int[] record, PlanLayer layer, int takes)
    {
        List<PlanNode> nodes = [new(ReshapeLayer.Create(record), [0])];
        ImmutableArray<int> inputs = [1];
        for (var i = 1; i < takes; i++)
        {
            nodes.Add(new PlanNode(ScaleLayer.Create(i + 1, 0.5), [1]));
            inputs = inputs.Add(nodes.Count);
        }

        nodes.Add(new PlanNode(layer, inputs));
        return InferencePlan.CreateGraph(scheme, Rows, record.Aggregate(1, (a, b) => a * b), nodes, 16, 4);
    }

    private static double[] Numbers(int count, byte seed, double bound) =>
        [.. Schemes.Uniform(WordAlgebra.Ring64, count, seed).Select(word => ((word >> 11) * Math.ScaleB(2 * bound, -53)) - bound)];
}
