using PrivacyGrains.Privacy.Accounting;

namespace PrivacyGrains.Privacy.Tests.Accounting;

public class ZeroConcentratedTests
{
    /// <summary>Reference: corollary 13 minimised by a ternary search in an independent program (Python, double precision).</summary>
    [Theory]
    [InlineData(2.56, 1e-10, 17.15830871210475)]
    [InlineData(0.07, 1e-10, 2.3872751767179743)]
    [InlineData(0.1, 1e-5, 1.914238832003598)]
    [InlineData(1, 1e-5, 7.0771966958063395)]
    [InlineData(0.5, 1e-6, 5.221534444530169)]
    [InlineData(5, 1e-9, 24.40598755755939)]
    [InlineData(0.001, 1e-5, 0.1573353931612155)]
    public void ToEpsilon_MatchesTheIndependentMinimum_FromAbove(double rho, double delta, double expected)
    {
        var epsilon = ZeroConcentrated.ToEpsilon(Rho.Create(rho), Delta.Create(delta)).Value;
        Assert.InRange(epsilon, expected - 1e-12, expected * (1 + 1e-9));
        Assert.True(epsilon < rho + (2 * Math.Sqrt(rho * Math.Log(1 / delta))), "the tighter bound beats Bun and Steinke's");
    }

    [Theory]
    [InlineData(0.1, 1, 0.008933245771818369)]
    [InlineData(1, 5, 0.0026120345066204887)]
    [InlineData(0.5, 4, 0.0001957954169577214)]
    public void ToDelta_MatchesTheIndependentMinimum_FromAbove(double rho, double epsilon, double expected) =>
        Assert.InRange(ZeroConcentrated.ToDelta(Rho.Create(rho), Epsilon.Create(epsilon)), expected * (1 - 1e-12), expected * (1 + 1e-8));

    [Theory]
    [InlineData(8, 1e-5, 1.229714525761431)]
    [InlineData(1, 1e-5, 0.03055659519763956)]
    [InlineData(0.1, 1e-6, 0.0003210476903457401)]
    [InlineData(20, 1e-9, 3.5973862300937918)]
    public void LargestRho_MatchesTheIndependentRoot_FromBelow(double epsilon, double delta, double expected)
    {
        var rho = ZeroConcentrated.LargestRho(Epsilon.Create(epsilon), Delta.Create(delta));
        Assert.InRange(rho.Value, expected * (1 - 1e-8), expected * (1 + 1e-12));
        Assert.True(ZeroConcentrated.ToEpsilon(rho, Delta.Create(delta)).Value <= epsilon);
    }

    [Theory]
    [InlineData(1, 0.5)]
    [InlineData(2, 1)]
    [InlineData(4, 3)]
    [InlineData(0.7, 2)]
    public void ToDelta_IsNeverBelowTheGaussiansExactDelta(double sigma, double epsilon)
    {
        // Balle, Wang 2018, theorem 8: the exact delta of Gaussian noise at sensitivity 1.
        var exact = Phi((0.5 / sigma) - (epsilon * sigma)) - (Math.Exp(epsilon) * Phi((-0.5 / sigma) - (epsilon * sigma)));
        var bound = ZeroConcentrated.ToDelta(PrivacyEvents.GaussianRho(sigma * sigma, 1), Epsilon.Create(epsilon));
        Assert.InRange(bound, exact, exact * 15);
    }

    [Fact]
    public void Compose_AddsUp_NeverBelowTheSum()
    {
        var rhos = Enumerable.Repeat(Rho.Create(0.1), 1000).ToList();
        Assert.InRange(ZeroConcentrated.Compose(rhos).Value, 100, 100 * (1 + 1e-9));
        Assert.Equal(0, ZeroConcentrated.Compose([]).Value);
        Assert.Equal(0, ZeroConcentrated.ToEpsilon(Rho.Create(0), Delta.Create(1e-5)).Value);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(-0.1)]
    public void Units_RefuseWhatIsNoFigure(double bad)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Epsilon.Create(bad));
        Assert.Throws<ArgumentOutOfRangeException>(() => Rho.Create(bad));
        Assert.Throws<ArgumentOutOfRangeException>(() => Delta.Create(bad));
        Assert.False(Epsilon.TryCreate(bad, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => Delta.Create(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Delta.Create(1));
    }

    // Normal distribution function through the continued fraction of the upper tail (good to 1e-13 for |x| > 1) or the series.
    private static double Phi(double x)
    {
        if (x > 0)
        {
            return 1 - Phi(-x);
        }

        var z = -x;
        if (z < 3)
        {
            var (term, sum) = (z, z);
            for (var k = 1; k < 200; k++)
            {
                term *= z * z / ((2 * k) + 1);
                sum += term;
            }

            return 0.5 - (sum * Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI));
        }

        var fraction = z;
        for (var k = 200; k >= 1; k--)
        {
            fraction = z + (k / fraction);
        }

        return Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI) / fraction;
    }
}
