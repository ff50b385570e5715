using PrivacyGrains.Arithmetic;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Tests.Sharing;

namespace PrivacyGrains.Protocols.Tests.Dealing;

public sealed class DealerTests
{
    public static TheoryData<string> Grid => Schemes.Names;

    [Theory]
    [MemberData(nameof(Grid))]
    public void Deal_EveryKindAndLength_HoldsItsRelation(string name)
    {
        foreach (var length in Schemes.Lengths)
        {
            var run = new Simulation(Schemes.Named(name)).Deal(
                CorrelationRequest.ElementwiseTriple(length), CorrelationRequest.Square(length), CorrelationRequest.BitTriple(length),
                CorrelationRequest.SharedBit(length), CorrelationRequest.Selection(length), CorrelationRequest.ComparisonMask(length));
            var algebra = run.Scheme.Algebra;
            var product = new ulong[length];

            var triples = run.Correlations.Select(c => c.TakeElementwiseTriple(length).Consume()).ToArray();
            algebra.Multiply(Open(run, triples.Select(t => t.A)), Open(run, triples.Select(t => t.B)), product);
            Assert.Equal(product, Open(run, triples.Select(t => t.C)));

            var squares = run.Correlations.Select(c => c.TakeSquare(length).Consume()).ToArray();
            var root = Open(run, squares.Select(s => s.A));
            algebra.Multiply(root, root, product);
            Assert.Equal(product, Open(run, squares.Select(s => s.C)));

            var gates = run.Correlations.Select(c => c.TakeBitTriple(length).Consume()).ToArray();
            PackedBits.And(Xor(gates.Select(g => g.A)), Xor(gates.Select(g => g.B)), product);
            Assert.Equal(product, Xor(gates.Select(g => g.C)));

            var bits = run.Correlations.Select(c => c.TakeSharedBit(length).Consume()).ToArray();
            PackedBits.Spread(Xor(bits.Select(b => b.Packed)), product);
            Assert.Equal(product, Open(run, bits.Select(b => b.Arithmetic)));

            var selections = run.Correlations.Select(c => c.TakeSelection(length).Consume()).ToArray();
            var chosen = Open(run, selections.Select(s => s.Bit));
            PackedBits.Spread(Xor(selections.Select(s => s.Packed)), product);
            Assert.Equal(product, chosen);
            algebra.Multiply(chosen, Open(run, selections.Select(s => s.A)), product);
            Assert.Equal(product, Open(run, selections.Select(s => s.Product)));

            var masks = run.Correlations.Select(c => c.TakeComparisonMask(length).Consume()).ToArray();
            var planes = new ulong[algebra.Bits * PackedBits.WordsFor(length)];
            PackedBits.ToPlanes(Open(run, masks.Select(m => m.Mask)), planes, algebra.Bits);
            Assert.Equal(planes, Xor(masks.Select(m => m.Planes)));
            Assert.All(run.Correlations, c => Assert.Equal(0, c.Remaining));
        }
    }

