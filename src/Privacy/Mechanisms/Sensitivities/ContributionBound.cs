using PrivacyGrains.Privacy.Accounting;

namespace PrivacyGrains.Privacy.Mechanisms.Sensitivities;

/// <summary>What one privacy unit may put into a release: how many partitions it touches, with how many rows each, of which values. Sensitivities come from here, never from a number typed by hand.</summary>
/// <remarks>
/// The bound is the caller's promise that rows beyond it were left out and values clamped before anything was summed. A release is a vector with one coordinate a partition (a group, a bucket, a step of a
/// stream); a coordinate is the sum of the values of its rows. A unit may have fewer rows than the bound, and none.
/// </remarks>
public sealed record ContributionBound
{
    private const int MostRows = 1_000_000;
    private const long MostValue = 1L << 40;
    private const long MostSum = 1L << 52; // squares of sums over all partitions fit 128 bits

    private ContributionBound(int maximumPartitions, int maximumRowsPerPartition, long lowest, long highest)
    {
        MaximumPartitions = maximumPartitions;
        MaximumRowsPerPartition = maximumRowsPerPartition;
        Lowest = lowest;
        Highest = highest;
    }

    /// <summary>In how many partitions one unit may have rows.</summary>
    public int MaximumPartitions { get; }

    /// <summary>How many rows it may have in each.</summary>
    public int MaximumRowsPerPartition { get; }

    /// <summary>The least that a row may count; 1 where rows are counted.</summary>
    public long Lowest { get; }

    /// <summary>The most that a row may count; 1 where rows are counted.</summary>
    public long Highest { get; }

    /// <summary>Each row counts one.</summary>
    /// <param name="maximumPartitions">1 to 1,000,000.</param>
    /// <param name="maximumRowsPerPartition">1 to 1,000,000.</param>
    /// <returns>The bound.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A figure is out of range.</exception>
    public static ContributionBound OfCounts(int maximumPartitions = 1, int maximumRowsPerPartition = 1) => OfValues(1, 1, maximumPartitions, maximumRowsPerPartition);

    /// <summary>Each row counts an integer between two public bounds.</summary>
    /// <param name="lowest">At least -2^40. Values below are clamped by the caller.</param>
    /// <param name="highest">At least <paramref name="lowest"/>, at most 2^40.</param>
    /// <param name="maximumPartitions">1 to 1,000,000.</param>
    /// <param name="maximumRowsPerPartition">1 to 1,000,000.</param>
    /// <returns>The bound.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A figure is out of range, both bounds are zero, or rows times values exceed 2^52.</exception>
    public static ContributionBound OfValues(long lowest, long highest, int maximumPartitions = 1, int maximumRowsPerPartition = 1)
    {
        Require(lowest is >= -MostValue and <= MostValue, nameof(lowest), lowest, "A row's least value lies within 2^40 of zero.");
        Require(highest >= lowest && highest <= MostValue && (lowest != 0 || highest != 0), nameof(highest), highest, "A row's greatest value is at least its least, at most 2^40, and not both are zero.");
        Require(maximumPartitions is >= 1 and <= MostRows, nameof(maximumPartitions), maximumPartitions, "A unit may have rows in 1 to 1,000,000 partitions.");
        Require(maximumRowsPerPartition is >= 1 and <= MostRows, nameof(maximumRowsPerPartition), maximumRowsPerPartition, "A unit may have 1 to 1,000,000 rows in a partition.");
        Require(maximumRowsPerPartition <= MostSum / Math.Max(-lowest, highest), nameof(highest), highest, "Rows per partition times the greatest value is at most 2^52: count in coarser units.");
        return new ContributionBound(maximumPartitions, maximumRowsPerPartition, lowest, highest);
    }

    /// <summary>What one unit may change in a release.</summary>
    /// <param name="relation">How neighbours differ.</param>
    /// <param name="coordinates">The length of the released vector, public; null where it is not bounded beforehand.</param>
    /// <returns>The sensitivities; each is reached by some pair of neighbours.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no coordinate.</exception>
    /// <remarks>
    /// With r rows of values in [l, h], a unit's part of one coordinate lies in [min(0, rl), max(0, rh)]: adding or removing it moves the coordinate by at most u = r max(|l|, |h|), exchanging it for another's by
    /// at most w, that interval's length, and w is at most 2u. Under replace-one the two units share k of their p partitions (k at least 2p minus the coordinates), which moves k coordinates by w and 2 (p - k) by u;
    /// norms are linear in k, so the ends decide.
    /// </remarks>
    public Sensitivity Sensitivity(NeighbouringRelation relation, int? coordinates = 1)
    {
        Require(coordinates is null or >= 1, nameof(coordinates), coordinates ?? 0, "A release has a coordinate.");
        var p = Math.Min(MaximumPartitions, coordinates ?? int.MaxValue);
        UInt128 rows = (uint)MaximumRowsPerPartition;
        var (below, above) = ((UInt128)Math.Max(0, -Lowest) * rows, (UInt128)Math.Max(0, Highest) * rows);
        var (one, exchanged) = (UInt128.Max(below, above), below + above);
        if (relation == NeighbouringRelation.AddRemove)
        {
            return new Sensitivity(relation, coordinates, p, (uint)p * one, (uint)p * one * one, one, Lowest >= 0 || Highest <= 0);
        }

        var least = Math.Max(0, (2L * p) - (coordinates ?? int.MaxValue));
        var (apart, together) = (Moved((int)least), Moved(p));
        return new Sensitivity(
            relation, coordinates, (int)Math.Min(2L * p, coordinates ?? int.MaxValue), UInt128.Max(apart.L1, together.L1), UInt128.Max(apart.L2Squared, together.L2Squared), together.Linf, false);

        (UInt128 L1, UInt128 L2Squared, UInt128 Linf) Moved(int shared) =>
            (((uint)shared * exchanged) + ((uint)(2 * (p - shared)) * one), ((uint)shared * exchanged * exchanged) + ((uint)(2 * (p - shared)) * one * one), exchanged);
    }

    private static void Require(bool good, string name, long value, string message)
    {
        if (!good)
        {
            throw new ArgumentOutOfRangeException(name, value, message);
        }
    }
}
