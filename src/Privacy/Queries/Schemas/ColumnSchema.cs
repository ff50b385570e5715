using System.Collections.Immutable;
using PrivacyGrains.Privacy.Ledger;

namespace PrivacyGrains.Privacy.Queries.Schemas;

/// <summary>What is publicly known of a column.</summary>
/// <param name="Name">As the table's header has it.</param>
/// <param name="Type"><c>text</c>, <c>number</c> or <c>date</c> (<see cref="TimeColumn"/> says how cells are read).</param>
/// <param name="Low">Smaller values count as this one; null where no bounds are public. Never taken from the data.</param>
/// <param name="High">Greater values count as this one; null where no bounds are public.</param>
/// <param name="Keys">The values that groups may have, known to everybody; none where they are not.</param>
/// <param name="First">Of a date: the first stretch of the calendar that rows may be of, as <c>2026-Q1</c> or <c>2026-01-01</c>; null where that is not public. Never taken from the data.</param>
/// <param name="Last">Of a date: the last one.</param>
public sealed record ColumnSchema(string Name, string Type, double? Low = null, double? High = null, ImmutableArray<string> Keys = default, string? First = null, string? Last = null)
{
    /// <summary>Of a column of texts.</summary>
    public const string Text = "text";

    /// <summary>Of a column of numbers.</summary>
    public const string Number = "number";

    /// <summary>Of a column of dates.</summary>
    public const string Date = "date";

    /// <summary>Whether the column has public bounds.</summary>
    internal bool IsBounded => Low is not null;

    /// <summary>Whether groups by it have public keys.</summary>
    internal bool HasKeys => !Keys.IsDefaultOrEmpty;

    internal string? Fault() =>
        string.IsNullOrWhiteSpace(Name) ? "columns: each has a name"
        : Type is not (Text or Number or Date) ? $"columns: {Name} has the type '{Type}'; a column is text, number or date"
        : Low is null != High is null ? $"columns: {Name} has one of low and high; give both or none"
        : Low is not null && Type != Number ? $"columns: {Name} is {Type} and has no low and high"
        : Low is not null && !(double.IsFinite(Low.Value) && double.IsFinite(High!.Value) && Low < High && double.IsFinite(High.Value - Low.Value))
            ? $"columns: {Name} has finite bounds, low below high"
        : First is null != Last is null ? $"columns: {Name} has one of first and last; give both or none"
        : First is not null && Type != Date ? $"columns: {Name} is {Type} and has no first and last"
        : First is not null && !(TimeBlock.TryParse(First, out var first) && TimeBlock.TryParse(Last, out var last) && first.First <= last.Last)
            ? $"columns: {Name} has first and last as 2026-01-01, 2026-01, 2026-Q1 or 2026, first not after last"
        : HasKeys && (Keys.Any(k => k is null) || Keys.Distinct(StringComparer.Ordinal).Count() != Keys.Length) ? $"columns: {Name} lists each key once"
        : null;
}
