using System.Globalization;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Queries.Schemas;
using static PrivacyGrains.Privacy.Tests.Queries.Selects.SelectSamples;

namespace PrivacyGrains.Privacy.Tests.Queries.Selects;

/// <summary>Declared sensitivities against all that one unit can bring, and all that it can be exchanged for: none exceeds, and some pair reaches.</summary>
public class UnitChangeTests
{
    private const string Count = "COUNT(*)";
    private const string Units = "COUNT(DISTINCT person)";

    // What is asked; the column's range; rows of a unit, and its groups; the listed groups, 0 for no GROUP BY; parties of a unit.
    public static TheoryData<string, double, double, int, int, int, int> Exact => new()
    {
        { Count, 0, 1, 3, 2, 0, 1 },
        { Count, 0, 1, 3, 2, 1, 1 },
        { Count, 0, 1, 3, 2, 3, 1 },
        { Count, 0, 1, 2, 1, 2, 2 },
        { Units, 0, 1, 3, 2, 0, 1 },
        { Units, 0, 1, 3, 2, 3, 1 },
        { Units, 0, 1, 3, 3, 4, 1 },
        { $"{Count}, {Units}", 0, 1, 3, 2, 0, 1 },
        { $"{Count}, {Units}", 0, 1, 3, 2, 3, 1 },
        { $"{Count}, {Units}", 0, 1, 3, 3, 4, 1 },
        { $"{Count}, {Units}", 0, 1, 2, 2, 2, 1 },
        { "SUM(x)", 0, 40, 3, 1, 0, 1 },
        { "SUM(x)", 20, 40, 2, 1, 0, 1 },
        { "SUM(x)", -10, 40, 3, 1, 0, 1 },
        { "SUM(x)", -40, 10, 2, 2, 2, 1 },
        { "SUM(x)", -40, 40, 2, 2, 2, 1 },
        { "SUM(x)", -10, 40, 1, 1, 0, 2 },
        { $"SUM(x), {Count}", -40, 10, 3, 1, 0, 1 },
        { $"SUM(x), {Units}", -40, 40, 2, 2, 2, 1 },
        { $"SUM(x), {Units}", -40, 40, 3, 3, 3, 1 },
        { "AVG(x)", -10, 40, 3, 1, 0, 1 },
        { "AVG(x)", -10, 40, 2, 2, 2, 1 },
        { "AVG(x)", 0, 40, 1, 1, 0, 2 },
        { $"AVG(x), SUM(x), {Units}", -10, 40, 2, 1, 0, 1 },
        { $"AVG(x), SUM(x), {Units}", -10, 40, 2, 2, 2, 1 },
    };

    [Theory]
    [MemberData(nameof(Exact))]
    public void Declared_IsTheLargestThereIs(string items, double low, double high, int rows, int unitGroups, int groups, int parties)
    {
        foreach (var relation in Enum.GetValues<NeighbouringRelation>())
        {
            var (declared, measured) = Both(items, low, high, rows, unitGroups, groups, parties, relation, [low, high, (low + high) / 2, high + 99]);
            Assert.Equal(declared, measured);
        }
    }

    [Theory]
    [InlineData("VARIANCE(x)", -10, 40, 0)]
    [InlineData("VARIANCE(x)", -10, 40, 1)]
    [InlineData("VARIANCE(x)", -10, 40, 2)]
    [InlineData("VARIANCE(x), SUM(x)", -10, 40, 0)]
    [InlineData("VARIANCE(x), SUM(x)", 39, 40, 0)]
    [InlineData("VARIANCE(x), SUM(x), COUNT(DISTINCT person)", -40, 40, 0)]
    [InlineData("VARIANCE(x), SUM(x), COUNT(DISTINCT person)", -40, 40, 2)]
    public void Declared_OfVariances_IsTheLargestOnAFineGrid_ToRounding(string items, double low, double high, int groups)
    {
        foreach (var relation in Enum.GetValues<NeighbouringRelation>())
        {
            double[] values = [.. Enumerable.Range(0, groups > 1 ? 301 : 801).Select(i => low + ((high - low) * i / (groups > 1 ? 300 : 800)))];
            var (declared, measured) = Both(items, low, high, 1, 1, groups, 1, relation, values);
            Assert.InRange(measured.L2Squared, declared.L2Squared * (1 - 2e-5), declared.L2Squared);
            Assert.InRange(measured.L1, declared.L1 * (1 - 2e-5), declared.L1);
        }
    }

