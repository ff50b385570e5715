namespace PrivacyGrains.Privacy.Queries;

/// <summary>A contributor's noised part as words for secure aggregation in Z_2^64, and their sum as a total.</summary>
public static class JointNoise
{
    /// <summary>What a contributor enters into the sum.</summary>
    /// <param name="aggregate">The party's exact bounded sums; secret.</param>
    /// <param name="noise">One exact discrete Gaussian a coordinate; secret, and used once.</param>
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
