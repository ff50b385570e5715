using System.Globalization;
using System.Text;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Mechanisms;
using PrivacyGrains.Privacy.Queries;
using PrivacyGrains.Privacy.Queries.Schemas;
using PrivacyGrains.Privacy.Queries.Selects;

namespace PrivacyGrains.Privacy.Audits;

/// <summary>The queries' aggregates as trials: one unit's rows, with values at and beyond all bounds, come and go, or are exchanged, among others' rows.</summary>
public static class QuerySensitivityTrials
{
    private const string Schema = """
        { "unit": "person", "unitColumn": "who", "maximumRowsPerUnit": 3, "maximumGroupsPerUnit": 2, "neighbours": "add-remove",
          "columns": [ { "name": "who", "type": "text" }, { "name": "region", "type": "text", "keys": ["north", "south", "east"] }, { "name": "x", "type": "number", "low": -10, "high": 40 } ] }
        """;

    private static readonly string[] Texts =
    [
        "SELECT COUNT(*) FROM data",
        "SELECT COUNT(DISTINCT who) FROM data",
        "SELECT SUM(x) FROM data",
        "SELECT AVG(x) FROM data",
        "SELECT VARIANCE(x) FROM data",
        "SELECT region, COUNT(*), SUM(x) FROM data GROUP BY region",
        "SELECT region, AVG(x) FROM data WHERE x > 0 GROUP BY region",
    ];

    private static readonly string[] Values = ["-1e9", "-10", "-9.99", "0", "8.75", "11.34", "15", "40", "99"];
    private static readonly string[] Regions = ["north", "south", "east", "west"];

    /// <summary>All of them, under both relations.</summary>
    /// <returns>One trial a query and relation.</returns>
    public static IReadOnlyList<SensitivityTrial> All() =>
        [.. Texts.SelectMany(text => Enum.GetValues<NeighbouringRelation>().Select(relation => Trial(text, relation)))];

    private static SensitivityTrial Trial(string text, NeighbouringRelation relation)
    {
        if (!TableSchema.TryParse(Encoding.UTF8.GetBytes(Schema), out var schema, out var fault)
            || !SelectQuery.TryCreate(text, schema with { Neighbours = RelationNames.Of(relation) }, out var query, out fault))
        {
            throw new InvalidOperationException(fault.Message);
        }

        var (l2Squared, l1) = query.Sensitivity(relation);
        return new SensitivityTrial($"{text}, {RelationNames.Of(relation)}", l1, l2Squared, source =>
        {
            // The others stay within their bounds, so that only the one unit's rows are chosen among, and the difference is its own.
            using var bits = new RandomBits(source);
            string[][] others = [.. Enumerable.Range(0, (int)bits.Below(4UL)).Select(i => Row(bits, string.Create(CultureInfo.InvariantCulture, $"other{i}"), null))];
            var (left, right) = (Unit(bits), relation == NeighbouringRelation.AddRemove ? [] : Unit(bits));
            return (Sums(query, [.. others, .. left], source), Sums(query, [.. others, .. right], source));
        });
    }

    private static long[] Sums(SelectQuery query, string[][] rows, IRandomSource source)
    {
        TableFault? fault;
        return Table.TryCreate(["who", "region", "x"], rows, out var table, out fault)
            && BoundedRows.TryTake(table, query, source, out var bounded, out fault) && bounded.TrySum(table, query, out var sums, out fault)
            ? sums
            : throw new InvalidOperationException(fault!.Message);
    }

    // Often one value in all rows, which is where sums move most.
    private static string[][] Unit(RandomBits bits)
    {
        var one = bits.Bit() ? Values[bits.Below((ulong)Values.Length)] : null;
        return [.. Enumerable.Range(0, (int)bits.Below(7UL)).Select(_ => Row(bits, "one", one))];
    }

    private static string[] Row(RandomBits bits, string who, string? value) => [who, Regions[bits.Below((ulong)Regions.Length)], value ?? Values[bits.Below((ulong)Values.Length)]];
}
