using System.CommandLine;
using System.Globalization;
using PrivacyGrains.Cli.Demo;
using PrivacyGrains.Cli.Output;
using PrivacyGrains.Cli.Reports;
using PrivacyGrains.Client.Errors;

namespace PrivacyGrains.Cli.Commands;

/// <summary><c>demo</c>: five hospitals and a dealer, from joining to the verified audit log, and a report of it.</summary>
internal static class DemoCommand
{
    private const double DefaultEpsilon = 8;
    private static readonly Option<int> Seed = new("--seed") { Description = "Fixes who gets which records (default: 1). It reaches neither noise nor masks nor keys.", DefaultValueFactory = static _ => 1 };
    private static readonly Option<string> Out = new("--out") { Description = "Where the report goes: a folder, or a file that ends in .html (default: report.html here).", DefaultValueFactory = static _ => "." };
    private static readonly Option<string?> Data = new("--data") { Description = "Keeps keys, records and journals in this folder: a run that was stopped, however it was, is completed by the next one." };
    private static readonly Option<string?> Target = new("--epsilon") { Description = $"The training's epsilon at delta {DemoCast.Delta:0E+0}, or 'none' for no noise and no claim (default: {DefaultEpsilon})." };

    public static Command Build()
    {
        var command = new Command("demo", "Five hospitals train a model, score patients jointly and publish statistics, and show what it cost.") { Seed, Data, Target, Out };
        command.Runs(RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CommandOutput output, CancellationToken cancel)
    {
        // The silo hears of a gateway only where one is named: a variable that is set for other commands does not move the demo.
        var options = new DemoOptions(parsed.GetValue(Seed), parsed.GetValue(Data), EpsilonOf(parsed.GetValue(Target)), parsed.GetValue(CommonOptions.Url), parsed.GetValue(CommonOptions.KeyFile));
        var report = ReportFile.For(parsed.GetValue(Out)!);
        var toErrors = output.Json;
        var narrator = new DemoNarrator(
            toErrors ? parsed.InvocationConfiguration.Error : parsed.InvocationConfiguration.Output, toErrors ? !Console.IsErrorRedirected : !Console.IsOutputRedirected);
        var result = await narrator.PlayAsync(() => DemoStory.PlayAsync(options, narrator, cancel));
        report.Write(DemoReport.Render(result));
        output.Result(result, console => DemoTables.Show(console, result));
        narrator.Say($"The report, to be opened in a browser: {report.FullPath}");
        if (!result.Audit.Verified)
        {
            throw new DemoFailedException("The audit log does not verify.");
        }
    }

    private static double? EpsilonOf(string? text) => text switch
    {
        null => DefaultEpsilon,
        "none" => null,
        _ => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var epsilon) && epsilon > 0 && double.IsFinite(epsilon)
            ? epsilon
            : throw new InputException("demo.bad-epsilon", $"--epsilon is '{text}': give a number greater than 0, such as 8, or 'none'."),
    };
}
