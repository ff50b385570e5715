using PrivacyGrains.Arithmetic;
using PrivacyGrains.Protocols.Functions;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Tests.Sharing;

namespace PrivacyGrains.Protocols.Tests.Functions;

public sealed class TanhTests
{
    public static TheoryData<string> Grid => Schemes.Names;

    [Theory]
    [MemberData(nameof(Grid))]
    public void Tanh_OnTheDenseGridAndTails_IsWithin2ToTheMinus10(string name)
    {
        using var vectors = Vectors.Read("tanh/v1/grid.json");
        double[] x = [.. vectors.RootElement.EnumerateArray().Select(c => c.GetProperty("x").GetDouble())];
        double[] expected = [.. vectors.RootElement.EnumerateArray().Select(c => c.GetProperty("tanh").GetDouble())];
        var errors = Evaluate(Schemes.Named(name), 16, x).Zip(expected, (got, wanted) => Math.Abs(got - wanted)).ToArray();
        Assert.True(errors.Max() <= 1.0 / 1024, $"{errors.Max()} at {x[Array.IndexOf(errors, errors.Max())]}");
    }

    [Theory]
    [InlineData(13)]
    [InlineData(14)]
    [InlineData(15)]
    [InlineData(18)]
    [InlineData(20)]
    public void Tanh_OtherFractionalBits_IsWithin2ToTheMinus10(int fractionalBits)
    {
        var ulp = Math.ScaleB(1, -fractionalBits);
        double[] x = [.. Enumerable.Range(-4096, 8193).Select(i => i / 512.0), -150, 150, ulp, -ulp];
        foreach (var scheme in new[] { SharingScheme.Additive(2), SharingScheme.Additive(3), SharingScheme.Shamir(3, 1) })
        {
            var got = Evaluate(scheme, fractionalBits, x);
            for (var i = 0; i < x.Length; i++)
            {
                Assert.True(Math.Abs(got[i] - Math.Tanh(x[i])) <= 1.0 / 1024, $"{x[i]} gave {got[i]}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Grid))]
    public void Tanh_CostsWhatItSays_In8RoundsOr2(string name)
    {
        var scheme = Schemes.Named(name);
        foreach (var length in new[] { 0, 1, 7, 100 })
        {
            var run = new Simulation(scheme);
            Evaluate(scheme, 16, new double[length], run);
            Assert.Equal(Curve.Tanh.WordsPerRound(scheme, length, 16), run.WordsPerRound.AsEnumerable());
            Assert.Equal(name == "additive(2)" && length < 100 ? 2 : 8, run.WordsPerRound.Count); // keys of two parties
            Assert.All(run.Correlations, c => Assert.Equal(0, c.Remaining));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(1)]
    public void Next_HostileWordsInAnyRound_AreFaultsThatNameTheSender(int round)
    {
        foreach (var scheme in new[] { SharingScheme.Additive(3), SharingScheme.Shamir(3, 1) })
        {
            Hostile.AssertFaults(
                scheme, Curve.Tanh.Requests(scheme, 2, 16), TensorShape.Of(2), round,
                (run, i, x) => Curve.Tanh.Begin(run.Committees[i], x, 16, run.Correlations[i]));
        }
    }

    [Theory]
    [InlineData(12)]
    [InlineData(21)]
    public void Tanh_FractionalBitsOutsideTheBound_AreRefused(int fractionalBits)
    {
        var run = new Simulation(SharingScheme.Additive(2)).Deal(Curve.Tanh.Requests(SharingScheme.Additive(2), 1, 16));
        var x = run.Split([0])[0];
        Assert.Throws<ArgumentOutOfRangeException>(() => Curve.Tanh.Begin(run.Committees[0], x, fractionalBits, run.Correlations[0]));
    }

    private static double[] Evaluate(SharingScheme scheme, int fractionalBits, double[] x, Simulation? given = null)
    {
        var run = (given ?? new Simulation(scheme)).Deal(Curve.Tanh.Requests(scheme, x.Length, fractionalBits));
        var format = FixedPoint.Create(fractionalBits);
        var words = new ulong[x.Length];
        format.Encode(scheme.Algebra, x, words);
        var xs = run.Split(words);
        var results = run.RunAll(i => Curve.Tanh.Begin(run.Committees[i], xs[i], fractionalBits, run.Correlations[i]));
        var decoded = new double[x.Length];
        format.Decode(scheme.Algebra, run.Open(results), decoded);
        return decoded;
    }
}
