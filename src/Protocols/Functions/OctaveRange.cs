using System.Collections.Immutable;

namespace PrivacyGrains.Protocols.Functions;

/// <summary>The public range 2^<see cref="Lower"/> to 2^<see cref="Upper"/>, both included, in octaves.</summary>
/// <remarks>Also the lines from which <see cref="Reciprocal"/> starts: on x = 2^j to 2^(j+1), with u = x / 2^(j+1), 1/x is (48 - 32 u) / (17 * 2^(j+1)) within 1/17 of itself.</remarks>
public readonly record struct OctaveRange
{
    /// <summary>The least lower exponent.</summary>
    public const int MinimumExponent = -6;

    /// <summary>The greatest upper exponent.</summary>
    public const int MaximumExponent = 8;

    /// <summary>Fractional bits of the lines' coefficients: 2^-33 * x^2 of rounding is 7.7e-6 of 1/x at most.</summary>
    internal const int CoefficientBits = 32;

    private OctaveRange(int lower, int upper) => (Lower, Upper) = (lower, upper);

    /// <summary>The lower end's exponent.</summary>
    public int Lower { get; }

    /// <summary>The upper end's exponent.</summary>
    public int Upper { get; }

    /// <summary>How many octaves, at least 2.</summary>
    public int Octaves => Upper - Lower;

    /// <summary>Checks the exponents.</summary>
    /// <param name="lower">-6 to 6.</param>
    /// <param name="upper">At least two more than the lower one, at most 8.</param>
    /// <exception cref="ArgumentOutOfRangeException">They lie outside.</exception>
    public static OctaveRange Create(int lower, int upper)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lower, MinimumExponent);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(upper, MaximumExponent);
        ArgumentOutOfRangeException.ThrowIfLessThan(upper, lower + 2);
        return new OctaveRange(lower, upper);
    }

    /// <summary>Where one octave ends and the next begins, the lowest first; exact.</summary>
    internal ImmutableArray<long> Thresholds(int fractionalBits) => [.. Enumerable.Range(Lower + 1, Octaves - 1).Select(j => 1L << (j + fractionalBits))];

    internal ImmutableArray<long> Intercepts() => [.. Enumerable.Range(Lower, Octaves).Select(j => Quantize(48.0 / 17, j + 1))];

    internal ImmutableArray<long> Slopes() => [.. Enumerable.Range(Lower, Octaves).Select(j => Quantize(32.0 / 17, 2 * (j + 1)))];

    private static long Quantize(double coefficient, int halvings) =>
        (long)Math.Round(Math.ScaleB(coefficient, CoefficientBits - halvings), MidpointRounding.ToEven);
}
