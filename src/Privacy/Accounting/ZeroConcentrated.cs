namespace PrivacyGrains.Privacy.Accounting;

/// <summary>Zero-concentrated differential privacy (zCDP): composition and conversion.</summary>
/// <remarks>
/// rho-zCDP bounds the Renyi divergence at every order a by a * rho (Bun, Steinke 2016). Conversion: Canonne, Kamath, Steinke, "The Discrete Gaussian for Differential Privacy",
/// NeurIPS 2020, proposition 12 and corollary 13. Every order gives a valid bound, so a search that misses the best one only loses tightness; results are rounded against the user.
/// </remarks>
public static class ZeroConcentrated
{
    private const double Slack = 1e-11;

    /// <summary>The rho of releases made one after another, whatever later ones were chosen by, if their sum is fixed in advance.</summary>
    /// <param name="rhos">Each release's.</param>
    /// <returns>The sum, rounded up.</returns>
    public static Rho Compose(IEnumerable<Rho> rhos)
    {
        ArgumentNullException.ThrowIfNull(rhos);
        var (sum, count) = (0.0, 0);
        foreach (var rho in rhos)
        {
            sum += rho.Value;
            count++;
        }

        return Rho.Create(sum * (1 + (count * 2.3e-16)));
    }

    /// <summary>The epsilon that rho-zCDP gives at a delta.</summary>
    /// <param name="rho">The guarantee.</param>
    /// <param name="delta">The failure probability.</param>
    /// <returns>An upper bound of the best epsilon of corollary 13, within a relative 1e-9; zero for rho = 0.</returns>
    public static Epsilon ToEpsilon(Rho rho, Delta delta)
    {
        if (rho.Value == 0)
        {
            return Epsilon.Create(0);
        }

        var best = MinimiseOverOrders(order => (order * rho.Value) + RenyiConversion.Overhead(order, delta));
        return Epsilon.Create(Math.Max(0, best + (Math.Abs(best) * Slack) + Slack));
    }

    /// <summary>The delta that rho-zCDP gives at an epsilon.</summary>
    /// <param name="rho">The guarantee.</param>
    /// <param name="epsilon">The bound that may fail.</param>
    /// <returns>An upper bound of the best delta of corollary 13; at most 1; zero for rho = 0.</returns>
    public static double ToDelta(Rho rho, Epsilon epsilon)
    {
        if (rho.Value == 0)
        {
            return 0;
        }

        var log = MinimiseOverOrders(order =>
            ((order - 1) * ((order * rho.Value) - epsilon.Value)) - Math.Log(order - 1) + (order * Math.Log((order - 1) / order)));
        return Math.Min(1, Math.Exp(log + (Math.Abs(log) * Slack) + Slack));
    }

    /// <summary>The most that may be spent for a target.</summary>
    /// <param name="epsilon">The target.</param>
    /// <param name="delta">Its failure probability.</param>
    /// <returns>A rho, rounded down, whose <see cref="ToEpsilon"/> is at most the target; zero where none is.</returns>
    public static Rho LargestRho(Epsilon epsilon, Delta delta)
    {
        var (low, high) = (0.0, epsilon.Value + 1);
        for (var i = 0; i < 100 && high - low > low * 1e-13; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = ToEpsilon(Rho.Create(middle), delta).Value <= epsilon.Value ? (middle, high) : (low, middle);
        }

        return Rho.Create(low);
    }

    // A coarse scan of order - 1 over thirty-eight octaves, then golden section around the best: the functions have one valley.
    private static double MinimiseOverOrders(Func<double, double> bound)
    {
        const double ratio = 0.6180339887498949;
        var (best, at) = (double.PositiveInfinity, 0.0);
        for (var step = -60; step <= 130; step++)
        {
            var value = bound(1 + Math.Pow(2, step / 5.0));
            (best, at) = value < best ? (value, step / 5.0) : (best, at);
        }

        var (low, high) = (at - 0.2, at + 0.2);
        for (var i = 0; i < 60; i++)
        {
            var (left, right) = (high - (ratio * (high - low)), low + (ratio * (high - low)));
            var (atLeft, atRight) = (bound(1 + Math.Pow(2, left)), bound(1 + Math.Pow(2, right)));
            best = Math.Min(best, Math.Min(atLeft, atRight));
            (low, high) = atLeft < atRight ? (low, right) : (left, high);
        }

        return best;
    }
}
