using MathNet.Numerics;

namespace PrivacyGrains.Privacy.Accounting;

/// <summary>The exact delta of one release with continuous Gaussian noise, and the least noise for a target.</summary>
/// <remarks>
/// <para>Source: Balle, Wang, "Improving the Gaussian Mechanism for Differential Privacy: Analytical Calibration and Optimal Denoising", ICML 2018, theorem 8 and algorithm 1. It is optimal for a single release, where the calibration by
/// a budget's Renyi order (<see cref="GaussianCalibration"/>) is not; it says nothing of several.</para>
/// <para>The law that is drawn here is the discrete Gaussian's, whose delta is not this one at every sensitivity: a plan of discrete noise is accounted as what it is. The two agree closely where the deviation is many units.</para>
/// </remarks>
public static class AnalyticGaussian
{
    private const double Slack = 1e-12;

    /// <summary>The delta at an epsilon.</summary>
    /// <param name="noiseMultiplier">Deviation over L2 sensitivity; finite, above zero.</param>
    /// <param name="epsilon">Zero or more.</param>
    /// <returns>Phi(1/(2s) - eps s) - e^eps Phi(-1/(2s) - eps s), rounded up; at most 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The multiplier is not a finite number above zero.</exception>
    public static double DeltaAt(double noiseMultiplier, Epsilon epsilon)
    {
        Require(noiseMultiplier);
        var (half, shift) = (0.5 / noiseMultiplier, epsilon.Value * noiseMultiplier);
        return Profile(shift - half, shift + half);
    }

    /// <summary>The least noise for one release.</summary>
    /// <param name="epsilon">The target; above zero.</param>
    /// <param name="delta">Its failure probability.</param>
    /// <returns>Deviation over L2 sensitivity, rounded up: <see cref="DeltaAt"/> it is at most delta.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The epsilon is zero.</exception>
    public static double NoiseMultiplier(Epsilon epsilon, Delta delta)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(epsilon.Value, 0, nameof(epsilon));

        // Steps 1 to 5 of algorithm 1: v = 0 decides on which side the root lies, B+ falls below delta for small v, B- for large u.
        var e = epsilon.Value;
        var wide = Plus(0) <= delta.Value;
        var (good, bad) = (0.0, 1.0);
        if (wide)
        {
            while (Plus(bad) <= delta.Value)
            {
                (good, bad) = (bad, bad * 2);
            }
        }
        else
        {
            while (Minus(bad) > delta.Value)
            {
                bad *= 2;
            }

            (good, bad) = (bad, bad == 1 ? 0 : bad / 2);
        }

        for (var i = 0; i < 200 && Math.Abs(good - bad) > 1e-15 * Math.Max(good, bad); i++)
        {
            var middle = (good + bad) / 2;
            var keeps = (wide ? Plus(middle) : Minus(middle)) <= delta.Value;
            (good, bad) = keeps ? (middle, bad) : (good, middle);
        }

        // Steps 6 and 7; the difference of roots without cancellation.
        var sum = Math.Sqrt(1 + (good / 2)) + Math.Sqrt(good / 2);
        var multiplier = (wide ? 1 / sum : sum) / Math.Sqrt(2 * e) * (1 + 1e-14);
        while (DeltaAt(multiplier, epsilon) > delta.Value)
        {
            multiplier *= 1 + 1e-13;
        }

        return multiplier;

        double Plus(double v) => Profile(-Math.Sqrt(e * v), Math.Sqrt(e * (v + 2)));

        double Minus(double u) => Profile(Math.Sqrt(e * u), Math.Sqrt(e * (u + 2)));
    }

    // Phi(-a) - e^eps Phi(-b) with b^2 - a^2 = 2 eps, so that both terms have the factor exp(-a^2/2): no term overflows, and tiny deltas keep their digits.
    private static double Profile(double a, double b)
    {
        if (a <= 0)
        {
            var (large, small) = (0.5 * SpecialFunctions.Erfc(a / Math.Sqrt(2)), Math.Exp(-a * a / 2) * Mills(b));
            return Math.Min(1, Math.Max(0, large - small) + (Slack * large));
        }

        var (upper, lower) = (Mills(a), Mills(b));
        return Math.Min(1, Math.Exp(-a * a / 2 * (1 - 1e-15)) * (Math.Max(0, upper - lower) + (Slack * upper)) * (1 + Slack));
    }

    // Phi(-x) exp(x^2/2) for x >= 0: by erfc while that has its digits, else by Laplace's continued fraction, from behind.
    private static double Mills(double x)
    {
        if (x < 5)
        {
            return 0.5 * SpecialFunctions.Erfc(x / Math.Sqrt(2)) * Math.Exp(x * x / 2);
        }

        var fraction = x;
        for (var k = 100; k >= 1; k--)
        {
            fraction = x + (k / fraction);
        }

        return 1 / (fraction * Math.Sqrt(2 * Math.PI));
    }

    private static void Require(double noiseMultiplier)
    {
        if (!(noiseMultiplier > 0) || !double.IsFinite(noiseMultiplier))
        {
            throw new ArgumentOutOfRangeException(nameof(noiseMultiplier), noiseMultiplier, "A noise multiplier is a finite number above zero.");
        }
    }
}
