using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using PrivacyGrains.Privacy.Accounting;

namespace PrivacyGrains.Privacy.Queries;

/// <summary>What is asked of the rows.</summary>
public enum StatisticKind
{
    /// <summary>How many rows pass the filters.</summary>
    Count = 0,

    /// <summary>The mean of a column over the rows that pass.</summary>
    Mean = 1,
}

/// <summary>How a filter compares a cell.</summary>
public enum FilterComparison
{
    /// <summary>The same text.</summary>
    Equal = 0,

    /// <summary>Another text.</summary>
    NotEqual = 1,

    /// <summary>A number below the value.</summary>
    Below = 2,

    /// <summary>A number at least the value.</summary>
    AtLeast = 3,
}

/// <summary>One condition on a row; a row passes where all hold.</summary>
/// <param name="Column">The column that is looked at.</param>
/// <param name="Comparison">How.</param>
/// <param name="Value">The text, or a number in invariant form.</param>
public sealed record RowFilter(string Column, FilterComparison Comparison, string Value);

/// <summary>A count or mean over one table or several parties' tables, with all that bounds what one privacy unit contributes. Public.</summary>
/// <param name="Kind">What is asked.</param>
/// <param name="Column">The column of a mean; empty for a count.</param>
/// <param name="Lower">Values below count as this; 0 for a count.</param>
/// <param name="Upper">Values above count as this; 0 for a count. The two are the analyst's, never taken from the data.</param>
/// <param name="Filters">All must hold.</param>
/// <param name="UnitColumn">The column that tells whose row it is; empty where each row is a unit of its own.</param>
/// <param name="MaximumRowsPerUnit">The contribution bound at one party: further rows of one unit are left out; 1 where each row is a unit.</param>
/// <param name="MaximumPartiesPerUnit">At how many parties one unit may have rows.</param>
public sealed record StatisticsQuery(
    StatisticKind Kind,
    string Column,
    double Lower,
    double Upper,
    ImmutableArray<RowFilter> Filters,
    string UnitColumn = "",
    int MaximumRowsPerUnit = 1,
    int MaximumPartiesPerUnit = 1)
{
    /// <summary>Integer steps in half the clamping range of a mean; also the weight of one row in its count, so that noise hurts both alike.</summary>
    public const long ValueUnits = 1 << 16;

    /// <summary>A count of rows, each its own unit.</summary>
    /// <param name="filters">All must hold; none counts every row.</param>
    /// <returns>The query.</returns>
    public static StatisticsQuery Count(params ReadOnlySpan<RowFilter> filters) => new(StatisticKind.Count, string.Empty, 0, 0, [.. filters]);

    /// <summary>A mean over rows, each its own unit.</summary>
    /// <param name="column">The column.</param>
    /// <param name="lower">The lower clamping bound.</param>
    /// <param name="upper">The upper clamping bound.</param>
    /// <param name="filters">All must hold; none takes every row.</param>
    /// <returns>The query.</returns>
    public static StatisticsQuery Mean(string column, double lower, double upper, params ReadOnlySpan<RowFilter> filters) =>
        new(StatisticKind.Mean, column, lower, upper, [.. filters]);

    /// <summary>Coordinates of the aggregate: 1 for a count, 2 (count, sum) for a mean.</summary>
    [JsonIgnore]
    public int Dimension => Kind == StatisticKind.Count ? 1 : 2;

    /// <summary>What one unit may change in the total.</summary>
    /// <param name="relation">How neighbours differ.</param>
    /// <returns>The L2 sensitivity squared and the L1 sensitivity, in the aggregate's integers.</returns>
    /// <remarks>
    /// With k = rows per unit times parties per unit, a row adds 1 to a count, or (h, q) with |q| at most h to a mean's vector. Count: k either way. Mean, add-remove: k * (h, h) at most.
    /// Mean, replace-one: a rows leave and b enter, a and b at most k, so the change is at most ((a - b) h, (a + b) h), whose squared norm 2 (a^2 + b^2) h^2 is at most 4 k^2 h^2; its L1 norm is at most 2 k h.
    /// </remarks>
    public (double L2Squared, double L1) Sensitivity(NeighbouringRelation relation)
    {
        var k = (double)MaximumRowsPerUnit * MaximumPartiesPerUnit;
        return Kind == StatisticKind.Count ? (k * k, k)
            : (k * k * ValueUnits * ValueUnits * (relation == NeighbouringRelation.AddRemove ? 2 : 4), 2 * k * ValueUnits);
    }

    /// <summary>What is wrong with the query, or null; names the field.</summary>
    /// <returns>One line for people.</returns>
    public string? Fault()
    {
        if (Kind is not (StatisticKind.Count or StatisticKind.Mean))
        {
            return "kind: a query is a count or a mean";
        }

        if (Filters.IsDefault || Filters.Length > 32 || Filters.Any(f => f is null || string.IsNullOrEmpty(f.Column) || f.Value is null || !Enum.IsDefined(f.Comparison)))
        {
            return "filters: at most 32, each with a column, a comparison and a value";
        }

        if (Filters.FirstOrDefault(f => f.Comparison is FilterComparison.Below or FilterComparison.AtLeast && !TryNumber(f.Value, out _)) is { } bad)
        {
            return $"filters: {bad.Column} is compared with \"{bad.Value}\", which is not a number";
        }

        if (Column is null || UnitColumn is null || (Kind == StatisticKind.Mean) != (Column.Length > 0))
        {
            return "column: a mean names its column, a count has none";
        }

        if (Kind == StatisticKind.Mean ? !(double.IsFinite(Lower) && double.IsFinite(Upper) && Lower < Upper) : Lower != 0 || Upper != 0)
        {
            return "lower, upper: a mean has finite clamping bounds, the lower below the upper; a count has none";
        }

        return MaximumRowsPerUnit is < 1 or > 1_000_000 || (UnitColumn.Length == 0 && MaximumRowsPerUnit != 1)
            ? "maximumRowsPerUnit: 1 to 1,000,000, and 1 where each row is a unit"
            : MaximumPartiesPerUnit is < 1 or > 10_000 ? "maximumPartiesPerUnit: 1 to 10,000" : null;
    }

    /// <summary>The query's one byte form.</summary>
    /// <returns>UTF-8 JSON.</returns>
    public byte[] ToCanonicalBytes() => JsonSerializer.SerializeToUtf8Bytes(this, QueryJsonContext.Default.StatisticsQuery);

    /// <summary>The query's name in caches, charges and agreements.</summary>
    /// <returns>SHA-256 of the canonical bytes, 64 lower-case hex digits.</returns>
    public string Digest() => Convert.ToHexStringLower(SHA256.HashData(ToCanonicalBytes()));

    /// <summary>Reads a query that may be hostile.</summary>
    /// <param name="utf8Json">At most 64 KiB.</param>
    /// <param name="query">The query, or null.</param>
    /// <param name="fault">What is wrong, or null.</param>
    /// <returns>Whether there is a query.</returns>
    public static bool TryParse(ReadOnlySpan<byte> utf8Json, [NotNullWhen(true)] out StatisticsQuery? query, [NotNullWhen(false)] out string? fault)
    {
        (query, fault) = (null, null);
        try
        {
            query = utf8Json.Length <= 64 << 10 ? JsonSerializer.Deserialize(utf8Json, QueryJsonContext.Default.StatisticsQuery) : null;
            fault = query is null ? "the query is empty or larger than 64 KiB" : query.Fault();
        }
        catch (JsonException e)
        {
            fault = $"the query is not JSON of the expected form: {e.Message}";
        }

        query = fault is null ? query : null;
        return fault is null;
    }

    /// <inheritdoc/>
    public bool Equals(StatisticsQuery? other) => other is not null && ToCanonicalBytes().AsSpan().SequenceEqual(other.ToCanonicalBytes());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Column, Lower, Upper);

    internal static bool TryNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);
}

/// <summary>The generated serializer of queries.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(StatisticsQuery))]
public sealed partial class QueryJsonContext : JsonSerializerContext;
