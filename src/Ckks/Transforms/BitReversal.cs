namespace PrivacyGrains.Ckks.Transforms;

/// <summary>Numbers with their bits in the other order.</summary>
internal static class BitReversal
{
    /// <summary>Reverses the low bits.</summary>
    /// <param name="value">Less than 2^<paramref name="bits"/>.</param>
    /// <param name="bits">0 to 31.</param>
    /// <returns>Less than 2^<paramref name="bits"/>.</returns>
    public static int Of(int value, int bits)
    {
        var result = 0;
        for (var i = 0; i < bits; i++, value >>= 1)
        {
            result = (result << 1) | (value & 1);
        }

        return result;
    }
}
