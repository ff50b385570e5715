using PrivacyGrains.Learning.Sweeps;
using PrivacyGrains.Learning.Training;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Accounting.Accountants;
using PrivacyGrains.Privacy.Accounting.Plans;
using PrivacyGrains.Privacy.Accounting.Selection;

namespace PrivacyGrains.Learning.Tests.Sweeps;

public class SweepPlanTests
{
    private static readonly Delta Delta = Delta.Create(1e-5);

    internal static SweepTerms Terms { get; } = new([0.5, 1, 2, 4], [6], 0.9, Delta, 24, ClipNorm.Create(0.5), 0, 0.25, null, null, StopsAtTarget: true);

    [Fact]
    public void Trial_CostsItsEpsilon_AndScoringAddsNothing()
    {
        foreach (var level in SweepPlan.Create(Terms).Levels)
        {
            Assert.InRange(RenyiConversion.Best(level.TrialLoss, Delta).Epsilon.Value, level.Epsilon * 0.999, level.Epsilon);
            Assert.Equal(level.Noise.Loss(24), level.TrialLoss);
            Assert.All(PrivacyEvents.Gaussian(level.ScoreVariance, 1).Units.Zip(level.TrialLoss.Units), pair => Assert.True(pair.First <= pair.Second));
            if (level.ScoreVariance > 1)
            {
                Assert.True(PrivacyEvents.Gaussian(level.ScoreVariance - 1, 1).Units[8] > level.TrialLoss.Units[8], "The score has more noise than it needs.");
            }
        }
    }

    [Fact]
    public void Levels_Compose_AndTheSizeIsCharged_UnlessItIsDeclared()
    {
        var plan = SweepPlan.Create(Terms);
        Assert.Equal(plan.Levels.Aggregate(PrivacyEvents.Gaussian(1024, 1), (sum, level) => sum.Plus(level.Loss)), plan.Total);
        Assert.Equal(RenyiLoss.Zero, SweepPlan.Create(Terms with { DeclaredCount = 400 }).SizeLoss);
        Assert.InRange(RenyiConversion.Best(plan.Total, Delta).Epsilon.Value, 4, 4.9); // rising levels cost little more than their last
    }

    [Fact]
    public void SeveralLearningRates_AreChargedTheirSelection()
    {
        var runs = NumberOfRuns.WithMean(1, 6);
        var plan = SweepPlan.Create(Terms with { LearningRates = [1, 3, 6], Runs = runs });
        Assert.All(plan.Levels, level =>
        {
            Assert.Equal(PrivateSelection.Of(level.TrialLoss, runs), level.Loss);
            Assert.True(RenyiConversion.Best(level.Loss, Delta).Epsilon.Value > level.Epsilon);
        });
    }

    // What a party's silo computes for itself is what is charged in a folder, but for rounding.
    [Fact]
    public void PlansForALedger_LoseTheSame()
    {
        NumberOfRuns?[] all = [null, NumberOfRuns.WithMean(1, 6), NumberOfRuns.WithMean(0, 8), new NumberOfRuns.Poisson(5)];
        foreach (var plan in all.Select(runs => SweepPlan.Create(Terms with { LearningRates = runs is null ? [6] : [1, 6], Runs = runs })))
        {
            AssertSame(plan.SizeLoss, SweepPlan.SizeEvents());
            Assert.All(plan.Levels, level => AssertSame(level.Loss, plan.LevelEvents(level)));
        }

        static void AssertSame(RenyiLoss loss, string json) => Assert.All(
            loss.Units.Zip(RenyiAccountant.Loss(PlanJson.Read(json)).Units), pair => Assert.InRange(pair.Second - pair.First, -1000 - (pair.First / 1e9), 1000 + (pair.First / 1e9)));
    }

    [Fact]
    public void PublicScores_HaveNoNoise() => Assert.All(SweepPlan.Create(Terms with { HeldBack = 0 }).Levels, level => Assert.Equal(0UL, level.ScoreVariance));

    [Fact]
    public void Digest_DiffersByEachFigure()
    {
        SweepTerms[] all =
        [
            Terms, Terms with { Epsilons = [0.5, 1, 2] }, Terms with { LearningRates = [5] }, Terms with { TargetAccuracy = 0.8 }, Terms with { Delta = Delta.Create(1e-6) }, Terms with { Steps = 23 },
            Terms with { Clip = ClipNorm.Create(1) }, Terms with { Ridge = 0.1 }, Terms with { HeldBack = 0.3 }, Terms with { DeclaredCount = 3 }, Terms with { Runs = new NumberOfRuns.Poisson(3) },
            Terms with { Runs = NumberOfRuns.WithMean(1, 3) }, Terms with { StopsAtTarget = false }, Terms with { Sure = true },
        ];
        Assert.Equal(all.Length, all.Select(terms => SweepPlan.Create(terms).Digest()).Distinct().Count());
    }

    [Fact]
    public void BadTerms_AreNamed()
    {
        (SweepTerms Bad, string Field)[] all =
        [
            (Terms with { Epsilons = [] }, "epsilon"), (Terms with { Epsilons = [0, 1] }, "epsilon"), (Terms with { Epsilons = [double.NaN] }, "epsilon"), (Terms with { Epsilons = [2, 1] }, "epsilon"),
            (Terms with { Epsilons = [1, 1] }, "epsilon"), (Terms with { Epsilons = [double.PositiveInfinity] }, "epsilon"), (Terms with { LearningRates = [-1] }, "learning-rate"), (Terms with { LearningRates = [1, 2] }, "runs"),
            (Terms with { TargetAccuracy = 1.01 }, "target-accuracy"), (Terms with { TargetAccuracy = 0 }, "target-accuracy"), (Terms with { TargetAccuracy = double.NaN }, "target-accuracy"), (Terms with { Delta = default }, "delta"),
            (Terms with { Steps = 0 }, "steps"), (Terms with { Ridge = -1 }, "ridge"), (Terms with { Clip = default }, "clip-norm"), (Terms with { HeldBack = 1 }, "held-back"), (Terms with { DeclaredCount = 0 }, "declared-rows"),
        ];
        Assert.All(all, each => Assert.Equal(each.Field, each.Bad.Fault()?.Field));
        Assert.Null(Terms.Fault());
    }

    [Fact]
    public void Reach_IsByTheNoisesLowerEnd_AndSureByThatOfSamplingToo()
    {
        var result = new TrialResult(0, [0], 950, 50);
        Assert.True(SweepPlan.Create(Terms).Reaches(0, result));
        var few = new TrialResult(0, [0], 190, 10);
        Assert.False(SweepPlan.Create(Terms).Reaches(0, few)); // 95 %, but the noise of epsilon 0.5 is as great
        Assert.True(SweepPlan.Create(Terms).Reaches(3, few));
        Assert.False(SweepPlan.Create(Terms with { Sure = true, TargetAccuracy = 0.93 }).Reaches(3, few));
        Assert.True(SweepPlan.Create(Terms with { TargetAccuracy = 0.93 }).Reaches(3, few));
        Assert.False(SweepPlan.Create(Terms).Reaches(0, null));
    }
}
