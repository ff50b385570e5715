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

    /// <summary>The nearest double, for accounting and error bars.</summary>
    /// <returns>The quotient.</returns>
    public double ToDouble() => Numerator / (double)Denominator;

    /// <inheritdoc/>
    public override string ToString() => $"{Numerator}/{Denominator}";
}
