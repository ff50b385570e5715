using System.Diagnostics.CodeAnalysis;
using PrivacyGrains.Privacy.Ledger;
using PrivacyGrains.Privacy.Queries.Language;
using PrivacyGrains.Privacy.Queries.Schemas;

namespace PrivacyGrains.Privacy.Queries.Selects;

/// <summary>A condition checked against the schema, and applied to rows.</summary>
internal static class RowCondition
{
    /// <summary>The columns that a condition reads.</summary>
    public static IEnumerable<string> Columns(Condition? condition) => Leaves(condition).Select(l => l.Column);

    /// <summary>What is wrong first, or null.</summary>
    public static QueryFault? Check(Condition? condition, TableSchema schema)
    {
        foreach (var (name, at, values, ordered) in Leaves(condition))
        {
            if (SelectRules.Find(schema, name, at, out var column) is { } unknown)
            {
                return unknown;
            }

            if (column!.Type == ColumnSchema.Date)
            {
                if (values.FirstOrDefault(v => !TimeBlock.TryParse(v.Text, out _)) is { Text: not null } wrong)
                {
                    return new QueryFault(QueryFault.WrongType, $"{at}: {name} is a date; compare it with '2026-11-21', '2026-11', '2026-Q4' or '2026', not with {wrong}.");
                }

                continue;
            }

            var isNumber = column.Type == ColumnSchema.Number;
            if (values.Any(v => v.Number is null == isNumber) || (ordered && !isNumber))
            {
                return new QueryFault(
                    QueryFault.WrongType, isNumber ? $"{at}: {name} is a number; compare it with numbers." : $"{at}: {name} is text; compare it by =, <> or IN with 'texts'.");
            }
        }

        return null;
    }

    /// <summary>Makes a test of rows. Whole columns are read first, so that a refusal says nothing about which rows pass.</summary>
    public static bool TryCompile(Condition? condition, TableSchema schema, Table table, [NotNullWhen(true)] out Func<int, bool>? test, [NotNullWhen(false)] out TableFault? fault)
    {
        (test, fault) = (static _ => true, null);
        var numbers = new Dictionary<string, double[]>(StringComparer.Ordinal);
        var dates = new Dictionary<string, TimeBlock[]>(StringComparer.Ordinal);
        foreach (var name in Columns(condition).Distinct(StringComparer.Ordinal))
        {
            if (schema.Find(name)!.Type == ColumnSchema.Number)
            {
                if (!table.TryNumbers(name, out var column, out fault))
                {
                    return false;
                }

                numbers[name] = column;
            }
            else if (schema.Find(name)!.Type == ColumnSchema.Date)
            {
                if (!TimeColumn.TryStretches(table, name, out var column, out fault))
                {
                    return false;
                }

                dates[name] = column;
            }
            else if (table.IndexOf(name) < 0)
            {
                fault = new TableFault("table.unknown-column", 0, name, $"There is no column {name}.");
                return false;
            }
        }

        test = condition is null ? test : Of(condition);
        return true;

        Func<int, bool> Of(Condition c)
        {
            switch (c)
            {
                case Negation n:
                    var inner = Of(n.Inner);
                    return row => !inner(row);
                case Junction j:
                    Func<int, bool>[] parts = [.. j.Parts.Select(Of)];
                    return j.All ? row => Array.TrueForAll(parts, p => p(row)) : row => Array.Exists(parts, p => p(row));
                case Membership m when numbers.TryGetValue(m.Column, out var cells):
                    var among = m.Values.Select(v => v.Number!.Value).ToHashSet();
                    return row => among.Contains(cells[row]);
                case Membership m when dates.TryGetValue(m.Column, out var cells):
                    TimeBlock[] stretches = [.. m.Values.Select(DateConditions.Of)];
                    return row => Array.Exists(stretches, s => DateConditions.IsWithin(cells[row], ComparisonKind.Equal, s));
                case Comparison k when dates.TryGetValue(k.Column, out var cells):
                    var stretch = DateConditions.Of(k.Value);
                    return row => DateConditions.IsWithin(cells[row], k.Kind, stretch);
                case Membership m:
                    var (place, texts) = (table.IndexOf(m.Column), m.Values.Select(v => v.Text).ToHashSet(StringComparer.Ordinal));
                    return row => texts.Contains(table.Text(row, place));
                case Comparison k when numbers.TryGetValue(k.Column, out var cells):
                    return Compare(k, cells);
                case Comparison k:
                    var at = table.IndexOf(k.Column);
                    return row => (table.Text(row, at) == k.Value.Text) == (k.Kind == ComparisonKind.Equal);
                default:
                    throw new ArgumentOutOfRangeException(nameof(condition), c.GetType().Name, "No such condition.");
            }
        }
    }

    private static Func<int, bool> Compare(Comparison comparison, double[] cells)
    {
        var bound = comparison.Value.Number!.Value;
        return comparison.Kind switch
        {
            ComparisonKind.Equal => row => cells[row] == bound,
            ComparisonKind.NotEqual => row => cells[row] != bound,
            ComparisonKind.Less => row => cells[row] < bound,
            ComparisonKind.AtMost => row => cells[row] <= bound,
            ComparisonKind.Greater => row => cells[row] > bound,
            _ => row => cells[row] >= bound,
        };
    }

    private static IEnumerable<(string Column, TextPosition At, IReadOnlyList<Literal> Values, bool Ordered)> Leaves(Condition? condition) => condition switch
    {
        Comparison c => [(c.Column, c.At, [c.Value], c.Kind is not (ComparisonKind.Equal or ComparisonKind.NotEqual))],
        Membership m => [(m.Column, m.At, m.Values, false)],
        Negation n => Leaves(n.Inner),
        Junction j => j.Parts.SelectMany(Leaves),
        _ => [],
    };
}
