using System.Collections.Immutable;

namespace PrivacyGrains.Privacy.Queries.Schemas;

/// <summary>What is publicly known of a column.</summary>
/// <param name="Name">As the table's header has it.</param>
/// <param name="Type"><c>text</c> or <c>number</c>.</param>
/// <param name="Low">Smaller values count as this one; null where no bounds are public. Never taken from the data.</param>
/// <param name="High">Greater values count as this one; null where no bounds are public.</param>
/// <param name="Keys">The values that groups may have, known to everybody; none where they are not.</param>
public sealed record ColumnSchema(string Name, string Type, double? Low = null, double? High = null, ImmutableArray<string> Keys = default)
{
    /// <summary>Of a column of texts.</summary>
    public const string Text = "text";

    /// <summary>Of a column of numbers.</summary>
    public const string Number = "number";

    /// <summary>Whether the column has public bounds.</summary>
    internal bool IsBounded => Low is not null;

    /// <summary>Whether groups by it have public keys.</summary>
    internal bool HasKeys => !Keys.IsDefaultOrEmpty;

    internal string? Fault() =>
        string.IsNullOrWhiteSpace(Name) ? "columns: each has a name"
        : Type is not (Text or Number) ? $"columns: {Name} has the type '{Type}'; a column is text or number"
        : Low is null != High is null ? $"columns: {Name} has one of low and high; give both or none"
        : Low is not null && Type != Number ? $"columns: {Name} is text and has no low and high"
        : Low is not null && !(double.IsFinite(Low.Value) && double.IsFinite(High!.Value) && Low < High && double.IsFinite(High.Value - Low.Value))
            ? $"columns: {Name} has finite bounds, low below high"
        : HasKeys && (Keys.Any(k => k is null) || Keys.Distinct(StringComparer.Ordinal).Count() != Keys.Length) ? $"columns: {Name} lists each key once"
        : null;
}
