using PrivacyGrains.Arithmetic;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.Functions;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Tests.Sharing;

namespace PrivacyGrains.Protocols.Tests.Functions;

public sealed class RowFunctionTests
{
    public static TheoryData<string> Grid => Schemes.Names;

    [Theory]
    [MemberData(nameof(Grid))]
    public void Division_OverTheRangeAndItsEnds_IsWithinTheBound_AndCostsWhatItSays(string name)
    {
        var scheme = Schemes.Named(name);
        foreach (var (bits, lower, upper) in new[] { (16, 0.0625, 256.0), (13, 0.5, 65536.0) })
        {
            var unit = Math.ScaleB(1, -bits);
            double[] y = [.. Enumerable.Range(0, 300).Select(i => Math.Round(lower * Math.Pow(upper / lower, i / 299.0) / unit) * unit)];
            double[] x = [.. y.Select((_, i) => Math.Round((((i * 37) % 200) - 100) / 3.0 / unit) * unit)];
            var run = new Simulation(scheme).Deal(Division.Requests(scheme, x.Length, bits, lower, upper));
            var (xs, ys) = (Share(run, bits, x), Share(run, bits, y));
            var got = Open(run, bits, run.RunAll(i => Division.Begin(run.Committees[i], xs[i], ys[i], bits, lower, upper, run.Correlations[i], SystemRandomSource.Instance)));
            Assert.Equal(Division.WordsPerRound(scheme, x.Length, bits, lower, upper), run.WordsPerRound.AsEnumerable());
            Assert.All(run.Correlations, c => Assert.Equal(0, c.Remaining));
            for (var i = 0; i < x.Length; i++)
            {
                Assert.True(Math.Abs(got[i] - (x[i] / y[i])) <= Division.MaximumErrorAt(x[i], y[i], bits), $"{x[i]} / {y[i]} gave {got[i]}");
            }
        }
    }

    // Rows of all kinds of variance: none at all, one number apart, small and large ones.
    [Theory]
    [MemberData(nameof(Grid))]
    public void Normalization_RowsOfEveryVariance_AreWithinTheBound_AndCostWhatTheySay(string name)
    {
        var scheme = Schemes.Named(name);
        const int Columns = 12, Bits = 16;
        const double Epsilon = 1e-5, Spread = 16;
        double[] scales = [0, 0.001, 0.01, 0.05, 0.3, 1, 4, 8];
        double[] x = [.. scales.SelectMany((scale, row) => Enumerable.Range(0, Columns).Select(i => Math.Round((3 + (scale * Math.Sin((i * 1.7) + row))) * 65536) / 65536))];
        var run = new Simulation(scheme).Deal(RowNormalization.Requests(scheme, scales.Length, Columns, Bits, Epsilon, Spread));
        var xs = Share(run, Bits, x, scales.Length, Columns);
        var got = Open(run, Bits, run.RunAll(i => RowNormalization.Begin(run.Committees[i], xs[i], Bits, Epsilon, Spread, run.Correlations[i], SystemRandomSource.Instance)));
        Assert.Equal(RowNormalization.WordsPerRound(scheme, scales.Length, Columns, Bits, Epsilon, Spread), run.WordsPerRound.AsEnumerable());
        Assert.All(run.Correlations, c => Assert.Equal(0, c.Remaining));
        for (var i = 0; i < x.Length; i++)
        {
            var row = x.AsSpan(i / Columns * Columns, Columns).ToArray();
            var mean = row.Average();
            var deviation = Math.Sqrt(row.Average(v => (v - mean) * (v - mean)) + Epsilon);
            var wanted = (x[i] - mean) / deviation;
            var bound = (Math.Abs(wanted) / 4096) + (Math.Abs(x[i] - mean) / (1 << 20)) + ((1 + (2 / deviation)) / 65536) + (Math.Abs(wanted) * 2 / (65536 * deviation));
            Assert.True(Math.Abs(got[i] - wanted) <= bound, $"{x[i]} of row {i / Columns} gave {got[i]}, not {wanted}");
        }
    }

