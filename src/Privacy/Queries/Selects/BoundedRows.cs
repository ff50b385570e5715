using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Privacy.Ledger;
using PrivacyGrains.Privacy.Mechanisms;

namespace PrivacyGrains.Privacy.Queries.Selects;

/// <summary>The rows that count in an answer, after what one unit contributes was bounded. Secret.</summary>
/// <remarks>
/// Of one unit's passing rows, at most so many groups are kept, then at most so many rows of those, each choice uniform at random and made from the unit's own rows alone: with a unit left out, all
/// others' choices keep their law, which is what the sensitivity needs. Random rather than first, so that the file's order biases nothing.
/// </remarks>
public sealed class BoundedRows
{
    private BoundedRows(ImmutableArray<ImmutableArray<string>> groups, List<(int Row, int Group)> rows, List<(int Group, int Unit)> units) => (Groups, Rows, Units) = (groups, rows, units);

    /// <summary>The keys of each group. Public only where the query's keys are.</summary>
    internal ImmutableArray<ImmutableArray<string>> Groups { get; }

    /// <summary>Each row that counts, and in which group.</summary>
    internal List<(int Row, int Group)> Rows { get; }

    /// <summary>Each pair of a group and a unit with rows in it.</summary>
    internal List<(int Group, int Unit)> Units { get; }

    /// <summary>Filters, groups and bounds a table's rows.</summary>
    /// <param name="table">The party's rows.</param>
    /// <param name="query">What is asked.</param>
    /// <param name="source">Cryptographic; chooses among a unit's rows.</param>
    /// <param name="rows">The rows that count, or null.</param>
    /// <param name="fault">A column that is not there, or the first cell of a needed column that is no number; or null. Whole columns are checked, whatever the filters pick.</param>
    /// <param name="blocks">The time blocks that are charged (<see cref="SelectQuery.TryBlocks"/>): rows outside of them are not used. Null where the budget has no periods.</param>
    /// <returns>Whether the table can answer.</returns>
    /// <exception cref="ArgumentException">There are blocks, and the schema names no time column.</exception>
    public static bool TryTake(
        Table table, SelectQuery query, IRandomSource source, [NotNullWhen(true)] out BoundedRows? rows, [NotNullWhen(false)] out TableFault? fault, BlockSet? blocks = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(source);
        rows = null;
        if (!RowCondition.TryCompile(query.Statement.Where, query.Schema, table, out var passes, out fault) || !GroupFinder.TryCreate(table, query, out var finder, out fault))
        {
            return false;
        }

        Func<int, bool>? isCharged = null;
        if (blocks is not null
            && !TimeColumn.TryTest(table, query.Schema.TimeColumn ?? throw new ArgumentException("Blocks, and no time column.", nameof(blocks)), blocks, out isCharged, out fault))
        {
            return false;
        }

        var unit = query.Schema.UnitColumn.Length == 0 ? -1 : table.IndexOf(query.Schema.UnitColumn);
        if (query.Schema.UnitColumn.Length > 0 && unit < 0)
        {
            fault = new TableFault("table.unknown-column", 0, query.Schema.UnitColumn, $"There is no column {query.Schema.UnitColumn}.");
            return false;
        }

        var (kept, units) = (new List<(int Row, int Group)>(), new List<(int Group, int Unit)>());
        var own = new Dictionary<string, List<(int Row, int Group)>>(StringComparer.Ordinal);
        for (var row = 0; row < table.RowCount; row++)
        {
            if (isCharged?.Invoke(row) == false || !passes(row) || finder.GroupOf(row) is not (>= 0 and var group))
            {
                continue;
            }

            if (unit < 0)
            {
                kept.Add((row, group));
                units.Add((group, row));
            }
            else if (own.TryGetValue(table.Text(row, unit), out var list))
            {
                list.Add((row, group));
            }
            else
            {
                own.Add(table.Text(row, unit), [(row, group)]);
            }
        }

        using var bits = new RandomBits(source);
        var number = 0;
        foreach (var list in own.Values)
        {
            var bounded = Bound(list, query.GroupsPerUnit, query.Schema.MaximumRowsPerUnit, bits);
            kept.AddRange(bounded);
            units.AddRange(bounded.Select(r => r.Group).Distinct().Select(g => (g, number)));
            number++;
        }

        rows = new BoundedRows(finder.Groups(), kept, units);
        return true;
    }

    /// <summary>The exact sums, group by group: for each group one integer a measure. Secret until noised.</summary>
    internal bool TrySum(Table table, SelectQuery query, [NotNullWhen(true)] out long[]? sums, [NotNullWhen(false)] out TableFault? fault)
    {
        (sums, fault) = (null, null);
        var vector = new long[Groups.Length * query.Measures.Length];
        for (var m = 0; m < query.Measures.Length; m++)
        {
            var measure = query.Measures[m];
            if (measure.IsCount)
            {
                foreach (var group in measure.Kind == MeasureKind.Rows ? Rows.Select(r => r.Group) : Units.Select(u => u.Group))
                {
                    vector[(group * query.Measures.Length) + m] += query.Weight;
                }

                continue;
            }

            if (!table.TryNumbers(measure.Column, out var numbers, out fault))
            {
                return false;
            }

            var column = query.Schema.Find(measure.Column)!;
            foreach (var (row, group) in Rows)
            {
                vector[(group * query.Measures.Length) + m] += measure.Encode(column, numbers[row]);
            }
        }

        sums = vector;
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => "BoundedRows(redacted)";

    private static List<(int Row, int Group)> Bound(List<(int Row, int Group)> rows, int maximumGroups, int maximumRows, RandomBits bits)
    {
        var groups = rows.Select(r => r.Group).Distinct().ToList();
        if (groups.Count > maximumGroups)
        {
            var some = Sample(groups, maximumGroups, bits).ToHashSet();
            rows = rows.FindAll(r => some.Contains(r.Group));
        }

        return rows.Count > maximumRows ? Sample(rows, maximumRows, bits) : rows;
    }

    // The first steps of Fisher and Yates' shuffle: each subset of that size is equally likely.
    private static List<T> Sample<T>(List<T> all, int count, RandomBits bits)
    {
        for (var i = 0; i < count; i++)
        {
            var other = i + (int)bits.Below((ulong)(all.Count - i));
            (all[i], all[other]) = (all[other], all[i]);
        }

        return all.GetRange(0, count);
    }
}
