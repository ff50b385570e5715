using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Mechanisms.Sensitivities;

namespace PrivacyGrains.Privacy.Tests.Mechanisms;

public class SensitivityTests
{
    public static TheoryData<long, long, int, int, int> Bounds => new()
    {
        { 1, 1, 1, 1, 1 },
        { 1, 1, 2, 3, 5 },
        { 1, 1, 2, 1, 3 },
        { 0, 4, 1, 2, 3 },
        { -2, 3, 2, 2, 3 },
        { -5, -1, 2, 1, 2 },
        { 2, 5, 1, 1, 1 },
    };

    [Theory]
    [MemberData(nameof(Bounds))]
    public void Sensitivity_NoPairOfNeighboursExceedsIt_AndSomeReachesIt(long lowest, long highest, int partitions, int rows, int coordinates)
    {
        var bound = ContributionBound.OfValues(lowest, highest, partitions, rows);
        foreach (var relation in Enum.GetValues<NeighbouringRelation>())
        {
            var claimed = bound.Sensitivity(relation, coordinates);
            var (l0, l1, l2, linf, opposite) = (0, 0L, 0L, 0L, false);
            var parts = Parts(lowest, highest, partitions, rows, coordinates).ToList();
            foreach (var part in parts)
            {
                foreach (var other in relation == NeighbouringRelation.AddRemove ? [new long[coordinates]] : parts)
                {
                    var change = part.Zip(other, (a, b) => a - b).ToList();
                    (l0, l1) = (Math.Max(l0, change.Count(c => c != 0)), Math.Max(l1, change.Sum(Math.Abs)));
                    (l2, linf) = (Math.Max(l2, change.Sum(c => c * c)), Math.Max(linf, change.Max(Math.Abs)));
                    opposite |= change.Any(c => c > 0) && change.Any(c => c < 0);
                }
            }

            Assert.Equal((l0, (UInt128)l1, (UInt128)l2, (UInt128)linf), (claimed.L0, claimed.L1, claimed.L2Squared, claimed.Linf));
            Assert.True(!claimed.IsMonotone || !opposite);
        }
    }

    [Fact]
    public void Sensitivity_OfCounts_IsWhatTheTextbookSays()
    {
        var added = ContributionBound.OfCounts(maximumPartitions: 3).Sensitivity(NeighbouringRelation.AddRemove, coordinates: null);
        Assert.Equal((3, (UInt128)3, (UInt128)3, (UInt128)1, true), (added.L0, added.L1, added.L2Squared, added.Linf, added.IsMonotone));
        var replaced = ContributionBound.OfCounts().Sensitivity(NeighbouringRelation.ReplaceOne, coordinates: 10);
        Assert.Equal((2, (UInt128)2, (UInt128)2, (UInt128)1, false), (replaced.L0, replaced.L1, replaced.L2Squared, replaced.Linf, replaced.IsMonotone));
    }

    [Fact]
    public void Bound_OutOfRange_NamesTheField()
    {
        Assert.Throws<ArgumentOutOfRangeException>("maximumPartitions", () => ContributionBound.OfCounts(0));
        Assert.Throws<ArgumentOutOfRangeException>("maximumRowsPerPartition", () => ContributionBound.OfCounts(1, -1));
        Assert.Throws<ArgumentOutOfRangeException>("highest", () => ContributionBound.OfValues(3, 2));
        Assert.Throws<ArgumentOutOfRangeException>("highest", () => ContributionBound.OfValues(0, 0));
        Assert.Throws<ArgumentOutOfRangeException>("highest", () => ContributionBound.OfValues(0, 1L << 40, 1, 1_000_000));
        Assert.Throws<ArgumentOutOfRangeException>("lowest", () => ContributionBound.OfValues(long.MinValue, 0));
        Assert.Throws<ArgumentOutOfRangeException>("coordinates", () => ContributionBound.OfCounts().Sensitivity(NeighbouringRelation.AddRemove, 0));
    }

    [Fact]
    public void Sensitivity_LargestBounds_DoNotOverflow()
    {
        var largest = ContributionBound.OfValues(-(1L << 32), 1L << 32, 1_000_000, 1_000_000).Sensitivity(NeighbouringRelation.ReplaceOne, null);
        Assert.True(largest.L2Squared > largest.L1 && largest.L1 > largest.Linf);
    }

    // All vectors that one unit can bring: in each of at most p partitions, a sum of up to r values.
    private static IEnumerable<long[]> Parts(long lowest, long highest, int partitions, int rows, int coordinates)
    {
        var sums = new HashSet<long> { 0 };
        for (var r = 0; r < rows; r++)
        {
            sums.UnionWith([.. sums.SelectMany(s => Enumerable.Range(0, (int)(highest - lowest + 1)).Select(v => s + lowest + v))]);
        }

        IEnumerable<long[]> all = [[]];
        for (var c = 0; c < coordinates; c++)
        {
            all = all.SelectMany(part => sums.Select(s => (long[])[.. part, s]));
        }

        return all.Where(part => part.Count(v => v != 0) <= partitions);
    }
}
