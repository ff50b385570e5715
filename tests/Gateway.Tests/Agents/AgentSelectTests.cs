using System.Text.Json;
using PrivacyGrains.Client.Agents;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Messages.Queries;

namespace PrivacyGrains.Gateway.Tests.Agents;

/// <summary>Queries in SQL over all hospitals, through the gateway, answered by resident agents.</summary>
[Collection(AgentWorld.Collection)]
public sealed class AgentSelectTests(AgentWorld world)
{
    private const string Sql = "SELECT diagnosis, COUNT(*), SUM(radius), AVG(radius), VARIANCE(radius) FROM data WHERE radius BETWEEN 0 AND 30 GROUP BY diagnosis";

    [Fact]
    public async Task GroupBy_EveryFigureIsNearTheTruth_AndTheSameAgainCostsNothing()
    {
        await using var scene = await AgentScene.OpenAsync(world, "select");
        scene.StartAll();

        var query = await scene.AskAsync(Select(scene));

        Assert.Equal(("answered", false), (query.Status, query.Cached));
        Assert.Equal(["M", "B"], query.Answer!.Rows!.Select(r => r.Keys[0]));
        foreach (var (row, mean) in query.Answer.Rows!.Zip((double[])[20, 10]))
        {
            // 10 of a kind at each of five, at two values each of mean - 2 .. mean + 2: a variance of 2.
            double[] truth = [50, 50 * mean, mean, 2];
            Assert.All(row.Figures.Zip(truth), p => Assert.InRange(p.Second, p.First.Lower95 - (2 * (p.First.Upper95 - p.First.Lower95)), p.First.Upper95 + (2 * (p.First.Upper95 - p.First.Lower95))));
        }

        var again = await scene.AskAsync(Select(scene) with { Sql = Sql.Replace("SELECT", "select", StringComparison.Ordinal) + ";" }, "select-again");
        Assert.Equal(("answered", true, "select"), (again.Status, again.Cached, again.AnsweredBy));
        Assert.Equal(query.Answer.Rows!.SelectMany(r => r.Figures), again.Answer!.Rows!.SelectMany(r => r.Figures));
        Assert.Equal([(1, "committed")], await scene.ChargesAsync("hospital-1"));
    }

    [Fact]
    public async Task OverBudget_IsRefusedBeforeAnyRowIsRead_AndSaysWhatIsLeft()
    {
        await using var scene = await AgentScene.OpenAsync(world, "select-poor", _ => 0.5);

        // Whoever read the broken row would refuse it by another name.
        var poor = scene.Start("hospital-1", scene.DataOf("hospital-1", "secret-value,20,B"));
        scene.StartAll(but: "hospital-1");

        var query = await scene.AskAsync(Select(scene));

        Assert.Equal("failed", query.Status);
        Assert.Contains("ledger.over-budget", query.Message);
        Assert.Contains("of 0.5 is left", query.Message); // 0.499999
        Assert.StartsWith("ledger.over-budget", (await poor.UntilAsync(AgentStep.Refused, scene.Name)).Detail);
    }

    [Fact]
    public async Task CellThatIsNoNumber_GivesTheLossBack_AndTheRowIsNotTold()
    {
        await using var scene = await AgentScene.OpenAsync(world, "select-cell");
        var broken = scene.Start("hospital-1", scene.DataOf("hospital-1", "secret-value,20,B"));
        scene.StartAll(but: "hospital-1");

        var query = await scene.AskAsync(Select(scene));

        var reason = Assert.Single(query.Rounds[0].Dropped).Reason;
        Assert.Contains("table.not-a-number", reason);
        Assert.DoesNotContain("secret", reason);
        await broken.UntilAsync(AgentStep.Settled, scene.Name);
        Assert.Equal([(1, "refunded")], await scene.ChargesAsync("hospital-1"));
        Assert.Equal([(1, "committed")], await scene.ChargesAsync("hospital-2"));
    }

    [Fact]
    public async Task UnitOfTheSchema_ThatTheBudgetDoesNotGuard_IsRefused()
    {
        await using var scene = await AgentScene.OpenAsync(world, "select-unit");
        scene.StartAll();

        var query = await scene.AskAsync(Select(scene) with { Schema = Schema("""{ "unit": "patient", "unitColumn": "texture", "columns": [ { "name": "radius", "type": "number", "low": 0, "high": 30 } ] }"""), Sql = "SELECT AVG(radius) FROM data" });

        Assert.Contains(query.Rounds[0].Dropped, d => d.Reason.StartsWith("agent.other-neighbours", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("SELECT MEDIAN(radius) FROM data", "query.not-joint", "quantile")]
    [InlineData("SELECT AVG(raduis) FROM data", "query.unknown-column", "Did you mean radius?")]
    [InlineData("SELECT AVG(radius) FRM data", "query.syntax", "line 1, column 20")]
    public async Task WhatCannotBeAsked_Is400ByItsCode(string sql, string code, string words)
    {
        await using var scene = await AgentScene.OpenAsync(world, $"select-{code.Split('.')[1]}");
        var refused = await Assert.ThrowsAsync<GatewayException>(() => scene.AskAsync(Select(scene) with { Sql = sql }));
        Assert.Equal((400, code), (refused.Status, refused.Code));
        Assert.Contains(words, refused.Detail);
    }

    private static QueryTermsBody Select(AgentScene scene) => scene.Count() with
    {
        Statistic = "select",
        FilterColumn = "",
        FilterValue = "",
        Sql = Sql,
        Schema = Schema("""{ "dataVersion": "1", "columns": [ { "name": "radius", "type": "number", "low": 0, "high": 30 }, { "name": "diagnosis", "type": "text", "keys": ["M", "B"] } ] }"""),
    };

    private static JsonElement Schema(string json) => JsonElement.Parse(json);
}
