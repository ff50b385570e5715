using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Accounting.Plans;
using PrivacyGrains.Privacy.Ledger;
using PrivacyGrains.Privacy.Mechanisms;
using PrivacyGrains.Privacy.Mechanisms.Sensitivities;
using PrivacyGrains.Privacy.Queries.Language;

namespace PrivacyGrains.Privacy.Queries.Selects;

/// <summary>A part of the budget and what it is for.</summary>
/// <param name="What">The measure, quantile or selection.</param>
/// <param name="Share">Of the whole, in zCDP: the shares add up to 1.</param>
public sealed record BudgetShare(string What, double Share);

/// <summary>How far off one aggregate will be, stated before any data is read.</summary>
/// <param name="Name">As the answer calls it.</param>
/// <param name="Error95">Half the width of the 95 % error bar; null where it depends on the data (a quantile).</param>
/// <param name="Rows">For how many rows in the group, where that matters; null where it does not.</param>
public sealed record ExpectedError(string Name, double? Error95, double? Rows);

/// <summary>A query that one party answers over its own rows: its noise, its cost and its expected errors, before any data is read. Public.</summary>
/// <remarks>
/// The loss is split by zCDP: an equal share for each measure, each quantile, and the selection of keys where these are not public. All measures are opened as one vector with one noise, so within their part each
/// takes what a unit can change in it (<see cref="SelectQuery.ShareOf"/>). The selection's failure takes a quarter of delta.
/// </remarks>
public sealed class LocalPlan
{
    private const ulong DeltaSteps = 1UL << 62;

    private readonly JointVector _vector;
    private readonly ImmutableArray<QuantileRun> _quantiles;
    private readonly PartitionSelection? _selection;

    private LocalPlan(SelectQuery query, double rho, Delta delta)
    {
        (Query, Delta) = (query, delta);
        var parts = query.Measures.Length + query.Quantiles.Count() + (query.HasPublicKeys ? 0 : 1);
        var (l2Squared, _) = query.Sensitivity(query.Neighbours.Relation);
        _vector = JointVector.Of(query, JointVector.Exact(l2Squared * parts / (2 * rho * query.Measures.Length)), 1, 0, 0);
        _quantiles = [.. query.Quantiles.Select(q => new QuantileRun(query, q, rho / parts))];
        if (!query.HasPublicKeys)
        {
            // A pure epsilon costs at most epsilon^2 / 2 in zCDP, and the groups that neighbours change share the part.
            var bound = ContributionBound.OfCounts(query.GroupsPerUnit);
            double groups = bound.Sensitivity(query.Neighbours.Relation, null).L0;
            var epsilon = ExactRatio.Create(Math.Max(1, (ulong)(Math.Min(Math.Min(30, 100 / groups), Math.Sqrt(2 * rho / parts / groups)) * groups * 65536)), 65536);
            _selection = new PartitionSelection(
                bound, query.Neighbours.Relation, epsilon, Quarter(delta));
        }

        Loss = _quantiles.Aggregate(_vector.Loss, (loss, q) => loss.Plus(q.Loss));
        Loss = _selection is null ? Loss : Loss.Plus(_selection.Loss.ToLedger());
        Epsilon = RenyiConversion.Best(Loss, delta).Epsilon;
        Split =
        [
            .. query.Measures.Select(m => new BudgetShare(m.ToString(), query.ShareOf(m) * query.Measures.Length / parts)),
            .. query.Quantiles.Select(q => new BudgetShare(q.ToString(), 1.0 / parts)),
            .. query.HasPublicKeys ? [] : (IEnumerable<BudgetShare>)[new BudgetShare("selection of keys", 1.0 / parts)],
        ];
    }

    /// <summary>What is asked.</summary>
    public SelectQuery Query { get; }

    /// <summary>What the answer costs.</summary>
    public RenyiLoss Loss { get; }

    /// <summary>The same at <see cref="Delta"/>, by itself; rounded up, at most the target.</summary>
    public Epsilon Epsilon { get; }

    /// <summary>The failure probability of the target.</summary>
    public Delta Delta { get; }

    /// <summary>On what the budget is spent.</summary>
    public ImmutableArray<BudgetShare> Split { get; }

    /// <summary>What the loss is about.</summary>
    public Neighbours Neighbours => Query.Schema.ToNeighbours();

    /// <summary>The least zCDP charge that covers the loss at every order; null where the loss has a delta of its own.</summary>
    public Rho? Rho => Loss.DeltaUnits > 0 ? null : Accounting.Rho.Create(RhoOf(Loss));

