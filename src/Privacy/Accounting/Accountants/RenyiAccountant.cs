using System.Collections.Immutable;
using PrivacyGrains.Privacy.Accounting.Losses;
using PrivacyGrains.Privacy.Accounting.Plans;

namespace PrivacyGrains.Privacy.Accounting.Accountants;

/// <summary>A plan's figure by Renyi divergences: sums order by order (Mironov 2017, proposition 1), converted by <see cref="RenyiConversion"/>.</summary>
public static class RenyiAccountant
{
    /// <summary>The least epsilon over orders.</summary>
    /// <param name="plan">What is released.</param>
    /// <param name="delta">The failure probability.</param>
    /// <param name="orders">Which orders, each above 1; by default the ledger's grid and, between its best order's neighbours, any.</param>
    /// <returns>An upper bound of the true epsilon with the order that gave it; positive infinity where no order gives one.</returns>
    /// <exception cref="PlanRefusedException">An event has no bound under the plan's relation.</exception>
    public static (double Epsilon, double Order) Epsilon(PrivacyPlan plan, Delta delta, ImmutableArray<double> orders = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var flat = FlatPlan.Of(plan.Events);
        var directions = Directions.Of(plan.Relation, flat);
        var divergences = new RenyiDivergence();
        var grid = orders.IsDefaultOrEmpty ? RenyiOrders.All : [.. orders.Order()];
        var (best, at) = (double.PositiveInfinity, grid[0]);
        foreach (var order in grid)
        {
            Try(order);
        }

        if (orders.IsDefaultOrEmpty && double.IsFinite(best))
        {
            const double ratio = 0.6180339887498949;
            var index = grid.IndexOf(at);
            var (low, high) = (index == 0 ? 1 + ((at - 1) / 2) : grid[index - 1], index + 1 == grid.Length ? at : grid[index + 1]);
            for (var i = 0; i < 12; i++)
            {
                var (left, right) = (high - (ratio * (high - low)), low + (ratio * (high - low)));
                (low, high) = Try(left) < Try(right) ? (low, right) : (left, high);
            }
        }

        return (best, at);

        double Try(double order)
        {
            var epsilon = At(divergences, flat, directions, order, delta.Value);
            (best, at) = epsilon < best ? (epsilon, order) : (best, at);
            return epsilon;
        }
    }

    /// <summary>The Renyi divergence of a whole plan at one order.</summary>
    /// <param name="plan">What is released.</param>
    /// <param name="order">Above 1, finite.</param>
    /// <returns>In nats, rounded up.</returns>
    /// <exception cref="PlanRefusedException">An event has no bound under the plan's relation.</exception>
    public static double Divergence(PrivacyPlan plan, double order)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (!(order > 1) || !double.IsFinite(order))
        {
            throw new ArgumentOutOfRangeException(nameof(order), order, "A Renyi order is a finite number above 1.");
        }

        var flat = FlatPlan.Of(plan.Events);
        return Directions.Of(plan.Relation, flat).Max(direction => Sum(new RenyiDivergence(), flat, direction, order).Divergence);
    }

    /// <summary>What a whole plan loses at each order of the ledger's grid: what a budget is charged for it.</summary>
    /// <param name="plan">What is released.</param>
    /// <returns>Rounded up; its delta is the mass of losses that the bounds leave out, zero where they leave out none.</returns>
    /// <exception cref="PlanRefusedException">An event has no bound under the plan's relation.</exception>
    public static RenyiLoss Loss(PrivacyPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var flat = FlatPlan.Of(plan.Events);
        var (divergences, all) = (new RenyiDivergence(), Directions.Of(plan.Relation, flat));
        var sums = RenyiOrders.All.Select(order => all.Select(direction => Sum(divergences, flat, direction, order)).ToArray()).ToArray();
        return RenyiLoss.FromUnits(
            [.. sums.Select(at => LossUnits.RoundUp(at.Max(s => double.IsNaN(s.Divergence) ? double.PositiveInfinity : s.Divergence)))],
            LossUnits.RoundUp(sums.Max(at => at.Max(s => s.LeftOut))));
    }

    private static double At(RenyiDivergence divergences, ImmutableArray<(PrivacyEvent Event, long Count)> flat, Direction[] directions, double order, double delta) => directions.Max(direction =>
    {
        var (divergence, leftOut) = Sum(divergences, flat, direction, order);
        return Delta.TryCreate(delta - leftOut - (leftOut > 0 ? 4e-16 * delta : 0), out var left) ? Math.Max(0, divergence + RenyiConversion.Overhead(order, left) + 1e-12) : double.PositiveInfinity;
    });

    private static (double Divergence, double LeftOut) Sum(RenyiDivergence divergences, ImmutableArray<(PrivacyEvent Event, long Count)> flat, Direction direction, double order)
    {
        double sum = 0, leftOut = 0;
        foreach (var (each, count) in flat)
        {
            var (divergence, without) = divergences.Of(each, order, direction);
            (sum, leftOut) = (sum + (count * divergence), leftOut + (count * without));
        }

        return (sum, leftOut);
    }
}
