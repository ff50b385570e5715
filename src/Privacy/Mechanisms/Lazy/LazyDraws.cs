using System.Numerics;

namespace PrivacyGrains.Privacy.Mechanisms.Lazy;

/// <summary>Exact draws with probabilities that have no finite form: a uniform number's bits are drawn, and the probabilities worked out, only as far as the outcome needs.</summary>
/// <remarks>
/// The uniform number is compared with enclosures; while they leave the outcome open, more of its bits are drawn and the enclosures narrowed. The law is exactly that of the true probabilities, whatever the precision at which
/// it stopped. Source of the principle: Knuth, Yao, "The Complexity of Nonuniform Random Number Generation", 1976. A second step is needed about once in 2^60 coins, and once in 2^60 choices for each bin.
/// </remarks>
internal static class LazyDraws
{
    private const int FirstBits = 64;

    /// <summary>A coin.</summary>
    /// <param name="bits">Where bits come from.</param>
    /// <param name="probability">From a precision in bits to an enclosure that narrows as the precision grows.</param>
    public static bool Coin(RandomBits bits, Func<int, Enclosure> probability)
    {
        var (uniform, drawn) = (BigInteger.Zero, 0);
        for (var precision = FirstBits; ; precision *= 2)
        {
            uniform = More(bits, uniform, precision - drawn);
            drawn = precision;
            var p = probability(precision);
            if (uniform + 1 <= p.Low)
            {
                return true;
            }

            if (uniform >= p.High)
            {
                return false;
            }
        }
    }

    /// <summary>A choice with probability proportional to weights.</summary>
    /// <param name="bits">Where bits come from.</param>
    /// <param name="weights">From a precision in bits to enclosures of the weights, not all of them zero.</param>
    /// <param name="extraBits">By how many bits weights may exceed one.</param>
    public static int Choice(RandomBits bits, Func<int, Enclosure[]> weights, int extraBits)
    {
        var (uniform, drawn) = (BigInteger.Zero, 0);
        for (var precision = FirstBits + extraBits; ; precision *= 2)
        {
            uniform = More(bits, uniform, precision - drawn);
            drawn = precision;
            var all = weights(precision);
            var total = new Enclosure(BigInteger.Zero, BigInteger.Zero, precision);
            foreach (var weight in all)
            {
                total = total.Plus(weight);
            }

            // The uniform number times the total lies between these two.
            var (from, to) = (uniform * total.Low >> precision, ((uniform + 1) * total.High >> precision) + 1);
            var sum = new Enclosure(BigInteger.Zero, BigInteger.Zero, precision);
            for (var i = 0; i < all.Length && sum.High <= from; i++)
            {
                sum = sum.Plus(all[i]);
                if (to <= sum.Low)
                {
                    return i;
                }
            }
        }
    }

    private static BigInteger More(RandomBits bits, BigInteger uniform, int count) => (uniform << count) + bits.Below(BigInteger.One << count);
}