    /// <summary>The answer as a plan for accountants and for charges that carry one: noise on a vector as <c>zcdp</c> (a bound that holds for vectors of integers), choices as <c>exponential</c>, selected keys as <c>approximate</c>.</summary>
    /// <returns>At every order of the grid it loses at least <see cref="Loss"/>, and hardly more.</returns>
    public PrivacyPlan ToPlan() => new(Query.Neighbours.Relation,
    [
        new PrivacyEvent.Zcdp(Math.Max(1e-9, RhoOf(_vector.Loss))),
        .. _quantiles.Select(q => q.Event),
        .. _selection is null ? [] : (IEnumerable<PrivacyEvent>)[_selection.Event],
    ]);

    private static double RhoOf(RenyiLoss loss) => RenyiOrders.All.Select((order, i) => loss.Units[i] / (double)LossUnits.One / order).Max() * (1 + 1e-9);

    // At most a quarter of delta, and so that rounding it up to the ledger's units does not exceed a quarter that was set aside and rounded down to them. Few digits: it is divided among groups exactly.
    private static ExactRatio Quarter(Delta delta)
    {
        var units = (ulong)LossUnits.RoundDown(delta.Value / 4);
        return units >= 8 ? ExactRatio.Create((2 * units) - 5, 2UL * (ulong)LossUnits.One) : ExactRatio.Create(Math.Max(1, (ulong)(delta.Value / 4 * DeltaSteps)), DeltaSteps);
    }

    /// <summary>Plans an answer.</summary>
    /// <param name="query">What is asked.</param>
    /// <param name="epsilon">The most that it may cost by itself, at delta; above zero.</param>
    /// <param name="delta">The failure probability.</param>
    /// <param name="plan">The plan, or null.</param>
    /// <param name="fault">What to change, or null.</param>
    /// <returns>Whether there is a plan.</returns>
    public static bool TryCreate(SelectQuery query, Epsilon epsilon, Delta delta, [NotNullWhen(true)] out LocalPlan? plan, [NotNullWhen(false)] out QueryFault? fault)
    {
        ArgumentNullException.ThrowIfNull(query);
        (plan, fault) = (null, null);
        var rho = GaussianCalibration.LargestRho(epsilon, delta).Value;
        if (rho <= 0)
        {
            fault = new QueryFault("query.bad-epsilon", $"An epsilon of {epsilon} at delta {delta} leaves nothing to spend. Allow more.");
            return false;
        }

        try
        {
            // Rounding, and what the parts' losses make together, take a few steps to fit; choices lose less than their zCDP says.
            var isMixed = query.Quantiles.Any() || !query.HasPublicKeys;
            rho *= isMixed ? Math.Clamp(epsilon.Value / new LocalPlan(query, rho, delta).Epsilon.Value, 0.5, 1.25) : 1;
            for (plan = new LocalPlan(query, rho, delta); plan.Epsilon.Value > epsilon.Value; plan = new LocalPlan(query, rho, delta))
            {
                rho *= isMixed ? 0.99 : 0.9999;
            }

            return true;
        }
        catch (ArgumentOutOfRangeException e)
        {
            (plan, fault) = (null, new QueryFault("query.bad-epsilon", e.Message.ReplaceLineEndings(" ")));
            return false;
        }
    }

    /// <summary>Reads the rows: everything that can fail, before anything is released.</summary>
    /// <param name="table">The party's rows.</param>
    /// <param name="source">Cryptographic; chooses among a unit's rows.</param>
    /// <param name="exact">What the rows come to, or null.</param>
    /// <param name="fault">Why the table cannot answer, or null. It stays with the owner.</param>
    /// <param name="blocks">The time blocks that are charged: rows outside of them are not used. Null where the budget has no periods.</param>
    /// <returns>Whether the table can answer.</returns>
    public bool TryRead(Table table, IRandomSource source, [NotNullWhen(true)] out ExactAnswer? exact, [NotNullWhen(false)] out TableFault? fault, BlockSet? blocks = null)
    {
        exact = null;
        if (!BoundedRows.TryTake(table, Query, source, out var rows, out fault, blocks) || !rows.TrySum(table, Query, out var sums, out fault))
        {
            return false;
        }

        var values = new List<long[][]>();
        foreach (var quantile in _quantiles)
        {
            if (!table.TryNumbers(quantile.Aggregate.Column, out var numbers, out fault))
            {
                return false;
            }

            var byGroup = rows.Rows.ToLookup(r => r.Group, r => quantile.Encode(numbers[r.Row]));
            values.Add([.. Enumerable.Range(0, rows.Groups.Length).Select(g => byGroup[g].ToArray())]);
        }

        exact = new ExactAnswer(this, rows, sums, [.. values]);
        return true;
    }

