namespace PrivacyGrains.Privacy.Accounting;

/// <summary>The losses of single releases, over the grid of orders. Each is an upper bound, rounded up.</summary>
/// <remarks>
/// Sensitivities are those of the release under the budget's neighbouring relation; whoever makes an event derives them from a contribution bound
/// (see <c>PrivacyGrains.Privacy.Queries</c> and the training in Learning), never by hand.
/// </remarks>
public static class PrivacyEvents
{
    /// <summary>A rho-zCDP release.</summary>
    /// <param name="rho">The guarantee.</param>
    /// <returns>a * rho at order a.</returns>
    public static RenyiLoss Zcdp(Rho rho) => RenyiLoss.FromCurve(order => order * rho.Value);

    /// <summary>Gaussian noise, continuous or discrete, on a vector.</summary>
    /// <param name="variance">Of each coordinate's noise, above zero.</param>
    /// <param name="l2SensitivitySquared">The square of the greatest L2 distance between neighbours' vectors; zero or more.</param>
    /// <returns>a * sensitivity^2 / (2 * variance) at order a.</returns>
    /// <remarks>
    /// Continuous: Mironov, "Renyi Differential Privacy", CSF 2017, proposition 7. Discrete, on integer vectors: Canonne, Kamath, Steinke 2020, section 2
    /// (the discrete Gaussian loses no more than the continuous one). The same bound serves both.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">The variance is not a finite number above zero, or the sensitivity is negative or not finite.</exception>
    public static RenyiLoss Gaussian(double variance, double l2SensitivitySquared)
    {
        Require(variance > 0 && double.IsFinite(variance), nameof(variance), variance, "A variance is a finite number above zero.");
        Require(l2SensitivitySquared >= 0 && double.IsFinite(l2SensitivitySquared), nameof(l2SensitivitySquared), l2SensitivitySquared, "A sensitivity is a finite number, zero or more.");
        return RenyiLoss.FromCurve(order => order * l2SensitivitySquared / (2 * variance));
    }

    /// <summary>The rho of Gaussian noise.</summary>
    /// <param name="variance">Of each coordinate's noise, above zero.</param>
    /// <param name="l2SensitivitySquared">The square of the L2 sensitivity; zero or more.</param>
    /// <returns>sensitivity^2 / (2 * variance), rounded up.</returns>
    /// <exception cref="ArgumentOutOfRangeException">As for <see cref="Gaussian"/>.</exception>
    public static Rho GaussianRho(double variance, double l2SensitivitySquared)
    {
        Require(variance > 0 && double.IsFinite(variance), nameof(variance), variance, "A variance is a finite number above zero.");
        Require(l2SensitivitySquared >= 0 && double.IsFinite(l2SensitivitySquared), nameof(l2SensitivitySquared), l2SensitivitySquared, "A sensitivity is a finite number, zero or more.");
        return Rho.Create(l2SensitivitySquared / (2 * variance) * (1 + 1e-15));
    }

    /// <summary>A release with pure epsilon-differential privacy, such as discrete Laplace noise of scale sensitivity / epsilon.</summary>
    /// <param name="epsilon">The guarantee.</param>
    /// <returns>The divergence of randomised response at order a, which no epsilon-private release exceeds.</returns>
    /// <remarks>Source: Bun, Steinke 2016, proposition 3.3 (proof): the two-point pair dominates; ln((e^(a eps) + e^((1-a) eps)) / (e^eps + 1)) / (a - 1).</remarks>
    public static RenyiLoss Pure(Epsilon epsilon) => RenyiLoss.FromCurve(order => PureDivergence(order, epsilon.Value));

    /// <summary>Discrete Laplace noise on an integer vector.</summary>
    /// <param name="scale">The scale t: mass proportional to exp(-|x| / t); above zero.</param>
    /// <param name="l1Sensitivity">The greatest L1 distance between neighbours' vectors; zero or more.</param>
    /// <returns>The loss of a pure guarantee of sensitivity / scale.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The scale is not a finite number above zero, or the sensitivity is negative or not finite.</exception>
    public static RenyiLoss DiscreteLaplace(double scale, double l1Sensitivity)
    {
        Require(scale > 0 && double.IsFinite(scale), nameof(scale), scale, "A scale is a finite number above zero.");
        Require(l1Sensitivity >= 0 && double.IsFinite(l1Sensitivity), nameof(l1Sensitivity), l1Sensitivity, "A sensitivity is a finite number, zero or more.");
        return Pure(Epsilon.Create(l1Sensitivity / scale * (1 + 1e-15)));
    }

    private static double PureDivergence(double order, double epsilon)
    {
        // (a-1) eps + ln(1 + e^(-(2a-1) eps)) - ln(1 + e^-eps), over a - 1; no term overflows.
        var log = double.LogP1(Math.Exp(-((2 * order) - 1) * epsilon)) - double.LogP1(Math.Exp(-epsilon));
        var exact = epsilon + (log / (order - 1));
        return Math.Min(epsilon, Math.Max(0, exact) + 1e-14);
    }

    private static void Require(bool good, string name, double value, string message)
    {
        if (!good)
        {
            throw new ArgumentOutOfRangeException(name, value, message);
        }
    }
}
