namespace PrivacyGrains.Privacy.Accounting;

/// <summary>The least Gaussian noise that keeps a target.</summary>
/// <remarks>The target is met at the best order of the grid, so that a plan calibrated for (epsilon, delta) fits a budget of (epsilon, delta) whole.</remarks>
public static class GaussianCalibration
{
    /// <summary>The most rho that a ledger with this target admits.</summary>
    /// <param name="epsilon">The target.</param>
    /// <param name="delta">Its failure probability.</param>
    /// <returns>Rounded down; zero where the target leaves nothing.</returns>
    public static Rho LargestRho(Epsilon epsilon, Delta delta)
    {
        var best = 0.0;
        foreach (var order in RenyiOrders.All)
        {
            best = Math.Max(best, LossUnits.RoundDown(epsilon.Value - RenyiConversion.Overhead(order, delta)) / order);
        }

        return Rho.Create(best / LossUnits.One);
    }

    /// <summary>The smallest noise multiplier (deviation over L2 sensitivity) for a number of releases.</summary>
    /// <param name="epsilon">The target for all releases together.</param>
    /// <param name="delta">Its failure probability.</param>
    /// <param name="steps">How many releases; 1 or more.</param>
    /// <returns>Rounded up.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There are no steps, or the target leaves nothing to spend.</exception>
    public static double NoiseMultiplier(Epsilon epsilon, Delta delta, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);

        // Each release's loss is rounded up to units by at most four of them at the order that decides: set those aside.
        var rho = LargestRho(epsilon, delta).Value - (4.0 * steps / LossUnits.One);
        return rho > 0
            ? Math.Sqrt(steps / (2 * rho * (1 - 1e-12)))
            : throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon.Value, "So small an epsilon at this delta leaves nothing to spend.");
    }
}
