using FsCheck;
using FsCheck.Fluent;
using PrivacyGrains.Arithmetic;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.Beaver;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Tests.Sharing;

namespace PrivacyGrains.Protocols.Tests.Beaver;

public sealed class ProductTests
{
    public static TheoryData<string> Grid => Schemes.Names;

    [Theory]
    [MemberData(nameof(Grid))]
    public void Multiply_EqualsTheProduct_InOneRoundOfTwoWordsEach(string name)
    {
        foreach (var length in Schemes.Lengths)
        {
            var run = new Simulation(Schemes.Named(name)).Deal(CorrelationRequest.ElementwiseTriple(length));
            var (x, y) = (Schemes.Uniform(run.Scheme.Algebra, length, 1), Schemes.Uniform(run.Scheme.Algebra, length, 2));
            var (xs, ys) = (run.Split(x), run.Split(y));
            var products = run.Run(i => BeaverMultiplication.Begin(run.Committees[i], xs[i], ys[i], run.Correlations[i].TakeElementwiseTriple(length)));
            var expected = new ulong[length];
            run.Scheme.Algebra.Multiply(x, y, expected);
            Assert.Equal(expected, run.Open(products));
            Assert.Equal([2 * length], run.WordsPerRound);
        }
    }

    [Theory]
    [MemberData(nameof(Grid))]
    public void Square_EqualsTheSquare_InOneRoundOfOneWordEach(string name)
    {
        foreach (var length in Schemes.Lengths)
        {
            var run = new Simulation(Schemes.Named(name)).Deal(CorrelationRequest.Square(length));
            var x = Schemes.Uniform(run.Scheme.Algebra, length, 1);
            var xs = run.Split(x);
            var squares = run.Run(i => BeaverSquare.Begin(run.Committees[i], xs[i], run.Correlations[i].TakeSquare(length)));
            var expected = new ulong[length];
            run.Scheme.Algebra.Multiply(x, x, expected);
            Assert.Equal(expected, run.Open(squares));
            Assert.Equal([length], run.WordsPerRound);
        }
    }

    [Theory]
    [MemberData(nameof(Grid))]
    public void MatrixProduct_EqualsTheProduct_WithOneOpeningOfEachFactor(string name)
    {
        foreach (var (m, k, n) in new[] { (0, 2, 3), (1, 1, 1), (2, 3, 4), (7, 30, 1), (5, 16, 17) })
        {
            var run = new Simulation(Schemes.Named(name)).Deal(CorrelationRequest.MatrixTriple(m, k, n));
            var algebra = run.Scheme.Algebra;
            var (x, y) = (Schemes.Uniform(algebra, m * k, 1), Schemes.Uniform(algebra, k * n, 2));
            var (xs, ys) = (run.Split(x, m, k), run.Split(y, k, n));
            var products = run.Run(i => BeaverMatrixProduct.Begin(run.Committees[i], xs[i], ys[i], run.Correlations[i].TakeMatrixTriple(m, k, n)));
            var expected = new ulong[m * n];
            algebra.MultiplyMatrix(x, y, expected, m, k, n);
            Assert.Equal(expected, run.Open(products));
            Assert.Equal([(m * k) + (k * n)], run.WordsPerRound);
        }
    }

    [Theory]
    [MemberData(nameof(Grid))]
    public void DotProducts_EqualTheSums_WithOneOpeningOfEachMatrix(string name)
    {
        foreach (var (rows, length) in new[] { (0, 3), (1, 1), (3, 5), (2, OpenedWords.Run + 77), (300, 7) })
        {
            var run = new Simulation(Schemes.Named(name)).Deal(CorrelationRequest.DotProduct(rows, length), CorrelationRequest.SquareSum(rows, length));
            var algebra = run.Scheme.Algebra;
            var (x, y) = (Schemes.Uniform(algebra, rows * length, 1), Schemes.Uniform(algebra, rows * length, 2));
            var (xs, ys) = (run.Split(x, rows, length), run.Split(y, rows, length));
            var (dots, squares) = (Rows(algebra, x, y, rows, length), Rows(algebra, x, x, rows, length));
            Assert.Equal(dots, run.Open(run.Run(i => DotProducts.Begin(run.Committees[i], xs[i], ys[i], run.Correlations[i].TakeDotProduct(rows, length)))));
            Assert.Equal(squares, run.Open(run.Run(i => DotProducts.BeginSquares(run.Committees[i], xs[i], run.Correlations[i].TakeSquareSum(rows, length)))));
            Assert.Equal([2 * rows * length, rows * length], run.WordsPerRound);
            if (run.Scheme.ReducesDegree)
            {
                Assert.Equal(dots, run.Open(run.Run(i => DotProducts.Reduce(run.Committees[i], xs[i], ys[i], SystemRandomSource.Instance))));
                Assert.Equal(rows, run.WordsPerRound[^1]);
            }
        }
    }

