using System.Diagnostics.CodeAnalysis;

namespace PrivacyGrains.Privacy.Queries;

/// <summary>One party's exact part of a query: bounded integers. Secret until noised and summed.</summary>
public static class LocalAggregate
{
    /// <summary>Counts, or counts and sums, the rows that pass.</summary>
    /// <param name="table">The party's rows.</param>
    /// <param name="query">A query without fault.</param>
    /// <param name="aggregate">Count: the number of rows. Mean: the number of rows times <see cref="StatisticsQuery.ValueUnits"/>, then the sum of clamped values in units from the range's middle. Or null.</param>
    /// <param name="fault">An unknown column, or the first cell of a needed column that is no number; or null.</param>
    /// <returns>Whether the table can answer.</returns>
    /// <remarks>
    /// Whole columns are checked, whatever the filters pick, so that a refusal says nothing about which rows pass. Of one unit's passing rows the first ones in table order are kept: leaving a unit
    /// out changes nothing for the others, as the sensitivity needs.
    /// </remarks>
    /// <exception cref="ArgumentException">The query has a fault.</exception>
    public static bool TryCompute(Table table, StatisticsQuery query, [NotNullWhen(true)] out long[]? aggregate, [NotNullWhen(false)] out TableFault? fault)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(query);
        if (query.Fault() is { } wrong)
        {
            throw new ArgumentException(wrong, nameof(query));
        }

        aggregate = null;
        double[] values = [];
        if ((query.Kind == StatisticKind.Mean && !table.TryNumbers(query.Column, out values!, out fault)) || !TryFilter(table, query, out var passes, out fault))
        {
            return false;
        }

        var unit = query.UnitColumn.Length == 0 ? -1 : table.IndexOf(query.UnitColumn);
        if (query.UnitColumn.Length > 0 && unit < 0)
        {
            fault = new TableFault("table.unknown-column", 0, query.UnitColumn, $"There is no column {query.UnitColumn}.");
            return false;
        }

        var kept = new Dictionary<string, int>(StringComparer.Ordinal);
        var (count, sum) = (0L, 0L);
        for (var row = 0; row < table.RowCount; row++)
        {
            if (passes[row] && Keep(row))
            {
                count++;
                sum += query.Kind == StatisticKind.Mean ? Units(query, values[row]) : 0;
            }
        }

        aggregate = query.Kind == StatisticKind.Count ? [count] : [count * StatisticsQuery.ValueUnits, sum];
        return true;

        bool Keep(int row)
        {
            if (unit < 0)
            {
                return true;
            }

            var name = table.Text(row, unit);
            var before = kept.GetValueOrDefault(name);
            kept[name] = before + 1;
            return before < query.MaximumRowsPerUnit;
        }
    }

    // From -ValueUnits at the lower bound to +ValueUnits at the upper; the clamp after rounding keeps the bound exact.
    private static long Units(StatisticsQuery query, double value)
    {
        var half = (query.Upper / 2) - (query.Lower / 2);
        var scaled = Math.Round((Math.Clamp(value, query.Lower, query.Upper) - query.Lower - half) / half * StatisticsQuery.ValueUnits);
        return Math.Clamp((long)scaled, -StatisticsQuery.ValueUnits, StatisticsQuery.ValueUnits);
    }

    private static bool TryFilter(Table table, StatisticsQuery query, [NotNullWhen(true)] out bool[]? passes, [NotNullWhen(false)] out TableFault? fault)
    {
        var all = new bool[table.RowCount];
        Array.Fill(all, true);
        (passes, fault) = (null, null);
        foreach (var filter in query.Filters)
        {
            var column = table.IndexOf(filter.Column);
            double[] numbers = [];
            if (column < 0)
            {
                fault = new TableFault("table.unknown-column", 0, filter.Column, $"There is no column {filter.Column}.");
                return false;
            }

            if (filter.Comparison is FilterComparison.Below or FilterComparison.AtLeast && !table.TryNumbers(filter.Column, out numbers!, out fault))
            {
                return false;
            }

            StatisticsQuery.TryNumber(filter.Value, out var bound);
            for (var row = 0; row < all.Length; row++)
            {
                all[row] &= filter.Comparison switch
                {
                    FilterComparison.Equal => table.Text(row, column) == filter.Value,
                    FilterComparison.NotEqual => table.Text(row, column) != filter.Value,
                    FilterComparison.Below => numbers[row] < bound,
                    _ => numbers[row] >= bound,
                };
            }
        }

        passes = all;
        return true;
    }
}
