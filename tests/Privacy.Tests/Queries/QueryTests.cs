using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Ledger;
using PrivacyGrains.Privacy.Queries.Selects;
using static PrivacyGrains.Privacy.Tests.Queries.Selects.SelectSamples;

namespace PrivacyGrains.Privacy.Tests.Queries;

/// <summary>Plain counts and means: exact sums, the least noise, and figures read from totals.</summary>
public class QueryTests
{
    private const string Columns = """ "columns": [ { "name": "who", "type": "text" }, { "name": "x", "type": "number", "low": 0, "high": 40 } ] """;
    private const string Mean = "SELECT AVG(x), COUNT(*) FROM data";

    [Fact]
    public void Sums_AreOfWhatPasses()
    {
        string[] rows = ["a,10", "b,20", "a,40", "a,-5", "c,30"];
        Assert.Equal([5L], Compute(rows, "SELECT COUNT(*) FROM data"));
        Assert.Equal([3L], Compute(rows, "SELECT COUNT(*) FROM data WHERE who = 'a'"));
        Assert.Equal([2L], Compute(rows, "SELECT COUNT(*) FROM data WHERE who <> 'a'"));
        Assert.Equal([2L], Compute(rows, "SELECT COUNT(*) FROM data WHERE x >= 10 AND x < 30"));

        // Range 0 to 40: 10, 20, 40, 0 (clamped), 30 lie -0.5, 0, 1, -1, 0.5 halves from the middle.
        Assert.Equal([5 * Measure.Steps, 0], Compute(rows, Mean));
        Assert.Equal([1 * Measure.Steps, Measure.Steps / 2], Compute(rows, $"{Mean} WHERE who = 'c'"));
    }

    [Fact]
    public void Sums_AreBoundedPerUnit()
    {
        string[] rows = ["a,40", "b,20", "a,40", "a,40", "c,40"];
        Assert.Equal([4 * Measure.Steps, 3 * Measure.Steps], Compute(rows, Mean, 2));
        Assert.Equal([3L], Compute(rows, "SELECT COUNT(*) FROM data", 1));
    }

    [Theory]
    [InlineData(0.01, 1.05)]
    [InlineData(0.1, 1.05)]
    [InlineData(0.5, 2)] // near the least variance a sum of discrete Gaussians costs more than one Gaussian: tau of proposition 14
    [InlineData(20, 1.05)]
    public void Noise_IsTheLeastThatTheChargeCovers(double rho, double slack)
    {
        var noise = Count(rho).Noise();
        Assert.All(PrivacyEvents.Zcdp(Rho.Create(rho)).Units.Zip(noise.Loss.Units), p => Assert.True(p.First >= p.Second));

        // One record moves a count by 1: the four that are counted need a variance of 1 / (2 rho) together, and each draws at least 1/4.
        var needed = Math.Max(0.25, 1 / (2 * rho) / 4);
        Assert.InRange(noise.LocalVariance.ToDouble(), needed, needed * slack);
    }

    [Fact]
    public void Noise_GrowsWithThePartiesOfAUnit()
    {
        var schema = Schema($$"""{ "unit": "patient", "unitColumn": "who", {{Columns}} }""");
        var one = Spec(Query("SELECT COUNT(*) FROM data", schema), 0.01).Noise().LocalVariance.ToDouble();
        var three = Spec(Query("SELECT COUNT(*) FROM data", schema with { MaximumPartiesPerUnit = 3 }), 0.01).Noise().LocalVariance.ToDouble();
        Assert.Equal(9, three / one, 1);
    }

    [Fact]
    public void Specification_WithFiguresThatMakeNoPlan_IsRefused()
    {
        SelectQuerySpec[] wrong =
        [
            Count() with { VarianceNumerator = Count().VarianceNumerator / 2 }, Count() with { VarianceNumerator = 0 }, Count() with { VarianceDenominator = 0 },
            Count() with { Contributors = 1 }, Count() with { Colluding = -1 }, Count() with { Dropping = 5 }, Count() with { Rho = -1 }, Count() with { Rho = 0 },
            Count() with { Schema = Records with { Neighbours = "other" } }, Count() with { Schema = Records with { Unit = "" } },
        ];
        Assert.All(wrong, spec => Assert.False(SelectQuerySpec.TryDecode(spec.Encode(), out _, out _)));
        Assert.All(["", "null", "{}", Count().Encode() + " "], text => Assert.False(SelectQuerySpec.TryDecode(text, out _, out _)));
    }

    [Fact]
    public void Total_OfTooFewOrTooManyOrAnotherLength_IsRefused_AndAnEmptyMeanHasNoValue()
    {
        var query = Query(Mean);
        var noise = Spec(query, 0.1, 3).Noise();
        Assert.Throws<ArgumentOutOfRangeException>(() => SelectAnswer.FromTotal(query, noise, [1, 1], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => SelectAnswer.FromTotal(query, noise, [1, 1], 4));
        Assert.Throws<ArgumentException>(() => SelectAnswer.FromTotal(query, noise, [1], 3));
        Assert.Equal(new Estimate(null, 0, 40), SelectAnswer.FromTotal(query, noise, [-5, 3], 3)[0].Figures[0]);
    }

    [Fact]
    public void Charge_OfASpecification_FitsTheLedger()
    {
        var spec = Count();
        var binding = ReleaseBinding.Create("q1", "s1", new byte[32], Convert.FromHexString(spec.Digest()));
        var request = new ChargeRequest("q1", "count", "analyst", binding, Neighbours.AddRemoveRecord, PrivacyEvents.Zcdp(Rho.Create(spec.Rho)));
        Assert.True(Ledger.LedgerSamples.Open().Reserve(request, DateTimeOffset.UnixEpoch).Outcome.Stands);
    }

    [Theory]
    [InlineData("SELECT AVG(x) FROM data", "who", "x")]
    [InlineData("SELECT COUNT(*) FROM data WHERE x < 1", "who", "x")]
    [InlineData("SELECT COUNT(*) FROM data", "x", "who")]
    public void Table_WithoutANeededColumn_IsRefused(string text, string has, string named)
    {
        using var random = new TestRandom(1);
        var query = Query(text, Schema($$"""{ "unit": "patient", "unitColumn": "who", {{Columns}} }"""));
        Assert.False(BoundedRows.TryTake(Table(has, ["1"]), query, random.Source, out var rows, out var fault) && rows.TrySum(Table(has, ["1"]), query, out _, out fault));
        Assert.Equal(("table.unknown-column", named), (fault!.Code, fault.Column));
    }

    private static SelectQuerySpec Count(double rho = 0.01) => Spec(Query("SELECT COUNT(*) FROM data"), rho);

    private static SelectQuerySpec Spec(SelectQuery query, double rho, int contributors = 5) => SelectQuerySpec.Create("how-many", "analyst", query, Rho.Create(rho), contributors, 0, 1);

    private static long[] Compute(string[] rows, string text, int rowsOfUnit = 0)
    {
        using var random = new TestRandom(2);
        var schema = Schema(rowsOfUnit == 0 ? $$"""{ {{Columns}} }""" : $$"""{ "unit": "patient", "unitColumn": "who", "maximumRowsPerUnit": {{rowsOfUnit}}, {{Columns}} }""");
        return Sums(Table("who,x", rows), Query(text, schema), random);
    }
}
