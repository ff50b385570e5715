namespace PrivacyGrains.Arithmetic;

/// <summary>The prime field F_p, p = 2^61 - 1: scalars and spans of reduced words, each in 0..p-1.</summary>
/// <remarks>
/// Signed numbers x with |x| &lt;= (p-1)/2 are represented by x mod p. Operands must be reduced; results are. Time depends on lengths only,
/// except in <see cref="Inverse"/>, whose exponent is public.
/// </remarks>
public static partial class Field61
{
    /// <summary>p = 2^61 - 1, a Mersenne prime.</summary>
    public const ulong Modulus = (1UL << 61) - 1;

    /// <summary>Whether a word is an element, that is below p.</summary>
    public static bool IsElement(ulong word) => word < Modulus;

    /// <summary>x + y mod p.</summary>
    public static ulong Add(ulong x, ulong y) => unchecked(Math.Min(x + y, x + y - Modulus));

    /// <summary>x - y mod p.</summary>
    public static ulong Subtract(ulong x, ulong y) => unchecked(Math.Min(x - y, x - y + Modulus));

    /// <summary>-x mod p.</summary>
    public static ulong Negate(ulong x) => Subtract(0, x);

    /// <summary>x * y mod p, by the 128-bit product and 2^61 = 1.</summary>
    public static ulong Multiply(ulong x, ulong y)
    {
        var high = Math.BigMul(x, y, out var low);
        return Fold(high, low);
    }

    /// <summary>x to a public power.</summary>
    /// <param name="x">A reduced word.</param>
    /// <param name="exponent">Public.</param>
    public static ulong Power(ulong x, ulong exponent)
    {
        var result = 1UL;
        for (; exponent != 0; exponent >>= 1)
        {
            if ((exponent & 1) != 0)
            {
                result = Multiply(result, x);
            }

            x = Multiply(x, x);
        }

        return result;
    }

    /// <summary>1 / x, as x^(p-2).</summary>
    /// <exception cref="DivideByZeroException">x is zero.</exception>
    public static ulong Inverse(ulong x) =>
        x == 0 ? throw new DivideByZeroException("Zero has no inverse in F_p.") : Power(x, Modulus - 2);

    /// <summary>The element that represents a signed number.</summary>
    /// <param name="value">-(p-1)/2 .. (p-1)/2.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is outside that range.</exception>
    public static ulong FromSigned(long value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, (long)(Modulus / 2));
        ArgumentOutOfRangeException.ThrowIfLessThan(value, -(long)(Modulus / 2));
        return value < 0 ? Modulus - (ulong)-value : (ulong)value;
    }

    /// <summary>The signed number that an element represents, in -(p-1)/2 .. (p-1)/2.</summary>
    public static long ToSigned(ulong element) => element > Modulus / 2 ? -(long)(Modulus - element) : (long)element;

    /// <summary>Reduces any 64-bit word.</summary>
    public static ulong Reduce(ulong word) => Canonical(unchecked((word & Modulus) + (word >> 61)));

    /// <summary>Reduces high * 2^64 + low for high below 2^61.</summary>
    internal static ulong Fold(ulong high, ulong low)
    {
        unchecked
        {
            // 2^64 = 8 mod p. The three parts are below 2^61, 2^3 and 2^64 in turn; splitting (high << 3) keeps every sum below 2^63.
            var sum = (low & Modulus) + ((low >> 61) | ((high << 3) & Modulus)) + (high >> 58);
            return Canonical((sum & Modulus) + (sum >> 61));
        }
    }

    private static ulong Canonical(ulong almost) => unchecked(Math.Min(almost, almost - Modulus));
}
