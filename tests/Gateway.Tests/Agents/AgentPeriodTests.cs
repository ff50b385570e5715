using System.Text.Json;
using PrivacyGrains.Client.Agents;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Messages.Queries;
using PrivacyGrains.Privacy.Queries.Schemas;

namespace PrivacyGrains.Gateway.Tests.Agents;

/// <summary>Budgets with an allowance for each quarter: what the parties declare of their rows' days decides what is charged, and which rows are used.</summary>
[Collection(AgentWorld.Collection)]
public sealed class AgentPeriodTests(AgentWorld world)
{
    private static readonly RowDates First = new(new(2026, 1, 1), new(2026, 3, 31), "admitted");
    private static readonly RowDates Second = new(new(2026, 4, 1), new(2026, 6, 30), "admitted");

    [Fact]
    public async Task Training_IsChargedToItsQuarter_IsRefusedOnceThatIsGone_AndTheNextQuarterRenews()
    {
        await using var scene = await AgentScene.OpenAsync(world, "quarters", quarter: 13); // two rounds at noise 1 and two local steps; not three
        scene.StartAll(First);
        Assert.Equal("completed", (await scene.TrainAsync(scene.Training(steps: 2))).Status);

        var more = await scene.TrainAsync(scene.Training() with { MaximumRounds = 1 }, "quarters-more");
        Assert.Equal("failed", more.Status);
        Assert.Contains(more.Rounds[0].Dropped, d => d.Reason.Contains("ledger.over-budget", StringComparison.Ordinal) && d.Reason.Contains("2026-Q1", StringComparison.Ordinal));

        await scene.StopAsync();
        var agents = scene.StartAll(Second);
        Assert.Equal("completed", (await scene.TrainAsync(scene.Training(), "quarters-next")).Status);
        await agents["hospital-1"].UntilAsync(AgentStep.Settled, "quarters-next");

        var statement = await scene.StatementAsync("hospital-1");
        Assert.Equal([("2026-Q1", "committed"), ("2026-Q1", "committed"), ("2026-Q2", "committed")], statement.Charges.Select(c => (Assert.Single(c.Blocks), c.Status)));
        Assert.Equal(["", "2026-Q1", "2026-Q2"], statement.Levels.Select(l => l.Block).Order(StringComparer.Ordinal));
        Assert.True(statement.Levels.Single(l => l.Block == "2026-Q1").EpsilonSoFar > statement.Levels.Single(l => l.Block == "2026-Q2").EpsilonSoFar);
    }

    [Fact]
    public async Task Query_AnswersForTheDeclaredDaysAlone_AndNamesEveryBlockThatTheyTouch()
    {
        await using var scene = await AgentScene.OpenAsync(world, "quarter-counts", quarter: 25);
        scene.StartAll(Second);
        Near(20, await scene.AskAsync(scene.Count(), "quarter-counts-second"));

        await scene.StopAsync();
        var agents = scene.StartAll(First with { To = new(2026, 4, 1) }); // no row is of that day; its quarter is charged all the same
        Near(50, await scene.AskAsync(scene.Count(), "quarter-counts-first"));
        await agents["hospital-1"].UntilAsync(AgentStep.Settled, "quarter-counts-first");

        var statement = await scene.StatementAsync("hospital-1");
        Assert.Equal(["2026-Q2", "2026-Q1 2026-Q2"], statement.Charges.Select(c => string.Join(' ', c.Blocks)));
    }

    [Fact]
    public async Task OverTheQuartersAllowance_IsRefusedBeforeARowIsRead_AndSaysWhatIsLeftThere()
    {
        await using var scene = await AgentScene.OpenAsync(world, "quarter-poor", quarter: 0.5);
        foreach (var hospital in AgentScene.Hospitals)
        {
            scene.Start(hospital, scene.DatedOf(hospital, First, "secret-value,20,B,2026-02-02,2019")); // whoever read the broken row would refuse it by another name
        }

        var query = await scene.AskAsync(Select(scene));
        var job = await scene.TrainAsync(scene.Training() with { MaximumRounds = 1 }, $"{scene.Name}-training");

        foreach (var (status, rounds) in new[] { (query.Status, query.Rounds), (job.Status, job.Rounds) })
        {
            Assert.Equal("failed", status);
            Assert.All(rounds[0].Dropped.Where(d => d.Reason.Contains("ledger.", StringComparison.Ordinal)), d => Assert.Contains("block 2026-Q1", d.Reason, StringComparison.Ordinal));
            Assert.Contains(rounds[0].Dropped, d => d.Reason.Contains("ledger.over-budget", StringComparison.Ordinal));
            Assert.DoesNotContain(rounds[0].Dropped, d => d.Reason.Contains("table.", StringComparison.Ordinal));
        }

        Assert.Empty((await scene.StatementAsync("hospital-1")).Charges);
    }

