using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Accounting.Plans;
using PrivacyGrains.Privacy.Audits;
using PrivacyGrains.Privacy.Mechanisms;
using PrivacyGrains.Privacy.Mechanisms.Sensitivities;

namespace PrivacyGrains.Privacy.Tests.Mechanisms;

/// <summary>Noise on vectors and answers of single people, at fixed seeds; a goodness of fit fails by chance with probability 1e-4 over the choice of its seed.</summary>
public class ReleaseTests
{
    private const double FalseAlarm = 1e-4;

    [Theory]
    [InlineData(1, 3)]
    [InlineData(1, 1)]
    [InlineData(7, 2)]
    [InlineData(100, 1)]
    public void Geometric_FitsItsMasses(ulong numerator, ulong denominator)
    {
        var scale = numerator / (double)denominator;
        using var random = new TestRandom((int)numerator);
        var draws = new long[200_000];
        new Geometric(ExactRatio.Create(numerator, denominator)).Fill(draws, random.Source);
        Assert.InRange(ChiSquare.PValue(draws, x => Laws.Geometric(x, scale), 0, (long)(12 * scale) + 1, 0), FalseAlarm, 1);
    }

    [Fact]
    public void GeometricMechanism_NoiseHasTheSensitivitysScale_AndTheStatedLoss()
    {
        // Two partitions of up to three rows, each 0 to 5: L1 sensitivity 30, epsilon 3/2, scale 20.
        var sensitivity = ContributionBound.OfValues(0, 5, 2, 3).Sensitivity(NeighbouringRelation.AddRemove, 4);
        var mechanism = new GeometricMechanism(sensitivity, ExactRatio.Create(3, 2));
        Assert.Equal(ExactRatio.Create(20), mechanism.Scale);
        Assert.InRange(Assert.IsType<PrivacyEvent.Pure>(mechanism.Loss.Event).Epsilon, 1.5, 1.5 + 1e-12);

        using var random = new TestRandom(8);
        var noise = new long[40_000];
        for (var i = 0; i < noise.Length; i += 4)
        {
            var released = mechanism.Release([100, -7, 0, 3], random.Source);
            (noise[i], noise[i + 1], noise[i + 2], noise[i + 3]) = (released[0] - 100, released[1] + 7, released[2], released[3] - 3);
        }

        Assert.InRange(GoodnessOfFit.PValue(noise, x => Laws.Laplace(x, 20)), FalseAlarm, 1);
        var single = new GeometricMechanism(ContributionBound.OfCounts().Sensitivity(NeighbouringRelation.ReplaceOne), ExactRatio.Create(1, 10));
        Assert.Equal(1, Assert.IsType<PrivacyEvent.DiscreteLaplace>(single.Loss.Event).Sensitivity);
        Assert.InRange(single.Loss.EpsilonAt(1e-12), 0.0999, 0.1 + 1e-4);
    }

    [Fact]
    public void Release_AtTheEdgeOf64Bits_IsCutToThem()
    {
        var mechanism = new GeometricMechanism(ContributionBound.OfValues(0, 1L << 40).Sensitivity(NeighbouringRelation.AddRemove), ExactRatio.Create(1, 100));
        for (var i = 0; i < 50; i++)
        {
            Assert.InRange(mechanism.Release([long.MaxValue], SystemRandomSource.Instance)[0], long.MaxValue - (1L << 53), long.MaxValue);
        }
    }

    [Fact]
    public void Release_OfMoreCoordinatesThanTheSensitivityIsAbout_IsRefused()
    {
        var one = ContributionBound.OfCounts(3).Sensitivity(NeighbouringRelation.AddRemove);
        Assert.Throws<ArgumentException>("values", () => new GeometricMechanism(one, ExactRatio.Create(1)).Release([1, 2, 3], SystemRandomSource.Instance));
        Assert.Throws<ArgumentException>("values", () => new DiscreteGaussianMechanism(one, ExactRatio.Create(1)).Release([1, 2, 3], SystemRandomSource.Instance));
        Assert.Equal(5, new GeometricMechanism(ContributionBound.OfCounts(3).Sensitivity(NeighbouringRelation.AddRemove, null), ExactRatio.Create(1)).Release(new long[5], SystemRandomSource.Instance).Length);
    }

    [Fact]
    public void Scale_TooFineFor64Bits_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>(
        "epsilon", () => new GeometricMechanism(ContributionBound.OfValues(0, 1L << 40).Sensitivity(NeighbouringRelation.AddRemove), ExactRatio.RoundDown(0.1, 40)));

