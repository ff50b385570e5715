using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Accounting.Plans;
using PrivacyGrains.Privacy.Audits;
using PrivacyGrains.Privacy.Mechanisms;
using PrivacyGrains.Privacy.Mechanisms.Sensitivities;

namespace PrivacyGrains.Privacy.Tests.Mechanisms;

/// <summary>Choices at fixed seeds against their laws; each case fails by chance with probability 1e-4 over the choice of its seed.</summary>
public class SelectionTests
{
    private const double FalseAlarm = 1e-4;
    private const int Draws = 60_000;

    private static readonly Sensitivity Counts = ContributionBound.OfCounts(4).Sensitivity(NeighbouringRelation.AddRemove, 4);
    private static readonly Sensitivity Exchanged = ContributionBound.OfCounts(4).Sensitivity(NeighbouringRelation.ReplaceOne, 4);
    private static readonly ExactRatio Half = ExactRatio.Create(1, 2);

    public static TheoryData<long[]> Utilities => new()
    {
        new long[] { 3 },
        new long[] { 5, 5, 5 },
        new long[] { 10, 9, 7, 0 },
        new long[] { -4, 0, -1, -1 },
        new long[] { long.MinValue, 1, 2 },
    };

    [Theory]
    [MemberData(nameof(Utilities))]
    public void Exponential_ChoosesByItsLaw(long[] utilities)
    {
        // Monotone: rate epsilon; else half of it.
        foreach (var (sensitivity, rate) in new[] { (Counts, 0.5), (Exchanged, 0.25) })
        {
            double[] weights = [.. utilities.Select(u => Math.Exp(-rate * ((double)utilities.Max() - u)))];
            AssertFits(new ExponentialMechanism(sensitivity, Half).Select, utilities, [.. weights.Select(w => w / weights.Sum())]);
        }
    }

    [Theory]
    [MemberData(nameof(Utilities))]
    public void PermuteAndFlip_ChoosesByItsLaw(long[] utilities)
    {
        foreach (var (sensitivity, rate) in new[] { (Counts, 0.5), (Exchanged, 0.25) })
        {
            AssertFits(new PermuteAndFlip(sensitivity, Half).Select, utilities, Laws.PermuteAndFlip([.. utilities.Select(u => Math.Max(u, -1000))], rate));
        }
    }

    [Theory]
    [MemberData(nameof(Utilities))]
    public void ReportNoisyMax_ChoosesByItsLaw_TiesIncluded(long[] utilities)
    {
        long[] near = [.. utilities.Select(u => Math.Max(u, -100))];
        foreach (var (sensitivity, scale) in new[] { (Counts, 2.0), (Exchanged, 4.0) })
        {
            AssertFits(new ReportNoisyMax(sensitivity, Half).Select, utilities, Laws.NoisyMax(near, x => Laws.Geometric(x, scale), 200));
            AssertFits(new ReportNoisyMax(sensitivity, Half, MaxNoise.DiscreteLaplace).Select, utilities, Laws.NoisyMax(near, x => Laws.Laplace(x, scale), 200));
        }
    }

    [Theory]
    [MemberData(nameof(Utilities))]
    public void PermuteAndFlip_IsReportNoisyMaxWithExponentialNoise(long[] utilities)
    {
        long[] near = [.. utilities.Select(u => Math.Max(u, -50))];
        Assert.All(Laws.PermuteAndFlip(near, 0.5).Zip(Laws.NoisyMaxExponential(near, 0.5)), pair => Assert.InRange(pair.First - pair.Second, -1e-7, 1e-7));
    }