    [Fact]
    public void DotProducts_ATripleOfAnotherShape_OrASecondTime_Throws()
    {
        var run = new Simulation(SharingScheme.Additive(2)).Deal(CorrelationRequest.DotProduct(2, 3), CorrelationRequest.SquareSum(2, 3));
        var (triple, pair) = (run.Correlations[0].TakeDotProduct(2, 3), run.Correlations[0].TakeSquareSum(2, 3));
        var (fits, other) = (run.Split(new ulong[6], 2, 3)[0], run.Split(new ulong[6], 3, 2)[0]);
        Assert.Throws<ArgumentException>(() => DotProducts.Begin(run.Committees[0], other, other, triple));
        Assert.Throws<ArgumentException>(() => DotProducts.Begin(run.Committees[0], fits, other, triple));
        Assert.Throws<ArgumentException>(() => DotProducts.BeginSquares(run.Committees[0], other, pair));
        _ = DotProducts.Begin(run.Committees[0], fits, fits, triple);
        _ = DotProducts.BeginSquares(run.Committees[0], fits, pair);
        Assert.Throws<InvalidOperationException>(() => DotProducts.Begin(run.Committees[0], fits, fits, triple));
        Assert.Throws<InvalidOperationException>(() => DotProducts.BeginSquares(run.Committees[0], fits, pair));
    }

    private static ulong[] Rows(WordAlgebra algebra, ulong[] x, ulong[] y, int rows, int length)
    {
        var sums = new ulong[rows];
        for (var row = 0; row < rows; row++)
        {
            algebra.MultiplyMatrix(x.AsSpan(row * length, length), y.AsSpan(row * length, length), sums.AsSpan(row, 1), 1, length, 1);
        }

        return sums;
    }

    [Theory]
    [InlineData("additive(2)")]
    [InlineData("additive(3)")]
    [InlineData("shamir(3, t=1)")]
    public void Products_LongerThanARunOfOpenedWords_EqualTheProducts(string name)
    {
        var (length, m, k, n) = ((2 * OpenedWords.Run) + 77, 21, 900, 19);
        var run = new Simulation(Schemes.Named(name)).Deal(CorrelationRequest.ElementwiseTriple(length), CorrelationRequest.MatrixTriple(m, k, n));
        var algebra = run.Scheme.Algebra;
        var (x, y) = (Schemes.Uniform(algebra, m * k, 1), Schemes.Uniform(algebra, k * n, 2));
        var (xs, ys) = (run.Split(x[..length]), run.Split(y[..length]));
        var expected = new ulong[length];
        algebra.Multiply(x.AsSpan(0, length), y.AsSpan(0, length), expected);
        Assert.Equal(expected, run.Open(run.Run(i => BeaverMultiplication.Begin(run.Committees[i], xs[i], ys[i], run.Correlations[i].TakeElementwiseTriple(length)))));
        (xs, ys) = (run.Split(x, m, k), run.Split(y, k, n));
        expected = new ulong[m * n];
        algebra.MultiplyMatrix(x, y, expected, m, k, n);
        Assert.Equal(expected, run.Open(run.Run(i => BeaverMatrixProduct.Begin(run.Committees[i], xs[i], ys[i], run.Correlations[i].TakeMatrixTriple(m, k, n)))));
    }

