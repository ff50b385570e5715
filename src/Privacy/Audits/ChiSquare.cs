using MathNet.Numerics;

namespace PrivacyGrains.Privacy.Audits;

/// <summary>Pearson's test of counts against exact masses.</summary>
public static class ChiSquare
{
    private const double LeastExpected = 8;

    /// <summary>The chance of a statistic at least as great where the masses are right.</summary>
    /// <param name="counts">How often each cell was seen.</param>
    /// <param name="masses">The probability of each cell; they add up to 1. Cells that are expected less than eight times are put together.</param>
    /// <returns>Between 0 and 1, and uniform there where the masses are right; 1 where there are not two cells to compare.</returns>
    /// <exception cref="ArgumentException">There is another number of masses.</exception>
    public static double PValue(ReadOnlySpan<long> counts, ReadOnlySpan<double> masses)
    {
        if (counts.Length != masses.Length)
        {
            throw new ArgumentException("Each cell has a mass.", nameof(masses));
        }

        var all = 0L;
        foreach (var count in counts)
        {
            all += count;
        }

        var (statistic, cells, rare, rareMass) = (0.0, 0, 0L, 0.0);
        for (var i = 0; i < counts.Length; i++)
        {
            if (masses[i] * all < LeastExpected)
            {
                (rare, rareMass) = (rare + counts[i], rareMass + masses[i]);
                continue;
            }

            statistic += Term(counts[i], masses[i] * all);
            cells++;
        }

        if (rareMass * all >= LeastExpected)
        {
            statistic += Term(rare, rareMass * all);
            cells++;
        }
        else if (rare > 100)
        {
            return 0; // so many where almost none may be
        }

        return cells < 2 ? 1 : statistic == 0 ? 1 : SpecialFunctions.GammaUpperRegularized((cells - 1) / 2.0, statistic / 2);
    }

    /// <summary>The same for draws of integers: a cell each between two ends, and one for each tail.</summary>
    /// <param name="draws">Any number.</param>
    /// <param name="mass">The probability of an integer.</param>
    /// <param name="first">The first inner cell.</param>
    /// <param name="last">The last inner cell.</param>
    /// <param name="below">The probability of all below the first.</param>
    /// <returns>As <see cref="PValue(ReadOnlySpan{long}, ReadOnlySpan{double})"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no inner cell.</exception>
    public static double PValue(ReadOnlySpan<long> draws, Func<long, double> mass, long first, long last, double below)
    {
        ArgumentNullException.ThrowIfNull(mass);
        ArgumentOutOfRangeException.ThrowIfLessThan(last, first);
        var (counts, masses) = (new long[last - first + 3], new double[last - first + 3]);
        foreach (var draw in draws)
        {
            counts[Math.Clamp(draw, first - 1, last + 1) - first + 1]++;
        }

        masses[0] = below;
        var inner = 0.0;
        for (var x = first; x <= last; x++)
        {
            inner += masses[x - first + 1] = mass(x);
        }

        masses[^1] = Math.Max(0, 1 - below - inner);
        return PValue(counts, masses);
    }

    private static double Term(double seen, double expected) => (seen - expected) * (seen - expected) / expected;
}