    [Fact]
    public void Laws_OfNeighbours_DifferByAtMostEpsilon_AndSomeNearlyByThat()
    {
        // Utilities of three candidates on a small grid, and all that one unit can do to them; laws are exact, so this is the claim itself, ties and all.
        var worst = new double[6];
        foreach (var utilities in Grid(3, 0, 3))
        {
            foreach (var change in Grid(3, -1, 1))
            {
                long[] other = [.. utilities.Zip(change, (u, c) => u + c)];
                var monotone = change.All(c => c >= 0) || change.All(c => c <= 0);
                Func<long[], double[]>[] laws =
                [
                    u => Laws.NoisyMax(u, x => Laws.Geometric(x, 2), 60), u => Laws.NoisyMax(u, x => Laws.Laplace(x, 2), 60), u => Laws.PermuteAndFlip(u, 0.5),
                ];
                for (var law = 0; law < 3; law++)
                {
                    var loss = laws[law](utilities).Zip(laws[law](other), (p, q) => Math.Abs(Math.Log(p / q))).Max();
                    worst[law] = Math.Max(worst[law], loss);
                    worst[law + 3] = monotone ? Math.Max(worst[law + 3], loss) : worst[law + 3];
                }
            }
        }

        Assert.All(worst[..3], w => Assert.InRange(w, 0.7, 1 + 1e-9)); // rate 1/2 on changes of 1 in any direction: epsilon 1
        Assert.All(worst[3..], w => Assert.InRange(w, 0.35, 0.5 + 1e-9)); // all in one direction: half of that
    }

    [Fact]
    public void Losses_AreThoseOfTheChoice()
    {
        Assert.IsType<PrivacyEvent.Exponential>(new ExponentialMechanism(Counts, Half).Loss.Event);
        var pure = Assert.IsType<PrivacyEvent.Pure>(new PermuteAndFlip(Counts, Half).Loss.Event);
        Assert.InRange(pure.Epsilon, 0.5, 0.5 + 1e-12);
        Assert.InRange(new ReportNoisyMax(Exchanged, Half).Loss.EpsilonAt(1e-9), 0.45, 0.5 + 1e-4);
        Assert.True(new ExponentialMechanism(Counts, Half).Loss.ToLedger().Units.Zip(new PermuteAndFlip(Counts, Half).Loss.ToLedger().Units).All(p => p.First <= p.Second));
    }

    [Fact]
    public void BadParameters_AreRefusedByName()
    {
        Assert.Throws<ArgumentOutOfRangeException>("epsilon", () => new ExponentialMechanism(Counts, default));
        Assert.Throws<ArgumentOutOfRangeException>("epsilon", () => new PermuteAndFlip(Counts, ExactRatio.Create(101)));
        Assert.Throws<ArgumentOutOfRangeException>("epsilon", () => new ReportNoisyMax(Counts, default));
        Assert.Throws<ArgumentOutOfRangeException>("noise", () => new ReportNoisyMax(Counts, Half, (MaxNoise)7));
        Assert.Throws<ArgumentNullException>("utilities", () => new ExponentialMechanism(null!, Half));
        Assert.Throws<ArgumentException>("utilities", () => new ExponentialMechanism(Counts, Half).Select([], SystemRandomSource.Instance));
        Assert.Throws<ArgumentException>("utilities", () => new PermuteAndFlip(Counts, Half).Select([], SystemRandomSource.Instance));
        Assert.Throws<ArgumentException>("utilities", () => new ReportNoisyMax(Counts, Half).Select([], SystemRandomSource.Instance));
        foreach (var value in new[] { double.NaN, double.PositiveInfinity, 0, -1, 1e-30 })
        {
            Assert.Throws<ArgumentOutOfRangeException>("value", () => ExactRatio.RoundDown(value));
        }

        Assert.Equal(ExactRatio.Create(1, 4), ExactRatio.RoundDown(0.3, 2));
    }

    private delegate int Choice(ReadOnlySpan<long> utilities, IRandomSource source);

    private static void AssertFits(Choice choose, long[] utilities, double[] law)
    {
        using var random = new TestRandom(utilities.Length + 7);
        var counts = new long[utilities.Length];
        for (var i = 0; i < Draws; i++)
        {
            counts[choose(utilities, random.Source)]++;
        }

        Assert.InRange(law.Sum(), 1 - 1e-9, 1 + 1e-9);
        Assert.InRange(ChiSquare.PValue(counts, law), FalseAlarm, 1);
    }

    private static IEnumerable<long[]> Grid(int dimension, long from, long to) => dimension == 0
        ? [[]]
        : Grid(dimension - 1, from, to).SelectMany(rest => Enumerable.Range(0, (int)(to - from + 1)).Select(v => (long[])[from + v, .. rest]));
}
