using System.Collections.Immutable;
using System.Globalization;

namespace PrivacyGrains.Privacy.Queries.Language;

/// <summary>How a cell is compared with a literal.</summary>
public enum ComparisonKind
{
    /// <summary>=</summary>
    Equal = 0,

    /// <summary>&lt;&gt;</summary>
    NotEqual = 1,

    /// <summary>&lt;</summary>
    Less = 2,

    /// <summary>&lt;=</summary>
    AtMost = 3,

    /// <summary>&gt;</summary>
    Greater = 4,

    /// <summary>&gt;=</summary>
    AtLeast = 5,
}

/// <summary>A number or a text in a query.</summary>
/// <param name="Text">As compared with text cells: a number in its shortest form.</param>
/// <param name="Number">The number; null for a text.</param>
public readonly record struct Literal(string Text, double? Number)
{
    /// <summary>In the canonical text.</summary>
    public override string ToString() => Number is null ? $"'{Text.Replace("'", "''", StringComparison.Ordinal)}'" : Text;

    internal static Literal OfNumber(string text)
    {
        var number = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture) + 0.0; // + 0: minus zero is zero
        return new Literal(number.ToString("R", CultureInfo.InvariantCulture), number);
    }
}

/// <summary>What a row must fulfil. <c>ToString</c> gives the canonical text: equal conditions that differ in order or spelling have one.</summary>
public abstract record Condition;

/// <summary>A cell against a literal.</summary>
/// <param name="Column">Whose cell.</param>
/// <param name="Kind">How.</param>
/// <param name="Value">With what.</param>
/// <param name="At">Where the column is named.</param>
public sealed record Comparison(string Column, ComparisonKind Kind, Literal Value, TextPosition At) : Condition
{
    private static readonly string[] Signs = ["=", "<>", "<", "<=", ">", ">="];

    /// <inheritdoc/>
    public override string ToString() => $"{SelectStatement.Name(Column)} {Signs[(int)Kind]} {Value}";
}

/// <summary>A cell among literals.</summary>
/// <param name="Column">Whose cell.</param>
/// <param name="Values">Sorted, each once.</param>
/// <param name="At">Where the column is named.</param>
public sealed record Membership(string Column, ImmutableArray<Literal> Values, TextPosition At) : Condition
{
    /// <inheritdoc/>
    public override string ToString() => $"{SelectStatement.Name(Column)} IN ({string.Join(", ", Values)})";
}

/// <summary>The opposite.</summary>
/// <param name="Inner">Of what.</param>
public sealed record Negation(Condition Inner) : Condition
{
    /// <inheritdoc/>
    public override string ToString() => $"NOT ({Inner})";
}

/// <summary>All or any of several conditions.</summary>
/// <param name="All">Whether all must hold; else one is enough.</param>
/// <param name="Parts">Two or more, flattened, sorted by their text, each once.</param>
public sealed record Junction(bool All, ImmutableArray<Condition> Parts) : Condition
{
    /// <summary>Flattens, sorts and drops what stands twice.</summary>
    internal static Condition Of(bool all, IEnumerable<Condition> parts)
    {
        Condition[] flat = [.. parts
            .SelectMany(p => p is Junction j && j.All == all ? (IEnumerable<Condition>)j.Parts : [p])
            .DistinctBy(p => p.ToString(), StringComparer.Ordinal)
            .OrderBy(p => p.ToString(), StringComparer.Ordinal)];
        return flat.Length == 1 ? flat[0] : new Junction(all, [.. flat]);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join(All ? " AND " : " OR ", Parts.Select(p => p is Junction ? $"({p})" : p.ToString()));
}
