using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Accounting.Plans;
using PrivacyGrains.Privacy.Mechanisms;
using PrivacyGrains.Privacy.Mechanisms.Sensitivities;
using PrivacyGrains.Privacy.Queries.Language;
using PrivacyGrains.Privacy.Queries.Schemas;

namespace PrivacyGrains.Privacy.Queries.Selects;

/// <summary>One QUANTILE of a query, in every group: the figure and its error bar by three choices of the exponential mechanism.</summary>
/// <remarks>
/// <para>Cost: a unit with n of its k rows in a group moves that group's losses within a range of epsilon n/k (see <see cref="PrivateQuantiles"/>). Groups choose independently and losses add, so over all groups
/// they move within a range of epsilon: one bounded-range event of epsilon for all groups together, and so for each of the three choices (Dong, Durfee, Rogers, ICML 2020).</para>
/// <para>Error bar: with c candidates the exponential mechanism's choice is off by more than r = 2 k max(p, 1-p) ln(c / b) / epsilon rows with probability at most b (McSherry, Talwar 2007, theorem 6). So a choice
/// for the quantile r rows below lies at or below the true one, and a choice for r rows above at or above it; rows are counted at the low end of their own noised bar. b is 1/80 for each end and for the count's.</para>
/// </remarks>
internal sealed class QuantileRun
{
    private const int Steps = 1 << 20;
    private const double Miss = 1.0 / 80;
    private const double CountZ = 2.241402727604945; // one side: 1/80
    private readonly ContributionBound _bound;
    private readonly ColumnSchema _column;
    private readonly NeighbouringRelation _relation;
    private readonly ExactRatio _epsilon;
    private readonly double _fraction;
    private readonly int _rows;

    public QuantileRun(SelectQuery query, Aggregate aggregate, double rho)
    {
        (Aggregate, _column, _relation) = (aggregate, query.Schema.Find(aggregate.Column)!, query.Neighbours.Relation);
        (_fraction, _rows) = (aggregate.Fraction, query.Schema.MaximumRowsPerUnit);

        // A bounded-range epsilon costs about epsilon^2 / 8 in zCDP.
        _epsilon = ExactRatio.Create(Math.Max(1, (ulong)(Math.Min(30, Math.Sqrt(8 * rho / 3)) * 65536)), 65536);
        _bound = ContributionBound.OfValues(0, Steps, 1, _rows);
        var once = Quantile(_fraction)!.Loss;
        (Event, Loss) = (new PrivacyEvent.Repeat(3, once.Event), once.ToLedger().Times(3));
    }

    /// <summary>Which.</summary>
    public Aggregate Aggregate { get; }

    /// <summary>Of the figure and both ends of its bar, over all groups.</summary>
    public RenyiLoss Loss { get; }

    /// <summary>The same as one event of a plan.</summary>
    public PrivacyEvent Event { get; }

    /// <summary>A value as an integer of the range.</summary>
    public long Encode(double value) => (long)Math.Round((Math.Clamp(value, _column.Low!.Value, _column.High!.Value) - _column.Low.Value) / (_column.High.Value - _column.Low.Value) * Steps);

    /// <summary>The figure of one group.</summary>
    /// <param name="values">The group's values, encoded; secret.</param>
    /// <param name="count">The group's noised number of rows.</param>
    /// <param name="deviation">Of that noise.</param>
    /// <param name="source">Cryptographic.</param>
    public Estimate Release(long[] values, double count, double deviation, IRandomSource source)
    {
        var fewest = count - (CountZ * deviation);
        var effective = _epsilon.ToDouble() / (_relation == NeighbouringRelation.ReplaceOne ? 2 : 1);
        var value = Decode(One(_fraction)!.Value);
        if (fewest <= 0)
        {
            return new Estimate(value, _column.Low!.Value, _column.High!.Value);
        }

        var (below, above) = (Place(-1), Place(1));
        var lower = Math.Min(value, below is { } l ? Decode(l) : _column.Low!.Value);
        var upper = Math.Max(value, above is { } u ? Decode(u) : _column.High!.Value);
        return new Estimate(value, lower, upper);

        // The choice for a quantile so many rows away that its own error does not bring it back; none where that leaves the range.
        long? Place(int side)
        {
            var wanted = _fraction;
            for (var i = 0; i < 20; i++)
            {
                // Its error depends on where it is: a few steps settle that.
                wanted = _fraction + (side * (Reach(wanted) + 1) / fewest);
            }

            return One(wanted);
        }

        double Reach(double p) => 2 * _rows * Math.Max(Math.Clamp(p, 0, 1), 1 - Math.Clamp(p, 0, 1)) * Math.Log((Steps + 1) / Miss) / effective;

        long? One(double p) => Quantile(p)?.Release(values, source)[0];
    }

    private double Decode(long value) => _column.Low!.Value + ((_column.High!.Value - _column.Low.Value) * value / Steps);

    private PrivateQuantiles? Quantile(double p)
    {
        var numerator = (long)Math.Round(p * Steps);
        return numerator is > 0 and < Steps ? new PrivateQuantiles(_bound, _relation, [ExactRatio.Create((ulong)numerator, Steps)], _epsilon) : null;
    }
}
