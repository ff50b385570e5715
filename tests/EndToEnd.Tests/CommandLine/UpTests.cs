using System.Collections.Immutable;
using System.Net;
using PrivacyGrains.Cli.Output;
using PrivacyGrains.Learning.Models;
using PrivacyGrains.Testing;

namespace PrivacyGrains.EndToEnd.Tests.CommandLine;

[Collection(CommandLineCollection.Name)]
public class UpTests
{
    private static readonly TimeSpan SoonEnough = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task Up_ToldToStop_EndsInOrder_AndStandsAsBeforeWhenItStartsAgain(string signal)
    {
        using var folder = new TempFolder();
        var (data, hospital) = (folder.Path, Path.Combine(folder.Path, "hospital-1"));
        await using (var up = await UpProcess.StartAsync(data))
        {
            await FillAsync(up, hospital);
            var (exit, error) = await up.EndAsync(signal, SoonEnough);
            Assert.Equal(0, exit);
            Assert.EndsWith("Stopping.\n", error, StringComparison.Ordinal);
        }

        await using var again = await UpProcess.StartAsync(data);
        await AssertStandsAsync(again, hospital);
    }

    [Fact]
    public async Task Up_Killed_LosesNothing_AndChargesNothingTwice()
    {
        using var folder = new TempFolder();
        var (data, hospital) = (folder.Path, Path.Combine(folder.Path, "hospital-1"));
        await using (var up = await UpProcess.StartAsync(data))
        {
            await FillAsync(up, hospital);
            await up.EndAsync("KILL", SoonEnough);
        }

        await using var again = await UpProcess.StartAsync(data);
        (await again.RunAsync("budget reserve hospital-1/records --id a --purpose training --recipient all --rho 0.1", hospital)).Good();
        (await again.RunAsync("budget commit hospital-1/records a", hospital)).Good();
        await AssertStandsAsync(again, hospital);
    }

