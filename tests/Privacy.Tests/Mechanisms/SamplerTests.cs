using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Privacy.Mechanisms;

namespace PrivacyGrains.Privacy.Tests.Mechanisms;

/// <summary>
/// Goodness of fit at fixed seeds. Each case fails by chance with probability 1e-4 over the choice of its seed; the seeds are fixed, so a failure is a change of code, not luck.
/// </summary>
public class SamplerTests
{
    private const double FalseAlarm = 1e-4;
    private const int Draws = 200_000;

    [Theory]
    [InlineData(1, 4)]
    [InlineData(1, 1)]
    [InlineData(7, 3)]
    [InlineData(25, 1)]
    [InlineData(100, 7)]
    [InlineData(10_000, 1)]
    public void DiscreteGaussian_FitsItsMasses(ulong numerator, ulong denominator)
    {
        var variance = numerator / (double)denominator;
        var draws = Fill(s => new DiscreteGaussian(ExactRatio.Create(numerator, denominator)).Fill(s.Draws, s.Source), (int)numerator);
        var total = Enumerable.Range(-2000, 4001).Sum(x => Math.Exp(-(double)x * x / (2 * variance)));
        Assert.InRange(GoodnessOfFit.PValue(draws, x => Math.Exp(-(double)x * x / (2 * variance)) / total), FalseAlarm, 1 - FalseAlarm);
        AssertMoments(draws, Math.Min(variance, 1e9), fourth: 3);
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(1, 1)]
    [InlineData(5, 2)]
    [InlineData(40, 1)]
    [InlineData(1000, 3)]
    public void DiscreteLaplace_FitsItsMasses(ulong numerator, ulong denominator)
    {
        var scale = numerator / (double)denominator;
        var draws = Fill(s => new DiscreteLaplace(ExactRatio.Create(numerator, denominator)).Fill(s.Draws, s.Source), (int)numerator + 77);
        var norm = Math.Tanh(0.5 / scale);
        Assert.InRange(GoodnessOfFit.PValue(draws, x => norm * Math.Exp(-Math.Abs(x) / scale)), FalseAlarm, 1 - FalseAlarm);
        AssertMoments(draws, new DiscreteLaplace(ExactRatio.Create(numerator, denominator)).Variance, fourth: 9);
    }

    [Fact]
    public void GoodnessOfFit_SeesAWrongVariance()
    {
        var draws = Fill(s => new DiscreteGaussian(ExactRatio.Create(25)).Fill(s.Draws, s.Source), 5);
        var total = Enumerable.Range(-2000, 4001).Sum(x => Math.Exp(-(double)x * x / 52));
        Assert.True(GoodnessOfFit.PValue(draws, x => Math.Exp(-(double)x * x / 52) / total) < FalseAlarm);
    }

    [Fact]
    public void DiscreteGaussian_TailIsThere()
    {
        // P(|x| > 4 sigma) at sigma = 10 is 5.09e-5 (summed masses beyond 40): 10.2 expected of 200,000; outside 1..30 with probability below 1e-4.
        var draws = Fill(s => new DiscreteGaussian(ExactRatio.Create(100)).Fill(s.Draws, s.Source), 9);
        Assert.InRange(draws.Count(d => Math.Abs(d) > 40), 1, 30);
    }

    [Fact]
    public void DiscreteGaussian_SmallAndWideArithmeticAgree()
    {
        // 2^50/2^20 in lowest terms is 2^30: spoil the reduction by one to force wide integers; the deviation must stay that of 2^30 within 2 %.
        var wide = new DiscreteGaussian(ExactRatio.Create((1UL << 50) + 1, 1UL << 20));
        var draws = new long[20_000];
        using var random = new TestRandom(3);
        wide.Fill(draws, random.Source);
        var deviation = Math.Sqrt(draws.Average(d => (double)d * d));
        Assert.InRange(deviation / 32768, 0.98, 1.02);
    }

    [Fact]
    public void DiscreteGaussian_LargestParameters_DoNotOverflow()
    {
        using var random = new TestRandom(4);
        foreach (var ratio in new[] { ExactRatio.Create(ulong.MaxValue), ExactRatio.Create(1UL << 47, 65535), ExactRatio.Create(1, ulong.MaxValue), ExactRatio.Create(ulong.MaxValue, ulong.MaxValue - 1) })
        {
            var sampler = new DiscreteGaussian(ratio);
            for (var i = 0; i < 50; i++)
            {
                var bound = (20 * Math.Sqrt(ratio.ToDouble())) + 20;
                Assert.InRange(sampler.Sample(random.Source), -bound, bound);
            }
        }
    }

    [Fact]
    public void Samplers_TakeFreshBytes_NoTwoRunsAgree()
    {
        var sampler = new DiscreteGaussian(ExactRatio.Create(1UL << 40));
        var (first, second) = (new long[8], new long[8]);
        sampler.Fill(first, SystemRandomSource.Instance);
        sampler.Fill(second, SystemRandomSource.Instance);
        Assert.NotEqual(first, second);
    }

    [Fact]
    public void Parameters_ZeroOrDefault_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ExactRatio.Create(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => ExactRatio.Create(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DiscreteGaussian(default));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DiscreteLaplace(default));
        Assert.Throws<ArgumentOutOfRangeException>(() => ExactRatio.RoundUp(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => ExactRatio.RoundUp(0));
        Assert.Equal(ExactRatio.Create(1, 2), ExactRatio.Create(4, 8));
        Assert.True(ExactRatio.RoundUp(0.1).ToDouble() >= 0.1);
    }

    private static long[] Fill(Action<(long[] Draws, IRandomSource Source)> fill, int seed)
    {
        using var random = new TestRandom(seed);
        var draws = new long[Draws];
        fill((draws, random.Source));
        return draws;
    }

    // Mean within 4.5 standard errors (false alarm 7e-6), second moment likewise with the law's kurtosis.
    private static void AssertMoments(long[] draws, double variance, double fourth)
    {
        Assert.InRange(Math.Abs(draws.Average()), 0, 4.5 * Math.Sqrt(variance / draws.Length) + 1e-12);
        var second = draws.Average(d => (double)d * d);
        if (variance >= 1)
        {
            Assert.InRange(second / variance, 1 - (4.5 * Math.Sqrt((fourth - 1) / draws.Length)) - 1e-3, 1 + (4.5 * Math.Sqrt((fourth - 1) / draws.Length)) + 1e-3);
        }

        var (above, below) = (draws.Count(d => d > 0), draws.Count(d => d < 0));
        Assert.InRange(Math.Abs(above - below), 0, 4.5 * Math.Sqrt(above + below));
    }
}
