using System.Runtime.InteropServices;
using System.Security.Cryptography;
using PrivacyGrains.Arithmetic.Randomness;

namespace PrivacyGrains.Ckks.Flooding;

/// <summary>Whole numbers from a discrete Gaussian as wide as flooding needs, up to deviations of 2^116.</summary>
/// <remarks>
/// Narrow samples from a table of cumulative probabilities, and wide ones as x + k y of two narrower ones: Pöppelmann, Ducas, Güneysu, "Enhanced lattice-based signatures on reconfigurable hardware", 2014, lemma 2 (after Peikert 2010, theorem 3.1); k is at most half of the narrower deviation, so the smoothing parameter's loss is below 2^-100.
/// The table has 64 bits of each probability: 2^-50 of statistical distance for each narrow sample, of which one wide sample takes at most 16; so at most 2^-31 for a polynomial. Time depends on what is drawn, as it does for a table: it is the server's secret, drawn together with thousands of others.
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

    // Deviations 2^10, 2^19, 2^37, 2^73: each from two of the one before, the second shifted.
    private static readonly int[] Shifts = [0, 9, 18, 36];
    private static readonly double[] Widths = MakeWidths();

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
        var (low, high, factor) = Plan(deviation);
        var each = factor == 0 ? 1 : (1 << low) + (1 << high);
        const int Chunk = 64;
        Span<ulong> uniform = stackalloc ulong[16 * Chunk];
        for (var start = 0; start < destination.Length; start += Chunk)
        {
            var some = destination.Slice(start, Math.Min(Chunk, destination.Length - start));
            source.Fill(MemoryMarshal.AsBytes(uniform[..(each * some.Length)]));
            var at = 0;
            for (var i = 0; i < some.Length; i++)
            {
                some[i] = Widest(uniform, ref at, low);
                some[i] += factor == 0 ? 0 : unchecked(factor * Widest(uniform, ref at, high));
            }
        }

        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(uniform));
    }

    /// <summary>The narrowest two tables' widths, and the factor of the second, for a deviation: the first is at least twice the factor.</summary>
    private static (int Low, int High, Int128 Factor) Plan(double deviation)
    {
        if (deviation <= Narrow)
        {
            return (0, 0, 0);
        }

        var high = 0;
        while (high < Widths.Length - 1 && deviation > Widths[high] * Widths[high] / 2)
        {
            high++;
        }

        var factor = Math.Ceiling(deviation / Widths[high]);
        var low = Array.FindIndex(Widths, w => w >= 2 * factor);
        return (low, high, (Int128)factor);
    }

    private static Int128 Widest(ReadOnlySpan<ulong> uniform, ref int at, int level)
    {
        if (level < 3)
        {
            return Wide(uniform, ref at, level);
        }

        var first = Wide(uniform, ref at, 2);
        return unchecked(first + ((Int128)Wide(uniform, ref at, 2) << Shifts[3]));
    }

    private static long Wide(ReadOnlySpan<ulong> uniform, ref int at, int level)
    {
        if (level == 0)
        {
            return One(uniform[at++]);
        }

        var first = Wide(uniform, ref at, level - 1);
        return unchecked(first + (Wide(uniform, ref at, level - 1) << Shifts[level]));
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

    private static double[] MakeWidths()
    {
        var widths = new double[Shifts.Length];
        widths[0] = Narrow;
        for (var i = 1; i < widths.Length; i++)
        {
            widths[i] = widths[i - 1] * Math.Sqrt(1 + Math.ScaleB(1, 2 * Shifts[i]));
        }

        return widths;
    }

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
