using PrivacyGrains.Arithmetic;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.Functions;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Tests.Sharing;

namespace PrivacyGrains.Protocols.Tests.Functions;

public sealed class SoftmaxTests
{
    public static TheoryData<string> Grid => Schemes.Names;

    [Theory]
    [MemberData(nameof(Grid))]
    public void Softmax_RandomRows_AreWithin2ToTheMinus10_AndCostWhatTheySay(string name)
    {
        var scheme = Schemes.Named(name);
        foreach (var (rows, columns) in new[] { (0, 3), (3, 1), (40, 10), (2, 33) })
        {
            double[] x = [.. Schemes.Signed(WordAlgebra.Ring64, rows * columns, 20, (byte)columns).Select(word => unchecked((long)word) / 65536.0)];
            foreach (var logarithm in new[] { false, true })
            {
                var run = new Simulation(scheme);
                AssertClose(x, columns, logarithm, Evaluate(scheme, rows, columns, 16, logarithm, x, run));
                Assert.Equal(Softmax.WordsPerRound(scheme, rows, columns, 16, logarithm), run.WordsPerRound.AsEnumerable());
                Assert.All(run.Correlations, c => Assert.Equal(0, c.Remaining));
            }
        }
    }

    // What makes a sum of many errors largest: all others at one distance from the greatest, from far below to equal; and values far apart.
    [Theory]
    [InlineData(10, 13)]
    [InlineData(10, 16)]
    [InlineData(10, 20)]
    [InlineData(1000, 13)]
    [InlineData(2048, 20)]
    public void Softmax_AdversarialRows_AreWithin2ToTheMinus10(int columns, int fractionalBits)
    {
        double[] gaps = columns > 10 ? [0, 2.7, 6.9, 9.7, 16.6] : [0, 0.001, 0.3, 0.5, 1, 2, 2.7, 3.9, 5, 6.9, 7.6, 8.9, 9.7, 11, 13, 15.9, 16.6, 20, 90, 200];
        double[] x = [.. gaps.SelectMany(gap => Enumerable.Range(0, columns).Select(i => i == columns / 3 ? 7.5 : 7.5 - gap))];
        SharingScheme[] schemes = [SharingScheme.Additive(2), SharingScheme.Shamir(3, 1)];
        foreach (var scheme in columns == 10 ? schemes : schemes[(columns == 1000 ? 0 : 1)..(columns == 1000 ? 1 : 2)])
        {
            foreach (var logarithm in new[] { false, true })
            {
                AssertClose(x, columns, logarithm, Evaluate(scheme, gaps.Length, columns, fractionalBits, logarithm, x));
            }
        }
    }

    [Fact]
    public void WordsPerRound_1000x10_TakesAtMost30Rounds()
    {
        foreach (var scheme in new[] { SharingScheme.Additive(2), SharingScheme.Additive(5), SharingScheme.Shamir(3, 1) })
        {
            Assert.Equal(12 + 8 + 8 + 2, Softmax.WordsPerRound(scheme, 1000, 10, 16, logarithm: false).Length);
            Assert.Equal(12 + 8 + 8, Softmax.WordsPerRound(scheme, 1000, 10, 16, logarithm: true).Length);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(13)]
    [InlineData(25)]
    public void Next_HostileWordsInAnyRound_AreFaultsThatNameTheSender(int round)
    {
        foreach (var scheme in new[] { SharingScheme.Additive(3), SharingScheme.Shamir(3, 1) })
        {
            Hostile.AssertFaults(
                scheme, Softmax.Requests(scheme, 1, 4, 16, false), TensorShape.Of(1, 4), round,
                (run, i, x) => Softmax.Begin(run.Committees[i], x, 16, false, run.Correlations[i], SystemRandomSource.Instance));
        }
    }

    [Fact]
    public void Begin_ColumnsOrBitsOutsideTheRange_AreRefused()
    {
        var scheme = SharingScheme.Additive(2);
        Assert.Throws<ArgumentOutOfRangeException>(() => Softmax.Requests(scheme, 1, 0, 16, false));
        Assert.Throws<ArgumentOutOfRangeException>(() => Softmax.Requests(scheme, 1, 2049, 16, false));
        Assert.Throws<ArgumentOutOfRangeException>(() => Softmax.Requests(scheme, 1, 10, 12, true));
        Assert.Throws<ArgumentOutOfRangeException>(() => Softmax.Requests(scheme, 1, 10, 21, false));
    }

    private static void AssertClose(double[] x, int columns, bool logarithm, double[] got)
    {
        for (var i = 0; i < x.Length; i++)
        {
            var row = x.AsSpan(i / columns * columns, columns).ToArray();
            var top = row.Max();
            var sum = row.Sum(v => Math.Exp(v - top));
            var wanted = logarithm ? x[i] - top - Math.Log(sum) : Math.Exp(x[i] - top) / sum;
            Assert.True(Math.Abs(got[i] - wanted) <= Softmax.MaximumError, $"{x[i]} of row {i / columns} gave {got[i]}, not {wanted}");
        }
    }

    private static double[] Evaluate(SharingScheme scheme, int rows, int columns, int fractionalBits, bool logarithm, double[] x, Simulation? given = null)
    {
        var run = (given ?? new Simulation(scheme)).Deal(Softmax.Requests(scheme, rows, columns, fractionalBits, logarithm));
        var format = FixedPoint.Create(fractionalBits);
        var words = new ulong[x.Length];
        format.Encode(scheme.Algebra, x, words);
        var xs = run.Split(words, rows, columns);
        var results = run.RunAll(i => Softmax.Begin(run.Committees[i], xs[i], fractionalBits, logarithm, run.Correlations[i], SystemRandomSource.Instance));
        var decoded = new double[x.Length];
        format.Decode(scheme.Algebra, run.Open(results), decoded);
        return decoded;
    }
}
