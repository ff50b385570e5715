using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Privacy.Mechanisms;

namespace PrivacyGrains.Privacy.Queries;

/// <summary>Each contributor's noise, and its part as words for secure aggregation in Z_2^64.</summary>
public static class JointNoise
{
    /// <summary>One contributor's share of the noise.</summary>
    /// <param name="plan">As agreed.</param>
    /// <param name="source">Cryptographic; no seed ever reaches it.</param>
    /// <returns>One exact discrete Gaussian a coordinate; secret, and used once.</returns>
    public static long[] Share(QueryPlan plan, IRandomSource source)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var noise = new long[plan.Query.Dimension];
        new DiscreteGaussian(plan.LocalVariance).Fill(noise, source);
        return noise;
    }

    /// <summary>What a contributor enters into the sum.</summary>
    /// <param name="aggregate">From <see cref="LocalAggregate"/>.</param>
    /// <param name="noise">From <see cref="Share"/>.</param>
    /// <returns>Aggregate plus noise in two's complement: the only form in which it may leave the party, and then only masked or shared.</returns>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static ulong[] ToWords(ReadOnlySpan<long> aggregate, ReadOnlySpan<long> noise)
    {
        if (aggregate.Length != noise.Length)
        {
            throw new ArgumentException("The aggregate and the noise have different lengths.", nameof(noise));
        }

        var words = new ulong[aggregate.Length];
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = unchecked((ulong)(aggregate[i] + noise[i]));
        }

        return words;
    }

    /// <summary>Reads the opened sum. Totals stay below 2^63 for up to 2^40 rows and any noise that is ever drawn.</summary>
    /// <param name="sum">Modulo 2^64.</param>
    /// <returns>The noised total.</returns>
    public static long[] FromWords(ReadOnlySpan<ulong> sum)
    {
        var total = new long[sum.Length];
        for (var i = 0; i < total.Length; i++)
        {
            total[i] = unchecked((long)sum[i]);
        }

        return total;
    }
}