    [Fact]
    public void WriteTo_AnyRun_GivesThoseWords_UntilTheRoundIsFinished()
    {
        var run = new Simulation(SharingScheme.Additive(2)).Deal(CorrelationRequest.ElementwiseTriple(40), CorrelationRequest.MatrixTriple(3, 5, 7));
        var correlations = run.Correlations[0];
        var (x, y, peer) = (run.Split(new ulong[40])[0], run.Split(new ulong[40])[0], Simulation.Name(1));
        AwaitingPeers[] rounds =
        [
            BeaverMultiplication.Begin(run.Committees[0], x, y, correlations.TakeElementwiseTriple(40)),
            BeaverMatrixProduct.Begin(run.Committees[0], run.Split(new ulong[15], 3, 5)[0], run.Split(new ulong[35], 5, 7)[0], correlations.TakeMatrixTriple(3, 5, 7)),
        ];
        foreach (var round in rounds)
        {
            var all = round.OutboundTo(peer).ToArray();
            for (var from = 0; from <= all.Length; from++)
            {
                for (var length = 0; from + length <= all.Length; length += 3)
                {
                    var words = new ulong[length];
                    round.WriteTo(peer, from, words);
                    Assert.Equal(all[from..(from + length)], words);
                }
            }

            Assert.Throws<ArgumentOutOfRangeException>(() => round.WriteTo(peer, 1, new ulong[all.Length]));
            Assert.Throws<ArgumentException>(() => round.WriteTo(Simulation.Name(0), 0, new ulong[1]));
            Assert.Null(round.Accept([new PeerWords(peer, all)]));
            Assert.Throws<InvalidOperationException>(() => round.WriteTo(peer, 0, new ulong[1])); // what it would be made of is gone
        }
    }

    [Theory]
    [MemberData(nameof(Grid))]
    public void DegreeReduction_EqualsTheProduct_OrIsRefusedBelow2tPlus1(string name)
    {
        var run = new Simulation(Schemes.Named(name));
        var algebra = run.Scheme.Algebra;
        foreach (var length in Schemes.Lengths)
        {
            var (x, y) = (Schemes.Uniform(algebra, length, 1), Schemes.Uniform(algebra, length, 2));
            var (xs, ys) = (run.Split(x), run.Split(y));
            AwaitingPeers<ShareTensor> Begin(int i) => DegreeReduction.Multiply(run.Committees[i], xs[i], ys[i], SystemRandomSource.Instance);
            if (!run.Scheme.ReducesDegree)
            {
                Assert.Throws<ArgumentException>(() => Begin(0));
                continue;
            }

            var products = run.Run(Begin);
            var expected = new ulong[length];
            algebra.Multiply(x, y, expected);
            Assert.Equal(expected, run.Open(products)); // all n shares lie on one polynomial of degree t: Reconstruct checks it
            Assert.Equal(length, run.WordsPerRound[^1]);
        }
    }