    [Theory]
    [MemberData(nameof(Grid))]
    public void Deal_MatrixTripleAndTruncation_HoldTheirRelations(string name)
    {
        var run = new Simulation(Schemes.Named(name)).Deal(CorrelationRequest.MatrixTriple(3, 4, 5), CorrelationRequest.Truncation(200, 16));
        var algebra = run.Scheme.Algebra;
        var triples = run.Correlations.Select(c => c.TakeMatrixTriple(3, 4, 5).Consume()).ToArray();
        var product = new ulong[15];
        algebra.MultiplyMatrix(Open(run, triples.Select(t => t.A)), Open(run, triples.Select(t => t.B)), product, 3, 4, 5);
        Assert.Equal(product, Open(run, triples.Select(t => t.C)));

        var tuples = run.Correlations.Select(c => c.TakeTruncation(200, 16).Consume()).ToArray();
        var mask = Open(run, tuples.Select(t => t.Mask));
        var high = Open(run, tuples.Select(t => t.High));
        var overflow = Open(run, tuples.Select(t => t.Overflow));
        Assert.True(mask.Distinct().Count() > 190);
        for (var i = 0; i < mask.Length; i++)
        {
            if (run.Scheme.Kind == SharingKind.Additive)
            {
                Assert.Equal((mask[i] & long.MaxValue) >> 16, high[i]);
                Assert.Equal(mask[i] >> 63, overflow[i]);
            }
            else
            {
                Assert.Equal(mask[i] >> 16, high[i]);
                var carry = (long)(((mask[i] + 1) >> 16) - (mask[i] >> 16));
                Assert.Equal(mask[i] >> 60 == 0 ? 0 : carry - (1L << 45), algebra.ToSigned(overflow[i]));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Grid))]
    public void Deal_DotProductsAndSquareSums_HoldTheirRelations_AndCorrectOneWordForEachRow(string name)
    {
        foreach (var (rows, length) in new[] { (0, 4), (3, 1), (4, 5), (2, 1500) })
        {
            var run = new Simulation(Schemes.Named(name)).Deal(CorrelationRequest.DotProduct(rows, length), CorrelationRequest.SquareSum(rows, length));
            var algebra = run.Scheme.Algebra;
            var triples = run.Correlations.Select(c => c.TakeDotProduct(rows, length).Consume()).ToArray();
            var pairs = run.Correlations.Select(c => c.TakeSquareSum(rows, length).Consume()).ToArray();
            var (a, b, c, root, sums) = (Open(run, triples.Select(t => t.A)), Open(run, triples.Select(t => t.B)), Open(run, triples.Select(t => t.C)), Open(run, pairs.Select(p => p.A)), Open(run, pairs.Select(p => p.C)));
            var wanted = new ulong[1];
            for (var row = 0; row < rows; row++)
            {
                algebra.MultiplyMatrix(a.AsSpan(row * length, length), b.AsSpan(row * length, length), wanted, 1, length, 1);
                Assert.Equal(wanted[0], c[row]);
                algebra.MultiplyMatrix(root.AsSpan(row * length, length), root.AsSpan(row * length, length), wanted, 1, length, 1);
                Assert.Equal(wanted[0], sums[row]);
            }

            if (run.Scheme.Kind == SharingKind.Additive)
            {
                var plan = PreprocessingPlan.Create(run.Scheme, [CorrelationRequest.DotProduct(rows, length), CorrelationRequest.SquareSum(rows, length)]);
                Assert.Equal(2 * rows, plan.CorrectionWords(run.Scheme.Parties - 1));
                Assert.Equal(plan.ToBytes(), PreprocessingPlan.Parse(plan.ToBytes()).Value.ToBytes());
            }
        }

        Assert.Throws<ArgumentException>(() => CorrelationRequest.DotProduct(1 << 20, 1 << 10));
        Assert.Throws<ArgumentException>(() => CorrelationRequest.SquareSum(2, -1));
    }

    // Strides, dilations, paddings and groups at once; the product against the definition.
    [Theory]
    [MemberData(nameof(Grid))]
    public void Deal_Convolution_HoldsItsRelation(string name)
    {
        var scheme = Schemes.Named(name);
        var shape = new ConvolutionShape(2, 4, 6, 5, 2, 6, new SlidingWindow(2, 3) { RowStride = 2, ColumnDilation = 2, Top = 1, Left = 1, Bottom = 1, Right = 2 });
        var run = new Simulation(scheme).Deal(CorrelationRequest.Convolution(shape, null));
        var triples = run.Correlations.Select(c => c.TakeConvolution(shape, null).Consume()).ToArray();
        var (a, b, c) = (Open(run, triples.Select(t => t.A)), Open(run, triples.Select(t => t.B)), Open(run, triples.Select(t => t.C)));
        var (down, right) = (4, 4); // (6 + 2 - 2) / 2 + 1 and 5 + 3 - 5 + 1
        Assert.Equal(down * right, shape.Windows);
        for (var at = 0; at < c.Length; at++)
        {
            var (group, record, window, output) = (at / 3 / 16 / 2, at / 3 / 16 % 2, at / 3 % 16, at % 3);
            ulong sum = 0;
            for (var term = 0; term < 12; term++)
            {
                var (channel, row, column) = ((group * 2) + (term / 6), (window / right * 2) - 1 + (term % 6 / 3), (window % right) - 1 + (term % 3 * 2));
                var pixel = row is >= 0 and < 6 && column is >= 0 and < 5 ? a[(((((record * 4) + channel) * 6) + row) * 5) + column] : 0;
                ulong[] product = [pixel];
                scheme.Algebra.Multiply(product, [b[(((group * 12) + term) * 3) + output]], product);
                scheme.Algebra.Add([sum], product, product);
                sum = product[0];
            }

            Assert.Equal(sum, c[at]);
        }
    }

