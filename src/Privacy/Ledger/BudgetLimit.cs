using PrivacyGrains.Privacy.Accounting;

namespace PrivacyGrains.Privacy.Ledger;

/// <summary>A total (epsilon, delta), turned in advance into the filter that keeps it: the most loss that one preset Renyi order may reach.</summary>
/// <remarks>
/// <para>Losses of charges that were chosen after earlier answers add up order by order, and a filter that refuses a charge before the sum at an order exceeds its limit keeps that limit
/// whatever was chosen (Feldman, Zrnic 2021); so it does, at a fixed order, for charges that run at once (Haney et al. 2023). Proposition 12 of Canonne, Kamath and Steinke 2020 then gives
/// (epsilon, delta) at that order.</para>
/// <para>The order is preset. Admitting whatever keeps <em>some</em> order below its limit would let later questions pick the order by the answers: each order would then keep its
/// delta on its own share of the outcomes only, and the deltas would add up. Limits on further orders would refuse more and promise nothing more. So the other orders are unlimited,
/// and are kept for statements and other budgets.</para>
/// </remarks>
public sealed record BudgetLimit
{
    private BudgetLimit(Epsilon epsilon, Delta delta, long mechanismDeltaUnits, int orderIndex, long? limitUnits = null)
    {
        Epsilon = epsilon;
        Delta = delta;
        MechanismDeltaUnits = mechanismDeltaUnits;
        OrderIndex = orderIndex;
        var spare = delta.Value - (mechanismDeltaUnits / (double)LossUnits.One);
        ConversionDelta = Delta.Create(mechanismDeltaUnits == 0 ? spare : spare * (1 - 1e-12));
        LimitUnits = limitUnits ?? LimitAt(orderIndex, epsilon, ConversionDelta);
    }

    /// <summary>The whole of what may be lost, in nats.</summary>
    public Epsilon Epsilon { get; }

    /// <summary>The failure probability of the whole.</summary>
    public Delta Delta { get; }

    /// <summary>The part of <see cref="Delta"/> that charges may use for failures of their own, in units of 2^-40.</summary>
    public long MechanismDeltaUnits { get; }

    /// <summary>Which of <see cref="RenyiOrders.All"/> decides.</summary>
    public int OrderIndex { get; }

    /// <summary>The order that decides.</summary>
    public double Order => RenyiOrders.All[OrderIndex];

    /// <summary>The part of <see cref="Delta"/> that the conversion uses.</summary>
    public Delta ConversionDelta { get; }

    /// <summary>The most loss that the order may reach, in units of 2^-40, rounded down.</summary>
    public long LimitUnits { get; }

    /// <summary>Makes a limit and presets the order that leaves most for Gaussian noise.</summary>
    /// <param name="epsilon">The whole, above zero.</param>
    /// <param name="delta">The whole.</param>
    /// <param name="mechanismDelta">The part of delta set aside for charges that have a delta of their own; zero or more, below delta.</param>
    /// <param name="order">A preset order of the grid, for a budget of another mix; null for the one that is best for Gaussian noise.</param>
    /// <returns>The limit.</returns>
    /// <exception cref="ArgumentException">No order can keep so small a total, the order is not of the grid, or the set-aside delta is not below the whole.</exception>
    public static BudgetLimit Create(Epsilon epsilon, Delta delta, double mechanismDelta = 0, double? order = null)
    {
        if (!(mechanismDelta >= 0 && mechanismDelta < delta.Value))
        {
            throw new ArgumentException("The delta set aside for mechanisms is zero or more and below the whole delta.", nameof(mechanismDelta));
        }

        var index = order is { } wanted ? RenyiOrders.All.IndexOf(wanted) : BestOrder(epsilon, delta);
        if (index < 0)
        {
            throw new ArgumentException($"Order {order} is not of the grid.", nameof(order));
        }

        var limit = new BudgetLimit(epsilon, delta, LossUnits.RoundDown(mechanismDelta), index);
        return limit.LimitUnits > 0
            ? limit
            : throw new ArgumentException($"A total of epsilon {epsilon} at delta {delta} leaves nothing to spend at order {limit.Order}.", nameof(epsilon));
    }

    /// <summary>Takes a stored limit, and keeps the figure that it was opened with.</summary>
    internal static BudgetLimit FromStored(double epsilon, double delta, long mechanismDeltaUnits, double order, long limitUnits) =>
        new(Epsilon.Create(epsilon), Delta.Create(delta), mechanismDeltaUnits, RenyiOrders.All.IndexOf(order), limitUnits);

    /// <summary>The epsilon of a loss so far, at this limit's delta and order.</summary>
    /// <param name="lossUnits">At the preset order, in units of 2^-40.</param>
    /// <returns>In units of 2^-40, rounded up; zero for no loss.</returns>
    public long EpsilonUnits(long lossUnits) =>
        lossUnits == 0 ? 0 : RenyiConversion.ToEpsilonUnits(Order, lossUnits, ConversionDelta);

    /// <summary>The whole epsilon in units of 2^-40, rounded down.</summary>
    internal long EpsilonUnits() => LossUnits.RoundDown(Epsilon.Value);

    private static int BestOrder(Epsilon epsilon, Delta delta)
    {
        var (best, most) = (0, double.NegativeInfinity);
        for (var i = 0; i < RenyiOrders.Count; i++)
        {
            var rho = LimitAt(i, epsilon, delta) / RenyiOrders.All[i];
            (best, most) = rho > most ? (i, rho) : (best, most);
        }

        return best;
    }

    private static long LimitAt(int orderIndex, Epsilon epsilon, Delta delta) =>
        LossUnits.RoundDown(epsilon.Value - RenyiConversion.Overhead(RenyiOrders.All[orderIndex], delta));
}
