namespace PrivacyGrains.Privacy.Accounting;

/// <summary>From a Renyi loss at one order to (epsilon, delta).</summary>
/// <remarks>
/// Source: Canonne, Kamath, Steinke, "The Discrete Gaussian for Differential Privacy", NeurIPS 2020, proposition 12 with corollary 13: loss t at order a gives
/// epsilon = t + ln(1 - 1/a) + (ln(1/delta) - ln a)/(a - 1). The part beside t depends on a and delta only, so at a preset order a ledger's epsilon is linear in its loss.
/// </remarks>
public static class RenyiConversion
{
    /// <summary>What the conversion adds to the loss at an order; it may be negative.</summary>
    /// <param name="order">Above 1.</param>
    /// <param name="delta">The failure probability of the result.</param>
    /// <returns>In nats, to double precision: callers round.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The order is 1 or less, or not finite.</exception>
    public static double Overhead(double order, Delta delta)
    {
        if (!(order > 1) || !double.IsFinite(order))
        {
            throw new ArgumentOutOfRangeException(nameof(order), order, "A Renyi order is a finite number above 1.");
        }

        return Math.Log((order - 1) / order) + ((-Math.Log(delta.Value) - Math.Log(order)) / (order - 1));
    }

    /// <summary>The epsilon of a loss at one order.</summary>
    /// <param name="order">Above 1.</param>
    /// <param name="lossUnits">The loss at that order, units of 2^-40.</param>
    /// <param name="delta">The failure probability of the result.</param>
    /// <returns>Units of 2^-40, rounded up; <see cref="long.MaxValue"/> where there is no bound.</returns>
    public static long ToEpsilonUnits(double order, long lossUnits, Delta delta)
    {
        if (lossUnits == long.MaxValue)
        {
            return long.MaxValue;
        }

        var overhead = Overhead(order, delta);
        return overhead >= 0
            ? LossUnits.Add(lossUnits, LossUnits.RoundUp(overhead))
            : Math.Max(0, lossUnits - LossUnits.RoundDown(-overhead));
    }

    /// <summary>The smallest epsilon over the grid, for a loss that is fixed in advance.</summary>
    /// <param name="loss">A loss that did not depend on any answer. For a ledger, whose charges do, use its preset order.</param>
    /// <param name="delta">The failure probability of the result; it must exceed the loss's own delta.</param>
    /// <returns>The epsilon, an upper bound, and the order that gave it.</returns>
    /// <exception cref="ArgumentException">No order gives a finite epsilon, or delta is used up by the loss's own.</exception>
    public static (Epsilon Epsilon, double Order) Best(RenyiLoss loss, Delta delta)
    {
        ArgumentNullException.ThrowIfNull(loss);
        if (loss.Equals(RenyiLoss.Zero))
        {
            return (Epsilon.Create(0), RenyiOrders.All[0]);
        }

        var spare = loss.DeltaUnits == 0 ? delta.Value : (delta.Value - (loss.DeltaUnits / (double)LossUnits.One)) * (1 - 1e-12);
        if (!Delta.TryCreate(spare, out var left))
        {
            throw new ArgumentException("The loss's own delta leaves nothing of the delta asked for.", nameof(delta));
        }

        var (best, order) = (long.MaxValue, 0.0);
        for (var i = 0; i < RenyiOrders.Count; i++)
        {
            var units = ToEpsilonUnits(RenyiOrders.All[i], loss.Units[i], left);
            (best, order) = units < best ? (units, RenyiOrders.All[i]) : (best, order);
        }

        return best == long.MaxValue
            ? throw new ArgumentException("No order of the grid gives a finite epsilon.", nameof(loss))
            : (Epsilon.Create(best / (double)LossUnits.One), order);
    }
}
