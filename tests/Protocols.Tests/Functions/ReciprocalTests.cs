using PrivacyGrains.Arithmetic;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.Functions;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Tests.Sharing;

namespace PrivacyGrains.Protocols.Tests.Functions;

public sealed class ReciprocalTests
{
    private static readonly OctaveRange Widest = OctaveRange.Create(-6, 8);

    public static TheoryData<string> Grid => Schemes.Names;

    [Theory]
    [MemberData(nameof(Grid))]
    public void Reciprocal_KnownAnswersOfIntegers_AreWithinTheBound(string name)
    {
        using var vectors = Vectors.Read("reciprocal/v1/grid.json");
        var cases = vectors.RootElement.EnumerateArray().ToArray();
        double[] x = [.. cases.Select(c => c.GetProperty("x").GetDouble())];
        var got = Evaluate(Schemes.Named(name), 16, Widest, x);
        for (var i = 0; i < x.Length; i++)
        {
            var error = Math.Abs(got[i] - cases[i].GetProperty("reciprocal").GetDouble());
            Assert.True(error <= Reciprocal.MaximumErrorAt(x[i], 16), $"{x[i]} gave {got[i]}");
        }
    }

    [Theory]
    [InlineData(12, -6, 4)]
    [InlineData(12, -6, -4)]
    [InlineData(16, -3, 8)]
    [InlineData(20, -6, 8)]
    public void Reciprocal_OverTheWholeRangeAndItsEdges_IsWithinTheBound(int fractionalBits, int lower, int upper)
    {
        var range = OctaveRange.Create(lower, upper);
        var ulp = Math.ScaleB(1, -fractionalBits);
        var (first, last) = (Math.ScaleB(1, lower), Math.ScaleB(1, upper));
        double[] edges = [.. Enumerable.Range(lower + 1, range.Octaves - 1).SelectMany(j => new[] { -ulp, 0, ulp }.Select(d => Math.ScaleB(1, j) + d))];
        double[] dense = [.. Enumerable.Range(0, 500).Select(i => Math.Round(first * Math.Pow(last / first, i / 500.0) / ulp) * ulp)];
        double[] x = [first, first + ulp, last - ulp, last, .. edges, .. dense];
        foreach (var scheme in new[] { SharingScheme.Additive(2), SharingScheme.Additive(3), SharingScheme.Shamir(3, 1), SharingScheme.Shamir(2, 1) })
        {
            var got = Evaluate(scheme, fractionalBits, range, x);
            for (var i = 0; i < x.Length; i++)
            {
                Assert.True(Math.Abs(got[i] - (1 / x[i])) <= Reciprocal.MaximumErrorAt(x[i], fractionalBits), $"{scheme}: {x[i]} gave {got[i]}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Grid))]
    public void Reciprocal_CostsWhatItSays_In22Rounds(string name)
    {
        var scheme = Schemes.Named(name);
        foreach (var length in new[] { 0, 1, 7, 100 })
        {
            var run = new Simulation(scheme);
            Evaluate(scheme, 16, Widest, [.. Enumerable.Repeat(1.0, length)], run);
            Assert.Equal(Reciprocal.WordsPerRound(scheme, length, Widest), run.WordsPerRound.AsEnumerable());
            Assert.Equal(22, run.WordsPerRound.Count);
            Assert.All(run.Correlations, c => Assert.Equal(0, c.Remaining));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(21)]
    public void Next_HostileWordsInAnyRound_AreFaultsThatNameTheSender(int round)
    {
        foreach (var scheme in new[] { SharingScheme.Additive(3), SharingScheme.Shamir(3, 1) })
        {
            Hostile.AssertFaults(
                scheme, Reciprocal.Requests(scheme, 2, 16, Widest), TensorShape.Of(2), round,
                (run, i, x) => Reciprocal.Begin(run.Committees[i], x, 16, Widest, run.Correlations[i], SystemRandomSource.Instance));
        }
    }

    [Fact]
    public void Begin_BitsOrRangeOutsideTheBound_AreRefused()
    {
        var run = new Simulation(SharingScheme.Additive(2)).Deal(Reciprocal.Requests(SharingScheme.Additive(2), 1, 16, Widest));
        var x = run.Split([1 << 16])[0];
        foreach (var (bits, range) in new[] { (15, Widest), (21, Widest), (11, OctaveRange.Create(-6, 2)), (16, default) })
        {
            Assert.Throws<ArgumentOutOfRangeException>(
                () => Reciprocal.Begin(run.Committees[0], x, bits, range, run.Correlations[0], SystemRandomSource.Instance));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => OctaveRange.Create(-7, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => OctaveRange.Create(0, 9));
        Assert.Throws<ArgumentOutOfRangeException>(() => OctaveRange.Create(3, 4));
    }

    private static double[] Evaluate(SharingScheme scheme, int fractionalBits, OctaveRange range, double[] x, Simulation? given = null)
    {
        var run = (given ?? new Simulation(scheme)).Deal(Reciprocal.Requests(scheme, x.Length, fractionalBits, range));
        var format = FixedPoint.Create(fractionalBits);
        var words = new ulong[x.Length];
        format.Encode(scheme.Algebra, x, words);
        var xs = run.Split(words);
        var results = run.RunAll(i => Reciprocal.Begin(run.Committees[i], xs[i], fractionalBits, range, run.Correlations[i], SystemRandomSource.Instance));
        var decoded = new double[x.Length];
        format.Decode(scheme.Algebra, run.Open(results), decoded);
        return decoded;
    }
}
