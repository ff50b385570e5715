using System.Collections.Immutable;
using PrivacyGrains.Protocols.Beaver;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Functions;

/// <summary>A public function of one real number, ready to be evaluated on shared numbers as a spline: what a comparison takes and one round more, so 8, or 2 by keys.</summary>
/// <remarks>
/// Source: piecewise polynomials with a secret choice of the piece, as for the functions of Aly and Smart, "Benchmarking Privacy Preserving Scientific
/// Operations", ACNS 2019, and Mohassel and Zhang, "SecureML", IEEE S&amp;P 2017; here as cubics whose widths follow from the stated error
/// (<see cref="SplineFit"/>) and whose powers come from one opening (<see cref="MaskedPowers"/>). The result is within <see cref="MaximumErrorAt"/>
/// wherever x lies in the domain; beyond it the result is wrong without notice, so that a planner must prove the range from those of inputs. Public:
/// kind and parameters. Security is that of comparison, truncation and selection: semi-honest, the dealer apart. docs/protocols/functions.md derives
/// the error.
/// </remarks>
public sealed record Curve
{
    /// <summary>The fewest fractional bits.</summary>
    public const int MinimumFractionalBits = 13;

    /// <summary>The most fractional bits.</summary>
    public const int MaximumFractionalBits = 20;

    private static readonly SplineCache<(Curve Curve, string Algebra, int FractionalBits, int ExtraBits)> Tables = new();

    private Curve(CurveKind kind, double first = 0, double second = 0)
    {
        Kind = kind;
        First = first;
        Second = second;
    }

    /// <summary>1 / (1 + e^-x), within 2^-10 everywhere.</summary>
    public static Curve Sigmoid { get; } = new(CurveKind.Sigmoid);

    /// <summary>The hyperbolic tangent, within 2^-10 everywhere.</summary>
    public static Curve Tanh { get; } = new(CurveKind.Tanh);

    /// <summary>x Phi(x) with the normal distribution's Phi, within 2^-10 everywhere.</summary>
    public static Curve Gelu { get; } = new(CurveKind.Gelu);

    /// <summary>ln(1 + e^x), within 2^-10 everywhere.</summary>
    public static Curve Softplus { get; } = new(CurveKind.Softplus);

    /// <summary>x / (1 + e^-x), within 2^-10 everywhere.</summary>
    public static Curve Silu { get; } = new(CurveKind.Silu);

    /// <summary>The error function, within 2^-10 everywhere.</summary>
    public static Curve Erf { get; } = new(CurveKind.Erf);

    /// <summary>x max(0, min(1, x/6 + 1/2)), within 2^-10 everywhere.</summary>
    public static Curve HardSwish { get; } = new(CurveKind.HardSwish);

    /// <summary>|x|, exact.</summary>
    public static Curve Abs { get; } = new(CurveKind.Abs);

    /// <summary>The function.</summary>
    public CurveKind Kind { get; }

    /// <summary>Its first parameter, or zero.</summary>
    public double First { get; }

    /// <summary>Its second parameter, or zero.</summary>
    public double Second { get; }

    /// <summary>No x may be smaller; minus infinity where any may come.</summary>
    public double DomainFrom => Shape.Left is null ? Shape.From : double.NegativeInfinity;

    /// <summary>No x may be greater; infinity where any may come.</summary>
    public double DomainTo => Shape.Right is null ? Shape.To : double.PositiveInfinity;

    private CurveShape Shape => CurveShape.Of(Kind, First, Second);

    /// <summary>e^x for x up to a stated number; zero below -8.375, within 2^-11 max(1, e^x).</summary>
    /// <param name="upper">The greatest x: -7 to 16.</param>
    public static Curve Exp(double upper) => Checked(CurveKind.Exp, upper);

    /// <summary>ln x, within 2^-11.</summary>
    /// <param name="lower">The least x: from 2^-8.</param>
    /// <param name="upper">The greatest x: to 2^16.</param>
    public static Curve Log(double lower, double upper) => Checked(CurveKind.Log, lower, upper);

    /// <summary>The square root of x from zero on, within 2^-11 max(1, sqrt(x)), but 2^-8 for x below 2^-10, where the root is steep.</summary>
    /// <param name="upper">The greatest x: to 2^16.</param>
    public static Curve Sqrt(double upper) => Checked(CurveKind.Sqrt, upper);

    /// <summary>1 / sqrt(x), within 2^-11 max(1, 1 / sqrt(x)).</summary>
    /// <param name="lower">The least x: from 2^-8.</param>
    /// <param name="upper">The greatest x: to 2^16.</param>
    public static Curve InverseSqrt(double lower, double upper) => Checked(CurveKind.InverseSqrt, lower, upper);

    /// <summary>1 / x, within 2^-11 max(1, 1 / x). <see cref="Functions.Reciprocal"/> is nearer to the last bit, and slower.</summary>
    /// <param name="lower">The least x: from 2^-8.</param>
    /// <param name="upper">The greatest x: to 2^16.</param>
    public static Curve Reciprocal(double lower, double upper) => Checked(CurveKind.Reciprocal, lower, upper);

    /// <summary>x where it is positive, else alpha (e^x - 1); within 2^-10.</summary>
    /// <param name="alpha">Above 0, to 4.</param>
    public static Curve Elu(double alpha) => Checked(CurveKind.Elu, alpha);

    /// <summary>alpha x + beta, no less than 0 and no more than 1; within 2^-11.</summary>
    /// <param name="alpha">2^-6 to 4.</param>
    /// <param name="beta">0 to 1.</param>
    public static Curve HardSigmoid(double alpha, double beta) => Checked(CurveKind.HardSigmoid, alpha, beta);