    [Fact]
    public void DegreeReduction_OfAMatrixProduct_CostsOneWordPerResult()
    {
        var run = new Simulation(SharingScheme.Shamir(5, 2));
        var (x, y) = (Schemes.Uniform(run.Scheme.Algebra, 6 * 40, 1), Schemes.Uniform(run.Scheme.Algebra, 40 * 2, 2));
        var (xs, ys) = (run.Split(x, 6, 40), run.Split(y, 40, 2));
        var products = run.Run(i => DegreeReduction.MultiplyMatrix(run.Committees[i], xs[i], ys[i], SystemRandomSource.Instance));
        var expected = new ulong[12];
        run.Scheme.Algebra.MultiplyMatrix(x, y, expected, 6, 40, 2);
        Assert.Equal(expected, run.Open(products));
        Assert.Equal([12], run.WordsPerRound);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void BitMultiply_EqualsAnd(int parties)
    {
        foreach (var length in new[] { 0, 1, 64, 1000 })
        {
            var words = PackedBits.WordsFor(length);
            var run = new Simulation(SharingScheme.Additive(parties)).Deal(CorrelationRequest.BitTriple(words));
            var (x, y) = (Schemes.Uniform(WordAlgebra.Ring64, words, 1), Schemes.Uniform(WordAlgebra.Ring64, words, 2));
            var xs = BitShares.Split(parties, x, length, SystemRandomSource.Instance);
            var ys = BitShares.Split(parties, y, length, SystemRandomSource.Instance);
            var products = run.Run(i => BitMultiplication.Begin(run.Committees[i], xs[i], ys[i], run.Correlations[i].TakeBitTriple(words)));
            var expected = new ulong[words];
            PackedBits.And(x, y, expected);
            PackedBits.ClearPadding(expected, length);
            Assert.Equal(expected, BitShares.Reconstruct(products).Value);
            Assert.Equal([2 * words], run.WordsPerRound);
        }
    }

    [Fact]
    public void Multiply_AnySignedPair_OverTheRing() =>
        Prop.ForAll(ArbMap.Default.ArbFor<long>(), ArbMap.Default.ArbFor<long>(), Gen.Choose(2, 5).ToArbitrary(), (x, y, parties) =>
        {
            var run = new Simulation(SharingScheme.Additive(parties)).Deal(CorrelationRequest.ElementwiseTriple(1));
            var (xs, ys) = (run.Split([unchecked((ulong)x)]), run.Split([unchecked((ulong)y)]));
            var products = run.Run(i => BeaverMultiplication.Begin(run.Committees[i], xs[i], ys[i], run.Correlations[i].TakeElementwiseTriple(1)));
            return unchecked((long)run.Open(products)[0]) == unchecked(x * y);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Begin_SharesThatDoNotFit_AreTheCallersBug()
    {
        var run = new Simulation(SharingScheme.Additive(2)).Deal(CorrelationRequest.ElementwiseTriple(2), CorrelationRequest.MatrixTriple(1, 2, 1));
        var xs = run.Split([1, 2]);
        var triple = run.Correlations[0].TakeElementwiseTriple(2);
        var matrix = run.Correlations[0].TakeMatrixTriple(1, 2, 1);
        Assert.Throws<ArgumentException>(() => BeaverMultiplication.Begin(run.Committees[0], xs[1], xs[0], triple));
        Assert.Throws<ArgumentException>(() => BeaverMultiplication.Begin(run.Committees[0], xs[0], run.Split([1])[0], triple));
        Assert.Throws<ArgumentException>(() => BeaverMatrixProduct.Begin(run.Committees[0], run.Split([1, 2], 2, 1)[0], run.Split([1, 2], 1, 2)[0], matrix));
        Assert.False(triple.IsConsumed);
        BeaverMultiplication.Begin(run.Committees[0], xs[0], xs[0], triple);
        Assert.Throws<InvalidOperationException>(() => BeaverMultiplication.Begin(run.Committees[0], xs[0], xs[0], triple));
    }

    [Theory]
    [MemberData(nameof(Grid))]
    public void Finish_HostileWords_AreFaultsNamingThePeer(string name)
    {
        var scheme = Schemes.Named(name);
        var last = scheme.Parties - 1;
        Assert.Equal("opening.missing", Fault(words => words[..^1]).Code);
        Assert.Equal("opening.doubled", Fault(words => [.. words, words[^1]]).Code);
        Assert.Equal("opening.wrong-length", Fault(words => [.. words[..^1], words[^1] with { Words = words[^1].Words[1..] }]).Code);
        Assert.Equal("opening.wrong-length", Fault(words => [.. words[..^1], words[^1] with { Words = Array.Empty<ulong>() }]).Code);
        var stranger = Fault(words => [.. words[..^1], words[^1] with { From = PartyId.Create("stranger") }], named: false);
        Assert.Equal(("opening.stranger", PartyId.Create("stranger")), (stranger.Code, stranger.Party));
        if (scheme.Kind == SharingKind.Shamir)
        {
            Assert.Equal("opening.not-an-element", Fault(words => [.. words[..^1], words[^1] with { Words = new ulong[] { 0, Field61.Modulus } }]).Code);
        }

        ProtocolFault Fault(Func<PeerWords[], PeerWords[]> tamper, bool named = true)
        {
            var run = new Simulation(scheme).Deal(CorrelationRequest.ElementwiseTriple(1));
            var xs = run.Split([3]);
            var states = Enumerable.Range(0, scheme.Parties)
                .Select(i => BeaverMultiplication.Begin(run.Committees[i], xs[i], xs[i], run.Correlations[i].TakeElementwiseTriple(1))).ToArray();
            var inbox = run.Inbox(0, (from, to) => states[from].OutboundTo(to).ToArray());
            var fault = states[0].Finish(tamper(inbox)).Fault;
            Assert.NotNull(fault);
            Assert.True(!named || fault.Party == Simulation.Name(last));
            Assert.Throws<InvalidOperationException>(() => states[0].Finish(inbox)); // a fault ends the step for good
            return fault;
        }
    }

    [Fact]
    public void OutboundTo_SelfOrStranger_IsRefused()
    {
        var run = new Simulation(SharingScheme.Shamir(3, 1));
        var xs = run.Split([3]);
        var state = DegreeReduction.Multiply(run.Committees[0], xs[0], xs[0], SystemRandomSource.Instance);
        Assert.Throws<ArgumentException>(() => state.OutboundTo(Simulation.Name(0)).Length);
        Assert.Throws<ArgumentException>(() => state.OutboundTo(PartyId.Create("stranger")).Length);
        Assert.NotEqual(state.OutboundTo(Simulation.Name(1)).ToArray(), state.OutboundTo(Simulation.Name(2)).ToArray());
    }
}
