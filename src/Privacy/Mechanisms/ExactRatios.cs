using System.Numerics;

namespace PrivacyGrains.Privacy.Mechanisms;

/// <summary>Arithmetic on <see cref="ExactRatio"/>: exact, or refused where the result has more than 64 bits.</summary>
internal static class ExactRatios
{
    // A relative widening that covers the rounding of a division of doubles.
    private const double Slack = 1.0 / (1L << 50);

    /// <summary>A fraction in lowest terms.</summary>
    /// <param name="numerator">Above zero.</param>
    /// <param name="denominator">Above zero.</param>
    /// <param name="name">The parameter that is at fault where it does not fit.</param>
    public static ExactRatio Of(BigInteger numerator, BigInteger denominator, string name)
    {
        var divisor = BigInteger.GreatestCommonDivisor(numerator, denominator);
        return numerator / divisor <= ulong.MaxValue && denominator / divisor <= ulong.MaxValue
            ? ExactRatio.Create((ulong)(numerator / divisor), (ulong)(denominator / divisor))
            : throw new ArgumentOutOfRangeException(name, "The exact figure has more than 64 bits: take a rounder epsilon, or coarser units.");
    }

    /// <summary>What noise needs: a sensitivity over an epsilon, times a small factor. Its numerator is at most 2^56, so that a draw leaves 64 bits with probability below e^-255.</summary>
    public static ExactRatio Scale(UInt128 sensitivity, ExactRatio epsilon, ulong factor, string name)
    {
        var scale = Of((BigInteger)sensitivity * epsilon.Denominator * factor, epsilon.Numerator, name);
        return scale.Numerator <= 1UL << 56
            ? scale
            : throw new ArgumentOutOfRangeException(name, epsilon.ToDouble(), "The noise's scale, as a fraction, has a numerator above 2^56: take a rounder epsilon, or coarser units.");
    }

    /// <summary>Refuses a vector whose length is not the one that the sensitivity is about.</summary>
    public static void RequireLength(int? coordinates, int length, string name)
    {
        if (coordinates is { } expected && expected != length)
        {
            throw new ArgumentException($"The sensitivity is about {expected} coordinates; these are {length}.", name);
        }
    }

    /// <summary>A double at least as great.</summary>
    public static double Up(this ExactRatio ratio) => ratio.ToDouble() * (1 + Slack);

    /// <summary>A double at most as great.</summary>
    public static double Down(this ExactRatio ratio) => ratio.ToDouble() * (1 - Slack);

    /// <summary>A double at least as great.</summary>
    public static double Up(this UInt128 value) => (double)value * (1 + Slack);

    /// <summary>Refuses what protects nobody.</summary>
    public static ExactRatio RequireEpsilon(ExactRatio epsilon, string name)
    {
        ArgumentOutOfRangeException.ThrowIfZero(epsilon.Denominator, name);
        return epsilon.ToDouble() <= 100 ? epsilon : throw new ArgumentOutOfRangeException(name, epsilon.ToDouble(), "An epsilon lies above zero and is at most 100.");
    }

    /// <summary>The sum, kept to 64 bits: a function of the sum alone, so it costs no privacy.</summary>
    public static long Saturating(long value, long noise) => (long)Int128.Clamp((Int128)value + noise, long.MinValue, long.MaxValue);
}
