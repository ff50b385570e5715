using PrivacyGrains.Privacy.Accounting;

namespace PrivacyGrains.Privacy.Tests.Accounting;

/// <summary>Against mpmath at 60 digits: the formula of theorem 8, and its root by bisection.</summary>
public class AnalyticGaussianTests
{
    [Theory]
    [InlineData(1, 0, 0.38292492254802621)]
    [InlineData(1, 0.5, 0.23842170813487663)]
    [InlineData(1, 1, 0.12693673750664395)]
    [InlineData(0.3, 2, 0.7704477036325401)]
    [InlineData(5, 0.1, 0.041481688460718321)]
    [InlineData(10, 1, 1.2308359836427042e-25)]
    [InlineData(2, 8, 1.0486591789128747e-57)]
    [InlineData(50, 0.01, 0.0039756589593805754)]
    [InlineData(0.05, 10, 1.0)]
    [InlineData(3, 3, 1.8050275912035655e-20)]
    public void DeltaAt_IsTheFormula_RoundedUp(double multiplier, double epsilon, double expected) =>
        Assert.InRange(AnalyticGaussian.DeltaAt(multiplier, Epsilon.Create(epsilon)), expected * (1 - 1e-16), expected * (1 + 1e-9));

    [Theory]
    [InlineData(1, 1e-5, 3.7306316348159418)]
    [InlineData(0.1, 1e-6, 36.304690426195783)]
    [InlineData(8, 1e-5, 0.60022907219895156)]
    [InlineData(0.01, 1e-9, 458.50849749725295)]
    [InlineData(1, 0.3, 0.69023058001459924)]
    [InlineData(0.5, 1e-12, 12.844174489886177)]
    [InlineData(20, 1e-3, 0.24672179738433923)]
    [InlineData(1e-3, 1e-3, 276.12887556920278)]
    [InlineData(3, 1e-30, 3.7552967010168978)]
    public void NoiseMultiplier_IsTheLeast_RoundedUp(double epsilon, double delta, double expected)
    {
        var multiplier = AnalyticGaussian.NoiseMultiplier(Epsilon.Create(epsilon), Delta.Create(delta));
        Assert.InRange(multiplier, expected, expected * (1 + 1e-8));
        Assert.True(AnalyticGaussian.DeltaAt(multiplier, Epsilon.Create(epsilon)) <= delta);
        if (epsilon >= 0.1 && delta < 0.1)
        {
            Assert.True(multiplier < GaussianCalibration.NoiseMultiplier(Epsilon.Create(epsilon), Delta.Create(delta), 1));
        }
    }

    [Fact]
    public void BadParameters_AreRefusedByName()
    {
        foreach (var value in new[] { 0, -1, double.NaN, double.PositiveInfinity })
        {
            Assert.Throws<ArgumentOutOfRangeException>("noiseMultiplier", () => AnalyticGaussian.DeltaAt(value, Epsilon.Create(1)));
        }

        Assert.Throws<ArgumentOutOfRangeException>("epsilon", () => AnalyticGaussian.NoiseMultiplier(Epsilon.Create(0), Delta.Create(0.1)));
    }
}
