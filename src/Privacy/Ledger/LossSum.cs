using System.Collections.Immutable;
using PrivacyGrains.Privacy.Accounting;

namespace PrivacyGrains.Privacy.Ledger;

/// <summary>The sum of all losses that count, exact, so that a refund takes away precisely what its reservation added.</summary>
/// <remarks>128-bit sums: a loss without bound enters as 2^63 - 1, and a sum is read back saturated.</remarks>
internal sealed class LossSum
{
    private readonly ImmutableArray<Int128> _orders;
    private readonly Int128 _delta;

    private LossSum(ImmutableArray<Int128> orders, Int128 delta)
    {
        _orders = orders;
        _delta = delta;
    }

    public static LossSum Zero { get; } = new([.. new Int128[RenyiOrders.Count]], 0);

    public long DeltaUnits => Saturated(_delta);

    public long At(int orderIndex) => Saturated(_orders[orderIndex]);

    public LossSum Plus(RenyiLoss loss) => Combine(loss, 1);

    public LossSum Minus(RenyiLoss loss) => Combine(loss, -1);

    public RenyiLoss ToLoss() => RenyiLoss.FromUnits([.. _orders.Select(Saturated)], DeltaUnits);

    private static long Saturated(Int128 units) => (long)Int128.Min(units, long.MaxValue);

    private LossSum Combine(RenyiLoss loss, int sign)
    {
        var sums = ImmutableArray.CreateBuilder<Int128>(RenyiOrders.Count);
        for (var i = 0; i < RenyiOrders.Count; i++)
        {
            sums.Add(_orders[i] + (sign * (Int128)loss.Units[i]));
        }

        return new LossSum(sums.MoveToImmutable(), _delta + (sign * (Int128)loss.DeltaUnits));
    }
}

/// <summary>What is held or spent of one filter below the data set's, exact: at the filter's own preset order only.</summary>
/// <param name="Limit">The filter.</param>
/// <param name="Units">The sum at its order.</param>
/// <param name="DeltaUnits">The sum of deltas.</param>
internal readonly record struct LevelSum(BudgetLimit Limit, Int128 Units, Int128 DeltaUnits)
{
    public bool Fits => Units <= Limit.LimitUnits && DeltaUnits <= Limit.MechanismDeltaUnits;

    public long EpsilonUnits => Limit.EpsilonUnits((long)Int128.Min(Units, long.MaxValue));

    public LevelSum Plus(RenyiLoss loss, int sign = 1) =>
        this with { Units = Units + (sign * (Int128)loss.Units[Limit.OrderIndex]), DeltaUnits = DeltaUnits + (sign * (Int128)loss.DeltaUnits) };

    public LevelStanding Standing(LevelKey key) => new(
        key, Limit, LossUnits.ToShowUp(EpsilonUnits), Math.Max(0, LossUnits.ToShowDown(Limit.EpsilonUnits() - EpsilonUnits)), (double)Units / Limit.LimitUnits);
}