    /// <summary>Makes the noised answer, once the charge is committed. Call it once for each charge: another call is another release.</summary>
    /// <param name="exact">Of this plan.</param>
    /// <param name="source">Cryptographic; no seed of a command line ever reaches it.</param>
    /// <returns>One row a group.</returns>
    /// <exception cref="ArgumentException">The rows were read for another plan.</exception>
    public ImmutableArray<AnswerRow> Release(ExactAnswer exact, IRandomSource source)
    {
        ArgumentNullException.ThrowIfNull(exact);
        if (!ReferenceEquals(exact.Plan, this))
        {
            throw new ArgumentException("The rows were read for another plan.", nameof(exact));
        }

        var units = exact.Rows.Units.CountBy(u => u.Group).ToDictionary();
        var rows = new List<AnswerRow>();
        var noise = new DiscreteGaussian(_vector.LocalVariance);
        for (var g = 0; g < exact.Rows.Groups.Length; g++)
        {
            if (_selection is null || _selection.Keeps(units.GetValueOrDefault(g), source))
            {
                var sums = exact.Sums.AsSpan(g * Query.Measures.Length, Query.Measures.Length).ToArray();
                for (var m = 0; m < sums.Length; m++)
                {
                    sums[m] += noise.Sample(source);
                }

                rows.Add(new AnswerRow(exact.Rows.Groups[g], Figures(exact, g, sums, source)));
            }
        }

        // Groups that were selected are in the order of their keys, never in the table's.
        return SelectAnswer.Ordered(Query, Query.HasPublicKeys ? rows : rows.OrderBy(r => string.Join('\u001f', r.Keys), StringComparer.Ordinal));
    }

    private ImmutableArray<Estimate> Figures(ExactAnswer exact, int group, long[] sums, IRandomSource source)
    {
        var (variance, quantile) = (_vector.LocalVariance.ToDouble(), 0);
        var figures = ImmutableArray.CreateBuilder<Estimate>();
        foreach (var (_, aggregate) in Query.Statement.Aggregates)
        {
            figures.Add(aggregate.Kind != AggregateKind.Quantile ? SelectAnswer.Figure(Query, aggregate, sums, variance) : _quantiles[quantile].Release(
                exact.Values[quantile++][group], sums[Query.Measures.IndexOf(new Measure(MeasureKind.Rows, ""))] / (double)Query.Weight, Math.Sqrt(variance) / Query.Weight, source));
        }

        return figures.ToImmutable();
    }

    /// <summary>How far off each aggregate will be.</summary>
    /// <param name="rowsPerGroup">For means and variances, whose error depends on the rows of a group: for so many.</param>
    /// <returns>One line an aggregate.</returns>
    public ImmutableArray<ExpectedError> ExpectedErrors(double rowsPerGroup) => ErrorsOf(Query, _vector, 1, rowsPerGroup);

    /// <summary>How far off each aggregate of a joint answer will be, if so many contribute.</summary>
    /// <param name="query">What is asked; no quantiles.</param>
    /// <param name="noise">As planned.</param>
    /// <param name="included">How many contribute.</param>
    /// <param name="rowsPerGroup">As of <see cref="ExpectedErrors"/>.</param>
    /// <returns>One line an aggregate.</returns>
    public static ImmutableArray<ExpectedError> ErrorsOf(SelectQuery query, JointVector noise, int included, double rowsPerGroup)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(noise);

        // Values spread about the middle of their ranges, half as far as they reach: sums are zero, and the mean square is a quarter of the greatest.
        var sums = query.Measures.Select(m => m.Kind switch
        {
            MeasureKind.Rows or MeasureKind.Units => (long)(rowsPerGroup * query.Weight),
            MeasureKind.Square => (long)(rowsPerGroup * -Measure.Steps / 2),
            _ => 0L,
        }).ToArray();
        return [.. query.Statement.Aggregates.Select(a => Expected(a.Item, a.Aggregate))];

        ExpectedError Expected(SelectItem item, Aggregate aggregate)
        {
            if (aggregate.Kind == AggregateKind.Quantile)
            {
                return new ExpectedError(item.Shown, null, null);
            }

            var figure = SelectAnswer.Figure(query, aggregate, sums, noise.LocalVariance.ToDouble() * included);
            return new ExpectedError(item.Shown, (figure.Upper - figure.Lower) / 2, aggregate.Kind is AggregateKind.Average or AggregateKind.Variance ? rowsPerGroup : null);
        }
    }
}
