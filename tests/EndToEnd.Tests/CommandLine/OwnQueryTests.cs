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

    private string In(string name) => Path.Combine(_folder.Path, name);

    private async Task OpenAsync(double epsilon) =>
        (await CommandRun.OfAsync("query", "ledger", In("ledger"), "--epsilon", $"{epsilon}", "--delta", "1e-6", "--schema", In("schema.json"), "--json")).Good();

    private async Task<JsonElement> ShowAsync() => (await CommandRun.OfAsync("query", "ledger", In("ledger"), "--json")).Good().Document();

    private Task<CommandRun> AskAsync(string sql, double epsilon, bool ledger = true) => CommandRun.OfAsync([.. Line(sql, epsilon), .. ledger ? (string[])["--ledger", In("ledger")] : []]);

    private string[] Line(string sql, double epsilon) =>
        ["query", sql, "--data", In("pay.csv"), "--schema", In("schema.json"), "--epsilon", FormattableString.Invariant($"{epsilon}"), "--delta", "1e-6", "--json"];
}
