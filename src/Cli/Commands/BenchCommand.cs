using System.CommandLine;
using System.Globalization;
using PrivacyGrains.Cli.Bench;
using PrivacyGrains.Cli.Output;

namespace PrivacyGrains.Cli.Commands;

/// <summary><c>bench</c>: how fast this machine computes on shares. Asks no gateway.</summary>
internal static class BenchCommand
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Measure = TimeSpan.FromSeconds(2);

    public static Command Build() => new("bench", "Measures this machine.") { Mpc() };

    private static Command Mpc()
    {
        var only = new Option<string?>("--only") { Description = $"One of: {string.Join(", ", BenchCatalogue.Names)} (default: all)." };
        var engine = new Option<string>("--engine") { Description = "What carries the messages: embedded, all parties in this process.", DefaultValueFactory = _ => BenchRunner.Embedded };
        engine.AcceptOnlyFromAmong(BenchRunner.Embedded);
        var command = new Command("mpc", "Computation on shares: warm, online phase, medians, with sealed messages.") { only, engine };
        command.Runs(async (parsed, output, cancel) =>
        {
            var results = new List<BenchResult>();
            foreach (var work in BenchCatalogue.Choose(parsed.GetValue(only)))
            {
                output.Note(work.Name);
                results.Add(await BenchRunner.RunAsync(work, WarmUp, Measure, cancel));
            }

            output.Result(new BenchDocument(results), console => console.Write(
                ["work", "engine", "parties", "median ms", "min ms", "rounds", "bytes per party"], results.Select(Row), "Nothing was measured."));
        });
        return command;
    }

    private static IReadOnlyList<string> Row(BenchResult r) =>
        [r.Name, r.Engine, $"{r.Parties}", Milliseconds(r.MedianSeconds), Milliseconds(r.MinSeconds), $"{r.Rounds}", r.BytesPerParty.ToString("N0", CultureInfo.InvariantCulture)];

    private static string Milliseconds(double seconds) => (seconds * 1000).ToString("0.###", CultureInfo.InvariantCulture);
}
