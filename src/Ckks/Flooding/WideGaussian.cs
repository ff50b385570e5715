using System.Buffers.Binary;
using System.Security.Cryptography;
using PrivacyGrains.Arithmetic.Randomness;

namespace PrivacyGrains.Ckks.Flooding;

/// <summary>Whole numbers from a discrete Gaussian as wide as flooding needs, up to deviations of 2^116.</summary>
/// <remarks>
/// Narrow samples from a table of cumulative probabilities, and wide ones as x + k y of two narrower ones: Pöppelmann, Ducas, Güneysu, "Enhanced lattice-based signatures on reconfigurable hardware", 2014, lemma 2 (after Peikert 2010, theorem 3.1); k is at most half of the narrower deviation, so the smoothing parameter's loss is below 2^-100.
/// The table has 64 bits of each probability: 2^-50 of statistical distance for each narrow sample, of which one wide sample takes at most 16. Time depends on what is drawn, as it does for a table: it is the server's secret, drawn together with thousands of others.
/// </remarks>
internal static class WideGaussian
{
    /// <summary>The widest.</summary>
    public const double MostDeviation = 83076749736557242056487941267521536.0; // 2^116

    private const int Narrow = 1024;
    private const int Reach = 10 * Narrow;
    private const int GuideBits = 12;

    private static readonly ulong[] Cumulative = Tabulate();
    private static readonly int[] Guide = MakeGuide();

    // Deviations 2^10, 2^19, 2^37, 2^73, each from two of the one before.
    private static readonly (double Deviation, Int128 Factor)[] Widths = [(Narrow, 0), Wider(Narrow, (Int128)1 << 9), Wider(Math.ScaleB(1, 19), (Int128)1 << 18), Wider(Math.ScaleB(1, 37), (Int128)1 << 36)];

    /// <summary>Draws.</summary>
    /// <param name="random">A cryptographic source: 16 bytes are taken and expanded.</param>
    /// <param name="deviation">At least this wide, at most <see cref="MostDeviation"/>; below 2^10 it is 2^10.</param>
    /// <param name="destination">Overwritten; secret.</param>
    public static void Fill(IRandomSource random, double deviation, Span<Int128> destination)
    {
        if (!(deviation <= MostDeviation))
        {
            throw new ArgumentOutOfRangeException(nameof(deviation), deviation, "A deviation is at most 2^116.");
        }

        Span<byte> seed = stackalloc byte[16];
        random.Fill(seed);
        using var source = new AesCtrRandomSource(seed);
        CryptographicOperations.ZeroMemory(seed);
        var level = 0;
        while (level < Widths.Length - 1 && deviation > Widths[level].Deviation * Widths[level].Deviation / 2)
        {
            level++;
        }

        var factor = deviation <= Narrow ? 0 : (Int128)Math.Ceiling(deviation / Widths[level].Deviation);
        var each = (factor == 0 ? 1 : 2) << level;
        const int Chunk = 64;
        Span<byte> bytes = stackalloc byte[8 * 16 * Chunk];
        for (var start = 0; start < destination.Length; start += Chunk)
        {
            var some = destination.Slice(start, Math.Min(Chunk, destination.Length - start));
            source.Fill(bytes[..(8 * each * some.Length)]);
            for (var i = 0; i < some.Length; i++)
            {
                some[i] = Combine(bytes.Slice(8 * each * i, 8 * each), level, factor);
            }
        }

        CryptographicOperations.ZeroMemory(bytes);
    }

    private static Int128 Combine(ReadOnlySpan<byte> bytes, int level, Int128 factor)
    {
        if (factor == 0)
        {
            return At(bytes, level);
        }

        var half = bytes.Length / 2;
        return unchecked(At(bytes[..half], level) + (factor * At(bytes[half..], level)));
    }

    private static Int128 At(ReadOnlySpan<byte> bytes, int level)
    {
        if (level == 0)
        {
            return One(BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        var half = bytes.Length / 2;
        return unchecked(At(bytes[..half], level - 1) + (Widths[level].Factor * At(bytes[half..], level - 1)));
    }

    private static int One(ulong uniform)
    {
        var i = Guide[(int)(uniform >> (64 - GuideBits))];
        while (Cumulative[i] <= uniform)
        {
            i++;
        }

        return i - Reach;
    }

    private static (double Deviation, Int128 Factor) Wider(double narrower, Int128 factor) => (narrower * Math.Sqrt(1 + ((double)factor * (double)factor)), factor);

    /// <summary>Entry i is 2^64 times the probability of at most i - Reach; the last is all ones.</summary>
    private static ulong[] Tabulate()
    {
        var weights = Enumerable.Range(-Reach, (2 * Reach) + 1).Select(x => Math.Exp(-(double)x * x / (2.0 * Narrow * Narrow))).ToArray();
        var total = weights.Order().Sum();
        var parts = weights.Select(w => (ulong)(w / total * 18446744073709551616.0)).ToArray();
        var used = parts.Aggregate(UInt128.Zero, (sum, p) => sum + p);
        parts[Reach] = (ulong)(parts[Reach] + ((UInt128.One << 64) - used));
        var sums = new ulong[parts.Length];
        var sum = UInt128.Zero;
        for (var i = 0; i < sums.Length; i++)
        {
            sum += parts[i];
            sums[i] = sum > ulong.MaxValue ? ulong.MaxValue : (ulong)sum;
        }

        sums[^1] = ulong.MaxValue;
        return sums;
    }

    private static int[] MakeGuide()
    {
        var guide = new int[1 << GuideBits];
        for (var (g, i) = (0, 0); g < guide.Length; g++)
        {
            while (Cumulative[i] <= (ulong)g << (64 - GuideBits))
            {
                i++;
            }

            guide[g] = i;
        }

        return guide;
    }
}
