using static PrivacyGrains.Privacy.Tests.Queries.Selects.SelectSamples;

namespace PrivacyGrains.Privacy.Tests.Queries.Selects;

/// <summary>What one party answers by itself, and many do not: quantiles, keys that are selected privately, the greatest groups.</summary>
public class LocalOnlyTests
{
    private const string Header = "region,job,x,free";

    [Fact]
    public void Quantiles_LieNearTheTruth_AndTheErrorBarsCoverIt()
    {
        const int runs = 40;
        var table = Table(Header, Enumerable.Range(0, 1600).Select(i => $"{(i % 2 == 0 ? "north" : "south")},a,{i / 40.0},0"));
        var plan = Plan(Query("SELECT region, MEDIAN(x) AS m, QUANTILE(x, 0.9) FROM data GROUP BY region"), 4);
        Assert.InRange(plan.Epsilon.Value, 3.8, 4);
        Assert.Equal(3, plan.Split.Length);
        using var random = new TestRandom(1);
        var covered = new int[2];
        for (var run = 0; run < runs; run++)
        {
            var row = Answer(plan, table, random)[0];
            double[] truth = [19.95, 35.95];
            for (var i = 0; i < 2; i++)
            {
                var figure = row.Figures[i];
                covered[i] += figure.Lower <= truth[i] && truth[i] <= figure.Upper ? 1 : 0;
                Assert.InRange(figure.Value!.Value, truth[i] - 4, truth[i] + 4);
                Assert.InRange(figure.Upper - figure.Lower, 0, 20);
            }
        }

        // At least 95 %; the bound on the choice's error is a wide one.
        Assert.All(covered, c => Assert.InRange(c, 34, runs));
    }

    [Fact]
    public void Quantile_OfAnEmptyGroup_IsSomewhereInItsRange_AndTheBarSaysSo()
    {
        using var random = new TestRandom(2);
        var figure = Answer(Plan(Query("SELECT MEDIAN(x) FROM data WHERE x > 1e9")), Table(Header, ["north,a,1,0"]), random)[0].Figures[0];
        Assert.InRange(figure.Value!.Value, 0, 40);
        Assert.InRange(figure.Upper - figure.Lower, 39, 40);
    }

    [Fact]
    public void KeysThatAreNotPublic_AreNamedOnlyWhereManyUnitsHaveThem_InTheOrderOfTheKeys()
    {
        var table = Table(Header, [.. Enumerable.Range(0, 900).Select(i => $"north,{(i % 3) switch { 0 => "nurse", 1 => "baker", _ => "smith" }},1,0"), "north,mayor,1,0", "north,judge,1,0", "north,judge,1,0"]);
        var plan = Plan(Query("SELECT job, COUNT(*) FROM data GROUP BY job"));
        Assert.InRange(plan.Loss.DeltaUnits / Math.Pow(2, 40), 1e-7, 3e-7);
        Assert.Null(plan.Rho);
        using var random = new TestRandom(3);
        for (var run = 0; run < 100; run++)
        {
            var rows = Answer(plan, table, random);
            Assert.Equal(["baker", "nurse", "smith"], rows.Select(r => r.Keys[0])); // a group of one is named with probability 2.5e-7
            Assert.All(rows, r => Assert.InRange(r.Figures[0].Value!.Value, 200, 400));
        }
    }

    [Fact]
    public void KeysThatAreNotPublic_OneUnitWithManyRows_DoesNotNameItsKey()
    {
        var schema = Schema("""
            { "unit": "person", "unitColumn": "who", "maximumRowsPerUnit": 50, "maximumGroupsPerUnit": 2, "columns": [ { "name": "who", "type": "text" }, { "name": "job", "type": "text" } ] }
            """);
        var table = Table("who,job", [.. Enumerable.Range(0, 500).Select(i => $"p{i},nurse"), .. Enumerable.Range(0, 500).Select(_ => "whale,mayor")]);
        using var random = new TestRandom(4);
        Assert.Equal(["nurse"], Answer(Plan(Query("SELECT job, COUNT(DISTINCT person) FROM data GROUP BY job", schema), 4), table, random).Select(r => r.Keys[0]));
    }

    [Fact]
    public void TopK_OfPublicKeys_CostsWhatTheHistogramCosts_AndNamesTheGreatest()
    {
        var table = Table(Header, Enumerable.Range(0, 3000).Select(i => $"north,a,{(i % 6) switch { 0 => 5, 1 or 2 => 15, _ => 35 }},0"));
        var (top, all) = (Plan(Query("SELECT TOP 2 BUCKET(x, 10), COUNT(*) FROM data GROUP BY BUCKET(x, 10)")), Plan(Query("SELECT COUNT(*) FROM data GROUP BY BUCKET(x, 10)")));
        Assert.Equal(all.Loss, top.Loss);
        using var random = new TestRandom(5);
        Assert.Equal(["[30, 40]", "[10, 20)"], Answer(top, table, random).Select(r => r.Keys[0]));
    }
}
