using System.Text.Json;
using PrivacyGrains.Cli.Output;
using PrivacyGrains.Testing;

namespace PrivacyGrains.EndToEnd.Tests.CommandLine;

[Collection(CommandLineCollection.Name)]
public sealed class AccountTests : IDisposable
{
    private const string Steps = """{"neighbors":"add-remove","events":[{"kind":"repeat","count":1000,"event":{"kind":"poisson","probability":0.01,"event":{"kind":"gaussian","noiseMultiplier":1}}}]}""";
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Plan_IsAccountedFor_ByEachAccountant()
    {
        var plan = await WriteAsync(Steps);
        var (pld, rdp) = (await AccountAsync("--plan", plan, "--accountant", "pld"), await AccountAsync("--plan", plan, "--accountant", "rdp", "--orders", "4,8,16"));
        Assert.InRange(pld.GetProperty("epsilon").GetDouble(), 1.8247, 1.8318); // tests/vectors/accounting
        Assert.False(pld.TryGetProperty("order", out _));
        Assert.Equal(8, rdp.GetProperty("order").GetDouble());
        Assert.True(rdp.GetProperty("epsilon").GetDouble() > pld.GetProperty("epsilon").GetDouble());
        Assert.Equal("pld", (await AccountAsync("--plan", plan)).GetProperty("accountant").GetString());
        await RefusedAsync("account.no-bound", "pld", "--plan", plan, "--accountant", "zcdp");
    }

    [Fact]
    public async Task Calibration_FillsInTheUnknown()
    {
        var template = await WriteAsync(Steps.Replace("\"count\":1000", "\"count\":\"?\"", StringComparison.Ordinal));
        var found = (await CommandRun.OfAsync("account", "calibrate", "--template", template, "--target-epsilon", "1", "--delta", "1e-5", "--json")).Good().Document();
        Assert.Equal("count", found.GetProperty("field").GetString());
        Assert.True(found.GetProperty("epsilon").GetDouble() <= 1);
        Assert.Equal(found.GetProperty("value").GetDouble(), found.GetProperty("plan").GetProperty("events")[0].GetProperty("count").GetDouble());
    }

    [Fact]
    public async Task LargeDelta_IsWarnedOf_OnStandardErrorAndInTheDocument()
    {
        var plan = await WriteAsync("""{"neighbors":"add-remove","events":[{"kind":"gaussian","noiseMultiplier":2}]}""");
        var large = (await CommandRun.OfAsync("account", "--plan", plan, "--delta", "1.1e-5", "--json")).Good();
        Assert.StartsWith("warning: --delta 1.1E-05 is large", large.Error, StringComparison.Ordinal);
        Assert.Contains("90,910 units", Assert.Single(large.Document().GetProperty("warnings").EnumerateArray()).GetString(), StringComparison.Ordinal);
        Assert.Equal("zcdp", (await CommandRun.OfAsync("account", "--plan", plan, "--delta", "0.01", "--accountant", "zcdp", "--json")).Good().Document().GetProperty("accountant").GetString());
        Assert.False((await AccountAsync("--plan", plan)).TryGetProperty("warnings", out _));
    }

    [Fact]
    public async Task WrongField_IsNamed() =>
        await RefusedAsync("account.bad-plan", "events[0].event.probability", "--plan", await WriteAsync(Steps.Replace("0.01", "-0.01", StringComparison.Ordinal)));

    private static async Task<JsonElement> AccountAsync(params string[] args) => (await CommandRun.OfAsync(["account", .. args, "--delta", "1e-5", "--json"])).Good().Document();

    private static async Task RefusedAsync(string code, string words, params string[] args)
    {
        var run = await CommandRun.OfAsync(["account", .. args, "--delta", "1e-5"]);
        Assert.Equal(ExitCodes.BadInput, run.ExitCode);
        Assert.StartsWith(code, run.Error, StringComparison.Ordinal);
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
    }

    private async Task<string> WriteAsync(string plan)
    {
        var file = Path.Combine(_folder.Path, "plan.json");
        await File.WriteAllTextAsync(file, plan);
        return file;
    }
}
