namespace PrivacyGrains.Protocols.Functions;

/// <summary>What a curve is where: the smooth part between two places, and what holds beyond them.</summary>
/// <param name="Value">The function, from the four operations alone.</param>
/// <param name="From">Where the smooth part begins.</param>
/// <param name="To">Where it ends; the same place where there is none.</param>
/// <param name="Tolerance">The greatest error where the function has this value, before the last bit's.</param>
/// <param name="Left">Slope and intercept of the line before the smooth part; null where no x lies there.</param>
/// <param name="Right">Slope and intercept of the line after it; null where no x lies there.</param>
/// <param name="Middle">Slope and intercept where the middle part is a line; null where it is smooth.</param>
internal sealed record CurveShape(
    Func<double, double> Value, double From, double To, Func<double, double> Tolerance,
    (double Slope, double Intercept)? Left = null, (double Slope, double Intercept)? Right = null, (double Slope, double Intercept)? Middle = null)
{
    /// <summary>Fractional bits of a slope that is no whole number: an error of 2^-21 times x.</summary>
    internal const int SlopeBits = 20;

    internal static CurveShape Of(CurveKind kind, double a, double b) => kind switch
    {
        CurveKind.Exp => new(Elementary.Exp, Math.Min(-8.375, a - 1), a, v => Fine * Math.Max(v, 1), Left: (0, 0)),
        CurveKind.Log => new(Elementary.Log, a, b, _ => Fine),
        CurveKind.Sqrt => new(x => Math.Sqrt(Math.Max(x, 0)), 0, a, v => v < Small ? Fine + Steep : Fine * Math.Max(v, 1)),
        CurveKind.InverseSqrt => new(x => 1 / Math.Sqrt(x), a, b, v => Fine * Math.Max(v, 1)),
        CurveKind.Reciprocal => new(x => 1 / x, a, b, v => Fine * Math.Max(v, 1)),
        CurveKind.Sigmoid => new(Elementary.Logistic, -7.75, 7.75, _ => Coarse, (0, 0), (0, 1)),
        CurveKind.Tanh => new(Elementary.Tanh, -4.25, 4.25, _ => Coarse, (0, -1), (0, 1)),
        CurveKind.Gelu => new(x => x * (1 + Elementary.Erf(x * 0.70710678118654757)) / 2, -4, 4, _ => Coarse, (0, 0), (1, 0)),
        CurveKind.Softplus => new(x => Math.Max(x, 0) + Elementary.Log(1 + Elementary.Exp(-Math.Abs(x))), -7.75, 7.75, _ => Coarse, (0, 0), (1, 0)),
        CurveKind.Elu => new(x => x > 0 ? x : a * (Elementary.Exp(x) - 1), -7.75 - Math.Max(0, Elementary.Log(a)), 0, _ => Coarse, (0, -a), (1, 0)),
        CurveKind.Silu => new(x => x * Elementary.Logistic(x), -10.25, 10.25, _ => Coarse, (0, 0), (1, 0)),
        CurveKind.Erf => new(Elementary.Erf, -2.75, 2.75, _ => Coarse, (0, -1), (0, 1)),
        CurveKind.HardSigmoid => new(x => Math.Clamp((a * x) + b, 0, 1), -b / a, (1 - b) / a, _ => Fine, (0, 0), (0, 1), (a, b)),
        CurveKind.HardSwish => new(x => x * Math.Clamp((x / 6) + 0.5, 0, 1), -3, 3, _ => Fine, (0, 0), (1, 0)),
        CurveKind.LeakyRelu => new(x => x < 0 ? a * x : x, 0, 0, _ => 0, (a, 0), (1, 0)),
        CurveKind.Clip => new(x => Math.Clamp(x, a, b), a, b, _ => 0, (0, a), (0, b), (1, 0)),
        CurveKind.Abs => new(Math.Abs, 0, 0, _ => 0, (-1, 0), (1, 0)),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "That is no curve."),
    };

    private const double Fine = 1.0 / 4096;
    private const double Coarse = 4.4e-4;
    private const double Small = 1.0 / 32;
    private const double Steep = 1.0 / 512;

    /// <summary>The public pieces for one algebra.</summary>
    /// <exception cref="ArgumentException">No piece is within the tolerance with so few bits.</exception>
    internal SplineTable Tabulate(PrivacyGrains.Arithmetic.WordAlgebra algebra, int inputBits, int outputBits)
    {
        var fit = new SplineFit(algebra, inputBits, outputBits, Value, Tolerance);
        var (from, to) = (Place(From), Place(To));
        var (thresholds, pieces) = Middle is { } line ? ([], [Piece(line)]) : fit.Cover(from, to);
        if (Left is { } before)
        {
            thresholds.Insert(0, from);
            pieces.Insert(0, Piece(before));
        }

        if (Right is { } after)
        {
            thresholds.Add(to);
            pieces.Add(Piece(after));
        }

        if (from == to)
        {
            thresholds.RemoveAt(0); // two lines that meet
        }

        return new SplineTable(thresholds, pieces, fit.Slack(thresholds, pieces));

        long Place(double x) => (long)Math.Round(Math.ScaleB(x, inputBits), MidpointRounding.ToEven);

        SplinePiece Piece((double Slope, double Intercept) one) => one.Slope == 0 ? fit.Constant(one.Intercept) : fit.Line(one.Slope, one.Intercept, SlopeBits);
    }
}
