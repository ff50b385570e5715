using System.Collections.Immutable;
using System.Globalization;
using PrivacyGrains.Privacy.Queries;
using PrivacyGrains.Privacy.Queries.Schemas;
using PrivacyGrains.Privacy.Queries.Selects;

namespace PrivacyGrains.Grains.Queries;

/// <summary>The statistics <c>count</c> and <c>mean</c> as the selects that they are short for, over records that come or go one at a time. Pure.</summary>
internal static class CountsAndMeans
{
    private const string Rows = "record"; // a schema has a column, even where none is read

    /// <summary>The select of a count or mean, or why there is none.</summary>
    /// <param name="terms">Of either statistic.</param>
    public static (SelectQuery? Query, QueryFault? Fault) Of(QueryTerms terms)
    {
        var isMean = terms.Statistic == "mean";
        ColumnSchema[] value = isMean ? [new ColumnSchema(terms.Column, ColumnSchema.Number, terms.Low, terms.High)] : [];
        ColumnSchema[] filter = terms.FilterColumn.Length > 0 && !(isMean && terms.FilterColumn == terms.Column) ? [new ColumnSchema(terms.FilterColumn, ColumnSchema.Text)] : [];
        ImmutableArray<ColumnSchema> columns = [.. value, .. filter];
        var schema = new TableSchema(columns.IsEmpty ? [new ColumnSchema(Rows, ColumnSchema.Text)] : columns, DataVersion: terms.DataVersion);
        if (isMean && !(terms.Low < terms.High))
        {
            return (null, new QueryFault(QueryFault.Unbounded, $"A mean has public bounds, low below high, not {terms.Low} and {terms.High}."));
        }

        if (schema.Fault() is { } wrong)
        {
            return (null, new QueryFault(QueryFault.BadSchema, $"{wrong}."));
        }

        return SelectQuery.TryCreate($"SELECT {(isMean ? $"AVG({Name(terms.Column)}), " : "")}COUNT(*) FROM data{Where(terms, filter.Length == 0)}", schema, out var query, out var fault) ? (query, null) : (null, fault);
    }

    // A filter on the column of the mean compares numbers; any other one, texts.
    private static string Where(QueryTerms terms, bool isNumber) => terms.FilterColumn.Length == 0 ? ""
        : isNumber && double.TryParse(terms.FilterValue, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? string.Create(CultureInfo.InvariantCulture, $" WHERE {Name(terms.FilterColumn)} = {number:R}")
        : $" WHERE {Name(terms.FilterColumn)} = '{terms.FilterValue.Replace("'", "''", StringComparison.Ordinal)}'";

    private static string Name(string column) => $"\"{column.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
