using System.Numerics;
using PrivacyGrains.Arithmetic;

namespace PrivacyGrains.Protocols.Functions;

/// <summary>Makes a <see cref="SplineTable"/> of a smooth function: as few cubic pieces as its stated error lets it.</summary>
/// <remarks>
/// From left to right each piece is as wide as the error allows, and interpolates at the four Chebyshev nodes (Chebyshev's bound: h^4 / 192 of the fourth
/// derivative for half-width h). The error counted is that of interpolation, seen at 48 places; the loss of the low bits of x, less than one unit of
/// what is kept, times the slope; and half a unit of every coefficient. It uses the four operations alone (<see cref="Elementary"/>), so that all
/// parties derive the same integers. The last truncation's unit comes on top.
/// No wrap: a piece's value, and nothing else, must fit the headroom: powers and sums before it are integers modulo the ring or field, and exact there.
/// </remarks>
/// <param name="algebra">Where the shares live.</param>
/// <param name="inputBits">Fractional bits of x.</param>
/// <param name="outputBits">Fractional bits of the result.</param>
/// <param name="function">What to approximate.</param>
/// <param name="tolerance">The greatest error at a place, given the function's value there.</param>
internal sealed class SplineFit(WordAlgebra algebra, int inputBits, int outputBits, Func<double, double> function, Func<double, double> tolerance)
{
    private const int Places = 48;
    private const double EdgeShare = 0.97; // of the error: the rest lets a piece reach a little over its edge
    private static readonly double[] Nodes = [-0.9238795325112867, -0.3826834323650898, 0.3826834323650898, 0.9238795325112867];

    /// <summary>Pieces that together reach from one place to another, and the places where they meet.</summary>
    internal (List<long> Between, List<SplinePiece> Pieces) Cover(long from, long to)
    {
        var (between, choices) = (new List<long>(), new List<Dictionary<int, Func<SplinePiece>>>());
        for (var at = from; at < to;)
        {
            var (width, piece) = Widest(at, to - at);
            choices.Add(piece);
            at += width;
            if (at < to)
            {
                between.Add(at);
            }
        }

        return (between, FewestCuts(choices));
    }

    /// <summary>A piece that is one number.</summary>
    internal SplinePiece Constant(double value) => new(-1, [Element(Scaled(value, outputBits))], 0) { Real = _ => value };

    /// <summary>slope x + intercept. A whole slope is exact but for a truncation where the input has more fractional bits than the output.</summary>
    internal SplinePiece Line(double slope, double intercept, int slopeBits)
    {
        var scale = slope == Math.Round(slope) ? 0 : slopeBits;
        var shift = inputBits + scale - outputBits;
        return new SplinePiece(0, [Element(Scaled(intercept, inputBits + scale)), Element(Scaled(slope, scale))], shift) { Real = x => (slope * x) + intercept };
    }

    /// <summary>How many low bits a comparison may leave out: so that the upper piece still holds two such units below its threshold.</summary>
    internal int Slack(List<long> thresholds, List<SplinePiece> pieces)
    {
        var slack = 0;
        while (slack < inputBits && Enumerable.Range(0, thresholds.Count).All(i => Holds(i, slack + 1)))
        {
            slack++;
        }

        return slack;

        bool Holds(int i, int bits)
        {
            var reach = 2L << bits;
            return (i + 1 == thresholds.Count || thresholds[i + 1] - thresholds[i] > reach) && Enumerable.Range(1, 8).All(eighth =>
            {
                var x = Math.ScaleB(thresholds[i] - (reach / 8.0 * eighth), -inputBits);
                return Math.Abs(pieces[i + 1].Real(x) - function(x)) + pieces[i + 1].Rounding <= tolerance(function(x));
            });
        }
    }

    // Every cut of x that is in use costs one opening: the cut that serves most pieces first.
    private static List<SplinePiece> FewestCuts(List<Dictionary<int, Func<SplinePiece>>> choices)
    {
        var pieces = new SplinePiece[choices.Count];
        while (Array.IndexOf(pieces, null) >= 0)
        {
            var open = choices.Where((_, i) => pieces[i] is null);
            var shift = open.SelectMany(choice => choice.Keys).CountBy(s => s).OrderByDescending(s => s.Value).ThenBy(s => s.Key).First().Key;
            for (var i = 0; i < pieces.Length; i++)
            {
                if (pieces[i] is null && choices[i].TryGetValue(shift, out var make))
                {
                    pieces[i] = make();
                }
            }
        }

        return [.. pieces];
    }

    private (long Width, Dictionary<int, Func<SplinePiece>> Choices) Widest(long from, long most)
    {
        if (Try(from, most) is { } whole)
        {
            return (most, whole);
        }

        var (fits, tooWide) = (0L, most);
        Dictionary<int, Func<SplinePiece>>? best = null;
        for (var width = most / 2; width > 0 && tooWide - fits > Math.Max(1, fits >> 6); width = fits + ((tooWide - fits) / 2))
        {
            if (width > fits && Try(from, width) is { } piece)
            {
                (fits, best) = (width, piece);
            }
            else
            {
                tooWide = width;
            }
        }

        return best is null
            ? throw new ArgumentException($"No piece at {Math.ScaleB(from, -inputBits)} is within the wanted error in {algebra.Name}.")
            : (fits, best);
    }

