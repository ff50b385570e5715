using PrivacyGrains.Privacy.Accounting.Plans;

namespace PrivacyGrains.Privacy.Accounting.Accountants;

/// <summary>A plan's figure by zero-concentrated differential privacy: one number for all orders.</summary>
/// <remarks>
/// Gaussian and discrete Gaussian: Bun, Steinke 2016; Canonne, Kamath, Steinke 2020. Laplace, epsilon + e^-epsilon - 1, and anything pure, epsilon tanh(epsilon / 2): Harrison, Manurangsi, "Exact zCDP Characterizations for Fundamental
/// Differentially Private Mechanisms", 2025. The exponential mechanism, epsilon^2 / 8: Cesar, Rogers, ALT 2021.
/// What is (epsilon, delta)-private has the rho of what is pure, outside a failure of probability delta (Bun, Steinke 2016, lemma 8.8): deltas add up and come off the delta asked for.
/// </remarks>
public static class ZcdpAccountant
{
    /// <summary>The epsilon of the sum of all rhos.</summary>
    /// <param name="plan">What is released.</param>
    /// <param name="delta">The failure probability.</param>
    /// <returns>An upper bound of the true epsilon.</returns>
    /// <exception cref="PlanRefusedException"><c>account.no-bound</c>: an event is on a sample, which no rho bounds tightly.</exception>
    public static double Epsilon(PrivacyPlan plan, Delta delta)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var failure = FlatPlan.Of(plan.Events).Sum(each => each.Event is PrivacyEvent.Approximate approximate ? each.Count * approximate.Delta : 0);
        return failure == 0 ? ZeroConcentrated.ToEpsilon(Total(plan), delta).Value
            : Delta.TryCreate(delta.Value - failure - (4e-16 * delta.Value), out var left) ? ZeroConcentrated.ToEpsilon(Total(plan), left).Value
            : double.PositiveInfinity;
    }

    /// <summary>The sum of all rhos, rounded up; outside the failures of events that have a delta of their own.</summary>
    /// <param name="plan">What is released.</param>
    /// <exception cref="PlanRefusedException"><c>account.no-bound</c>: an event is on a sample.</exception>
    public static Rho Total(PrivacyPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return Rho.Create(FlatPlan.Of(plan.Events).Sum(each => each.Count * Of(each.Event)) * (1 + 1e-12));
    }

    private static double Of(PrivacyEvent each) => each switch
    {
        PrivacyEvent.Gaussian gaussian => 0.5 / gaussian.NoiseMultiplier / gaussian.NoiseMultiplier,
        PrivacyEvent.DiscreteGaussian discrete => 0.5 * discrete.Sensitivity / discrete.Sigma * discrete.Sensitivity / discrete.Sigma,
        PrivacyEvent.Zcdp zcdp => zcdp.Rho,
        PrivacyEvent.Laplace laplace => Laplace(1 / laplace.NoiseMultiplier),
        PrivacyEvent.Exponential exponential => exponential.Epsilon * exponential.Epsilon / 8,
        PrivacyEvent.Pure pure => Pure(pure.Epsilon),
        PrivacyEvent.Approximate approximate => Pure(approximate.Epsilon),
        PrivacyEvent.DiscreteLaplace discrete => Pure(discrete.A * discrete.Sensitivity),
        PrivacyEvent.RandomizedResponse response => Pure(double.LogP1((1 - response.Noise) / response.Noise * response.Buckets)),
        PrivacyEvent.Selection => throw new PlanRefusedException("account.no-bound", "A \"selection\" event has no rho: use --accountant rdp."),
        _ => throw new PlanRefusedException("account.no-bound", "The accountant zcdp has no tight bound for an event on a sample: use --accountant pld or rdp."),
    };

    // At most epsilon^2 / 2, which it is where the difference would lose its digits.
    private static double Laplace(double epsilon) => epsilon < 1e-4 ? epsilon * epsilon / 2 : epsilon + double.ExpM1(-epsilon);

    private static double Pure(double epsilon) => epsilon * Math.Tanh(epsilon / 2);
}
