using System.Collections.Immutable;
using System.Text;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Queries;
using PrivacyGrains.Privacy.Queries.Schemas;
using PrivacyGrains.Privacy.Queries.Selects;

namespace PrivacyGrains.Privacy.Tests.Queries.Selects;

internal static class SelectSamples
{
    public static readonly Delta SmallDelta = Delta.Create(1e-6);

    public static TableSchema Records { get; } = Schema("""
        { "columns": [ { "name": "region", "type": "text", "keys": ["north", "south"] }, { "name": "job", "type": "text" },
                       { "name": "x", "type": "number", "low": 0, "high": 40 }, { "name": "free", "type": "number" } ] }
        """);

    public static TableSchema People { get; } = Schema("""
        { "unit": "person", "unitColumn": "who", "maximumRowsPerUnit": 3, "maximumGroupsPerUnit": 2,
          "columns": [ { "name": "who", "type": "text" }, { "name": "region", "type": "text", "keys": ["north", "south", "east"] }, { "name": "x", "type": "number", "low": -10, "high": 40 } ] }
        """);

    public static TableSchema Schema(string json) =>
        TableSchema.TryParse(Encoding.UTF8.GetBytes(json), out var schema, out var fault) ? schema : throw new ArgumentException(fault.Message);

    public static SelectQuery Query(string text, TableSchema? schema = null) =>
        SelectQuery.TryCreate(text, schema ?? Records, out var query, out var fault) ? query : throw new ArgumentException(fault.Message);

    public static QueryFault Refusal(string text, TableSchema? schema = null)
    {
        Assert.False(SelectQuery.TryCreate(text, schema ?? Records, out _, out var fault));
        return fault;
    }

    public static LocalPlan Plan(SelectQuery query, double epsilon = 1)
    {
        Assert.True(LocalPlan.TryCreate(query, Epsilon.Create(epsilon), SmallDelta, out var plan, out var fault), fault?.Message);
        return plan;
    }

    public static Table Table(string header, IEnumerable<string> rows)
    {
        Assert.True(Privacy.Queries.Table.TryCreate(header.Split(','), rows.Select(r => (IReadOnlyList<string>)r.Split(',')), out var table, out var fault), fault?.Message);
        return table;
    }

    public static long[] Sums(Table table, SelectQuery query, TestRandom random)
    {
        Assert.True(BoundedRows.TryTake(table, query, random.Source, out var rows, out var fault), fault?.Message);
        Assert.True(rows.TrySum(table, query, out var sums, out fault), fault?.Message);
        return sums;
    }

    public static ImmutableArray<AnswerRow> Answer(LocalPlan plan, Table table, TestRandom random)
    {
        Assert.True(plan.TryRead(table, random.Source, out var exact, out var fault), fault?.Message);
        return plan.Release(exact, random.Source);
    }
}
