using System.Collections.Immutable;
using System.Globalization;

namespace PrivacyGrains.Privacy.Queries.Language;

/// <summary>What is computed from a group's rows.</summary>
public enum AggregateKind
{
    /// <summary>Rows.</summary>
    Count = 0,

    /// <summary>Privacy units.</summary>
    CountUnits = 1,

    /// <summary>Sum of a column.</summary>
    Sum = 2,

    /// <summary>Mean of a column.</summary>
    Average = 3,

    /// <summary>Population variance of a column.</summary>
    Variance = 4,

    /// <summary>A quantile of a column.</summary>
    Quantile = 5,
}

/// <summary>One aggregate.</summary>
/// <param name="Kind">What.</param>
/// <param name="Column">Of which column; empty for a count of rows; what DISTINCT named for a count of units.</param>
/// <param name="Fraction">Which quantile, above 0 and below 1; 0 otherwise.</param>
/// <param name="At">Where it stands.</param>
public sealed record Aggregate(AggregateKind Kind, string Column, double Fraction, TextPosition At)
{
    /// <summary>The canonical text.</summary>
    public override string ToString() => Kind switch
    {
        AggregateKind.Count => "COUNT(*)",
        AggregateKind.CountUnits => $"COUNT(DISTINCT {SelectStatement.Name(Column)})",
        AggregateKind.Sum => $"SUM({SelectStatement.Name(Column)})",
        AggregateKind.Average => $"AVG({SelectStatement.Name(Column)})",
        AggregateKind.Variance => $"VARIANCE({SelectStatement.Name(Column)})",
        _ => $"QUANTILE({SelectStatement.Name(Column)}, {Fraction.ToString("R", CultureInfo.InvariantCulture)})",
    };
}

/// <summary>What rows are grouped by.</summary>
/// <param name="Column">The column.</param>
/// <param name="Width">Of a bucket; 0 where the cells themselves are the keys.</param>
/// <param name="At">Where it stands.</param>
public sealed record GroupKey(string Column, double Width, TextPosition At)
{
    /// <summary>The canonical text.</summary>
    public override string ToString() =>
        Width == 0 ? SelectStatement.Name(Column) : $"BUCKET({SelectStatement.Name(Column)}, {Width.ToString("R", CultureInfo.InvariantCulture)})";
}

/// <summary>One column of the answer: a key or an aggregate.</summary>
/// <param name="Key">The key, or null.</param>
/// <param name="Aggregate">The aggregate, or null.</param>
/// <param name="Alias">What AS called it; empty where nothing did.</param>
public sealed record SelectItem(GroupKey? Key, Aggregate? Aggregate, string Alias)
{
    /// <summary>What the answer calls it.</summary>
    public string Shown => Alias.Length > 0 ? Alias : Expression;

    /// <summary>The canonical text without the alias.</summary>
    public string Expression => Key?.ToString() ?? Aggregate!.ToString();
}

/// <summary>A query as it was read; nothing is checked against a schema yet.</summary>
/// <param name="Items">The answer's columns.</param>
/// <param name="Table">What FROM names.</param>
/// <param name="TableAt">Where.</param>
/// <param name="Where">The condition, or null.</param>
/// <param name="Keys">What is grouped by.</param>
/// <param name="Order">The item that groups are ordered by; -1 for none.</param>
/// <param name="Descending">Whether the greatest comes first.</param>
/// <param name="Limit">How many groups are shown; 0 for all.</param>
public sealed record SelectStatement(
    ImmutableArray<SelectItem> Items, string Table, TextPosition TableAt, Condition? Where, ImmutableArray<GroupKey> Keys, int Order, bool Descending, int Limit)
{
    /// <summary>The aggregates among the items, in order.</summary>
    public IEnumerable<(SelectItem Item, Aggregate Aggregate)> Aggregates => Items.Where(i => i.Aggregate is not null).Select(i => (i, i.Aggregate!));

    /// <summary>The canonical text: the same for queries that differ in spacing, case of keywords, order of conditions or spelling of the same thing.</summary>
    public override string ToString() =>
        $"SELECT {string.Join(", ", Items.Select(i => i.Expression + (i.Alias.Length == 0 ? "" : $" AS {Name(i.Alias)}")))} FROM {Name(Table)}"
        + (Where is null ? "" : $" WHERE {Where}")
        + (Keys.IsEmpty ? "" : $" GROUP BY {string.Join(", ", Keys)}")
        + (Order < 0 ? "" : $" ORDER BY {Items[Order].Expression}{(Descending ? " DESC" : "")}")
        + (Limit == 0 ? "" : $" LIMIT {Limit.ToString(CultureInfo.InvariantCulture)}");

    internal static string Name(string name) =>
        name.Length > 0 && (char.IsLetter(name[0]) || name[0] == '_') && name.All(c => char.IsLetterOrDigit(c) || c == '_') && !SelectParser.IsReserved(name)
            ? name : $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
