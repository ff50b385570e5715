using System.Collections.Immutable;
using PrivacyGrains.Privacy.Accounting.Distributions;
using PrivacyGrains.Privacy.Accounting.Losses;
using PrivacyGrains.Privacy.Accounting.Plans;

namespace PrivacyGrains.Privacy.Accounting.Accountants;

/// <summary>The tight figure of a plan that is fixed in advance, by its privacy loss distribution. Never decides an adaptive admission.</summary>
/// <remarks>
/// Each event's dominating pair (Zhu, Dong, Wang 2022) goes onto a grid that loses no less (<see cref="LossGrid"/>) and the sum of losses is formed by a Fourier transform (<see cref="ComposedLoss"/>), for a record that is
/// removed and for one that is added. The step is chosen so that the grid costs about a thousandth of epsilon.
/// </remarks>
public static class PldAccountant
{
    private const double Coarse = 100; // nats: a first look
    private const double WidestLosses = 1e6; // nats
    private const double Share = 1e-10; // of delta, that cutting tails off may cost in all

    /// <summary>The least epsilon that can be shown.</summary>
    /// <param name="plan">What is released.</param>
    /// <param name="delta">The failure probability.</param>
    /// <returns>An upper bound of the true epsilon; positive infinity where there is none.</returns>
    /// <exception cref="PlanRefusedException">An event has no pair under the plan's relation, or does not fit a grid.</exception>
    public static double Epsilon(PrivacyPlan plan, Delta delta)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var flat = FlatPlan.Of(plan.Events);
        return Directions.Of(plan.Relation, flat).Max(direction => Epsilon(flat, direction, delta.Value));
    }

    private static double Epsilon(ImmutableArray<(PrivacyEvent Event, long Count)> flat, Direction direction, double delta)
    {
        var tail = Math.Max(1e-280, delta * Share / flat.Sum(each => (double)each.Count));
        var measures = flat.Select(each => (Measure: Pairs.Of(each.Event, direction, tail), each.Count)).ToImmutableArray();
        if (GridStep.Widest(measures) > WidestLosses)
        {
            throw new PlanRefusedException("account.too-wide", $"One release may lose {GridStep.Widest(measures):G3} nats: its noise is too small, or its epsilon too great, to be private.");
        }

        var coarse = GridStep.For(measures, Coarse);
        var epsilon = Composed(measures, coarse).Epsilon(delta);
        var fine = GridStep.For(measures, Math.Min(epsilon, Coarse));
        return fine < coarse && double.IsFinite(epsilon) ? Composed(measures, fine).Epsilon(delta) : epsilon;
    }

    private static ComposedLoss Composed(ImmutableArray<(LossMeasure Measure, long Count)> measures, double step) =>
        new([.. measures.Select(each => (LossGrid.Of(each.Measure, step), each.Count))]);
}
