using System.Numerics;

namespace PrivacyGrains.Privacy.Mechanisms;

/// <summary>A coin that shows true with probability exp(-numerator/denominator), exactly.</summary>
/// <remarks>
/// Source: Canonne, Kamath, Steinke 2020, algorithm 1. Integers only. Its running time depends on the outcome and, for ratios above 1, on the ratio; the callers below say what that shows.
/// </remarks>
internal static class BernoulliExp
{
    /// <summary>One coin; the ratio is any fraction whose products fit: denominator below 2^120.</summary>
    public static bool Draw(RandomBits bits, UInt128 numerator, UInt128 denominator)
    {
        while (numerator > denominator)
        {
            // Step 2: a factor exp(-1) for each whole unit.
            if (!DrawUpToOne(bits, 1, 1))
            {
                return false;
            }

            numerator -= denominator;
        }

        return DrawUpToOne(bits, numerator, denominator);
    }

    /// <summary>One coin for ratios of any size.</summary>
    public static bool Draw(RandomBits bits, BigInteger numerator, BigInteger denominator)
    {
        while (numerator > denominator)
        {
            if (!DrawUpToOne(bits, 1, 1))
            {
                return false;
            }

            numerator -= denominator;
        }

        for (var k = 1; ; k++)
        {
            if (bits.Below(denominator * k) >= numerator)
            {
                return (k & 1) == 1;
            }
        }
    }

    // Step 1: K counts successes of Bernoulli(ratio/k); the first failure at an odd k means true.
    private static bool DrawUpToOne(RandomBits bits, UInt128 numerator, UInt128 denominator)
    {
        for (var k = 1u; ; k++)
        {
            if (bits.Below(denominator * k) >= numerator)
            {
                return (k & 1) == 1;
            }
        }
    }
}
