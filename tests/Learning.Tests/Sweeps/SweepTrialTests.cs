using System.Security.Cryptography;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Learning.Models;
using PrivacyGrains.Learning.Sweeps;

namespace PrivacyGrains.Learning.Tests.Sweeps;

public class SweepTrialTests
{
    private static readonly byte[] Key = SHA256.HashData("split"u8);

    [Fact]
    public void Split_OfARecord_HangsOnItAlone()
    {
        var (trained, scored) = RecordSplit.Of(Sample.Table, 0.25, Key);
        Assert.Equal(Sample.Table.RowCount, trained.Count + scored.Count);
        Assert.InRange(scored.Count, 0.25 * Sample.Table.RowCount * 0.75, 0.25 * Sample.Table.RowCount * 1.25);
        foreach (var gone in (int[])[0, 100, Sample.Table.RowCount - 1])
        {
            var left = Enumerable.Range(0, Sample.Table.RowCount).Where(row => row != gone).ToList();
            var (without, _) = RecordSplit.Of(Sample.Table.Select(left), 0.25, Key);
            Assert.Equal(trained.Where(row => row != gone), without.Select(row => left[row]));
        }

        Assert.NotEqual(trained, RecordSplit.Of(Sample.Table, 0.25, SHA256.HashData("other"u8)).Trained);
        Assert.Empty(RecordSplit.Of(Sample.Table, 0, Key).Scored);
    }

    [Fact]
    public void PublicScore_IsTheModelsAccuracy()
    {
        var plan = SweepPlan.Create(SweepPlanTests.Terms with { HeldBack = 0 });
        var result = SweepTrial.Run(plan, 3, 0, Sample.All, Sample.All, Sample.All.RowCount, SystemRandomSource.Instance);
        var model = LogisticModel.Create(Standardisation.Of(Sample.Schema), [.. result.Parameters]);
        Assert.Equal(model.Accuracy(Sample.All), result.Accuracy);
        Assert.Equal(Sample.All.RowCount, result.Right + result.Wrong);
        Assert.True(result.Accuracy > 0.85, $"{result.Accuracy}");
    }

    // 400 scores of one model's accuracy; each bound is six deviations of the sample's mean or variance.
    [Fact]
    public void HeldBackScore_HasTheStatedNoise()
    {
        var plan = SweepPlan.Create(SweepPlanTests.Terms with { Steps = 1, LearningRates = [1e-6] }); // a step too short to turn a label's prediction
        var draws = Enumerable.Range(0, 400).Select(_ => SweepTrial.Run(plan, 0, 0, Sample.All.Select([0]), Sample.All, 1, SystemRandomSource.Instance)).Select(r => (double)(r.Right + r.Wrong) - Sample.All.RowCount).ToList();
        var variance = 2.0 * plan.Levels[0].ScoreVariance;
        Assert.InRange(draws.Average(), -6 * Math.Sqrt(variance / 400), 6 * Math.Sqrt(variance / 400));
        Assert.InRange(draws.Sum(d => d * d) / 400, variance * (1 - (6 * Math.Sqrt(2.0 / 400))), variance * (1 + (6 * Math.Sqrt(2.0 / 400))));
    }

    [Fact]
    public void Best_IsTheFirstOfTheGreatestAccuracy()
    {
        Assert.Equal(-1, TrialResult.Best([]));
        Assert.Equal(1, TrialResult.Best([new(0, [], 8, 2), new(0, [], 9, 1), new(1, [], 18, 2), new(0, [], -3, -1)]));
        Assert.Equal(0, new TrialResult(0, [], -3, 1).Accuracy);
        Assert.Equal(1, new TrialResult(0, [], 12, -3).Accuracy);
        Assert.Equal(1, new TrialResult(0, [], 3, -3).HalfWidth(9));
    }

    [Fact]
    public void Interval_IsWiderByTheNoise()
    {
        var result = new TrialResult(0, [], 90, 10);
        Assert.Equal(1.96 * Math.Sqrt(0.9 * 0.1 / 100), result.HalfWidth(0), 1e-12);
        Assert.Equal(0, result.NoiseHalfWidth(0));
        Assert.Equal(1.96 * Math.Sqrt(25 * (0.81 + 0.01) / 10000), result.NoiseHalfWidth(25), 1e-12);
        Assert.Equal(1.96 * Math.Sqrt((0.9 * 0.1 / 100) + (25 * (0.81 + 0.01) / 10000)), result.HalfWidth(25), 1e-12);
    }

    [Fact]
    public void Size_IsNearTheTruth()
    {
        foreach (var _ in Enumerable.Range(0, 50))
        {
            Assert.InRange(SweepTrial.MeasureSize(Sample.All, SystemRandomSource.Instance), Sample.All.RowCount - (32 * 8), Sample.All.RowCount + (32 * 8));
        }

        Assert.True(SweepTrial.MeasureSize(Sample.All.Select([0]), SystemRandomSource.Instance) >= 1);
    }
}
