using System.Numerics;

namespace PrivacyGrains.Privacy.Mechanisms.Lazy;

/// <summary>A real number, zero or more, known to lie between two multiples of 2^-bits. All arithmetic rounds outwards, so the number is never lost.</summary>
internal readonly record struct Enclosure(BigInteger Low, BigInteger High, int Bits)
{
    private const int Guard = 64;

    /// <summary>A fraction.</summary>
    public static Enclosure Of(BigInteger numerator, BigInteger denominator, int bits)
    {
        var low = BigInteger.DivRem(numerator << bits, denominator, out var rest);
        return new Enclosure(low, rest.IsZero ? low : low + 1, bits);
    }

    /// <summary>One.</summary>
    public static Enclosure One(int bits) => new(BigInteger.One << bits, BigInteger.One << bits, bits);

    /// <summary>exp(-numerator/denominator).</summary>
    /// <remarks>The argument is halved until it is at most 1/2, the exponential's series summed to more bits than asked, and the sum squared as often; what truncation lost is added to the upper end and taken from the lower.</remarks>
    public static Enclosure ExpMinus(BigInteger numerator, BigInteger denominator, int bits)
    {
        if (numerator.IsZero)
        {
            return One(bits);
        }

        // ln 2 < 0.7: below the last bit.
        if (numerator * 10 > denominator * 7 * bits)
        {
            return new Enclosure(BigInteger.Zero, BigInteger.One, bits);
        }

        var halvings = (int)Math.Max(0, (2 * numerator / denominator).GetBitLength());
        var work = bits + Guard + halvings;
        var y = (numerator << work) / (denominator << halvings);
        var (sum, term, terms) = (BigInteger.One << work, BigInteger.One << work, 0);
        while (!term.IsZero)
        {
            terms++;
            term = (term * y >> work) / terms;
            sum += (terms & 1) == 1 ? -term : term;
        }

        // The argument, each product and each division were cut by less than one unit; later terms are smaller than the last.
        var slack = (3 * terms) + 4;
        var (low, high) = (sum - slack, sum + slack);
        for (var i = 0; i < halvings; i++)
        {
            low = low * low >> work;
            high = (high * high >> work) + 1;
        }

        return new Enclosure(low >> (work - bits), (high >> (work - bits)) + 1, bits);
    }

    /// <summary>The sum.</summary>
    public Enclosure Plus(Enclosure other) => new(Low + other.Low, High + other.High, Bits);

    /// <summary>The product.</summary>
    public Enclosure Times(Enclosure other) => new(Low * other.Low >> Bits, -(-(High * other.High) >> Bits), Bits);

    /// <summary>Times a whole number, exactly.</summary>
    public Enclosure Times(BigInteger factor) => new(Low * factor, High * factor, Bits);

    /// <summary>One over it; it is above zero.</summary>
    public Enclosure Inverse() => new((BigInteger.One << (2 * Bits)) / High, ((BigInteger.One << (2 * Bits)) / Low) + 1, Bits);

    /// <summary>What is left of one, and not less than zero.</summary>
    public Enclosure Complement()
    {
        var one = BigInteger.One << Bits;
        return new Enclosure(BigInteger.Max(0, one - High), BigInteger.Max(0, one - Low), Bits);
    }

    /// <summary>The lesser of two.</summary>
    public Enclosure Min(Enclosure other) => new(BigInteger.Min(Low, other.Low), BigInteger.Min(High, other.High), Bits);
}
