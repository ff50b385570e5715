using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Mechanisms;
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
/// <remarks>All measures are opened as one vector with one noise; each takes an equal share of the loss, since its coordinates are scaled to the same bound.</remarks>
public sealed class LocalPlan
{
    private readonly JointVector? _vector;

    private LocalPlan(SelectQuery query, JointVector? vector, RenyiLoss loss, Epsilon epsilon, Delta delta, ImmutableArray<BudgetShare> split) =>
        (Query, _vector, Loss, Epsilon, Delta, Split) = (query, vector, loss, epsilon, delta, split);

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
    public Rho? Rho => Loss.DeltaUnits > 0 ? null
        : Accounting.Rho.Create(RenyiOrders.All.Select((order, i) => Loss.Units[i] / (double)(1L << 40) / order).Max() * (1 + 1e-9));

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
            var vector = JointVector.Least(query, rho, loss => RenyiConversion.Best(loss, delta).Epsilon.Value <= epsilon.Value, 1, 0, 0);
            plan = new LocalPlan(
                query, vector, vector.Loss, RenyiConversion.Best(vector.Loss, delta).Epsilon, delta,
                [.. query.Measures.Select(m => new BudgetShare(m.ToString(), 1.0 / query.Measures.Length))]);
            return true;
        }
        catch (ArgumentOutOfRangeException e)
        {
            fault = new QueryFault("query.bad-epsilon", e.Message.ReplaceLineEndings(" "));
            return false;
        }
    }

    /// <summary>Reads the rows: everything that can fail, before anything is released.</summary>
    /// <param name="table">The party's rows.</param>
    /// <param name="source">Cryptographic; chooses among a unit's rows.</param>
    /// <param name="exact">What the rows come to, or null.</param>
    /// <param name="fault">Why the table cannot answer, or null. It stays with the owner.</param>
    /// <returns>Whether the table can answer.</returns>
    public bool TryRead(Table table, IRandomSource source, [NotNullWhen(true)] out ExactAnswer? exact, [NotNullWhen(false)] out TableFault? fault)
    {
        exact = null;
        if (!BoundedRows.TryTake(table, Query, source, out var rows, out fault) || !rows.TrySum(table, Query, out var sums, out fault))
        {
            return false;
        }

        exact = new ExactAnswer(this, rows, sums);
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

        var noise = new long[exact.Sums.Length];
        new DiscreteGaussian(_vector!.LocalVariance).Fill(noise, source);
        return SelectAnswer.FromTotal(Query, _vector!, JointNoise.FromWords(JointNoise.ToWords(exact.Sums, noise)), 1);
    }

    /// <summary>How far off each aggregate will be.</summary>
    /// <param name="rowsPerGroup">For means and variances, whose error depends on the rows of a group: for so many.</param>
    /// <returns>One line an aggregate.</returns>
    public ImmutableArray<ExpectedError> ExpectedErrors(double rowsPerGroup) => ErrorsOf(Query, _vector!, 1, rowsPerGroup);

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
