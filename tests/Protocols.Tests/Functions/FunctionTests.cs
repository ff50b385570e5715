using PrivacyGrains.Arithmetic;
using PrivacyGrains.Protocols.Functions;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Tests.Sharing;

namespace PrivacyGrains.Protocols.Tests.Functions;

public sealed class FunctionTests
{
    private const double MaximumError = 1.0 / 1024;

    public static TheoryData<string> Grid => Schemes.Names;

    [Theory]
    [MemberData(nameof(Grid))]
    public void Relu_IsExact_In8Rounds(string name)
    {
        var scheme = Schemes.Named(name);
        foreach (var length in Schemes.Lengths)
        {
            var run = new Simulation(scheme).Deal(Relu.Requests(scheme, length));
            var x = Schemes.Signed(scheme.Algebra, length, 40, 5);
            var xs = run.Split(x);
            var results = run.RunAll(i => Relu.Begin(run.Committees[i], xs[i], run.Correlations[i]));
            Assert.Equal(x.Select(word => scheme.Algebra.ToSigned(word) > 0 ? word : 0), run.Open(results));
            Assert.Equal(Relu.WordsPerRound(scheme, length), run.WordsPerRound.AsEnumerable());
            Assert.Equal(8, run.WordsPerRound.Count);
            Assert.All(run.Correlations, c => Assert.Equal(0, c.Remaining));
        }
    }

    [Theory]
    [MemberData(nameof(Grid))]
    public void Sigmoid_OnTheDenseGridAndTails_IsWithin2ToTheMinus10(string name)
    {
        using var vectors = Vectors.Read("sigmoid/v1/grid.json");
        double[] x = [.. vectors.RootElement.EnumerateArray().Select(c => c.GetProperty("x").GetDouble())];
        double[] expected = [.. vectors.RootElement.EnumerateArray().Select(c => c.GetProperty("sigmoid").GetDouble())];
        var errors = Evaluate(Schemes.Named(name), 16, x).Zip(expected, (got, wanted) => Math.Abs(got - wanted)).ToArray();
        Assert.True(errors.Max() <= MaximumError, $"{errors.Max()} at {x[Array.IndexOf(errors, errors.Max())]}");
    }

    [Theory]
    [InlineData(13)]
    [InlineData(14)]
    [InlineData(18)]
    [InlineData(20)]
    public void Sigmoid_OtherFractionalBits_IsWithin2ToTheMinus10(int fractionalBits)
    {
        double[] x = [.. Enumerable.Range(-1000, 2001).Select(i => i / 100.0), -300, 300];
        foreach (var scheme in new[] { SharingScheme.Additive(2), SharingScheme.Shamir(3, 1), SharingScheme.Shamir(2, 1) })
        {
            var got = Evaluate(scheme, fractionalBits, x);
            for (var i = 0; i < x.Length; i++)
            {
                Assert.True(Math.Abs(got[i] - (1 / (1 + Math.Exp(-x[i])))) <= MaximumError, $"{x[i]} gave {got[i]}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Grid))]
    public void Sigmoid_At1Point75_IsNotTheThreePieceShortcut(string name) =>
        Assert.InRange(Evaluate(Schemes.Named(name), 16, [1.75])[0], 0.85195 - MaximumError, 0.85195 + MaximumError);

    [Theory]
    [MemberData(nameof(Grid))]
    public void Sigmoid_CostsWhatItSays_In8RoundsOr2(string name)
    {
        var scheme = Schemes.Named(name);
        foreach (var length in new[] { 0, 1, 7, 100 })
        {
            var run = new Simulation(scheme);
            Evaluate(scheme, 16, new double[length], run);
            Assert.Equal(Curve.Sigmoid.WordsPerRound(scheme, length, 16), run.WordsPerRound.AsEnumerable());
            Assert.Equal(name == "additive(2)" && length < 100 ? 2 : 8, run.WordsPerRound.Count); // keys of two parties
            Assert.All(run.Correlations, c => Assert.Equal(0, c.Remaining));
        }
    }

    [Theory]
    [InlineData(12)]
    [InlineData(21)]
    public void Sigmoid_FractionalBitsOutsideTheBound_AreRefused(int fractionalBits)
    {
        var run = new Simulation(SharingScheme.Additive(2)).Deal(Curve.Sigmoid.Requests(SharingScheme.Additive(2), 1, 16));
        var x = run.Split([0])[0];
        Assert.Throws<ArgumentOutOfRangeException>(() => Curve.Sigmoid.Begin(run.Committees[0], x, fractionalBits, run.Correlations[0]));
    }

    private static double[] Evaluate(SharingScheme scheme, int fractionalBits, double[] x, Simulation? given = null)
    {
        var run = (given ?? new Simulation(scheme)).Deal(Curve.Sigmoid.Requests(scheme, x.Length, fractionalBits));
        var format = FixedPoint.Create(fractionalBits);
        var words = new ulong[x.Length];
        format.Encode(scheme.Algebra, x, words);
        var xs = run.Split(words);
        var results = run.RunAll(i => Curve.Sigmoid.Begin(run.Committees[i], xs[i], fractionalBits, run.Correlations[i]));
        var decoded = new double[x.Length];
        format.Decode(scheme.Algebra, run.Open(results), decoded);
        return decoded;
    }
}