    [Fact]
    public void DiscreteGaussianMechanism_ForRho_LosesThatMuchAndHardlyLess()
    {
        var sensitivity = ContributionBound.OfValues(-3, 4, 2).Sensitivity(NeighbouringRelation.AddRemove, 10);
        var mechanism = DiscreteGaussianMechanism.ForRho(sensitivity, Rho.Create(0.01));
        Assert.InRange(mechanism.Rho.Value, 0.01 * (1 - 1e-6), 0.01);
        Assert.InRange(mechanism.Variance.ToDouble(), 1600, 1600.01); // 32 / (2 * 0.01)
        Assert.IsType<PrivacyEvent.Zcdp>(mechanism.Loss.Event);
        var one = DiscreteGaussianMechanism.ForRho(ContributionBound.OfCounts().Sensitivity(NeighbouringRelation.AddRemove), Rho.Create(0.01));
        Assert.IsType<PrivacyEvent.DiscreteGaussian>(one.Loss.Event);
        Assert.True(one.Loss.EpsilonAt(1e-6) < ZeroConcentrated.ToEpsilon(one.Rho, Delta.Create(1e-6)).Value);
        Assert.Throws<ArgumentOutOfRangeException>("rho", () => DiscreteGaussianMechanism.ForRho(sensitivity, Rho.Create(0)));
        Assert.Throws<ArgumentOutOfRangeException>("rho", () => DiscreteGaussianMechanism.ForRho(sensitivity, Rho.Create(1e-300)));
    }

    [Theory]
    [InlineData(2, 1, 3)]
    [InlineData(5, 2, 7)]
    [InlineData(3, 1, 1)]
    public void RandomizedResponse_AnswersByItsLaw(int buckets, ulong numerator, ulong denominator)
    {
        var response = new RandomizedResponse(buckets, ExactRatio.Create(numerator, denominator));
        var noise = numerator / (double)denominator;
        using var random = new TestRandom(buckets);
        var counts = new long[buckets];
        for (var i = 0; i < 100_000; i++)
        {
            counts[response.Answer(1, random.Source)]++;
        }

        Assert.InRange(ChiSquare.PValue(counts, [.. Enumerable.Range(0, buckets).Select(b => (noise / buckets) + (b == 1 ? 1 - noise : 0))]), FalseAlarm, 1);
    }

    [Fact]
    public void RandomizedResponse_ForEpsilon_LosesThatMuch()
    {
        foreach (var (buckets, epsilon) in new[] { (2, 1.0), (10, 0.01), (1000, 8.0), (2, 29.0) })
        {
            var response = RandomizedResponse.ForEpsilon(buckets, Epsilon.Create(epsilon));
            var other = response.Noise.ToDouble() / buckets;
            Assert.InRange(Math.Log((1 - response.Noise.ToDouble() + other) / other), epsilon * (1 - 1e-3), epsilon * (1 + 1e-12));
        }

        Assert.InRange(RandomizedResponse.ForEpsilon(2, Epsilon.Create(1)).Loss.EpsilonAt(1e-9), 0.999, 1 + 1e-3);
    }

    [Fact]
    public void RandomizedResponse_Estimate_HasNoBias_AndTheStatedError()
    {
        var response = RandomizedResponse.ForEpsilon(3, Epsilon.Create(1));
        using var random = new TestRandom(2);
        long[] truth = [5000, 3000, 2000];
        var errors = new List<double>();
        for (var run = 0; run < 60; run++)
        {
            var answers = new long[3];
            for (var b = 0; b < 3; b++)
            {
                for (var i = 0; i < truth[b]; i++)
                {
                    answers[response.Answer(b, random.Source)]++;
                }
            }

            var (counts, deviation) = response.Estimate(answers);
            errors.Add((counts[0] - truth[0]) / deviation);
            Assert.InRange(counts.Sum(), 9999.99, 10000.01);
        }

        // The mean of 60 errors of deviation at most 1: beyond 0.5 with probability below 1e-4.
        Assert.InRange(errors.Average(), -0.5, 0.5);
        Assert.InRange(Math.Sqrt(errors.Average(e => e * e)), 0.5, 1.4);
    }

    [Fact]
    public void RandomizedResponse_BadParameters_AreRefusedByName()
    {
        var half = ExactRatio.Create(1, 2);
        Assert.Throws<ArgumentOutOfRangeException>("buckets", () => new RandomizedResponse(1, half));
        Assert.Throws<ArgumentOutOfRangeException>("noise", () => new RandomizedResponse(2, default));
        Assert.Throws<ArgumentOutOfRangeException>("noise", () => new RandomizedResponse(2, ExactRatio.Create(3, 2)));
        Assert.Throws<ArgumentOutOfRangeException>("flip", () => RandomizedResponse.Binary(ExactRatio.Create(2, 3)));
        Assert.Throws<ArgumentOutOfRangeException>("flip", () => RandomizedResponse.Binary(default));
        Assert.Throws<ArgumentOutOfRangeException>("epsilon", () => RandomizedResponse.ForEpsilon(2, Epsilon.Create(0)));
        Assert.Throws<ArgumentOutOfRangeException>("truth", () => new RandomizedResponse(2, half).Answer(2, SystemRandomSource.Instance));
        Assert.Throws<ArgumentOutOfRangeException>("truth", () => new RandomizedResponse(2, half).Answer(-1, SystemRandomSource.Instance));
        Assert.Throws<ArgumentException>("answers", () => new RandomizedResponse(2, half).Estimate([1, 2, 3]));
        Assert.Equal(ExactRatio.Create(1, 2), RandomizedResponse.Binary(ExactRatio.Create(1, 4)).Noise);
        Assert.Throws<ArgumentOutOfRangeException>("epsilon", () => new GeometricMechanism(ContributionBound.OfCounts().Sensitivity(NeighbouringRelation.AddRemove), default));
        Assert.Throws<ArgumentOutOfRangeException>("scale", () => new Geometric(default));
    }
}
