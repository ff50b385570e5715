using PrivacyGrains.Cli.Output;
using PrivacyGrains.Testing;

namespace PrivacyGrains.EndToEnd.Tests.CommandLine;

[Collection(CommandLineCollection.Name)]
public class WrongInputTests
{
    /// <summary>The line, the stable code, and words that say what to change.</summary>
    public static TheoryData<string, string, string> Lines => new()
    {
        { "", "command.wrong", "Name one of: " },
        { "budjet", "command.wrong", "'budjet' is no command" },
        { "budget", "command.wrong", "privacygrains budget --help" },
        { "budget reserve h/r --purpose p --recipient r --rho 1", "command.wrong", "--id" },
        { "party list --bogus", "command.wrong", "'--bogus' is not understood" },
        { "party list --url ftp://x --key k", "command.wrong", "https://consortium.example" },
        { "party list", "key.missing", "--key-file" },
        { "party list --key-file NOT-THERE", "key.missing-file", "NOT-THERE" },
        { "party list --folder NOT-THERE", "party.not-joined", "privacygrains join" },
        { "key create --scope king --key k", "command.wrong", "'operator'" },
        { "infer --model m.onnx --input i.csv --scheme foo", "command.wrong", "'foo'" },
        { "key create --scope analyst --days 0 --key k", "key.days", "1 to 36500" },
        { "key signing", "key.no-folder", "--folder" },
        { "join", "party.bad-invitation", "pgi_" },
        { "join pgi_x", "party.bad-invitation", "whole line" },
        { "join --folder f --data NOT-THERE", "csv.missing-file", "NOT-THERE" },
        { "join --folder f --data d --time day", "dates.malformed", "--from and --to" },
        { "join --folder f --data d --from 2026-1-1 --to 2026-03-31", "dates.malformed", "2026-11-21" },
        { "join --folder f --data d --from 2026-04-01 --to 2026-03-31", "dates.malformed", "before the first" },
        { "train run j --schema NOT-THERE --key k", "schema.missing-file", "samples/hospitals/schema.json" },
        { "train run j --key k", "command.wrong", "--schema" },
        { "query count q --rho -1 --key k", "budget.bad-number", "greater than 0" },
        { "query count q --rho 1 --where malignant --key k", "query.bad-filter", "COLUMN=VALUE" },
        { "query mean q --rho 1 --key k", "command.wrong", "--" },
        { "query", "command.wrong", "--schema FILE" },
        { "query x --data d --schema NOT-THERE --epsilon 1 --delta 1e-6", "query.missing-schema", "query-language.md" },
        { "query ledger NOT-THERE", "ledger.not-open", "--epsilon E --delta D" },
        { "query ledger f --epsilon 1 --delta 2", "budget.bad-number", "less than 1" },
        { "budget open records --epsilon 8 --delta 1e-5 --key k", "command.wrong", "PARTY/BUDGET" },
        { "budget open h/r --epsilon -1 --delta 1e-5 --key k", "budget.bad-number", "greater than 0" },
        { "budget open h/r --epsilon NaN --delta 1e-5 --key k", "budget.bad-number", "--epsilon is NaN" },
        { "budget open h/r --epsilon much --delta 1e-5 --key k", "command.wrong", "'much'" },
        { "budget open h/r --epsilon 8 --delta 1 --key k", "budget.bad-number", "less than 1" },
        { "budget open h/r --epsilon 8 --delta 1e-5 --quota score --key k", "budget.bad-quota", "PURPOSE=N" },
        { "budget open h/r --epsilon 8 --delta 1e-5 --neighbours zero-out --key k", "command.wrong", "'replace-one'" },
        { "budget reserve h/r --id a --purpose p --recipient r --key k", "budget.no-loss", "one of --rho, --pure, --plan and --disclosures" },
        { "budget reserve h/r --id a --purpose p --recipient r --rho 1 --pure 1 --key k", "budget.no-loss", "one of --rho" },
        { "budget reserve h/r --id a --purpose p --recipient r --rho -0.1 --key k", "budget.bad-number", "0 or more" },
        { "score", "command.wrong", "Name one of: models" },
        { "score --encrypted --model m --key k", "command.wrong", "--input" },
        { "score --encrypted --model m --input NOT-THERE --key k", "csv.missing-file", "NOT-THERE" },
        { "score --encrypted --model m --input i --layout rows --key k", "command.wrong", "'rows'" },
        { "score register m NOT-THERE.onnx --rows-per-credential 5 --key k", "onnx.missing-file", "NOT-THERE" },
        { "score register m f.onnx --rows-per-credential 5 --degree 8192 --key k", "scoring.bad-parameters", "60,40,40,60" },
        { "score keys show NOT-THERE --key k", "scoring.bad-key-file", "NOT-THERE" },
        { "score retire m 0 --reason r --key k", "scoring.bad-version", "from 1" },
        { "model register m NOT-THERE --kind logistic --lineage hand --key k", "model.missing-file", "NOT-THERE" },
        { "model retire m 0 --reason old --key k", "model.bad-version", "from 1" },
        { "model get m --version-number -1 --key k", "model.bad-version", "from 1" },
        { "infer", "command.wrong", "--model with --input" },
        { "infer pln", "command.wrong", "'pln' is no command" },
        { "audit show --limit 0 --key k", "audit.bad-range", "1 to 1000" },
        { "audit verify NOT-THERE", "audit.missing-file", "NOT-THERE" },
        { "audit verify x --coordinator abc", "audit.bad-fingerprint", "64 digits" },
        { "up --config NOT-THERE", "up.missing-config", "NOT-THERE" },
        { "up --urls nonsense", "settings.wrong", "http://127.0.0.1" },
        { "up --url http://127.0.0.1:0", "command.wrong", "--urls" },
        { "account --delta 1e-6", "account.no-plan", "--plan" },
        { "account --plan no-such-file --delta 2", "account.no-plan", "no-such-file" },
        { "account --plan no-such-file --delta 1e-6 --accountant moments", "command.wrong", "pld" },
        { "account calibrate --template no-such-file --target-epsilon 1 --delta 1e-6", "account.no-plan", "no-such-file" },
        { "up --consortium A", "settings.wrong", "a-z" },
    };

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task Line_IsAnsweredBy2_AndOneLineThatSaysWhatToChange(string line, string code, string words)
    {
        var run = await CommandRun.OfAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(ExitCodes.BadInput, run.ExitCode);
        Assert.StartsWith(code + ": ", run.Error, StringComparison.Ordinal);
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
        Assert.Empty(run.Output);
    }

