using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Audits;
using PrivacyGrains.Privacy.Mechanisms;
using PrivacyGrains.Privacy.Mechanisms.Sensitivities;

namespace PrivacyGrains.Privacy.Tests.Audits;

/// <summary>The tester at fixed seeds: honest mechanisms pass, with a figure near the claim where the pair is a worst one, and broken ones, which exist only here, are found.</summary>
public class EpsilonTesterTests
{
    private const double Confidence = EpsilonTester.DefaultConfidence;

    public static TheoryData<string> Broken => ["half the noise", "sparse vector without the cut-off in its noise", "sparse vector without noise on queries", "noisy max as if monotone", "rows counted as units"];

    [Fact]
    public void EveryMechanism_KeepsItsClaim_AndManyComeNearIt()
    {
        using var random = new TestRandom(31);
        var findings = EpsilonTester.Run(MechanismTrials.All(), 20_000, Confidence, random.Source);
        Assert.All(findings, finding => Assert.True(finding.Holds, finding.ToString()));
        Assert.All(findings.Where(f => f.Name.StartsWith("geometric/epsilon-1", StringComparison.Ordinal) || f.Name.StartsWith("randomized", StringComparison.Ordinal)),
            finding => Assert.InRange(finding.MeasuredEpsilon, 0.7, 1));
        Assert.True(findings.Count(f => f.MeasuredEpsilon > 0.5 * f.ClaimedEpsilon) >= findings.Count / 4, string.Join('\n', findings));
        Assert.Equal(findings.Count, findings.Select(f => f.Name).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public void BrokenMechanism_IsFound(string what)
    {
        using var random = new TestRandom(32);

        // With the error that one trial has among all of them.
        var alone = 1 - ((1 - Confidence) / (MechanismTrials.All().Length + 1));
        var finding = Assert.Single(EpsilonTester.Run([Make(what)], 40_000, alone, random.Source));
        Assert.False(finding.Holds, finding.ToString());
        Assert.True(finding.MeasuredEpsilon > finding.ClaimedEpsilon);
    }

    [Fact]
    public void Bound_IsWrongNoMoreOftenThanStated()
    {
        // Randomised response is tight, so the bound is wrong exactly where sampling errs; with confidence 0.8, 40 of 200 runs are expected at most, beyond 65 with probability below 1e-5.
        var response = RandomizedResponse.ForEpsilon(2, Epsilon.Create(1));
        var trial = new EpsilonTrial("response", 1, 0, s => response.Answer(0, s), s => response.Answer(1, s));
        using var random = new TestRandom(33);
        Assert.InRange(Enumerable.Range(0, 200).Count(_ => !EpsilonTester.Run([trial], 400, 0.8, random.Source)[0].Holds), 0, 65);
    }

    [Fact]
    public void ManyTrials_AreTogetherWrongNoMoreOftenThanStated()
    {
        // Thirty tight trials a run, all bounds at once with 0.8: of 100 runs 20 are expected to cry wolf at most, more than 40 with probability below 1e-5. Each trial by itself would at 0.8 be wrong in most runs.
        var response = RandomizedResponse.ForEpsilon(2, Epsilon.Create(1));
        EpsilonTrial[] trials = [.. Enumerable.Range(0, 30).Select(i => new EpsilonTrial($"response/{i}", 1, 0, s => response.Answer(0, s), s => response.Answer(1, s)))];
        using var random = new TestRandom(34);
        Assert.InRange(Enumerable.Range(0, 100).Count(_ => EpsilonTester.Run(trials, 400, 0.8, random.Source).Any(f => !f.Holds)), 0, 40);
    }

    [Fact]
    public void Default_LeavesAFalseAlarmOnceInAMillionRuns() => Assert.Equal(1e-6, 1 - EpsilonTester.DefaultConfidence, 15);

    [Fact]
    public void BadParameters_AreRefusedByName()
    {
        Assert.Throws<ArgumentOutOfRangeException>("draws", () => EpsilonTester.Run([], 199, Confidence, SystemRandomSource.Instance));
        foreach (var value in new[] { 0, 1, double.NaN, -1 })
        {
            Assert.Throws<ArgumentOutOfRangeException>("confidence", () => EpsilonTester.Run([], 1000, value, SystemRandomSource.Instance));
        }
    }

    [Theory]
    [InlineData(1, 10, 0.05, 0.0051161968918237)]
    [InlineData(7, 10, 0.025, 0.347547149940003)]
    [InlineData(10, 10, 0.05, 0.741134449106948)]
    [InlineData(500, 1000, 0.001, 0.450771053984782)]
    [InlineData(3, 100_000, 1e-4, 8.61768796574148e-7)]
    [InlineData(99_990, 100_000, 1e-4, 0.999722401711357)]
    [InlineData(3, 100_000, 7.5e-9, 3.56009565781137e-8)]
    [InlineData(500, 1000, 7.5e-9, 0.410728073089183)]
    [InlineData(0, 10, 0.05, 0)]
    public void ClopperPearson_MatchesBisectionAt60Digits(long successes, long trials, double error, double expected)
    {
        Assert.InRange(BinomialBounds.Lower(successes, trials, error), expected * (1 - 1e-8), expected * (1 + 1e-12));
        Assert.InRange(BinomialBounds.Upper(trials - successes, trials, error), (1 - expected) * (1 - 1e-12), Math.Min(1, (1 - expected) * (1 + 1e-7)));
    }

    private static EpsilonTrial Make(string what)
    {
        var counts = ContributionBound.OfCounts().Sensitivity(NeighbouringRelation.AddRemove);
        switch (what)
        {
            case "half the noise":
                var half = new GeometricMechanism(counts, ExactRatio.Create(2));
                return new EpsilonTrial(what, 1, 0, s => half.Release([0], s)[0], s => half.Release([1], s)[0]);
            case "sparse vector without the cut-off in its noise":
                return Sparse(what, new DiscreteLaplace(ExactRatio.Create(2)), cutOff: 6);
            case "sparse vector without noise on queries":
                return Sparse(what, null, cutOff: 1);
            case "noisy max as if monotone":
                // One falls and all others rise, which no add-remove of a unit does; the noise is that of counts.
                var max = new ReportNoisyMax(ContributionBound.OfCounts(30).Sensitivity(NeighbouringRelation.AddRemove, 30), ExactRatio.Create(1));
                long[] left = [1, .. new long[29]];
                long[] right = [0, .. Enumerable.Repeat(1L, 29)];
                return new EpsilonTrial(what, 1, 0, s => max.Select(left, s), s => max.Select(right, s));
            default:
                var selection = new PartitionSelection(ContributionBound.OfCounts(), NeighbouringRelation.AddRemove, ExactRatio.Create(1), ExactRatio.Create(1, 100));
                return new EpsilonTrial(what, 1, 0.01, s => selection.Keeps(0, s) ? 1 : 0, s => selection.Keeps(5, s) ? 1 : 0);
        }
    }

    // Epsilon 1: the threshold's noise is right (scale 2); the queries' should grow with the cut-off (Lyu, Su, Li 2017, algorithms 4 and 5).
    private static EpsilonTrial Sparse(string name, DiscreteLaplace? queryNoise, int cutOff)
    {
        var thresholdNoise = new DiscreteLaplace(ExactRatio.Create(2));
        long[] left = [.. new long[6], .. Enumerable.Repeat(1L, cutOff)];
        long[] right = [.. Enumerable.Repeat(1L, 6), .. new long[cutOff]];
        return new EpsilonTrial(name, 1, 0, s => Run(left, s), s => Run(right, s));

        long Run(long[] values, IRandomSource source)
        {
            var (answers, threshold, above) = (1L, thresholdNoise.Sample(source), 0);
            for (var i = 0; i < values.Length && above < cutOff; i++)
            {
                var isAbove = values[i] + (queryNoise?.Sample(source) ?? 0) >= 1 + threshold;
                (answers, above) = ((answers * 2) + (isAbove ? 1 : 0), above + (isAbove ? 1 : 0));
            }

            return answers;
        }
    }
}
