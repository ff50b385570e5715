using PrivacyGrains.Privacy.Accounting.Plans;
using PrivacyGrains.Privacy.Accounting.Selection;

namespace PrivacyGrains.Privacy.Accounting.Losses;

/// <summary>The Renyi divergence of an event's dominating pair, at any real order above 1.</summary>
/// <remarks>Closed forms where there are any (Mironov 2017, table II); else quadrature over the pair's losses, which serves fractional orders as well as whole ones (Mironov, Talwar, Zhang 2019, section 3.3, state the integrals).</remarks>
internal sealed class RenyiDivergence
{
    private const double Tail = 1e-40;
    private const double LargestReach = 2e5; // nats that losses may span

    private readonly Dictionary<(PrivacyEvent, Direction), LossMeasure> _measures = [];
    private readonly Dictionary<(PrivacyEvent, Direction), double[]> _runs = [];

    /// <summary>The divergence, rounded up, and the mass of losses that it leaves out.</summary>
    /// <param name="each">Any event of a flat plan.</param>
    /// <param name="order">Above 1.</param>
    /// <param name="direction">From which neighbour.</param>
    /// <exception cref="PlanRefusedException">The event has no pair under this relation.</exception>
    public (double Divergence, double LeftOut) Of(PrivacyEvent each, double order, Direction direction)
    {
        var (divergence, leftOut) = each switch
        {
            PrivacyEvent.Gaussian gaussian => (order / (2 * gaussian.NoiseMultiplier * gaussian.NoiseMultiplier), 0.0),
            PrivacyEvent.Zcdp zcdp => (order * zcdp.Rho, 0),
            PrivacyEvent.Laplace laplace => (Laplace(order, 1 / laplace.NoiseMultiplier), 0),
            PrivacyEvent.Exponential exponential => (Exponential(order, exponential.Epsilon), 0),
            PrivacyEvent.DiscreteGaussian discrete => (DiscreteGaussian(discrete, order, direction), 0),
            PrivacyEvent.Approximate approximate => (Integrated(new PrivacyEvent.Pure(approximate.Epsilon), order, direction).Divergence, approximate.Delta), // Bun, Steinke 2016, lemma 8.8
            PrivacyEvent.Selection selection => (Selected(selection, order, direction), 0),
            PrivacyEvent.Sampled sampled when Reach(sampled, order) > LargestReach => (double.PositiveInfinity, 0),
            _ => Integrated(each, order, direction),
        };
        return (Math.Max(0, divergence * (1 + 1e-12)) + 1e-14, leftOut);
    }

    // The theorems want one run's divergence at other orders too, and from both neighbours.
    private double Selected(PrivacyEvent.Selection selection, double order, Direction direction)
    {
        if (!_runs.TryGetValue((selection.Inner, direction), out var grid))
        {
            _runs.Add((selection.Inner, direction), grid = [.. RenyiOrders.All.Select(other => OneRun(selection.Inner, other, direction))]);
        }

        return PrivateSelection.Divergence(order, OneRun(selection.Inner, order, direction), grid, selection.Runs);
    }

    private double OneRun(PrivacyEvent inner, double order, Direction direction)
    {
        Direction[] directions = direction == Direction.Exchange ? [direction] : [Direction.Remove, Direction.Add];
        var flat = FlatPlan.Of([inner]);
        return directions.Max(from => flat.Sum(each =>
        {
            var (divergence, leftOut) = Of(each.Event, order, from);
            return leftOut > 0
                ? throw new PlanRefusedException("account.no-bound", "A \"selection\" is accounted for among runs of gaussian, laplace, exponential, pure, zcdp and such events, not of approximate ones or on samples.")
                : each.Count * divergence;
        }));
    }

    private (double Divergence, double LeftOut) Integrated(PrivacyEvent each, double order, Direction direction)
    {
        var measure = Measure(each, order, direction);
        // The losses outside the mass that is left out, as a distribution of their own: that is what delta-approximate Renyi privacy bounds.
        return ((LossMoments.LogMoment(measure, order - 1) - (order * double.LogP1(-measure.Infinite))) / (order - 1), measure.Infinite);
    }

    // Where all losses are kept anyhow, one measure serves all orders.
    private LossMeasure Measure(PrivacyEvent each, double order, Direction direction)
    {
        if (Single(each) is PrivacyEvent.Gaussian or PrivacyEvent.DiscreteGaussian)
        {
            return Pairs.Of(each, direction, Tail, order);
        }

        if (!_measures.TryGetValue((each, direction), out var measure))
        {
            _measures.Add((each, direction), measure = Pairs.Of(each, direction, Tail));
        }

        return measure;
    }

    private static double Reach(PrivacyEvent.Sampled sampled, double order) => Single(sampled) is PrivacyEvent.Gaussian gaussian ? order / gaussian.NoiseMultiplier / gaussian.NoiseMultiplier : 0;

    // The one mechanism that an event comes down to; null where it is several.
    private static PrivacyEvent? Single(PrivacyEvent each) => each is not PrivacyEvent.Sampled sampled ? each : FlatPlan.Below(sampled) is [{ Count: 1 } one] ? Single(one.Event) : null;

    private static double Laplace(double order, double epsilon)
    {
        var (a, b) = (order / ((2 * order) - 1), (order - 1) / ((2 * order) - 1));
        return epsilon + (Math.Log(a + (b * Math.Exp(-((2 * order) - 1) * epsilon))) / (order - 1));
    }

    // The discrete Gaussian loses no more than the continuous one, and exactly as much at orders that make the shift whole (Canonne, Kamath, Steinke 2020, proposition 5).
    private double DiscreteGaussian(PrivacyEvent.DiscreteGaussian each, double order, Direction direction)
    {
        var bound = order * each.Sensitivity * each.Sensitivity / (2 * each.Sigma * each.Sigma);
        return each.Sigma > 100 ? bound : Math.Min(bound, Integrated(each, order, direction).Divergence);
    }

    // Of all losses in [t - epsilon, t] the two ends lose most; the best t in closed form: with w = e^-epsilon and u = e^t, u^(a-1) ((1 - w^a) - u (w - w^a)) / (1 - w) is greatest at u = (a-1)(1 - w^a) / (a (w - w^a)).
    private static double Exponential(double order, double epsilon)
    {
        var (whole, part) = (-double.ExpM1(-order * epsilon), Math.Exp(-epsilon) * -double.ExpM1(-(order - 1) * epsilon));
        var best = Math.Clamp(Math.Log((order - 1) / order * whole / part), 0, epsilon);
        var value = ((order - 1) * best) + Math.Log((whole - (Math.Exp(best) * part)) / -double.ExpM1(-epsilon));
        return value / (order - 1);
    }
}
