using System.Text.Json;
using PrivacyGrains.Testing;

namespace PrivacyGrains.EndToEnd.Tests.CommandLine;

[Collection(CommandLineCollection.Name)]
public sealed class OwnQueryTests : IDisposable
{
    private const string Means = "SELECT region, AVG(pay) FROM data GROUP BY region";
    private readonly TempFolder _folder = new();

    public OwnQueryTests()
    {
        File.WriteAllText(In("schema.json"), """{ "columns": [ { "name": "region", "type": "text", "keys": ["north", "south"] }, { "name": "pay", "type": "number", "low": 0, "high": 40 } ] }""");
        File.WriteAllLines(In("pay.csv"), ["region,pay", .. Enumerable.Range(0, 2000).Select(i => i % 2 == 0 ? "north,10" : "south,30")]);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Query_WithALedger_IsChargedOnce_AndTheSameAgainIsFree()
    {
        await OpenAsync(1);
        var first = (await AskAsync(Means, 0.5)).Good().Document();
        var row = first.GetProperty("rows")[0].GetProperty("figures")[0];
        Assert.Equal("north", first.GetProperty("rows")[0].GetProperty("keys")[0].GetString());
        Assert.InRange(row.GetProperty("value").GetDouble(), 8, 12); // the bar is about +- 0.6
        Assert.InRange(row.GetProperty("upper95").GetDouble() - row.GetProperty("lower95").GetDouble(), 0.1, 3);
        Assert.True(first.GetProperty("charged").GetBoolean());
        Assert.False(first.GetProperty("cached").GetBoolean());

        var again = (await AskAsync("select region , avg(pay) from data group by region -- the same", 0.5)).Good().Document();
        Assert.True(again.GetProperty("cached").GetBoolean());
        Assert.Equal(first.GetProperty("rows").GetRawText(), again.GetProperty("rows").GetRawText());
        Assert.Equal(first.GetProperty("epsilonLeft").GetDouble(), again.GetProperty("epsilonLeft").GetDouble());

        await File.AppendAllTextAsync(In("pay.csv"), "north,10\n");
        var changed = (await AskAsync(Means, 0.3)).Good().Document();
        Assert.False(changed.GetProperty("cached").GetBoolean());
        Assert.Equal(2, (await ShowAsync()).GetProperty("charges").GetInt32());
    }

    [Fact]
    public async Task LargeDelta_OfAQueryOrALedger_IsWarnedOf()
    {
        var query = (await CommandRun.OfAsync("query", Means, "--schema", In("schema.json"), "--epsilon", "1", "--delta", "1e-3", "--dry-run", "--json")).Good();
        Assert.StartsWith("warning: --delta 0.001 is large", query.Error, StringComparison.Ordinal);
        Assert.Equal(1, query.Document().GetProperty("warnings").GetArrayLength());
        var ledger = (await CommandRun.OfAsync("query", "ledger", In("wide"), "--epsilon", "1", "--delta", "1e-3", "--json")).Good();
        Assert.Equal(1, ledger.Document().GetProperty("warnings").GetArrayLength());
        Assert.False((await CommandRun.OfAsync("query", "ledger", In("narrow"), "--epsilon", "1", "--delta", "1e-6", "--json")).Good().Document().TryGetProperty("warnings", out _));
    }

    [Fact]
    public async Task Query_OverBudget_IsRefusedBeforeAnyDataIsRead_AndSaysWhatIsLeft()
    {
        await OpenAsync(1);
        File.Delete(In("pay.csv"));
        var dear = await AskAsync(Means, 3);
        Assert.Equal(1, dear.ExitCode);
        Assert.Contains("ledger.over-budget", dear.Error, StringComparison.Ordinal);
        Assert.Contains("0.999999 of 1 is left", dear.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Query_DataThatCannotAnswer_GivesTheLossBack()
    {
        await OpenAsync(1);
        await File.AppendAllTextAsync(In("pay.csv"), "north,much\n");
        Assert.Contains("table.not-a-number", (await AskAsync(Means, 0.5)).Error, StringComparison.Ordinal);
        Assert.InRange((await ShowAsync()).GetProperty("epsilonLeft").GetDouble(), 0.99999, 1); // rounded down
    }

    [Fact]
    public async Task Query_WithoutALedger_SaysThatNothingIsCharged_AndADryRunReadsNothing()
    {
        var unpaid = (await AskAsync(Means, 0.5, ledger: false)).Good().Document();
        Assert.False(unpaid.GetProperty("charged").GetBoolean());
        Assert.Contains("nothing is charged", unpaid.GetProperty("note").GetString(), StringComparison.Ordinal);

        File.Delete(In("pay.csv"));
        var dry = (await CommandRun.OfAsync([.. Line(Means, 0.5), "--dry-run", "--expected-rows", "1000"])).Good().Document();
        Assert.Equal(JsonValueKind.Null, dry.GetProperty("rows").ValueKind);
        var expected = dry.GetProperty("expectedErrors")[0].GetProperty("error95").GetDouble();
        var row = unpaid.GetProperty("rows")[0].GetProperty("figures")[0];
        Assert.InRange((row.GetProperty("upper95").GetDouble() - row.GetProperty("lower95").GetDouble()) / 2 / expected, 0.9, 1.3);
    }

    [Fact]
    public async Task Ledger_ALineThatWasChanged_IsNamed_AndATornOneIsCut()
    {
        await OpenAsync(1);
        (await AskAsync(Means, 0.5)).Good();
        var (path, whole) = (In("ledger/ledger.jsonl"), await File.ReadAllTextAsync(In("ledger/ledger.jsonl")));
        await File.WriteAllTextAsync(path, whole + "{\"type\":\"char");
        Assert.Equal(1, (await ShowAsync()).GetProperty("charges").GetInt32());
        await File.WriteAllTextAsync(path, whole.Replace("analyst", "anelyst", StringComparison.Ordinal));
        var damaged = await CommandRun.OfAsync("query", "ledger", In("ledger"), "--json");
        Assert.Equal(2, damaged.ExitCode);
        Assert.Contains("ledger.damaged", damaged.Error, StringComparison.Ordinal);
        Assert.Contains("line 2", damaged.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SELECT AVG(pya) FROM data", "query.unknown-column", "Did you mean pay?")]
    [InlineData("SELECT AVG(pay) FRM data", "query.syntax", "line 1, column 17: expected FROM, found 'FRM'")]
    [InlineData("SELECT pay, COUNT(*) FROM data", "query.bad-select", "single rows are never shown")]
    public async Task Query_ThatCannotBeAsked_IsBadInput(string sql, string code, string words)
    {
        var run = await AskAsync(sql, 0.5, ledger: false);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(code, run.Error, StringComparison.Ordinal);
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ledger_WithPeriodsAndAnalysts_ChargesTheBlocksThatTheQueryNames_AndUsesNoOtherRows()
    {
        WriteDays();
        (await CommandRun.OfAsync("query", "ledger", In("ledger"), "--epsilon", "4", "--delta", "1e-6", "--level", "period=quarter,epsilon=2", "analyst=bob,epsilon=0.5", "--schema", In("schema.json"), "--json")).Good();
        const string first = "SELECT COUNT(*) FROM data WHERE day = '2026-Q1'";
        var answer = (await AskAsync(first, 1)).Good().Document();
        Assert.Equal("2026-Q1", Assert.Single(answer.GetProperty("blocks").EnumerateArray()).GetString());
        Assert.InRange(answer.GetProperty("rows")[0].GetProperty("figures")[0].GetProperty("value").GetDouble(), 1000 - 50, 1000 + 50);
        Assert.True((await AskAsync(first, 1)).Good().Document().GetProperty("cached").GetBoolean());

        // What is left of a quarter is the quarter's, a later one has its own, and the column's declared stretch names both where the condition names none.
        var (left, second) = (answer.GetProperty("epsilonLeft").GetDouble(), (await AskAsync("SELECT COUNT(*) FROM data WHERE day BETWEEN '2026-04-01' AND '2026-06-30'", 1)).Good().Document());
        Assert.Equal(left, second.GetProperty("epsilonLeft").GetDouble(), 1e-3);
        var dear = await AskAsync("SELECT AVG(pay) FROM data", 2);
        Assert.Equal(1, dear.ExitCode);
        Assert.Contains("block 2026-Q1", dear.Error, StringComparison.Ordinal);
        Assert.Contains("block 2026-Q2", dear.Error, StringComparison.Ordinal);

        var bob = await CommandRun.OfAsync([.. Line("SELECT COUNT(*) FROM data WHERE day = '2026-Q2'", 0.7), "--ledger", In("ledger"), "--analyst", "bob"]);
        Assert.Contains("the analyst bob", bob.Error, StringComparison.Ordinal);
        var shown = await ShowAsync();
        Assert.Equal(["data set", "block 2026-Q1", "block 2026-Q2"], shown.GetProperty("levels").EnumerateArray().Select(l => l.GetProperty("level").GetString()));
        Assert.Equal(2, shown.GetProperty("limits").GetArrayLength());

        File.Delete(In("pay.csv"));
        var dry = (await CommandRun.OfAsync([.. Line("SELECT COUNT(*) FROM data WHERE day > '2026-Q1'", 0.3), "--ledger", In("ledger"), "--dry-run"])).Good().Document();
        Assert.Equal("2026-Q2", Assert.Single(dry.GetProperty("blocks").EnumerateArray()).GetString());
        Assert.Equal(left, dry.GetProperty("epsilonLeft").GetDouble(), 1e-3);
    }

    [Theory]
    [InlineData("SELECT COUNT(*) FROM data WHERE day = '2027-Q1'", "query.no-blocks", "from 2026-Q1 to 2026-Q2")]
    [InlineData("SELECT COUNT(*) FROM data WHERE day = 'spring'", "query.wrong-type", "day is a date")]
    [InlineData("SELECT COUNT(*) FROM data", "query.no-time-column", "timeColumn", false)]
    public async Task Query_ThatIsOfNoBlock_IsBadInput_BeforeAnythingIsCharged(string sql, string code, string words, bool withDays = true)
    {
        if (withDays)
        {
            WriteDays();
        }

        (await CommandRun.OfAsync("query", "ledger", In("ledger"), "--epsilon", "4", "--delta", "1e-6", "--level", "period=quarter,epsilon=2", "--schema", In("schema.json"), "--json")).Good();
        var run = await AskAsync(sql, 0.5);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(code, run.Error, StringComparison.Ordinal);
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await ShowAsync()).GetProperty("charges").GetInt32());
    }

    [Theory]
    [InlineData("period=week,epsilon=1", "--level is 'period=week,epsilon=1'")]
    [InlineData("period=quarter", "--level is 'period=quarter'")]
    [InlineData("period=quarter,epsilon=1e-9", "leaves nothing to spend")]
    [InlineData("period=quarter,epsilon=1,delta=2", "--level")]
    [InlineData("period=quarter,epsilon=1 period=month,epsilon=1", "equally long")]
    [InlineData("analyst=bob,epsilon=1 analyst=bob,epsilon=2", "two levels of one analyst")]
    public async Task Ledger_OfAWrongLevel_IsBadInput(string level, string words)
    {
        var run = await CommandRun.OfAsync(["query", "ledger", In("ledger"), "--epsilon", "4", "--delta", "1e-6", "--level", .. level.Split(' ')]);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(In("ledger")));
    }

    [Fact]
    public async Task Query_KeysSelectedPrivately_ArePaidForAtThePartysSilo()
    {
        WriteDays();
        await using var up = await UpProcess.StartAsync(_folder.Path);
        var party = In("h1");
        var invitation = (await up.RunAsync("party invite h1 --json")).Good().Document().GetProperty("invitation").GetString();
        (await CommandRun.OfAsync("join", invitation!, "--folder", party, "--url", up.Url)).Good();
        (await up.RunAsync("budget open h1/pay --epsilon 8 --delta 1e-6 --mechanism-delta 2.5e-7 --level period=quarter,epsilon=3 --level analyst=bob,epsilon=1", party)).Good();
        (await up.RunAsync("budget open h1/strict --epsilon 8 --delta 1e-6", party)).Good();
        string[] Ask(string sql, string budget, params string[] more) => [.. Line(sql, 2), "--budget", budget, "--folder", party, "--url", up.Url, .. more];

        var answer = (await CommandRun.OfAsync(Ask("SELECT job, COUNT(*), MEDIAN(pay) FROM data WHERE day = '2026-Q1' GROUP BY job", "pay"))).Good().Document();
        Assert.Equal(["cook", "nurse"], answer.GetProperty("rows").EnumerateArray().Select(r => r.GetProperty("keys")[0].GetString())); // the only spy goes unnamed
        (await up.RunAsync($"budget statement h1/pay --format json --out {In("statement.json")}", party)).Good();
        (await CommandRun.OfAsync("budget", "verify", "--file", In("statement.json"))).Good();
        using var statement = JsonDocument.Parse(await File.ReadAllTextAsync(In("statement.json")));
        var charge = Assert.Single(statement.RootElement.GetProperty("charges").EnumerateArray());
        Assert.Contains("\"approximate\"", charge.GetProperty("plan").GetString(), StringComparison.Ordinal);
        Assert.Equal("committed", charge.GetProperty("status").GetString());
        Assert.Equal("2026-Q1", Assert.Single(charge.GetProperty("blocks").EnumerateArray()).GetString());
        Assert.InRange(charge.GetProperty("epsilonTight").GetDouble(), 0.5, charge.GetProperty("epsilonAlone").GetDouble());

        var strict = await CommandRun.OfAsync(Ask("SELECT job, COUNT(*) FROM data GROUP BY job", "strict"));
        Assert.Equal(1, strict.ExitCode);
        Assert.Contains("0 is set aside for charges", strict.Error, StringComparison.Ordinal);
        var bob = Ask("SELECT COUNT(*) FROM data WHERE day = '2026-Q2'", "pay", "--analyst", "bob");
        Assert.Equal(1, (await CommandRun.OfAsync([.. bob, "--dry-run"])).Good().Document().GetProperty("epsilonLeft").GetDouble());
        Assert.Contains("the analyst bob", (await CommandRun.OfAsync(bob)).Error, StringComparison.Ordinal);
    }

    private void WriteDays()
    {
        File.WriteAllText(In("schema.json"), """
            { "timeColumn": "day", "columns": [ { "name": "day", "type": "date", "first": "2026-Q1", "last": "2026-Q2" }, { "name": "job", "type": "text" }, { "name": "pay", "type": "number", "low": 0, "high": 40 } ] }
            """);
        File.WriteAllLines(In("pay.csv"), ["day,job,pay", "2026-01-01,spy,40", .. Enumerable.Range(0, 1999).Select(i => $"{(i % 2 == 0 ? "2026-05-31" : "2026-03-31T23:59:59")},{(i % 4 < 2 ? "cook" : "nurse")},{i % 40}")]);
    }

    private string In(string name) => Path.Combine(_folder.Path, name);

    private async Task OpenAsync(double epsilon) =>
        (await CommandRun.OfAsync("query", "ledger", In("ledger"), "--epsilon", $"{epsilon}", "--delta", "1e-6", "--schema", In("schema.json"), "--json")).Good();

    private async Task<JsonElement> ShowAsync() => (await CommandRun.OfAsync("query", "ledger", In("ledger"), "--json")).Good().Document();

    private Task<CommandRun> AskAsync(string sql, double epsilon, bool ledger = true) => CommandRun.OfAsync([.. Line(sql, epsilon), .. ledger ? (string[])["--ledger", In("ledger")] : []]);

    private string[] Line(string sql, double epsilon) =>
        ["query", sql, "--data", In("pay.csv"), "--schema", In("schema.json"), "--epsilon", FormattableString.Invariant($"{epsilon}"), "--delta", "1e-6", "--json"];
}