    [Theory]
    [InlineData("VARIANCE(x)", 0)]
    [InlineData("VARIANCE(x)", 2)]
    [InlineData("VARIANCE(x), SUM(x), COUNT(DISTINCT person)", 0)]
    public void Declared_OfVariances_IsNotExceededByUnitsOfSeveralRows(string items, int groups)
    {
        foreach (var relation in Enum.GetValues<NeighbouringRelation>())
        {
            var (declared, measured) = Both(items, -10, 40, 2, 2, groups, 1, relation, [-10, 0, 11.34, 15, 27, 40]);
            Assert.InRange(measured.L2Squared, declared.L2Squared * 0.95, declared.L2Squared);
            Assert.InRange(measured.L1, declared.L1 * 0.95, declared.L1);
        }
    }

    [Fact]
    public void ACountOfOneUnitExchanged_MovesByTheBound_AndAHistogramByTwice()
    {
        var people = People with { Neighbours = "replace-one" };
        Assert.Equal((9, 3), Query("SELECT COUNT(*) FROM data", people).Sensitivity(NeighbouringRelation.ReplaceOne));
        Assert.Equal((18, 6), Query("SELECT COUNT(*) FROM data GROUP BY region", people).Sensitivity(NeighbouringRelation.ReplaceOne));
    }

    [Fact]
    public void KeysThatAreNotListed_AreAsManyAsThereMayBe()
    {
        var people = People with { Columns = [.. People.Columns.Select(c => c.Name == "region" ? new ColumnSchema("region", "text") : c)] };
        Assert.Equal((4, 4), Query("SELECT COUNT(DISTINCT person) FROM data GROUP BY region", people).Sensitivity(NeighbouringRelation.ReplaceOne));
    }

    private static ((double L2Squared, double L1) Declared, (double L2Squared, double L1) Measured) Both(
        string items, double low, double high, int rows, int unitGroups, int groups, int parties, NeighbouringRelation relation, double[] values)
    {
        string[] names = [.. Enumerable.Range(0, Math.Max(1, groups)).Select(g => $"g{g}")];
        var schema = People with
        {
            MaximumRowsPerUnit = rows,
            MaximumGroupsPerUnit = unitGroups,
            MaximumPartiesPerUnit = parties,
            Neighbours = RelationNames.Of(relation),
            Columns = [People.Columns[0], People.Columns[1] with { Keys = [.. names] }, People.Columns[2] with { Low = low, High = high }],
        };
        Assert.Null(schema.Fault());
        var query = Query($"SELECT {items} FROM data{(groups > 0 ? " GROUP BY region" : "")}", schema);
        using var random = new TestRandom(1);
        string[] kinds = [.. names.SelectMany(g => (items is Count or Units or $"{Count}, {Units}" ? [low] : values).Select(v => string.Create(CultureInfo.InvariantCulture, $"one,{g},{v:R}")))];
        List<long[]> parts = [.. Tables(kinds, rows, unitGroups).Select(t => Sums(Table("who,region,x", t), query, random))];
        for (var p = 1; p < parties; p++)
        {
            parts = [.. parts.SelectMany(_ => parts, (a, b) => (long[])[.. a.Zip(b, (x, y) => x + y)])];
        }

        var (squared, once) = (0.0, 0.0);
        foreach (var part in parts)
        {
            foreach (var other in relation == NeighbouringRelation.AddRemove ? [new long[part.Length]] : parts)
            {
                var (s, o) = (0.0, 0.0);
                for (var i = 0; i < part.Length; i++)
                {
                    double change = Math.Abs(part[i] - other[i]);
                    (s, o) = (s + (change * change), o + change);
                }

                (squared, once) = (Math.Max(squared, s), Math.Max(once, o));
            }
        }

        return (query.Sensitivity(relation), (squared, once));
    }

    // All multisets of rows that the bounds let through; what they do not is for the test of the bounding.
    private static List<string[]> Tables(string[] kinds, int rows, int unitGroups)
    {
        List<int[]> all = [[]];
        var last = all;
        for (var r = 0; r < rows; r++)
        {
            last = [.. last.SelectMany(t => Enumerable.Range(t.Length == 0 ? 0 : t[^1], kinds.Length - (t.Length == 0 ? 0 : t[^1])).Select(k => (int[])[.. t, k]))];
            all = [.. all, .. last];
        }

        return [.. all.Select(t => (string[])[.. t.Select(k => kinds[k])]).Where(t => t.Select(k => k.Split(',')[1]).Distinct().Count() <= unitGroups)];
    }
}