    [Theory]
    [MemberData(nameof(Grid))]
    public void TopK_RandomRowsWithTies_AreExact_AndCostWhatTheySay(string name)
    {
        var scheme = Schemes.Named(name);
        foreach (var (rows, columns, k) in new[] { (0, 3, 1), (5, 2, 2), (20, 7, 3), (3, 40, 5), (1, 5, 5) })
        {
            long[] x = [.. Schemes.Signed(scheme.Algebra, rows * columns, columns > 10 ? 4 : 50, (byte)columns).Select(scheme.Algebra.ToSigned)];
            var run = new Simulation(scheme).Deal(RowTopK.Requests(scheme, rows, columns, k));
            var xs = run.Split([.. x.Select(scheme.Algebra.FromSigned)], rows, columns);
            var results = run.RunAll(i => RowTopK.Begin(run.Committees[i], xs[i], k, run.Correlations[i]));
            var order = Enumerable.Range(0, rows).SelectMany(row => Enumerable.Range(0, columns)
                .Select(c => (Value: x[(row * columns) + c], Column: (long)c)).OrderByDescending(p => p.Value).ThenBy(p => p.Column).Take(k)).ToArray();
            Assert.Equal(order.Select(p => p.Value), run.Open(results.Select(r => r.Values)).Select(scheme.Algebra.ToSigned));
            Assert.Equal(order.Select(p => p.Column), run.Open(results.Select(r => r.Indices)).Select(scheme.Algebra.ToSigned));
            Assert.Equal(RowTopK.WordsPerRound(scheme, rows, columns, k), run.WordsPerRound.AsEnumerable());
            Assert.InRange(run.WordsPerRound.Count, 4, 16);
            Assert.All(run.Correlations, c => Assert.Equal(0, c.Remaining));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(9)]
    public void Next_HostileWordsInAnyRound_AreFaultsThatNameTheSender(int round)
    {
        foreach (var scheme in new[] { SharingScheme.Additive(3), SharingScheme.Shamir(3, 1) })
        {
            Hostile.AssertFaults(
                scheme, RowTopK.Requests(scheme, 1, 4, 2), TensorShape.Of(1, 4), round, (run, i, x) => RowTopK.Begin(run.Committees[i], x, 2, run.Correlations[i]));
            Hostile.AssertFaults(
                scheme, RowNormalization.Requests(scheme, 1, 4, 16, 1e-5, 8), TensorShape.Of(1, 4), round,
                (run, i, x) => RowNormalization.Begin(run.Committees[i], x, 16, 1e-5, 8, run.Correlations[i], SystemRandomSource.Instance));
            Hostile.AssertFaults(
                scheme, Division.Requests(scheme, 4, 16, 0.5, 8), TensorShape.Of(4), round,
                (run, i, x) => Division.Begin(run.Committees[i], x, x, 16, 0.5, 8, run.Correlations[i], SystemRandomSource.Instance));
        }
    }

    [Fact]
    public void Requests_OutsideTheRanges_AreRefused()
    {
        var scheme = SharingScheme.Additive(2);
        Assert.Throws<ArgumentOutOfRangeException>(() => Division.Requests(scheme, 1, 16, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Division.Requests(scheme, 1, 12, 1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => RowNormalization.Requests(scheme, 1, 0, 16, 1e-5, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => RowNormalization.Requests(scheme, 1, 4, 16, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => RowNormalization.Requests(scheme, 1, 4, 16, 1e-5, double.NaN));
        Assert.Throws<ArgumentException>(() => RowNormalization.Requests(scheme, 1, 1000, 16, 1e-5, 10000));
        Assert.Throws<ArgumentOutOfRangeException>(() => RowTopK.Requests(scheme, 1, 257, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => RowTopK.Requests(scheme, 1, 4, 5));
    }

    private static ShareTensor[] Share(Simulation run, int bits, double[] x, params int[] dimensions)
    {
        var words = new ulong[x.Length];
        FixedPoint.Create(bits).Encode(run.Scheme.Algebra, x, words);
        return run.Split(words, dimensions);
    }

    private static double[] Open(Simulation run, int bits, ShareTensor[] results)
    {
        var words = run.Open(results);
        var decoded = new double[words.Length];
        FixedPoint.Create(bits).Decode(run.Scheme.Algebra, words, decoded);
        return decoded;
    }
}