    [Fact]
    public void Plan_WithAConvolution_ParsesBack_AndHostileSizesAreFaults()
    {
        var shape = new ConvolutionShape(2, 4, 6, 5, 2, 6, new SlidingWindow(2, 3));
        var bytes = PreprocessingPlan.Create(SharingScheme.Additive(3), [CorrelationRequest.Convolution(shape, null)]).ToBytes();
        Assert.Equal(bytes, PreprocessingPlan.Parse(bytes).Value.ToBytes());
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Equal("preprocessing.malformed", PreprocessingPlan.Parse(bytes.AsSpan(0, length)).Fault.Code());
        }

        foreach (var hostile in new[] { 0, -1, int.MaxValue, 3, 1 << 20 })
        {
            for (var number = 1; number <= 16; number++) // the sizes are the last 16 numbers
            {
                var changed = bytes.ToArray();
                BitConverter.TryWriteBytes(changed.AsSpan(changed.Length - (4 * number)), hostile);
                Assert.True(changed.AsSpan().SequenceEqual(bytes) || !PreprocessingPlan.Parse(changed).IsOk, $"{hostile} at {number}");
            }
        }

        Assert.Throws<ArgumentException>(() => CorrelationRequest.Convolution(shape with { Groups = 3 }, null));
    }

    [Theory]
    [MemberData(nameof(Grid))]
    public void Deal_BlobBytes_AreThePlans(string name)
    {
        var scheme = Schemes.Named(name);
        var plan = PreprocessingPlan.Create(scheme,
            [CorrelationRequest.ElementwiseTriple(10), CorrelationRequest.MatrixTriple(2, 3, 4), CorrelationRequest.Truncation(5, 16),
             CorrelationRequest.ComparisonMask(70), CorrelationRequest.BitTriple(9), CorrelationRequest.SharedBit(65), CorrelationRequest.Selection(3)]);
        var blobs = Dealer.Deal(plan, Simulation.Session, SystemRandomSource.Instance);
        Assert.Equal(Enumerable.Range(0, scheme.Parties).Select(party => plan.BlobBytes(party, Simulation.Session)), blobs.Select(blob => (long)blob.Length));
        if (scheme.Kind == SharingKind.Additive)
        {
            Assert.Equal(0, plan.CorrectionWords(0));
            Assert.Equal(10 + 8 + (2 * 5) + (64 * 2) + 9 + 65 + (2 * 3), plan.CorrectionWords(scheme.Parties - 1));
        }
    }

    [Fact]
    public void Take_AnotherKindOrSizeThanTheNext_Throws()
    {
        var run = new Simulation(SharingScheme.Additive(2)).Deal(CorrelationRequest.Square(4));
        Assert.Throws<InvalidOperationException>(() => run.Correlations[0].TakeElementwiseTriple(4));
        Assert.Throws<InvalidOperationException>(() => run.Correlations[0].TakeSquare(5));
        run.Correlations[0].TakeSquare(4);
        Assert.Throws<InvalidOperationException>(() => run.Correlations[0].TakeSquare(4));
        run.Correlations[1].Dispose();
        Assert.Throws<InvalidOperationException>(() => run.Correlations[1].TakeSquare(4));
    }

    [Fact]
    public void Consume_TheSecondTime_Throws()
    {
        var run = new Simulation(SharingScheme.Additive(2)).Deal(
            CorrelationRequest.ElementwiseTriple(1), CorrelationRequest.MatrixTriple(1, 1, 1), CorrelationRequest.Square(1), CorrelationRequest.Truncation(1, 1),
            CorrelationRequest.BitTriple(1), CorrelationRequest.SharedBit(1), CorrelationRequest.ComparisonMask(1), CorrelationRequest.Selection(1));
        var c = run.Correlations[0];
        Twice(c.TakeElementwiseTriple(1), t => t.Consume());
        Twice(c.TakeMatrixTriple(1, 1, 1), t => t.Consume());
        Twice(c.TakeSquare(1), t => t.Consume());
        Twice(c.TakeTruncation(1, 1), t => t.Consume());
        Twice(c.TakeBitTriple(1), t => t.Consume());
        Twice(c.TakeSharedBit(1), t => t.Consume());
        Twice(c.TakeComparisonMask(1), t => t.Consume());
        Twice(c.TakeSelection(1), t => t.Consume());

        static void Twice<T>(T correlation, Action<T> consume)
            where T : SingleUse
        {
            Assert.False(correlation.IsConsumed);
            consume(correlation);
            Assert.True(correlation.IsConsumed);
            Assert.Throws<InvalidOperationException>(() => consume(correlation));
        }
    }

    [Fact]
    public void Deal_TwiceFromFreshRandomness_Differs()
    {
        var plan = PreprocessingPlan.Create(SharingScheme.Additive(2), [CorrelationRequest.Square(4)]);
        Assert.NotEqual(Dealer.Deal(plan, Simulation.Session, SystemRandomSource.Instance)[1], Dealer.Deal(plan, Simulation.Session, SystemRandomSource.Instance)[1]);
    }

    [Fact]
    public void Expand_ForeignBlob_IsANamedFault()
    {
        var plan = PreprocessingPlan.Create(SharingScheme.Shamir(3, 1), [CorrelationRequest.Square(4)]);
        var other = PreprocessingPlan.Create(SharingScheme.Shamir(3, 1), [CorrelationRequest.Square(5)]);
        var dealer = PartyId.Create("dealer");
        var blob = Dealer.Deal(plan, Simulation.Session, SystemRandomSource.Instance)[2];
        Assert.Null(Code(blob, plan, Simulation.Session, 2));
        Assert.Equal("correlations.foreign-session", Code(blob, plan, SessionId.Create("s-2"), 2));
        Assert.Equal("correlations.another-plan", Code(blob, other, Simulation.Session, 2));
        Assert.Equal("correlations.another-party", Code(blob, plan, Simulation.Session, 1));
        for (var length = 0; length < blob.Length; length++)
        {
            Assert.Equal("correlations.malformed", Code(blob[..length], plan, Simulation.Session, 2));
        }

        blob.AsSpan(blob.Length - 8).Fill(0xFF);
        Assert.Equal("correlations.not-an-element", Code(blob, plan, Simulation.Session, 2));

        string? Code(byte[] bytes, PreprocessingPlan expected, SessionId session, int party)
        {
            var opened = Correlations.Expand(bytes, expected, session, party, dealer);
            Assert.True(opened.IsOk || opened.Fault!.Party == dealer);
            return opened.Fault?.Code;
        }
    }

    [Fact]
    public void Plan_ToBytes_ParsesBack_AndHostileBytesAreFaults()
    {
        var plan = PreprocessingPlan.Create(SharingScheme.Shamir(5, 2), [CorrelationRequest.MatrixTriple(2, 3, 4), CorrelationRequest.Truncation(5, 16)]);
        var bytes = plan.ToBytes();
        Assert.Equal(bytes, PreprocessingPlan.Parse(bytes).Value.ToBytes());
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Equal("preprocessing.malformed", PreprocessingPlan.Parse(bytes.AsSpan(0, length)).Fault.Code());
        }

        bytes[^17] = 99; // the last request's kind
        Assert.Equal("preprocessing.malformed", PreprocessingPlan.Parse(bytes).Fault.Code());
    }

    [Fact]
    public void Request_OutOfRange_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => CorrelationRequest.Square(-1));
        Assert.Throws<ArgumentException>(() => CorrelationRequest.Truncation(1, 0));
        Assert.Throws<ArgumentException>(() => CorrelationRequest.Truncation(1, 59));
        Assert.Throws<ArgumentException>(() => CorrelationRequest.MatrixTriple(1 << 20, 1 << 20, 1));
        Assert.Throws<ArgumentException>(() => PreprocessingPlan.Create(SharingScheme.Additive(2), [default]));
    }

    private static ulong[] Open(Simulation run, IEnumerable<ulong[]> shares) =>
        run.Open(shares.Select((words, party) => ShareTensor.Create(run.Scheme, party, TensorShape.Of(words.Length), words)));

    private static ulong[] Xor(IEnumerable<ulong[]> shares) => shares.Aggregate((x, y) => [.. x.Zip(y, (a, b) => a ^ b)]);
}
