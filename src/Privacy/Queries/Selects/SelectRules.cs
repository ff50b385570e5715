using System.Collections.Immutable;
using PrivacyGrains.Privacy.Queries.Language;
using PrivacyGrains.Privacy.Queries.Schemas;

namespace PrivacyGrains.Privacy.Queries.Selects;

/// <summary>Which statements a schema allows.</summary>
internal static class SelectRules
{
    /// <summary>What is wrong first, or null; and the bound keys.</summary>
    public static QueryFault? Check(SelectStatement statement, TableSchema schema, out ImmutableArray<BoundKey> keys)
    {
        keys = [];
        if (statement.Table != schema.Table)
        {
            return new QueryFault("query.unknown-table", $"{statement.TableAt}: the schema's table is {schema.Table}, not {statement.Table}.");
        }

        var bound = new List<BoundKey>();
        foreach (var key in statement.Keys)
        {
            if (Find(schema, key.Column, key.At, out var column) is { } unknown)
            {
                return unknown;
            }

            var (made, wrong) = BoundKey.Create(key, column!, SelectQuery.MaximumDimension);
            if (wrong is not null)
            {
                return wrong;
            }

            bound.Add(made!);
        }

        keys = [.. bound];
        return Items(statement, schema) ?? Shape(statement, keys) ?? RowCondition.Check(statement.Where, schema);
    }

    /// <summary>The column of a name; a fault with the nearest one where there is none.</summary>
    public static QueryFault? Find(TableSchema schema, string name, TextPosition at, out ColumnSchema? column)
    {
        column = schema.Find(name);
        var near = column is null ? NearestName.Of(name, schema.Columns.Select(c => c.Name)) : null;
        return column is not null ? null : new QueryFault(
            QueryFault.UnknownColumn,
            $"{at}: there is no column {name}. {(near is null ? $"The schema has {string.Join(", ", schema.Columns.Take(20).Select(c => c.Name))}" : $"Did you mean {near}")}{(near is null ? "." : "?")}");
    }

    private static QueryFault? Items(SelectStatement statement, TableSchema schema)
    {
        foreach (var item in statement.Items)
        {
            if (item.Key is { } key && !statement.Keys.Any(k => k.ToString() == key.ToString()))
            {
                return Find(schema, key.Column, key.At, out _)
                    ?? new QueryFault(QueryFault.BadQuery, $"{key.At}: {key} is no aggregate and not in GROUP BY: single rows are never shown.");
            }

            if (item.Aggregate is { } aggregate && Aggregate(aggregate, schema) is { } wrong)
            {
                return wrong;
            }
        }

        return null;
    }

    private static QueryFault? Aggregate(Aggregate aggregate, TableSchema schema)
    {
        if (aggregate.Kind == AggregateKind.Count)
        {
            return null;
        }

        if (aggregate.Kind == AggregateKind.CountUnits)
        {
            return aggregate.Column == schema.Unit || (schema.UnitColumn.Length > 0 && aggregate.Column == schema.UnitColumn) ? null : new QueryFault(
                QueryFault.BadQuery, $"{aggregate.At}: DISTINCT counts privacy units: write COUNT(DISTINCT {(schema.UnitColumn.Length > 0 ? schema.UnitColumn : schema.Unit)}).");
        }

        return Find(schema, aggregate.Column, aggregate.At, out var column)
            ?? (column!.Type != ColumnSchema.Number ? new QueryFault(QueryFault.WrongType, $"{aggregate.At}: {aggregate} needs numbers, and {column.Name} is text.")
            : !column.IsBounded ? new QueryFault(QueryFault.Unbounded, $"{aggregate.At}: {aggregate} needs public bounds; give {column.Name} a low and a high in the schema.")
            : null);
    }

    private static QueryFault? Shape(SelectStatement statement, ImmutableArray<BoundKey> keys)
    {
        if (!statement.Aggregates.Any())
        {
            return new QueryFault(QueryFault.BadQuery, "The query has no aggregate: single rows are never shown. Add COUNT(*) or another.");
        }

        if (statement.Keys.Select(k => k.ToString()).Distinct(StringComparer.Ordinal).Count() != statement.Keys.Length
            || statement.Items.Select(i => i.Shown).Distinct(StringComparer.Ordinal).Count() != statement.Items.Length)
        {
            return new QueryFault(QueryFault.BadQuery, "A group key or a column of the answer stands twice. Leave one out, or name it with AS.");
        }

        if (statement.Limit > 0 && (statement.Order < 0 || keys.IsEmpty))
        {
            return new QueryFault(QueryFault.BadQuery, "TOP and LIMIT need GROUP BY and ORDER BY an aggregate.");
        }

        var measures = Math.Max(1, statement.Aggregates.SelectMany(a => Measure.Of(a.Aggregate)).Distinct().Count());
        var groups = keys.Aggregate(1L, (product, key) => Math.Min(product * Math.Max(1, key.Labels.Length), long.MaxValue >> 32));
        return groups * measures > SelectQuery.MaximumDimension
            ? new QueryFault(QueryFault.TooLarge, $"{groups} groups of {measures} measures are more than {SelectQuery.MaximumDimension} coordinates. Choose wider buckets or fewer keys.")
            : null;
    }
}
