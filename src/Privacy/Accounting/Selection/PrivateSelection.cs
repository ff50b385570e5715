namespace PrivacyGrains.Privacy.Accounting.Selection;

/// <summary>What it costs to run a private mechanism a secret random number of times and to release only the best output.</summary>
/// <remarks>
/// <para>The mechanism's outputs are totally ordered (a score comes first), the order does not depend on the data, and nothing of the other runs is released, their number included.
/// A run may first draw one of several candidates from a public distribution: then the loss of one run is the greatest of the candidates', order by order. A score that is measured on the
/// protected rows is part of the run, and its loss belongs to the loss of one run; a score measured on public rows adds nothing.</para>
/// <para>Source: Papernot, Steinke, "Hyperparameter Tuning with Renyi Differential Privacy", ICLR 2022. Theorem 2: for a truncated negative binomial number of runs, a loss e at order a and a loss
/// f at any order b give e + (1 + eta)(1 - 1/b) f + (1 + eta) ln(1/gamma) / b + ln(E K) / (a - 1) at order a. Theorem 6: for a Poisson number of mean m, e + m d + ln(m) / (a - 1) at order a, where one
/// run is (x, d)-private and e^x is at most 1 + 1/(a - 1). For pure losses and eta = 1 this is the factor 3 of Liu, Talwar, "Private Selection from Private Candidates", STOC 2019; for eta = 0 it is 2.
/// Since Renyi divergences rise with the order, each order also takes the least figure of those above it.</para>
/// </remarks>
public static class PrivateSelection
{
    /// <summary>The loss of a selection.</summary>
    /// <param name="oneRun">The loss of one run, without a delta of its own.</param>
    /// <param name="runs">The public distribution of their number.</param>
    /// <returns>An upper bound at each order of the grid, rounded up.</returns>
    /// <exception cref="ArgumentException">One run has a delta of its own: the theorems are for exact Renyi bounds.</exception>
    public static RenyiLoss Of(RenyiLoss oneRun, NumberOfRuns runs)
    {
        ArgumentNullException.ThrowIfNull(oneRun);
        ArgumentNullException.ThrowIfNull(runs);
        if (oneRun.DeltaUnits != 0)
        {
            throw new ArgumentException("One run has a delta of its own, for which no bound of a selection is known here.", nameof(oneRun));
        }

        var single = oneRun.Units.Select(units => units == long.MaxValue ? double.PositiveInfinity : units / (double)LossUnits.One).ToArray();
        double[] figures = [.. single.Select((loss, i) => Divergence(RenyiOrders.All[i], loss, single, runs))];
        var next = 0;
        return RenyiLoss.FromCurve(_ => figures[next++]); // in the grid's order
    }

    /// <summary>The bound of either theorem at one order, or at one of the grid above it.</summary>
    /// <param name="order">Above 1.</param>
    /// <param name="loss">Of one run at that order.</param>
    /// <param name="grid">Of one run at each order of the grid.</param>
    /// <param name="runs">The public distribution of their number.</param>
    internal static double Divergence(double order, double loss, double[] grid, NumberOfRuns runs)
    {
        var (least, extra) = (double.PositiveInfinity, runs is NumberOfRuns.TruncatedNegativeBinomial t ? Extra(grid, t) : 0);
        for (var i = grid.Length - 1; i >= 0 && RenyiOrders.All[i] > order; i--)
        {
            least = Math.Min(least, AtOrder(RenyiOrders.All[i], grid[i], grid, runs, extra));
        }

        return Math.Min(least, AtOrder(order, loss, grid, runs, extra));
    }

    private static double AtOrder(double order, double loss, double[] grid, NumberOfRuns runs, double extra) => runs switch
    {
        NumberOfRuns.TruncatedNegativeBinomial t => loss + extra + (Math.Log(t.Mean) / (order - 1)),
        NumberOfRuns.Poisson p => loss + (p.Mean * DeltaAt(grid, double.LogP1(1 / (order - 1)))) + (Math.Log(p.Mean) / (order - 1)),
        _ => throw new ArgumentException("The distribution is of an unknown kind.", nameof(runs)),
    };

    // Theorem 2's part that hangs on the second order alone, at its best.
    private static double Extra(double[] single, NumberOfRuns.TruncatedNegativeBinomial runs)
    {
        var extra = double.PositiveInfinity;
        for (var j = 0; j < single.Length; j++)
        {
            var order = RenyiOrders.All[j];
            extra = Math.Min(extra, (1 + runs.Eta) * (((1 - (1 / order)) * single[j]) - (Math.Log(runs.Gamma) / order)));
        }

        return extra;
    }

    // Theorem 6: a run's delta at an epsilon, by the conversion of Canonne, Kamath, Steinke 2020, proposition 12.
    private static double DeltaAt(double[] single, double epsilon)
    {
        var least = 0.0;
        for (var j = 0; j < single.Length; j++)
        {
            var order = RenyiOrders.All[j];
            least = Math.Min(least, ((order - 1) * (single[j] - epsilon)) - Math.Log(order - 1) + (order * Math.Log(1 - (1 / order))));
        }

        return Math.Exp(least) * (1 + 1e-11);
    }
}
