using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Accounting.Plans;
using PrivacyGrains.Privacy.Mechanisms;
using PrivacyGrains.Privacy.Mechanisms.Sensitivities;

namespace PrivacyGrains.Privacy.Tests.Mechanisms;

public class TreeAggregationTests
{
    [Theory]
    [InlineData(1, 1, 1, 8)]
    [InlineData(1, 1, 2, 7)]
    [InlineData(-1, 2, 1, 6)]
    [InlineData(0, 1, 3, 5)]
    public void NodesSensitivity_IsNeverExceeded_AndIsReachedUnderAddRemove(long lowest, long highest, int unitSteps, int steps)
    {
        var bound = ContributionBound.OfValues(lowest, highest, unitSteps);
        foreach (var relation in Enum.GetValues<NeighbouringRelation>())
        {
            var claimed = (double)TreeAggregation.NodesL2Squared(bound.Sensitivity(relation, steps), steps);
            var parts = Parts(lowest, highest, unitSteps, steps).ToList();
            var worst = parts.Max(part => (relation == NeighbouringRelation.AddRemove ? [new long[steps]] : parts).Max(other => Nodes([.. part.Zip(other, (a, b) => a - b)])));
            Assert.True(worst <= claimed);
            Assert.True(relation == NeighbouringRelation.ReplaceOne || worst == claimed || steps != 8, $"{worst} of {claimed}");
        }
    }

    [Fact]
    public void Totals_AreTrueOnAverage_WithOneNodesNoiseForEachOneBit()
    {
        const int steps = 15;
        const int runs = 3000;
        var (sum, square) = (new double[steps], new double[steps]);
        using var random = new TestRandom(12);
        var variance = 0.0;
        for (var run = 0; run < runs; run++)
        {
            var tree = TreeAggregation.ForRho(ContributionBound.OfCounts(), NeighbouringRelation.AddRemove, steps, Rho.Create(0.02));
            variance = tree.NodeVariance.ToDouble();
            var truth = 0L;
            for (var t = 0; t < steps; t++)
            {
                truth += 3 * t;
                var error = tree.Add(3 * t, random.Source) - (double)truth;
                (sum[t], square[t]) = (sum[t] + error, square[t] + (error * error));
            }
        }

        for (var t = 0; t < steps; t++)
        {
            // Mean and spread within five standard errors of 3,000 runs.
            var expected = variance * int.PopCount(t + 1);
            Assert.InRange(sum[t] / runs, -5 * Math.Sqrt(expected / runs), 5 * Math.Sqrt(expected / runs));
            Assert.InRange(square[t] / runs / expected, 1 - (5 * Math.Sqrt(2.0 / runs)), 1 + (5 * Math.Sqrt(2.0 / runs)));
        }
    }

    [Fact]
    public void Noise_OfANode_IsDrawnOnce()
    {
        // Steps 9 and 10 share the node of steps 1 to 8; their errors differ by what stands on 9 and 10 only, of variance 2.
        using var random = new TestRandom(13);
        var squares = 0.0;
        for (var run = 0; run < 2000; run++)
        {
            var tree = TreeAggregation.ForRho(ContributionBound.OfCounts(), NeighbouringRelation.AddRemove, 10, Rho.Create(0.02));
            var totals = Enumerable.Range(0, 10).Select(_ => tree.Add(0, random.Source)).ToList();
            squares += Math.Pow(totals[9] - totals[8], 2) / tree.NodeVariance.ToDouble() / 2000;
        }

        Assert.InRange(squares, 2 * 0.84, 2 * 1.16);
    }

    [Fact]
    public void Loss_IsTheRhoThatWasAsked()
    {
        var tree = TreeAggregation.ForRho(ContributionBound.OfCounts(), NeighbouringRelation.AddRemove, 1023, Rho.Create(0.1));
        Assert.InRange(tree.Rho.Value, 0.1 * (1 - 1e-6), 0.1);
        Assert.InRange(tree.NodeVariance.ToDouble(), 50, 50.01); // ten levels / (2 * 0.1)
        Assert.Equal(tree.Rho.Value, Assert.IsType<PrivacyEvent.Zcdp>(tree.Loss.Event).Rho);
    }

    [Fact]
    public void BadParametersAndOneStepTooMany_AreRefused()
    {
        var bound = ContributionBound.OfCounts();
        Assert.Throws<ArgumentOutOfRangeException>("steps", () => TreeAggregation.ForRho(bound, NeighbouringRelation.AddRemove, 0, Rho.Create(1)));
        Assert.Throws<ArgumentOutOfRangeException>("rho", () => TreeAggregation.ForRho(bound, NeighbouringRelation.AddRemove, 1, Rho.Create(0)));
        Assert.Throws<ArgumentOutOfRangeException>("rho", () => TreeAggregation.ForRho(bound, NeighbouringRelation.AddRemove, 1, Rho.Create(1e-200)));
        var tree = TreeAggregation.ForRho(bound, NeighbouringRelation.AddRemove, 1, Rho.Create(1));
        tree.Add(1, SystemRandomSource.Instance);
        Assert.Throws<InvalidOperationException>(() => tree.Add(1, SystemRandomSource.Instance));
    }

    // The squared norm of all whole nodes' changes.
    private static double Nodes(long[] change)
    {
        var squared = 0.0;
        for (var length = 1; length <= change.Length; length *= 2)
        {
            for (var start = 0; start + length <= change.Length; start += length)
            {
                squared += Math.Pow(change.AsSpan(start, length).ToArray().Sum(), 2);
            }
        }

        return squared;
    }

    private static IEnumerable<long[]> Parts(long lowest, long highest, int unitSteps, int steps)
    {
        IEnumerable<long[]> all = [[]];
        for (var t = 0; t < steps; t++)
        {
            all = all.SelectMany(part => new[] { 0, lowest, highest }.Distinct().Select(v => (long[])[.. part, v])).Where(part => part.Count(v => v != 0) <= unitSteps);
        }

        return all;
    }
}
