using System.Globalization;
using PrivacyGrains.Grains.Queries;
using PrivacyGrains.Grains.Tests.Rounds;
using static PrivacyGrains.Grains.Tests.Hosting.TestConsortium;
using static PrivacyGrains.Grains.Tests.Queries.QuerySamples;

namespace PrivacyGrains.Grains.Tests.Queries;

public class SelectQueryTests
{
    private const string Schema = """
        { "dataVersion": "2026-q1", "columns": [ { "name": "diagnosis", "type": "text", "keys": ["M", "B"] }, { "name": "radius", "type": "number", "low": 0, "high": 30 } ] }
        """;

    private const string Sql = "SELECT diagnosis, COUNT(*), AVG(radius) FROM data GROUP BY diagnosis";

    private static readonly string[] Groups = ["M", "B"];

    [Fact]
    public async Task GroupBy_OverFiveParties_IsTheNoisedTotalsFigures_AndEachIsChargedOnce()
    {
        await using var world = await OwnerWorld.StartAsync();
        var query = world.Query("by-diagnosis");
        Value(await query.CreateAsync(Select(world)));
        await world.RunAsync("by-diagnosis", 1, RoundPhases.CollectMaskedInputs, "hospital-2");
        var view = await EndAsync(world, query);
        Assert.Equal(("answered", null, 2.0), (view.Status, view.AnsweredBy, view.Answer!.Rho));
        Assert.Equal(Groups, view.Answer.Rows.Select(r => Assert.Single(r.Keys)));
        foreach (var row in view.Answer.Rows)
        {
            var radii = world.Hospitals.Where(h => h.Party != "hospital-2")
                .SelectMany(h => Enumerable.Range(0, h.Rows.RowCount).Where(r => h.Rows.Text(r, 2) == row.Keys[0]).Select(r => double.Parse(h.Rows.Text(r, 0), CultureInfo.InvariantCulture))).ToList();
            Assert.Equal(["COUNT(*)", "AVG(radius)"], row.Figures.Select(f => f.Name));
            Within(row.Figures[0], radii.Count);
            Within(row.Figures[1], radii.Average());
        }

        var statement = Value(await world.Hospitals[0].Ledger.StatementAsync());
        Assert.Equal("committed", Assert.Single(statement.Charges).Status);
    }

    [Fact]
    public async Task TheSameQuestionOfTheSameData_UnderAnotherName_IsAnsweredAtNoCost()
    {
        await using var world = await OwnerWorld.StartAsync(3);
        Value(await world.Query("first").CreateAsync(Select(world)));
        await world.RunAsync("first", 1);
        var first = await EndAsync(world, world.Query("first"));
        Value(await world.Query("second").CreateAsync(Select(world) with { Analyst = "another", Sql = "select diagnosis, count(*), avg(radius) from data group by diagnosis;" }));
        var second = await EndAsync(world, world.Query("second"));
        Assert.Equal(("answered", "first", 0), (second.Status, second.AnsweredBy, second.Rounds.Length));
        Assert.Equal(first.Answer!.Rows.SelectMany(r => r.Figures), second.Answer!.Rows.SelectMany(r => r.Figures));
        Assert.Single(Value(await world.Hospitals[0].Ledger.StatementAsync()).Charges);
        Assert.Equal(["query.created", "query.answered-before"], await world.Consortium.AuditKindsAsync("\"subject\":\"second\""));

        // Another state of the data, or none named, is asked anew.
        Value(await world.Query("third").CreateAsync(Select(world) with { Schema = Schema.Replace("2026-q1", "2026-q2", StringComparison.Ordinal) }));
        await world.RunAsync("third", 1);
        Assert.Null((await EndAsync(world, world.Query("third"))).AnsweredBy);
        Assert.Equal(2, Value(await world.Hospitals[0].Ledger.StatementAsync()).Charges.Length);
    }

    public static TheoryData<string, string, string, string> Wrong => new()
    {
        { "query.syntax", "SELEC", Schema, "line 1, column 1" },
        { "query.unknown-column", "SELECT AVG(raduis) FROM data", Schema, "Did you mean radius?" },
        { "query.unbounded", "SELECT AVG(radius) FROM data", "{\"columns\":[{\"name\":\"radius\",\"type\":\"number\"}]}", "low and a high" },
        { "query.not-joint", "SELECT MEDIAN(radius) FROM data", Schema, "quantile" },
        { "query.not-joint", "SELECT TOP 1 diagnosis, COUNT(*) FROM data GROUP BY diagnosis", Schema, "TOP" },
        { "query.bad-schema", Sql, "{}", "columns" },
        { "query.bad-question", "", Schema, "sql" },
        { "query.bad-rho", "SELECT SUM(x) FROM data", "{\"unit\":\"p\",\"unitColumn\":\"x\",\"maximumRowsPerUnit\":1000000,\"columns\":[{\"name\":\"x\",\"type\":\"number\",\"low\":0,\"high\":1}]}", "64 bits" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Check_WhatCannotBeAskedJointly_IsRefusedByName(string code, string sql, string schema, string words)
    {
        var refusal = QueryTermsRules.Check("q", Plain with { Statistic = "select", Sql = sql, Schema = schema, Rho = 1e-6 });
        Assert.Equal((code, RefusalKind.Invalid), (refusal!.Code, refusal.Kind));
        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_ACountWithASql_IsRefused() => Assert.Equal("query.bad-question", QueryTermsRules.Check("q", Plain with { Sql = Sql, Schema = Schema })?.Code);

    private static QueryTerms Select(OwnerWorld world) => Count(world) with { Statistic = "select", Sql = Sql, Schema = Schema };

    // Eight deviations on either side: the bar is nearly two.
    private static void Within(QueryResultFigure figure, double truth) =>
        Assert.InRange(truth, figure.Value!.Value - (4 * (figure.Upper95 - figure.Lower95)), figure.Value.Value + (4 * (figure.Upper95 - figure.Lower95)));
}
