using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Accounting.Plans;
using PrivacyGrains.Privacy.Audits;
using PrivacyGrains.Privacy.Mechanisms;
using PrivacyGrains.Privacy.Mechanisms.Sensitivities;

namespace PrivacyGrains.Privacy.Tests.Mechanisms;

public class PartitionSelectionTests
{
    [Theory]
    [InlineData(1.0, 1e-5, 1)]
    [InlineData(0.25, 1e-3, 1)]
    [InlineData(2.0, 1e-9, 3)]
    [InlineData(8.0, 0.01, 1)]
    public void Probability_IsTheClosedForm(double epsilon, double delta, int groups)
    {
        var selection = Make(epsilon, delta, groups);
        var (e, d) = (epsilon / groups, delta / groups);
        for (var n = 0; n < 200; n++)
        {
            Assert.Equal(Closed(n, e, d), selection.Probability(n), 1e-9);
        }
    }

    [Theory]
    [InlineData(1.0, 1e-5)]
    [InlineData(0.1, 1e-6)]
    public void Probability_KeepsEpsilonAndDelta_AndReachesOne(double epsilon, double delta)
    {
        var selection = Make(epsilon, delta, 1);
        Assert.Equal(0, selection.Probability(0));
        for (var n = 0; n < 600; n++)
        {
            var (p, q) = (selection.Probability(n), selection.Probability(n + 1));
            Assert.True(q <= (Math.Exp(epsilon) * p) + delta + 1e-12 && 1 - p <= (Math.Exp(epsilon) * (1 - q)) + delta + 1e-12);
            Assert.True(q >= p);
        }

        Assert.Equal(1, selection.Probability(600));
        Assert.Equal(1, selection.Probability(long.MaxValue));
    }

    [Fact]
    public void Keeps_TossesThatCoin()
    {
        var selection = Make(1, 0.01, 1);
        using var random = new TestRandom(5);
        foreach (var n in new[] { 1, 3, 5, 8 })
        {
            var kept = 0L;
            for (var i = 0; i < 20_000; i++)
            {
                kept += selection.Keeps(n, random.Source) ? 1 : 0;
            }

            Assert.InRange(ChiSquare.PValue([kept, 20_000 - kept], [selection.Probability(n), 1 - selection.Probability(n)]), 1e-4, 1);
        }

        Assert.All(Enumerable.Range(0, 100), _ => Assert.False(selection.Keeps(0, SystemRandomSource.Instance)));
        Assert.All(Enumerable.Range(0, 100), _ => Assert.True(selection.Keeps(1000, SystemRandomSource.Instance)));
    }

    [Fact]
    public void ReplaceOne_CountsTheGroupsOfBothUnits()
    {
        var bound = ContributionBound.OfCounts(3);
        var replaced = new PartitionSelection(bound, NeighbouringRelation.ReplaceOne, ExactRatio.Create(6), ExactRatio.Create(6, 1000));
        Assert.Equal(Make(1, 0.001, 1).Probability(4), replaced.Probability(4), 1e-12);
        var repeat = Assert.IsType<PrivacyEvent.Repeat>(replaced.Event);
        Assert.Equal(6, repeat.Count);
        var each = Assert.IsType<PrivacyEvent.Approximate>(repeat.Inner);
        Assert.InRange(each.Epsilon, 1, 1 + 1e-12);
        Assert.InRange(each.Delta, 0.001, 0.001 + 1e-12);
        Assert.Equal(new PrivacyEvent.Repeat(6, new PrivacyEvent.Pure(each.Epsilon)), replaced.Loss.Event);
        Assert.InRange(replaced.Loss.Delta, 0.006, 0.006 + 1e-12);
        Assert.InRange(replaced.Loss.ToLedger().DeltaUnits, LossUnits.RoundUp(0.006), LossUnits.RoundUp(0.006) + 10);
    }

    [Fact]
    public void BadParameters_AreRefusedByName()
    {
        var bound = ContributionBound.OfCounts();
        var small = ExactRatio.Create(1, 1000);
        Assert.Throws<ArgumentOutOfRangeException>("epsilon", () => new PartitionSelection(bound, NeighbouringRelation.AddRemove, default, small));
        Assert.Throws<ArgumentOutOfRangeException>("delta", () => new PartitionSelection(bound, NeighbouringRelation.AddRemove, ExactRatio.Create(1), default));
        Assert.Throws<ArgumentOutOfRangeException>("delta", () => new PartitionSelection(bound, NeighbouringRelation.AddRemove, ExactRatio.Create(1), ExactRatio.Create(1)));
        Assert.Throws<ArgumentOutOfRangeException>("epsilon", () => new PartitionSelection(ContributionBound.OfCounts(5000), NeighbouringRelation.AddRemove, ExactRatio.Create(1), small));
        Assert.Throws<ArgumentOutOfRangeException>("units", () => Make(1, 0.01, 1).Keeps(-1, SystemRandomSource.Instance));
    }

    private static PartitionSelection Make(double epsilon, double delta, int groups) =>
        new(ContributionBound.OfCounts(groups), NeighbouringRelation.AddRemove, ExactRatio.RoundDown(epsilon, 30), ExactRatio.RoundDown(delta, 60));

    // The same theorem's closed form, with its two crossing points.
    private static double Closed(long n, double epsilon, double delta)
    {
        var first = 1 + (long)Math.Floor(double.LogP1(Math.Tanh(epsilon / 2) * ((1 / delta) - 1)) / epsilon);
        var at = double.ExpM1(first * epsilon) / double.ExpM1(epsilon) * delta;
        return n <= first
            ? double.ExpM1(n * epsilon) / double.ExpM1(epsilon) * delta
            : Math.Min(1, at - ((1 - at + (delta / double.ExpM1(epsilon))) * double.ExpM1(-(n - first) * epsilon)));
    }
}