    /// <summary>x where it is positive, else alpha x, within 2^-21 |x| and one unit in the last place.</summary>
    /// <param name="alpha">-4 to 4.</param>
    public static Curve LeakyRelu(double alpha) => Checked(CurveKind.LeakyRelu, alpha);

    /// <summary>x, no less than one number and no more than another; exact but for their own rounding.</summary>
    /// <param name="lower">At least -65536.</param>
    /// <param name="upper">Above the lower one, at most 65536.</param>
    public static Curve Clip(double lower, double upper) => Checked(CurveKind.Clip, lower, upper);

    /// <summary>Makes a curve of numbers that came from outside.</summary>
    /// <returns>The curve, or null where the numbers name none.</returns>
    internal static Curve? FromNumbers(int kind, double first, double second)
    {
        var curve = new Curve((CurveKind)kind, first, second);
        return Enum.IsDefined(curve.Kind) && curve.IsSound() ? curve : null;
    }

    /// <summary>The function on a plain number.</summary>
    public double Of(double x) => Shape.Value(x);

    /// <summary>The greatest absolute error at x, for x in the domain as it is shared.</summary>
    /// <param name="x">The number.</param>
    /// <param name="fractionalBits">Of input and output: 13 to 20.</param>
    public double MaximumErrorAt(double x, int fractionalBits)
    {
        var slope = Kind == CurveKind.LeakyRelu ? Math.ScaleB(Math.Abs(x), -1 - CurveShape.SlopeBits) : 0;
        return Shape.Tolerance(Of(x)) + slope + Math.ScaleB(1.0, -fractionalBits);
    }

    /// <summary>What the dealer must make, in the order in which it is taken.</summary>
    /// <param name="scheme">How values are shared.</param>
    /// <param name="count">How many numbers, at least 0.</param>
    /// <param name="fractionalBits">Of input and output: 13 to 20.</param>
    /// <exception cref="ArgumentException">The fractional bits lie outside, or the scheme's words cannot hold the stated range.</exception>
    public ImmutableArray<CorrelationRequest> Requests(SharingScheme scheme, int count, int fractionalBits) =>
        Spline.Requests(scheme, count, Table(scheme, fractionalBits));

    /// <summary>Words to each peer, round by round.</summary>
    /// <param name="scheme">How values are shared.</param>
    /// <param name="count">How many numbers, at least 0.</param>
    /// <param name="fractionalBits">Of input and output: 13 to 20.</param>
    /// <exception cref="ArgumentException">The fractional bits lie outside, or the scheme's words cannot hold the stated range.</exception>
    public ImmutableArray<int> WordsPerRound(SharingScheme scheme, int count, int fractionalBits) =>
        Spline.WordsPerRound(scheme, count, Table(scheme, fractionalBits));

    /// <summary>Starts; takes the correlations of <see cref="Requests"/> at once.</summary>
    /// <param name="committee">Who computes.</param>
    /// <param name="x">This party's share, any shape; every number in the domain, and below half the headroom.</param>
    /// <param name="fractionalBits">Of input and output: 13 to 20.</param>
    /// <param name="correlations">This party's correlations.</param>
    /// <exception cref="ArgumentException">The share is not this party's, or as with <see cref="Requests"/>.</exception>
    public Phase<ShareTensor> Begin(Committee committee, ShareTensor x, int fractionalBits, Correlations correlations)
    {
        Shares.RequireOf(committee, x);
        var material = Spline.Take(committee, x.Shape.Length, Table(committee.Scheme, fractionalBits), correlations);
        return Phase<ShareTensor>.Start(committee, slot => Spline.Script(committee, x, material, slot));
    }

    /// <summary>The pieces, made once per algebra and numbers of fractional bits.</summary>
    /// <param name="scheme">How values are shared.</param>
    /// <param name="fractionalBits">Of the output, and of the input but for the extra ones.</param>
    /// <param name="extraBits">How many more the input has.</param>
    internal SplineTable Table(SharingScheme scheme, int fractionalBits, int extraBits = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(fractionalBits, MinimumFractionalBits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fractionalBits, MaximumFractionalBits);
        return Tables.GetOrMake(
            (this, scheme.Algebra.Name, fractionalBits, extraBits),
            key => key.Curve.Shape.Tabulate(scheme.Algebra, key.FractionalBits + key.ExtraBits, key.FractionalBits));
    }

    private static Curve Checked(CurveKind kind, double first, double second = 0)
    {
        var curve = new Curve(kind, first, second);
        return curve.IsSound() ? curve : throw new ArgumentOutOfRangeException(nameof(first), $"{kind}({first}, {second}) lies outside the stated range.");
    }

    private bool IsSound() => Kind switch
    {
        CurveKind.Log or CurveKind.InverseSqrt or CurveKind.Reciprocal => First >= 1.0 / 256 && Second <= 65536 && First < Second,
        CurveKind.HardSigmoid => First is >= 1.0 / 64 and <= 4 && Second is >= 0 and <= 1,
        CurveKind.Clip => First >= -65536 && Second <= 65536 && First < Second,
        _ when Second != 0 => false,
        CurveKind.Exp => First is >= -7 and <= 16,
        CurveKind.Sqrt => First is >= 1.0 / 256 and <= 65536,
        CurveKind.Elu => First is > 0 and <= 4,
        CurveKind.LeakyRelu => First is >= -4 and <= 4,
        _ => First == 0,
    };
}
