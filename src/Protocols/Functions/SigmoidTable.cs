using System.Collections.Immutable;

namespace PrivacyGrains.Protocols.Functions;

/// <summary>The logistic function as five public pieces: 0, a quintic, its odd middle, the mirrored quintic, 1.</summary>
/// <remarks>
/// Minimax polynomials of degree 5 by the Remez exchange (tests/vectors/sigmoid/generate.py makes them and the known answers): error 1.16e-4 on
/// [1.8125, 8.5], 1.10e-4 on [-1.8125, 1.8125]; the clamped tails are off by at most 1/(1 + e^8.5) = 2.04e-4. By sigmoid(-x) = 1 - sigmoid(x) the left
/// quintic is 1 - q(-x).
/// </remarks>
internal static class SigmoidTable
{
    /// <summary>Fractional bits of coefficients: x^5 reaches 44371, so that 2^-33 of rounding gives 5.2e-6 at most.</summary>
    internal const int CoefficientBits = 32;

    /// <summary>The polynomials' degree.</summary>
    internal const int Degree = 5;

    /// <summary>Where one piece ends and the next begins, the lowest first.</summary>
    internal static readonly ImmutableArray<double> Breakpoints = [-8.5, -1.8125, 1.8125, 8.5];

    private static readonly double[] Outer =
        [0.42967493409899526, 0.39541735121977789, -0.11369717084520116, 0.016739502186246841, -0.0012493694408866564, 3.7535051833691547e-05];

    private static readonly double[] Middle = [0.5, 0.24955849832483462, 0, -0.019654471654781271, 0, 0.001251369147045406];

    /// <summary>Coefficient of x^degree in each of the five pieces, times 2^<see cref="CoefficientBits"/>, rounded.</summary>
    internal static long[] Coefficients(int degree)
    {
        var mirrored = (degree == 0 ? 1.0 : 0.0) - (degree % 2 == 0 ? Outer[degree] : -Outer[degree]);
        return [.. new[] { 0.0, mirrored, Middle[degree], Outer[degree], degree == 0 ? 1.0 : 0.0 }.Select(Quantize)];
    }

    private static long Quantize(double coefficient) => (long)Math.Round(Math.ScaleB(coefficient, CoefficientBits), MidpointRounding.ToEven);
}
