using System.Collections.Immutable;
using PrivacyGrains.Privacy.Queries.Language;

namespace PrivacyGrains.Privacy.Queries.Selects;

/// <summary>One group of an answer.</summary>
/// <param name="Keys">The group's keys, in the order of GROUP BY.</param>
/// <param name="Figures">One for each aggregate, in the order of SELECT.</param>
public sealed record AnswerRow(ImmutableArray<string> Keys, ImmutableArray<Estimate> Figures);

/// <summary>The noised answer of a query. Public once its charge is committed.</summary>
public static class SelectAnswer
{
    /// <summary>Reads an opened total over public keys.</summary>
    /// <param name="query">What was asked.</param>
    /// <param name="noise">As agreed.</param>
    /// <param name="total">The noised total, group by group.</param>
    /// <param name="included">How many contributors are in it.</param>
    /// <returns>One row a group, in the order of the keys, or as ORDER BY and LIMIT say.</returns>
    /// <exception cref="ArgumentException">The total has another length.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Fewer are included than the claim allows, or more than contributed.</exception>
    public static ImmutableArray<AnswerRow> FromTotal(SelectQuery query, JointVector noise, ReadOnlySpan<long> total, int included)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(noise);
        ArgumentOutOfRangeException.ThrowIfLessThan(included, noise.Joint.Contributors - noise.Joint.Dropping);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(included, noise.Joint.Contributors);
        if (total.Length != query.Dimension)
        {
            throw new ArgumentException($"The total has {total.Length} coordinates; the query has {query.Dimension}.", nameof(total));
        }

        var rows = ImmutableArray.CreateBuilder<AnswerRow>();
        var groups = GroupFinder.PublicGroups(query.Keys);
        for (var g = 0; g < groups.Length; g++)
        {
            var sums = total.Slice(g * query.Measures.Length, query.Measures.Length).ToArray();
            rows.Add(new AnswerRow(groups[g], [.. query.Statement.Aggregates.Select(a => Figure(query, a.Aggregate, sums, noise.LocalVariance.ToDouble() * included))]));
        }

        return Ordered(query, rows);
    }

    /// <summary>Orders and limits rows by what was noised already.</summary>
    internal static ImmutableArray<AnswerRow> Ordered(SelectQuery query, IEnumerable<AnswerRow> rows)
    {
        var statement = query.Statement;
        if (statement.Order < 0)
        {
            return [.. rows];
        }

        var item = statement.Items[statement.Order];
        var ordered = item.Aggregate is null ? ByKey() : ByFigure(statement.Items.Take(statement.Order).Count(i => i.Aggregate is not null));
        return [.. statement.Limit > 0 ? ordered.Take(statement.Limit) : ordered];

        IEnumerable<AnswerRow> ByFigure(int place) => statement.Descending
            ? rows.OrderByDescending(r => r.Figures[place].Value ?? double.NegativeInfinity)
            : rows.OrderBy(r => r.Figures[place].Value ?? double.PositiveInfinity);

        IEnumerable<AnswerRow> ByKey()
        {
            var key = query.Keys.Select(k => k.Key.ToString()).ToList().IndexOf(item.Expression);
            var labels = query.Keys[key].Labels;
            int Place(AnswerRow r) => labels.IndexOf(r.Keys[key]);
            return query.Keys[key].IsPublic
                ? (statement.Descending ? rows.OrderByDescending(Place) : rows.OrderBy(Place))
                : (statement.Descending ? rows.OrderByDescending(r => r.Keys[key], StringComparer.Ordinal) : rows.OrderBy(r => r.Keys[key], StringComparer.Ordinal));
        }
    }

    /// <summary>One aggregate of one group's noised sums; not for quantiles.</summary>
    internal static Estimate Figure(SelectQuery query, Aggregate aggregate, long[] sums, double variance)
    {
        double Sum(MeasureKind kind) => sums[query.Measures.IndexOf(new Measure(kind, kind is MeasureKind.Rows or MeasureKind.Units ? "" : aggregate.Column))];
        var deviation = Math.Sqrt(variance);
        var column = aggregate.Column.Length > 0 ? query.Schema.Find(aggregate.Column) : null;
        return aggregate.Kind switch
        {
            AggregateKind.Count => Estimates.Sum(Sum(MeasureKind.Rows), deviation, 1.0 / query.Weight),
            AggregateKind.CountUnits => Estimates.Sum(Sum(MeasureKind.Units), deviation, 1.0 / query.Weight),
            AggregateKind.Sum => Estimates.Sum(Sum(MeasureKind.Value), deviation, Measure.Scale(column!) / Measure.Steps),
            AggregateKind.Average => Estimates.Mean(Sum(MeasureKind.Rows), Sum(MeasureKind.Centred), variance, column!.Low!.Value, column.High!.Value),
            AggregateKind.Variance => Estimates.Variance(Sum(MeasureKind.Rows), Sum(MeasureKind.Centred), Sum(MeasureKind.Square), variance, column!.Low!.Value, column.High!.Value),
            _ => throw new ArgumentOutOfRangeException(nameof(aggregate), aggregate.Kind, "A quantile is not read from sums."),
        };
    }
}
