using System.Numerics;

namespace PrivacyGrains.Ckks.Modular;

/// <summary>One prime of the ciphertext modulus, and exact arithmetic modulo it. Public.</summary>
/// <remarks>Reduction: Barrett with a two-word reciprocal (Menezes, van Oorschot, Vanstone, Handbook of Applied Cryptography, algorithm 14.42). Products by a fixed factor: Shoup's quotient, as in Harvey, "Faster arithmetic for number-theoretic transforms", 2014, section 2.</remarks>
public readonly record struct Modulus
{
    /// <summary>The largest number of bits: a lazy sum of four residues still fits a word.</summary>
    public const int MostBits = 60;

    private readonly ulong _ratioHigh;
    private readonly ulong _ratioLow;

    /// <summary>Prepares a modulus.</summary>
    /// <param name="value">Odd, at least 3, at most <see cref="MostBits"/> bits. That it is prime is checked by <see cref="Parameters.CkksParameters"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">Even, too small or too large.</exception>
    public Modulus(ulong value)
    {
        if (value < 3 || value % 2 == 0 || value >> MostBits != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, $"A modulus is odd, at least 3 and has at most {MostBits} bits.");
        }

        var ratio = UInt128.MaxValue / value;
        (Value, _ratioHigh, _ratioLow) = (value, (ulong)(ratio >> 64), (ulong)(ratio & ulong.MaxValue));
    }

    /// <summary>The prime.</summary>
    public ulong Value { get; }

    /// <summary>Its length in bits.</summary>
    public int BitCount => 64 - BitOperations.LeadingZeroCount(Value);

    /// <summary>floor(2^64 / q): the one-word reciprocal of Barrett's reduction of single words.</summary>
    internal ulong WordRatio => _ratioHigh;

    /// <summary>floor(2^128 / q) without its high word, which is <see cref="WordRatio"/>.</summary>
    internal ulong LowRatio => _ratioLow;

    /// <summary>The residue of a word.</summary>
    /// <param name="value">Any word.</param>
    /// <returns>Less than the modulus.</returns>
    public ulong Reduce(ulong value)
    {
        unchecked
        {
            var rest = value - (Math.BigMul(value, _ratioHigh, out _) * Value);
            return rest >= Value ? rest - Value : rest;
        }
    }

    /// <summary>The residue of two words.</summary>
    /// <param name="high">The high word.</param>
    /// <param name="low">The low word.</param>
    /// <returns>Less than the modulus.</returns>
    public ulong Reduce(ulong high, ulong low)
    {
        unchecked
        {
            var carry = Math.BigMul(low, _ratioLow, out _);
            var middleHigh = Math.BigMul(low, _ratioHigh, out var middle);
            var first = middle + carry;
            var above = middleHigh + (first < carry ? 1UL : 0);
            var otherHigh = Math.BigMul(high, _ratioLow, out var other);
            var second = first + other;
            var estimate = (high * _ratioHigh) + above + otherHigh + (second < other ? 1UL : 0);
            var rest = low - (estimate * Value);
            return rest >= Value ? rest - Value : rest;
        }
    }

    /// <summary>The residue of a signed number.</summary>
    /// <param name="value">Any.</param>
    /// <returns>Less than the modulus.</returns>
    public ulong Reduce(long value) => value >= 0 ? Reduce((ulong)value) : Negate(Reduce(unchecked((ulong)-value)));

    /// <summary>a + b.</summary>
    /// <param name="a">A residue.</param>
    /// <param name="b">A residue.</param>
    /// <returns>A residue.</returns>
    public ulong Add(ulong a, ulong b)
    {
        var sum = unchecked(a + b);
        return sum >= Value ? unchecked(sum - Value) : sum;
    }

    /// <summary>a - b.</summary>
    /// <param name="a">A residue.</param>
    /// <param name="b">A residue.</param>
    /// <returns>A residue.</returns>
    public ulong Subtract(ulong a, ulong b) => unchecked(a >= b ? a - b : a - b + Value);

    /// <summary>-a.</summary>
    /// <param name="a">A residue.</param>
    /// <returns>A residue.</returns>
    public ulong Negate(ulong a) => a == 0 ? 0 : unchecked(Value - a);

    /// <summary>a b.</summary>
    /// <param name="a">A word whose product with <paramref name="b"/> is below 2^124.</param>
    /// <param name="b">A word.</param>
    /// <returns>A residue.</returns>
    public ulong Multiply(ulong a, ulong b)
    {
        var high = Math.BigMul(a, b, out var low);
        return Reduce(high, low);
    }

    /// <summary>floor(factor 2^64 / q), for products by that factor.</summary>
    /// <param name="factor">A residue.</param>
    /// <returns>The quotient that goes with it.</returns>
    public ulong ShoupQuotient(ulong factor) => (ulong)(((UInt128)factor << 64) / Value);

    /// <summary>a times a fixed factor.</summary>
    /// <param name="a">Any word.</param>
    /// <param name="factor">A residue.</param>
    /// <param name="quotient">Its <see cref="ShoupQuotient"/>.</param>
    /// <returns>A residue.</returns>
    public ulong MultiplyShoup(ulong a, ulong factor, ulong quotient)
    {
        unchecked
        {
            var rest = (a * factor) - (Math.BigMul(a, quotient, out _) * Value);
            return rest >= Value ? rest - Value : rest;
        }
    }

    /// <summary>a^exponent.</summary>
    /// <param name="a">A residue.</param>
    /// <param name="exponent">Any; public: the time depends on it.</param>
    /// <returns>A residue.</returns>
    public ulong Power(ulong a, ulong exponent)
    {
        var result = Reduce(1UL);
        for (; exponent != 0; exponent >>= 1)
        {
            result = (exponent & 1) != 0 ? Multiply(result, a) : result;
            a = Multiply(a, a);
        }

        return result;
    }

    /// <summary>1 / a, by Fermat's little theorem.</summary>
    /// <param name="a">A residue that is not zero.</param>
    /// <returns>A residue.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Zero.</exception>
    public ulong Invert(ulong a)
    {
        ArgumentOutOfRangeException.ThrowIfZero(Reduce(a), nameof(a));
        return Power(Reduce(a), Value - 2);
    }

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