    // The piece with every cut of x that keeps the error, or null where none does.
    private Dictionary<int, Func<SplinePiece>>? Try(long from, long width)
    {
        var unit = Math.ScaleB(1.0, -inputBits);
        var center = width < Nodes.Length ? from : from + (width / 2);
        var half = Math.Max(width, 2) / 2.0 * unit;
        var middle = center * unit;
        var c = Interpolate(middle, width < Nodes.Length ? [0, unit, 2 * unit, 3 * unit] : [.. Nodes.Select(node => node * half)]);
        var reach = width < Nodes.Length ? width * unit : half;
        var (most, slope, error, allowed) = (0.0, 0.0, 0.0, double.MaxValue);
        for (var i = 0; i <= Places; i++)
        {
            var u = unit * (from - center + (width < Places ? Math.Min(i, width) : (double)width * i / Places));
            var wanted = function(middle + u);
            var got = Polynomial(c, u);
            most = Math.Max(most, Math.Abs(got));
            slope = Math.Max(slope, Math.Abs(c[1] + (u * ((2 * c[2]) + (3 * u * c[3])))));
            error = Math.Max(error, Math.Abs(got - wanted));
            allowed = Math.Min(allowed, tolerance(wanted));
        }

        var scale = Math.Min(algebra.HeadroomBits - 3 - Math.Max(-20, Math.ILogB(Math.Max(most, 1e-9))), outputBits + 58);
        var choices = new Dictionary<int, Func<SplinePiece>>();
        for (var shift = 0; scale > outputBits && shift < Math.Min(inputBits + 30, 59); shift++)
        {
            var kept = inputBits - shift;
            var rounding = shift == 0 ? 0 : slope * Math.ScaleB(1.0, -kept);
            var power = 1.0;
            for (var k = 0; k < 4; k++, power *= reach)
            {
                rounding += Math.ScaleB(power, (k * kept) - scale - 1);
            }

            if (error + rounding <= EdgeShare * allowed)
            {
                var (cut, lost) = (shift, rounding);
                choices.Add(cut, () => new SplinePiece(cut, Expand(c, center, cut, scale), scale - outputBits) with { Real = x => Polynomial(c, x - middle), Rounding = lost });
            }
        }

        return choices.Count > 0 ? choices : null;
    }

    // Coefficients of u = x - middle, by Newton's divided differences at the nodes.
    private double[] Interpolate(double middle, double[] u)
    {
        double[] d = [.. u.Select(at => function(middle + at))];
        for (var order = 1; order < 4; order++)
        {
            for (var i = 3; i >= order; i--)
            {
                d[i] = (d[i] - d[i - 1]) / (u[i] - u[i - order]);
            }
        }

        double[] c = [d[3], 0, 0, 0];
        for (var i = 2; i >= 0; i--)
        {
            (c[3], c[2], c[1], c[0]) = (c[2] - (u[i] * c[3]), c[1] - (u[i] * c[2]), c[0] - (u[i] * c[1]), d[i] - (u[i] * c[0]));
        }

        return c;
    }

    // c0 + c1 (X - M) + c2 (X - M)^2 + c3 (X - M)^3 as a polynomial of X, in whole numbers; M is where the middle comes to lie after the cut.
    private ulong[] Expand(double[] c, long center, int shift, int scale)
    {
        var kept = inputBits - shift;
        var middle = new BigInteger(center >> shift);
        var moved = Math.ScaleB((center >> shift) - Math.ScaleB(center, -shift), -kept); // the polynomial is re-centred where the cut moved its middle
        double[] at =
        [
            c[0] + (moved * (c[1] + (moved * (c[2] + (moved * c[3]))))),
            c[1] + (moved * ((2 * c[2]) + (3 * moved * c[3]))),
            c[2] + (3 * moved * c[3]),
            c[3],
        ];
        BigInteger[] a = [.. at.Select((value, k) => Scaled(value, scale - (k * kept)))];
        return
        [
            Element(a[0] - (a[1] * middle) + (a[2] * middle * middle) - (a[3] * middle * middle * middle)),
            Element(a[1] - (2 * a[2] * middle) + (3 * a[3] * middle * middle)),
            Element(a[2] - (3 * a[3] * middle)),
            Element(a[3]),
        ];
    }

    private static double Polynomial(double[] c, double u) => c[0] + (u * (c[1] + (u * (c[2] + (u * c[3])))));

    private static BigInteger Scaled(double value, int bits) => new(Math.Round(Math.ScaleB(value, bits), MidpointRounding.ToEven));

    private ulong Element(BigInteger value)
    {
        var modulus = algebra.Bits == 64 ? BigInteger.One << 64 : (BigInteger.One << 61) - 1;
        var rest = value % modulus;
        return (ulong)(rest.Sign < 0 ? rest + modulus : rest);
    }
}
