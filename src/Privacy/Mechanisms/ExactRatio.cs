using System.Numerics;

namespace PrivacyGrains.Privacy.Mechanisms;

/// <summary>A positive rational number in lowest terms: a mechanism's parameter, exact.</summary>
public readonly record struct ExactRatio
{
    private ExactRatio(ulong numerator, ulong denominator)
    {
        Numerator = numerator;
        Denominator = denominator;
    }

    /// <summary>Above zero; zero only in the default value.</summary>
    public ulong Numerator { get; }

    /// <summary>Above zero; zero only in the default value.</summary>
    public ulong Denominator { get; }

    /// <summary>Checks a fraction and reduces it.</summary>
    /// <param name="numerator">1 or more.</param>
    /// <param name="denominator">1 or more.</param>
    /// <returns>The ratio.</returns>
    /// <exception cref="ArgumentOutOfRangeException">One of the two is zero.</exception>
    public static ExactRatio Create(ulong numerator, ulong denominator = 1)
    {
        ArgumentOutOfRangeException.ThrowIfZero(numerator);
        ArgumentOutOfRangeException.ThrowIfZero(denominator);
        var divisor = (ulong)BigInteger.GreatestCommonDivisor(numerator, denominator);
        return new ExactRatio(numerator / divisor, denominator / divisor);
    }

    /// <summary>A number rounded up to a multiple of 2^-16, so that noise never gets smaller.</summary>
    /// <param name="value">Above zero, below 2^47.</param>
    /// <returns>The least such multiple that is at least the number.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number is out of range.</exception>
    public static ExactRatio RoundUp(double value)
    {
        if (!(value > 0 && value < 1L << 47))
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, "The value lies above zero and below 2^47.");
        }

        return Create((ulong)Math.Ceiling(value * 65536), 65536);
    }

    /// <summary>A number rounded down to a multiple of 2^-bits, so that an epsilon, a delta or a probability of the truth never gets greater.</summary>
    /// <param name="value">Above zero, below 2^(62 - bits).</param>
    /// <param name="bits">0 to 62. Small ones keep the arithmetic of noise short: 20 suits an epsilon, 60 a delta.</param>
    /// <returns>The greatest such multiple that is at most the number.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number is out of range, or so small that nothing is left of it.</exception>
    public static ExactRatio RoundDown(double value, int bits = 20)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, 62);
        var scaled = Math.Floor(Math.ScaleB(value, bits));
        return scaled is >= 1 and < 1L << 62
            ? Create((ulong)scaled, 1UL << bits)
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"The value lies between 2^-{bits} and 2^{62 - bits}.");
    }

    /// <summary>The nearest double, for accounting and error bars.</summary>
    /// <returns>The quotient.</returns>
    public double ToDouble() => Numerator / (double)Denominator;

    /// <inheritdoc/>
    public override string ToString() => $"{Numerator}/{Denominator}";
}