    /// <summary>The question's own condition picks among the declared quarters, where it names the party's own column of dates: another one would let rows be charged where they are not.</summary>
    [Theory]
    [InlineData("narrow", "admitted", "'2026-Q2'", 20, "2026-Q2")]
    [InlineData("narrow-other", "seen", "'2020'", 0, "2026-Q1 2026-Q2")]
    [InlineData("narrow-none", "admitted", "'2020'", null, null)]
    public async Task Select_OfAQuarter_IsChargedToIt_ByThePartysOwnColumnOnly(string name, string column, string when, int? ill, string? blocks)
    {
        await using var scene = await AgentScene.OpenAsync(world, name, quarter: 25);
        var agents = scene.StartAll(First with { To = Second.To });

        var query = await scene.AskAsync(Select(scene) with
        {
            Sql = $"SELECT COUNT(*) FROM data WHERE diagnosis = 'M' AND {column} = {when}",
            Schema = JsonElement.Parse($$"""{ "timeColumn": "{{column}}", "columns": [ { "name": "diagnosis", "type": "text" }, { "name": "{{column}}", "type": "date" } ] }"""),
        });
        if (ill is null)
        {
            Assert.Contains(query.Rounds[0].Dropped, d => d.Reason.StartsWith("agent.other-dates", StringComparison.Ordinal));
            return;
        }

        var figure = Assert.Single(Assert.Single(query.Answer!.Rows!).Figures);
        Assert.InRange(ill.Value, figure.Lower95 - (4 * (figure.Upper95 - figure.Lower95)), figure.Upper95 + (4 * (figure.Upper95 - figure.Lower95)));
        await agents["hospital-1"].UntilAsync(AgentStep.Settled, name);
        Assert.Equal(blocks, string.Join(' ', Assert.Single((await scene.StatementAsync("hospital-1")).Charges).Blocks));
    }

    [Fact]
    public async Task NothingDeclared_IsRefusedByName_AndSaysWhatToDeclare()
    {
        await using var scene = await AgentScene.OpenAsync(world, "undated", quarter: 25);
        scene.StartAll(dates: null);

        var query = await scene.AskAsync(scene.Count());
        var job = await scene.TrainAsync(scene.Training() with { MaximumRounds = 1 }, $"{scene.Name}-training");

        foreach (var dropped in new[] { query.Rounds[0].Dropped, job.Rounds[0].Dropped })
        {
            Assert.Contains(dropped, d => d.Reason.StartsWith("agent.no-dates", StringComparison.Ordinal) && d.Reason.Contains("each quarter", StringComparison.Ordinal) && d.Reason.Contains("--from and --to", StringComparison.Ordinal));
        }

        Assert.Empty((await scene.StatementAsync("hospital-1")).Charges);
    }

    [Fact]
    public async Task BudgetWithoutPeriods_IsChargedWithoutBlocks_AndOtherDaysAreNotUsedAllTheSame()
    {
        await using var scene = await AgentScene.OpenAsync(world, "no-periods");
        var agents = scene.StartAll(Second);

        Near(20, await scene.AskAsync(scene.Count()));
        await agents["hospital-1"].UntilAsync(AgentStep.Settled, scene.Name);

        Assert.Empty(Assert.Single((await scene.StatementAsync("hospital-1")).Charges).Blocks);
    }

    [Fact]
    public async Task RecordWithoutADate_IsRefusedAtTheStart_ToTheOwnersPeopleOnly()
    {
        await using var scene = await AgentScene.OpenAsync(world, "bad-date");
        var refused = Assert.Throws<InputException>(() => scene.DatedOf("hospital-1", First, "18,20,M,soon,2019"));
        Assert.Equal("table.not-a-date", refused.Code);
        Assert.Contains("Row 41, column admitted", refused.Message, StringComparison.Ordinal);
    }

    // Eight half-widths of a 95 % interval are more than 15 deviations: false alarms below 1e-50.
    private static void Near(double truth, QueryBody query) =>
        Assert.InRange(query.Answer!.Value, truth - (8 * query.Answer.ErrorBar95), truth + (8 * query.Answer.ErrorBar95));

    private static QueryTermsBody Select(AgentScene scene) => scene.Count() with
    {
        Statistic = "select",
        FilterColumn = "",
        FilterValue = "",
        Sql = "SELECT AVG(radius) FROM data",
        Schema = JsonElement.Parse("""{ "columns": [ { "name": "radius", "type": "number", "low": 0, "high": 30 } ] }"""),
    };
}
