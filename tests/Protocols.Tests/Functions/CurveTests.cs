using PrivacyGrains.Protocols.Functions;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Tests.Sharing;

namespace PrivacyGrains.Protocols.Tests.Functions;

public sealed class CurveTests
{
    private static readonly Curve[] All =
    [
        Curve.Sigmoid, Curve.Tanh, Curve.Gelu, Curve.Softplus, Curve.Silu, Curve.Erf, Curve.HardSwish, Curve.Abs,
        Curve.Exp(0), Curve.Exp(-3), Curve.Exp(10), Curve.Log(0.0625, 256), Curve.Log(1, 4096), Curve.Sqrt(100), Curve.Sqrt(0.25), Curve.InverseSqrt(0.0625, 1024),
        Curve.Reciprocal(0.0625, 64), Curve.Reciprocal(1, 1024), Curve.Elu(1), Curve.Elu(1.7), Curve.HardSigmoid(0.2, 0.5), Curve.LeakyRelu(0.01), Curve.LeakyRelu(-1.5),
        Curve.Clip(-1, 6), Curve.Clip(0.3, 0.7),
    ];

    public static TheoryData<int> Curves => [.. Enumerable.Range(0, All.Length)];

    public static TheoryData<string> Grid => Schemes.Names;

    [Theory]
    [MemberData(nameof(Curves))]
    public void Curve_OverItsDomainAndBothSidesOfEveryThreshold_IsWithinItsBound(int which)
    {
        var curve = All[which];
        foreach (var (scheme, bits) in new[] { (SharingScheme.Additive(2), 16), (SharingScheme.Shamir(3, 1), 16), (SharingScheme.Additive(3), 13), (SharingScheme.Shamir(2, 1), 20) })
        {
            var unit = Math.ScaleB(1, -bits);
            var (from, to) = (Math.Max(curve.DomainFrom, -20), Math.Min(curve.DomainTo, 20 + Math.Max(curve.DomainFrom, -20)));
            double[] dense = [.. Enumerable.Range(0, 501).Select(i => from + ((to - from) * i / 500))];
            double[] wide = curve.DomainFrom > 0 ? [.. Enumerable.Range(0, 201).Select(i => curve.DomainFrom * Math.Pow(curve.DomainTo / curve.DomainFrom, i / 200.0))] : [];
            var slack = 1L << curve.Table(scheme, bits).Slack; // the bits that a comparison may leave out
            double[] edges = [.. curve.Table(scheme, bits).Thresholds.SelectMany(t => new[] { t - (2 * slack), t - slack, t - (slack / 2), t - 1, t, t + 1 }).Select(t => t * unit)];
            double[] far = [-30000, -100, 0, unit, -unit, 100, 30000, curve.DomainFrom, curve.DomainTo];
            double[] x = [.. ((double[])[.. dense, .. wide, .. edges, .. far]).Where(double.IsFinite).Select(v => Math.Round(v / unit) * unit)
                .Where(v => v >= curve.DomainFrom && v <= curve.DomainTo)];
            var got = Evaluate(scheme, curve, bits, x);
            for (var i = 0; i < x.Length; i++)
            {
                var error = Math.Abs(got[i] - Truth(curve, x[i]));
                Assert.True(error <= curve.MaximumErrorAt(x[i], bits), $"{scheme}, {bits} bits, {curve.Kind}: {x[i]} gave {got[i]}, off by {error}, not {curve.MaximumErrorAt(x[i], bits)}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Grid))]
    public void ErfAndGelu_KnownAnswers_AreWithinTheBound(string name)
    {
        using var vectors = Vectors.Read("erf/v1/grid.json");
        var cases = vectors.RootElement.EnumerateArray().ToArray();
        double[] x = [.. cases.Select(c => c.GetProperty("x").GetDouble())];
        foreach (var (curve, property) in new[] { (Curve.Erf, "erf"), (Curve.Gelu, "gelu") })
        {
            var got = Evaluate(Schemes.Named(name), curve, 16, x);
            Assert.All(cases.Zip(got), pair => Assert.InRange(pair.Second - pair.First.GetProperty(property).GetDouble(), -5e-4, 5e-4));
        }
    }

    [Theory]
    [MemberData(nameof(Grid))]
    public void Curve_CostsWhatItSays_InOneRoundMoreThanAComparison(string name)
    {
        var scheme = Schemes.Named(name);
        foreach (var curve in new[] { Curve.Gelu, Curve.Exp(0), Curve.Log(1, 100), Curve.Abs, Curve.LeakyRelu(0.1) })
        {
            foreach (var length in new[] { 0, 1, 100 })
            {
                var run = new Simulation(scheme);
                Evaluate(scheme, curve, 16, [.. Enumerable.Repeat(1.0, length)], run);
                Assert.Equal(curve.WordsPerRound(scheme, length, 16), run.WordsPerRound.AsEnumerable());
                var keyed = name == "additive(2)" && length * curve.Table(scheme, 16).Thresholds.Length <= Comparing.MostByKeys;
                Assert.Equal(1 + (keyed ? 1 : 7), run.WordsPerRound.Count);
                Assert.All(run.Correlations, c => Assert.Equal(0, c.Remaining));
            }
        }
    }

    // The widest domains and the fewest and most bits: a table, or a refusal that says so; never a piece that is missing.
    [Theory]
    [InlineData(13)]
    [InlineData(20)]
    public void Table_WidestDomains_AreMade(int fractionalBits)
    {
        Curve[] widest =
        [
            Curve.Exp(16), Curve.Exp(-7), Curve.Log(1.0 / 256, 65536), Curve.Sqrt(65536), Curve.Sqrt(1.0 / 256), Curve.InverseSqrt(1.0 / 256, 65536),
            Curve.Reciprocal(1.0 / 256, 65536), Curve.Elu(4), Curve.HardSigmoid(4, 0), Curve.HardSigmoid(1.0 / 64, 1),
        ];
        foreach (var scheme in new[] { SharingScheme.Additive(2), SharingScheme.Shamir(3, 1) })
        {
            foreach (var curve in widest)
            {
                var table = curve.Table(scheme, fractionalBits);
                Assert.InRange(table.Pieces.Length, 1, 64);
                Assert.True(table.Thresholds.SequenceEqual(table.Thresholds.Distinct().Order()));
            }
        }
    }

    // Every party must derive these integers to the last bit, whatever its platform: they come from an implementation in another language.
    [Fact]
    public void Table_KnownAnswers_AreTheSameIntegers()
    {
        using var vectors = Vectors.Read("curves/v1/tables.json");
        foreach (var known in vectors.RootElement.EnumerateArray())
        {
            var curve = known.GetProperty("curve").GetString() switch
            {
                "Sigmoid" => Curve.Sigmoid,
                "Tanh" => Curve.Tanh,
                "Exp 0" => Curve.Exp(0),
                "Log 0.25 64" => Curve.Log(0.25, 64),
                _ => Curve.InverseSqrt(0.25, 64),
            };
            var scheme = known.GetProperty("algebra").GetString() == "ring64" ? SharingScheme.Additive(2) : SharingScheme.Shamir(2, 1);
            var table = curve.Table(scheme, known.GetProperty("bits").GetInt32());
            Assert.Equal(known.GetProperty("thresholds").EnumerateArray().Select(t => t.GetInt64()), table.Thresholds.AsEnumerable());
            foreach (var (piece, wanted) in table.Pieces.Zip(known.GetProperty("pieces").EnumerateArray()))
            {
                Assert.Equal((wanted.GetProperty("shift").GetInt32(), wanted.GetProperty("truncation").GetInt32()), (piece.Shift, piece.Truncation));
                Assert.Equal(wanted.GetProperty("coefficients").EnumerateArray().Select(c => ulong.Parse(c.GetString()!, System.Globalization.CultureInfo.InvariantCulture)), piece.Coefficients);
            }
        }
    }

    // By hand: 1 number, |x| in Z_2^64 has one threshold: a word, then two words for each of 61, 31, 15, 7, 3 and 1 gates, then two selections.
    [Fact]
    public void WordsPerRound_OneAbsoluteValue_AsCountedByHand() =>
        Assert.Equal([1, 122, 62, 30, 14, 6, 2, 4], Curve.Abs.WordsPerRound(SharingScheme.Additive(3), 1, 16).AsEnumerable());

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    public void Next_HostileWordsInAnyRound_AreFaultsThatNameTheSender(int round)
    {
        foreach (var scheme in new[] { SharingScheme.Additive(3), SharingScheme.Shamir(3, 1) })
        {
            Hostile.AssertFaults(
                scheme, Curve.Gelu.Requests(scheme, 2, 16), TensorShape.Of(2), round, (run, i, x) => Curve.Gelu.Begin(run.Committees[i], x, 16, run.Correlations[i]));
        }
    }

    [Fact]
    public void Curve_ParametersOrBitsOutsideTheRange_AreRefused()
    {
        foreach (var make in new Func<Curve>[]
        {
            () => Curve.Exp(17), () => Curve.Exp(double.NaN), () => Curve.Log(0, 1), () => Curve.Log(2, 1), () => Curve.Log(1, double.PositiveInfinity), () => Curve.Sqrt(0),
            () => Curve.InverseSqrt(-1, 1), () => Curve.Reciprocal(0.001, 1), () => Curve.Elu(0), () => Curve.HardSigmoid(0, 0), () => Curve.LeakyRelu(5), () => Curve.Clip(1, 1),
        })
        {
            Assert.Throws<ArgumentOutOfRangeException>(make);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => Curve.Gelu.Requests(SharingScheme.Additive(2), 1, 12));
        Assert.Throws<ArgumentOutOfRangeException>(() => Curve.Gelu.Requests(SharingScheme.Additive(2), 1, 21));
        Assert.Null(Curve.FromNumbers(18, 0, 0));
        Assert.Null(Curve.FromNumbers((int)CurveKind.Gelu, 1, 0));
        Assert.Equal(Curve.Log(1, 2), Curve.FromNumbers((int)CurveKind.Log, 1, 2));
    }

    private static double[] Evaluate(SharingScheme scheme, Curve curve, int fractionalBits, double[] x, Simulation? given = null)
    {
        var run = (given ?? new Simulation(scheme)).Deal(curve.Requests(scheme, x.Length, fractionalBits));
        var format = PrivacyGrains.Arithmetic.FixedPoint.Create(fractionalBits);
        var words = new ulong[x.Length];
        format.Encode(scheme.Algebra, x, words);
        var xs = run.Split(words);
        var results = run.RunAll(i => curve.Begin(run.Committees[i], xs[i], fractionalBits, run.Correlations[i]));
        var decoded = new double[x.Length];
        format.Decode(scheme.Algebra, run.Open(results), decoded);
        return decoded;
    }

    // The platform's functions, not the ones that the coefficients come from.
    private static double Truth(Curve curve, double x) => curve.Kind switch
    {
        CurveKind.Exp => Math.Exp(x),
        CurveKind.Log => Math.Log(x),
        CurveKind.Sqrt => Math.Sqrt(x),
        CurveKind.InverseSqrt => 1 / Math.Sqrt(x),
        CurveKind.Reciprocal => 1 / x,
        CurveKind.Sigmoid => 1 / (1 + Math.Exp(-x)),
        CurveKind.Tanh => Math.Tanh(x),
        CurveKind.Softplus => Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x))),
        CurveKind.Elu => x > 0 ? x : curve.First * (Math.Exp(x) - 1),
        CurveKind.Silu => x / (1 + Math.Exp(-x)),
        CurveKind.HardSigmoid => Math.Clamp((curve.First * x) + curve.Second, 0, 1),
        CurveKind.HardSwish => x * Math.Clamp((x / 6) + 0.5, 0, 1),
        CurveKind.LeakyRelu => x < 0 ? curve.First * x : x,
        CurveKind.Clip => Math.Clamp(x, curve.First, curve.Second),
        CurveKind.Abs => Math.Abs(x),
        _ => curve.Of(x), // Gelu and Erf: the platform has no error function; known answers hold it
    };
}
