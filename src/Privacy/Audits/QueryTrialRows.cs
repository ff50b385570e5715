using System.Text;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Queries;
using PrivacyGrains.Privacy.Queries.Schemas;
using PrivacyGrains.Privacy.Queries.Selects;

namespace PrivacyGrains.Privacy.Audits;

/// <summary>A count over tables of a given length, asked as anybody would ask it.</summary>
internal static class QueryTrialRows
{
    /// <summary>The plan, and tables with so many rows.</summary>
    public static (LocalPlan Plan, Func<int, Table> Rows) Make(Epsilon epsilon, Delta delta)
    {
        QueryFault? fault;
        return TableSchema.TryParse(Encoding.UTF8.GetBytes("""{ "columns": [ { "name": "x", "type": "number", "low": 0, "high": 1 } ] }"""), out var schema, out fault)
            && SelectQuery.TryCreate("SELECT COUNT(*) FROM data", schema, out var query, out fault) && LocalPlan.TryCreate(query, epsilon, delta, out var plan, out fault)
            ? (plan, Rows)
            : throw new InvalidOperationException(fault!.Message);
    }

    /// <summary>One answer.</summary>
    public static long Count(LocalPlan plan, Table table, IRandomSource source) => plan.TryRead(table, source, out var exact, out var fault)
        ? (long)Math.Round(plan.Release(exact, source)[0].Figures[0].Value!.Value)
        : throw new InvalidOperationException(fault.Message);

    private static Table Rows(int count) =>
        Table.TryCreate(["x"], Enumerable.Repeat((IReadOnlyList<string>)["1"], count), out var table, out var fault) ? table : throw new InvalidOperationException(fault.Message);
}
