using System.CommandLine;
using PrivacyGrains.Cli.Commands;

namespace PrivacyGrains.EndToEnd.Tests.CommandLine;

[Collection(CommandLineCollection.Name)]
public class TreeTests
{
    public static TheoryData<string> GoodLines =>
    [
        "up",
        "up --data d --urls http://127.0.0.1:0 --json",
        "account --plan p.json --delta 1e-6 --accountant rdp --orders 2,8 --json",
        "account calibrate --template p.json --target-epsilon 1 --delta 1e-6",
        "up --consortium breast --urls http://127.0.0.1:0 http://127.0.0.1:1 --verbose",
        "join pgi_x --folder f --url http://127.0.0.1:1",
        "join --folder f --data rows.csv --budget records --declared-rows 100 --columns age size --minimum-cohort 4 --minimum-colluders 1 --allow-no-noise",
        "train run detector --schema s.json --epsilon 4 --delta 1e-5 --steps 8 --parties a b c --threshold 3 --cohort 3 --colluders 1 --phase-seconds 5",
        "train cancel detector --reason enough",
        "train fit --data x.csv --schema s.json --out m.safetensors --test y.csv --ridge 1e-3 --json",
        "train --sweep epsilon=0.5,1,2,4 --sweep learning-rate=1,3 --target-accuracy 0.9 --data x.csv --label y --range=-1,1 --job j --selection poisson --runs 8 --sure --whole-frontier --ledger l --budget-epsilon 8 --json",
        "train --sweep epsilon=1,2 --target-accuracy 0.9 --data x.csv --schema s.json --job j --budget records --folder f --scored-on y.csv --declared-rows 400",
        "query count ill --rho 0.1 --where diagnosis=malignant --parties a b c",
        "query mean size --rho 0.1 --column size --low 0 --high 30 --budget records",
        "party list --key-file k",
        "party invite hospital-1 --name Charite --role data --role compute",
        "party revoke hospital-1 --reason left",
        "party describe patients --rows 569 --columns age size --budget records --folder f",
        "key create --scope analyst auditor --days 3 --to k",
        "key revoke analyst-1",
        "key signing --folder f",
        "budget open hospital-1/records --epsilon 8 --delta 1e-5 --quota score=50 --quota rank=3",
        "budget reserve hospital-1/records --id a --purpose p --recipient r --rho 0.1",
        "budget commit hospital-1/records a --url https://consortium.example",
        "budget refund hospital-1/records a --reason unused",
        "budget abort hospital-1/records a --reason crashed",
        "budget charge hospital-1/records a",
        "budget verify hospital-1/records --plain-http",
        "budget verify --file s.html",
        "budget open city/trips --epsilon 8 --delta 1e-6 --level analyst=*,epsilon=2 --level period=quarter,epsilon=1,delta=1e-7 --mechanism-delta 1e-9",
        "budget reserve city/trips --id a --purpose p --recipient r --plan plan.json --block 2026-Q3 --block 2026-Q4",
        "budget statement city/trips --format html --out s.html",
        "bench ledger --json",
        "model get detector --version-number 2 --out m.safetensors",
        "infer --model m.onnx --input x.csv --parties 3 --scheme shamir --corruption-threshold 1 --fractional-bits 16 --input-bound 8 --json",
        "infer --model m.onnx --input x.csv --parties 2 --url http://localhost:1 --folder f --compute a,b --dealer d --timeout 9 --json",
        "infer ask s --plan m.plan --weights-from b --features a --rows 4 --compute a,b --folder f",
        "infer give s --input x.csv --folder f",
        "infer reserve m --model m.onnx --rows 8 --compute a,b --dealer d --lots 3",
        "infer stock --json",
        "infer open lenet-2 --model m.onnx --receivers a,b --sessions 50 --days 7 --rows 16 --input-bound 8 --compute a,b --dealer d --folder f",
        "infer --held lenet-2 --input x.csv --url http://localhost:1 --folder f --json",
        "infer ask s --held lenet-2 --features a=x,y --features b --rows 4 --folder f",
        "infer held",
        "infer held lenet-2 --json",
        "infer withdraw lenet-2 --folder f",
        "party epoch --reason restored",
        "score --encrypted --model m --input r.csv --columns a,b --layout batched --digest d --keys k --out o.csv --version-number 2 --json",
        "score register m f.onnx --rows-per-credential 9 --degree 8192 --prime-bits 60,40,40,60 --activation-degree 3 --interval=-8,8 --input r.csv --input-bound 2 --note n",
        "score models --json",
        "score show m",
        "score allow m fintech 10000",
        "score keys make k.json --model m --layout packed",
        "score keys delete k.json",
        "audit show --from 3 --limit 10",
        "audit export --out a.json",
        "audit verify a.json --coordinator abc",
        "audit verify --folder f --json",
        "audit privacy --draws 1000 --confidence 0.99 --only sparse-vector --json",
        "bench ckks --only 8192 --vectors avx2 --threads 2 --node n --node-seal f --json",
        "bench dp --draws 1000 --only geometric",
    ];

    [Theory]
    [MemberData(nameof(GoodLines))]
    public void GoodLine_Parses(string line) => Assert.Empty(CommandTree.Build().Parse(line).Errors);

    [Fact]
    public void EveryCommandAndOption_IsDescribed_AndNamedInLowerCase()
    {
        foreach (var command in Below(CommandTree.Build()))
        {
            Assert.False(string.IsNullOrWhiteSpace(command.Description), command.Name);
            Assert.Matches("^[a-z][a-z-]*$", command.Name);
            Assert.All(command.Arguments, argument => Assert.False(string.IsNullOrWhiteSpace(argument.Description), $"{command.Name} {argument.Name}"));
            Assert.All(command.Options.Where(o => o.Name != "--help"), option =>
            {
                Assert.False(string.IsNullOrWhiteSpace(option.Description), $"{command.Name} {option.Name}");
                Assert.Matches("^--[a-z][a-z-]*$", option.Name);
            });
        }
    }

    [Fact]
    public void EveryCommandWithoutOthersBelow_Does_Something() =>
        Assert.All(Below(CommandTree.Build()).Where(c => c.Subcommands.Count == 0), command => Assert.NotNull(command.Action));

    [Theory]
    [InlineData("--help")]
    [InlineData("budget", "reserve", "--help")]
    [InlineData("--version")]
    public async Task Help_IsNoFailure(params string[] args)
    {
        var run = await CommandRun.OfAsync(args);
        Assert.Equal(0, run.ExitCode);
        Assert.NotEmpty(run.Output);
        Assert.Empty(run.Error);
    }

    private static IEnumerable<Command> Below(Command command) => command.Subcommands.SelectMany(c => Below(c).Prepend(c));
}