    [Fact]
    public async Task Up_OnAFolderInUse_SaysWhoHasIt()
    {
        using var folder = new TempFolder();
        await using var up = await UpProcess.StartAsync(folder.Path);
        var (exit, error) = await UpProcess.StartInVainAsync(folder.Path);
        Assert.Equal(ExitCodes.BadInput, exit);
        Assert.Contains("up.cannot-start: ", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Up_AnswersHealthAndMetrics_AndKeepsTheOperatorsKeyToItsOwner()
    {
        using var folder = new TempFolder();
        await using var up = await UpProcess.StartAsync(folder.Path);
        using var http = new HttpClient { BaseAddress = new Uri(up.Url) };
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri("/health/ready", UriKind.Relative))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri("/metrics", UriKind.Relative))).StatusCode);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(up.OperatorKeyFile));
        }
    }

    [Fact]
    public async Task Commands_RefusedByTheState_Exit1_AndByTheKey_Exit2()
    {
        using var folder = new TempFolder();
        var hospital = Path.Combine(folder.Path, "hospital-1");
        await using var up = await UpProcess.StartAsync(folder.Path);
        await FillAsync(up, hospital);
        await AssertFailsAsync(up, "budget reserve hospital-1/records --id b --purpose p --recipient r --rho 9", hospital, ExitCodes.Failure, "ledger.over-budget");
        await AssertFailsAsync(up, "budget refund hospital-1/records a --reason late", hospital, ExitCodes.Failure, "ledger.already-committed");
        await AssertFailsAsync(up, "budget open hospital-2/records --epsilon 1 --delta 1e-5", hospital, ExitCodes.BadInput, "key.other-party");
        await AssertFailsAsync(up, "budget charge hospital-1/records zz", hospital, ExitCodes.BadInput, "ledger.unknown-charge");
        await AssertFailsAsync(up, "party invite Bad", null, ExitCodes.BadInput, "consortium.bad-party");
        await AssertFailsAsync(up, "model show nothing", null, ExitCodes.BadInput, "model.unknown-version");
        await AssertStandsAsync(up, hospital);
    }

    [Fact]
    public async Task AuditVerify_OfAnExportThatSomebodyChanged_Exits1()
    {
        using var folder = new TempFolder();
        var (hospital, file) = (Path.Combine(folder.Path, "hospital-1"), Path.Combine(folder.Path, "audit.json"));
        await using var up = await UpProcess.StartAsync(folder.Path);
        await FillAsync(up, hospital);
        (await up.RunAsync($"audit export --out {file}")).Good();
        (await CommandRun.OfAsync("audit", "verify", file, "--folder", hospital)).Good();

        var text = await File.ReadAllTextAsync(file);
        await File.WriteAllTextAsync(file, text.Replace("member.joined", "member.jailed", StringComparison.Ordinal));
        var run = await CommandRun.OfAsync("audit", "verify", file, "--folder", hospital, "--json");
        Assert.Equal(ExitCodes.Failure, run.ExitCode);
        Assert.False(run.Document().GetProperty("verified").GetBoolean());
    }

    [Fact]
    public async Task Model_RegisteredFetchedAndRetired_IsTheSameBytes_AndOtherFilesAreRefused()
    {
        using var folder = new TempFolder();
        await using var up = await UpProcess.StartAsync(folder.Path);
        var (file, back, other) = (Path.Combine(folder.Path, "m.safetensors"), Path.Combine(folder.Path, "back"), Path.Combine(folder.Path, "other"));
        var weights = Safetensors.Write(new SafetensorsFile(ImmutableSortedDictionary<string, string>.Empty, [new DoubleTensor("w", [2], [1.5, -2])]));
        await File.WriteAllBytesAsync(file, weights);
        await File.WriteAllTextAsync(other, "a,b\n1,2\n");

        await AssertFailsAsync(up, $"model register detector {other} --kind logistic --lineage hand", null, ExitCodes.BadInput, "model.bad-file");
        (await up.RunAsync($"model register detector {file} --kind logistic --lineage hand")).Good();
        Assert.Equal(1, (await up.RunAsync($"model register detector {file} --kind logistic --lineage hand --json")).Good().Document().GetProperty("version").GetInt32());
        (await up.RunAsync($"model get detector --out {back}")).Good();
        Assert.Equal(weights, await File.ReadAllBytesAsync(back));
        Assert.Equal("retired", (await up.RunAsync("model retire detector 1 --reason old --json")).Good().Document().GetProperty("status").GetString());
    }

    /// <summary>A party joins, opens a budget and commits a charge.</summary>
    private static async Task FillAsync(UpProcess up, string hospital)
    {
        var invitation = (await up.RunAsync("party invite hospital-1")).Good().Output.Trim();
        (await CommandRun.OfAsync("join", invitation, "--folder", hospital, "--url", up.Url)).Good();
        (await up.RunAsync("budget open hospital-1/records --epsilon 8 --delta 1e-5 --quota score=50", hospital)).Good();
        (await up.RunAsync("budget reserve hospital-1/records --id a --purpose training --recipient all --rho 0.1", hospital)).Good();
        (await up.RunAsync("budget commit hospital-1/records a", hospital)).Good();
    }

    private static async Task AssertStandsAsync(UpProcess up, string hospital)
    {
        var statement = (await up.RunAsync("budget statement hospital-1/records --json", hospital)).Good().Document();
        var charge = Assert.Single(statement.GetProperty("charges").EnumerateArray());
        Assert.Equal(("a", "committed"), (charge.GetProperty("chargeId").GetString(), charge.GetProperty("status").GetString()));
        var audit = (await up.RunAsync("audit verify --json", hospital)).Good().Document();
        Assert.True(audit.GetProperty("verified").GetBoolean());
        Assert.Equal(2, audit.GetProperty("verdicts").GetArrayLength()); // the log and one ledger
    }

    private static async Task AssertFailsAsync(UpProcess up, string line, string? folder, int exit, string code)
    {
        var run = await up.RunAsync(line, folder);
        Assert.Equal(exit, run.ExitCode);
        Assert.StartsWith(code + ": ", run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }
}
