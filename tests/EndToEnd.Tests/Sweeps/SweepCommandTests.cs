using PrivacyGrains.Cli.Output;
using PrivacyGrains.EndToEnd.Tests.CommandLine;
using PrivacyGrains.Client.Queries.Own;
using PrivacyGrains.Learning.Models;
using PrivacyGrains.Privacy.Ledger;
using PrivacyGrains.Testing;

namespace PrivacyGrains.EndToEnd.Tests.Sweeps;

[Collection(CommandLineCollection.Name)]
public sealed class SweepCommandTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public SweepCommandTests()
    {
        File.WriteAllLines(PathOf("x.csv"), Enumerable.Range(0, 2000).Select(i => (A: Math.Sin(i * 12.9898), B: Math.Cos(i * 78.233))).Select(p => $"{p.A:R},{p.B:R},{(p.A + (p.B / 2) > 0 ? 1 : 0)}").Prepend("a,b,y"));
        File.WriteAllText(PathOf("bad.csv"), "a,b,y\n0,0,1\n0,NaN,1\n");
        File.WriteAllText(PathOf("label.csv"), "a,b,y\n0,0,maybe\n");
    }

    public void Dispose() => _folder.Dispose();

    // Separable records and much privacy's worth of noise to spare: at epsilon 8 a model errs on fewer than one of ten but by an accident far rarer than one of a million.
    [Fact]
    public async Task Target_IsReached_AndTheRestIsGivenBack()
    {
        var document = (await RunAsync("--sweep epsilon=8,16,32 --target-accuracy 0.8")).Good().Document();
        Assert.Equal("reached", document.GetProperty("status").GetString());
        Assert.Equal(8, document.GetProperty("chosen").GetProperty("epsilon").GetDouble());
        Assert.Equal(["released", "not-run", "not-run"], document.GetProperty("frontier").EnumerateArray().Select(p => p.GetProperty("status").GetString()));
        Assert.Equal(["committed", "committed", "refunded", "refunded"], document.GetProperty("ledger").GetProperty("charges").EnumerateArray().Select(c => c.GetProperty("status").GetString()));
        Assert.True(document.GetProperty("guarantee").GetProperty("epsilon").GetDouble() > 32);
        Assert.True(LogisticModelFile.TryRead(await File.ReadAllBytesAsync(PathOf("job/model.safetensors")), out var model, out _));
        Assert.Equal(["a", "b"], model.Scale.Ranges.Select(r => r.Name));
    }

    [Fact]
    public async Task Target_OutOfReach_IsSaid_AndStaysCharged()
    {
        // Labels that nothing tells: no model is right on nine of ten.
        await File.WriteAllLinesAsync(PathOf("x.csv"), Enumerable.Range(0, 2000).Select(i => $"{Math.Sin(i * 12.9898):R},0,{i % 2}").Prepend("a,b,y"));
        var run = await RunAsync("--sweep epsilon=4,8 --target-accuracy 0.9");
        Assert.Equal(ExitCodes.Failure, run.ExitCode);
        var document = run.Document();
        Assert.Equal("out-of-reach", document.GetProperty("status").GetString());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, document.GetProperty("chosen").ValueKind);
        Assert.All(document.GetProperty("ledger").GetProperty("charges").EnumerateArray(), c => Assert.Equal("committed", c.GetProperty("status").GetString()));
        Assert.False(File.Exists(PathOf("job/model.safetensors")));
        Assert.Contains("out of reach", await File.ReadAllTextAsync(PathOf("job/report.html")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SeveralSearches_ShareALedger_UntilItIsFull()
    {
        var line = $"--sweep epsilon=2 --target-accuracy 0.5 --declared-rows 1500 --ledger {PathOf("books")} --budget-epsilon 3";
        (await RunAsync(line, "one")).Good();
        var full = await RunAsync(line.Replace("epsilon=2 ", "epsilon=2.5 ", StringComparison.Ordinal), "two", data: "bad.csv"); // refused before its record that is no number is read
        Assert.Equal(ExitCodes.Failure, full.ExitCode);
        Assert.Equal("ledger.over-budget", Code(full));
        Assert.Contains("left", full.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PrivateSelection_IsCharged_AndItsNumberOfTrialsIsNotReleased()
    {
        var document = (await RunAsync("--sweep epsilon=8 --sweep learning-rate=2,4,8 --target-accuracy 0.8 --selection logarithmic --runs 6")).Good();
        var point = document.Document().GetProperty("frontier")[0];
        Assert.True(point.GetProperty("levelEpsilon").GetDouble() > 8.5);
        Assert.Equal("truncated-negative-binomial", document.Document().GetProperty("selection").GetProperty("distribution").GetString());
        Assert.Equal(["distribution", "meanTrials", "eta", "gamma", "source"], document.Document().GetProperty("selection").EnumerateObject().Select(p => p.Name));
    }

    [Theory]
    [InlineData("--sweep epsilon=0", "sweep.bad-epsilon")]
    [InlineData("--sweep epsilon=NaN", "sweep.bad-epsilon")]
    [InlineData("--sweep epsilon=-1,2", "sweep.bad-epsilon")]
    [InlineData("--sweep epsilon=1,1", "sweep.bad-epsilon")]
    [InlineData("--sweep epsilon=1e-9", "sweep.bad-epsilon")]
    [InlineData("--sweep epsilon=", "sweep.bad-epsilon")]
    [InlineData("--sweep epsilon", "sweep.bad-candidates")]
    [InlineData("--sweep epsilon=a", "sweep.bad-candidates")]
    [InlineData("--sweep depth=3", "sweep.bad-candidates")]
    [InlineData("--sweep learning-rate=3", "sweep.bad-candidates")]
    [InlineData("--sweep epsilon=1 --sweep epsilon=2", "sweep.bad-candidates")]
    [InlineData("--sweep epsilon=1 --sweep learning-rate=0,1", "sweep.bad-learning-rate")]
    [InlineData("--target-accuracy 1.5", "sweep.bad-target-accuracy")]
    [InlineData("--target-accuracy 0", "sweep.bad-target-accuracy")]
    [InlineData("--target-accuracy NaN", "sweep.bad-target-accuracy")]
    [InlineData("--label z", "csv.unknown-column")]
    [InlineData("--data none.csv", "csv.missing-file")]
    [InlineData("--data bad.csv", "table.not-a-number")]
    [InlineData("--data label.csv", "table.unknown-label")]
    [InlineData("--range=1", "sweep.bad-range")]
    [InlineData("--range=1,-1", "sweep.bad-range")]
    [InlineData("--range=-inf,1", "sweep.bad-range")]
    [InlineData("--schema none.json", "schema.missing-file")]
    [InlineData("--delta 0", "sweep.bad-delta")]
    [InlineData("--delta 1", "sweep.bad-delta")]
    [InlineData("--steps 0", "sweep.bad-steps")]
    [InlineData("--clip-norm 0", "sweep.bad-clip-norm")]
    [InlineData("--ridge -1", "sweep.bad-ridge")]
    [InlineData("--held-back 0", "sweep.bad-held-back")]
    [InlineData("--held-back 1", "sweep.bad-held-back")]
    [InlineData("--declared-rows 0", "sweep.bad-declared-rows")]
    [InlineData("--runs 0.5", "sweep.bad-runs")]
    [InlineData("--runs 5000", "sweep.bad-runs")]
    [InlineData("--runs 2.5 --selection poisson", "sweep.bad-runs")]
    [InlineData("--budget-epsilon 0", "sweep.bad-budget")]
    [InlineData("--selection best", "command.wrong")]
    public async Task WrongInput_IsAnsweredBy2_AndItsName_AndChargesNothing(string line, string code)
    {
        var run = await RunAsync(line);
        Assert.Equal((ExitCodes.BadInput, code), (run.ExitCode, Code(run)));
        Assert.False(File.Exists(PathOf("job/report.json")));
        if (Directory.Exists(PathOf("job/ledger")))
        {
            using var ledger = LedgerFolder.Open(PathOf("job/ledger"), create: false, TimeProvider.System);
            Assert.All(ledger.Ledger.Charges, charge => Assert.Equal(LedgerStatus.Refunded, charge.Status));
            Assert.Equal(0, ledger.Ledger.EpsilonSoFar);
        }
    }

    [Fact]
    public async Task Range_IsAskedFor_BecauseRecordsMustNotShowIt()
    {
        var run = await CommandRun.OfAsync("train", "--sweep", "epsilon=1", "--target-accuracy", "0.9", "--data", PathOf("x.csv"), "--label", "y", "--job", PathOf("job"), "--json");
        Assert.Equal((ExitCodes.BadInput, "sweep.no-range"), (run.ExitCode, Code(run)));
    }

    [Theory]
    [InlineData("--sweep")]
    [InlineData("--target-accuracy")]
    [InlineData("--data")]
    [InlineData("--label")]
    [InlineData("--job")]
    public async Task Option_ThatIsNeeded_IsNamed(string left)
    {
        List<string> args = ["train", "--sweep", "epsilon=1", "--target-accuracy", "0.9", "--data", PathOf("x.csv"), "--label", "y", "--range=-1,1", "--job", PathOf("job")];
        args.RemoveRange(args.IndexOf(left), 2);
        var run = await CommandRun.OfAsync([.. args]);
        Assert.Equal(ExitCodes.BadInput, run.ExitCode);
        Assert.Contains(left, run.Error, StringComparison.Ordinal);
    }

    private static string? Code(CommandRun run) => run.Document().GetProperty("error").GetProperty("code").GetString();

    private string PathOf(string name) => Path.Combine(_folder.Path, name);

    // What the line does not name is good.
    private Task<CommandRun> RunAsync(string line, string job = "job", string data = "x.csv")
    {
        var words = line.Split(' ').Select(word => word.EndsWith(".csv", StringComparison.Ordinal) || word.EndsWith(".json", StringComparison.Ordinal) ? PathOf(word) : word).ToList();
        string[] standard = ["--sweep", "epsilon=1", "--target-accuracy", "0.9", "--data", PathOf(data), "--label", "y", "--job", PathOf(job)];
        var rest = standard.Chunk(2).Where(pair => !words.Contains(pair[0])).SelectMany(pair => pair);
        return CommandRun.OfAsync(["train", .. rest, .. words, .. words.Any(w => w.StartsWith("--range", StringComparison.Ordinal)) ? [] : (string[])["--range=-1,1"], "--json"]);
    }
}