    [Fact]
    public async Task WithJson_TheFailureIsADocumentToo()
    {
        var error = (await CommandRun.OfAsync("budget", "reserv", "--json")).Document().GetProperty("error");
        Assert.Equal("command.wrong", error.GetProperty("code").GetString());
        Assert.Contains("'reserv' is no command", error.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoGateway_IsAnsweredBy1_AndSaysHowToStartOne()
    {
        var run = await CommandRun.OfAsync("party", "list", "--key", "k", "--url", "http://127.0.0.1:1");
        Assert.Equal(ExitCodes.Failure, run.ExitCode);
        Assert.StartsWith("gateway.unreachable: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("privacygrains up", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"PrivacyGrains":""", "Could not parse")]
    [InlineData("""{}""", "neither a silo nor a gateway")]
    [InlineData("""{"PrivacyGrains":{"Silliness":1}}""", "no setting is named 'Silliness'")]
    [InlineData("""{"PrivacyGrains":{"Gateway":{"Url":"http://x"}}}""", "no setting is named 'Url'")]
    [InlineData("""{"PrivacyGrains":{"Coordinator":"perhaps"}}""", "Coordinator")]
    [InlineData("""{"PrivacyGrains":{"Coordinator":true,"Store":"tape"}}""", "Store")]
    public async Task Up_BadConfiguration_NamesTheFileAndTheSetting(string json, string words)
    {
        using var folder = new TempFolder();
        var file = Path.Combine(folder.Path, "up.json");
        await File.WriteAllTextAsync(file, json);
        var run = await CommandRun.OfAsync("up", "--config", file);
        Assert.Equal(ExitCodes.BadInput, run.ExitCode);
        Assert.StartsWith("up.bad-config: " + file, run.Error, StringComparison.Ordinal);
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task KeyFile_ThatOthersMayRead_OrHoldsNoKey_IsRefused()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // has no such modes
        }

        using var folder = new TempFolder();
        var file = Path.Combine(folder.Path, "key");
        await File.WriteAllTextAsync(file, "hunter2");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Assert.StartsWith("key.open-file: ", (await CommandRun.OfAsync("party", "list", "--key-file", file)).Error, StringComparison.Ordinal);
        File.SetUnixFileMode(file, UnixFileMode.UserRead);
        var run = await CommandRun.OfAsync("party", "list", "--key-file", file);
        Assert.StartsWith("key.bad-file: ", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", run.Error, StringComparison.Ordinal);
    }
}
