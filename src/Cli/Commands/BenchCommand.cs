using System.CommandLine;
using System.Globalization;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Cli.Bench;
using PrivacyGrains.Cli.Output;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Privacy.Ledger;
using PrivacyGrains.Storage;

namespace PrivacyGrains.Cli.Commands;

/// <summary><c>bench</c>: how fast this machine is at our work. Asks no gateway.</summary>
internal static class BenchCommand
{
    private static readonly BenchClock Clock = new(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(2));

    public static Command Build() => new("bench", "Measures this machine.") { Mpc(), Sessions(), Ledger(), Dp(), Account(), CkksBenchCommand.Build(), CkksParserBenchCommand.Build(), Party() };

    private static Command Mpc()
    {
        var only = new Option<string?>("--only") { Description = $"One of: {string.Join(", ", BenchCatalogue.Names)} (default: all)." };
        var engine = new Option<string?>("--engine")
        {
            Description = $"What carries the messages: {BenchProcesses.Streams}, each party its own process, joined by the party-to-party stream; {BenchProcesses.Orleans}, the same as silos, by grain "
                + $"messages; {BenchRunner.Embedded}, all parties in this process; {BenchRunner.Grains}, the same by grain messages (default: all that this build has but {BenchRunner.Grains}).",
        };
        engine.AcceptOnlyFromAmong(BenchProcesses.Streams, BenchProcesses.Orleans, BenchRunner.Embedded, BenchRunner.Grains);
        var command = new Command("mpc", "Computation on shares: warm, online phase, medians, with sealed messages.") { only, engine };
        command.Runs(async (parsed, output, cancel) =>
        {
            var results = new List<BenchResult>();
            IReadOnlyList<string> engines = parsed.GetValue(engine) is { } named ? [named] : [.. BenchProcesses.Names, BenchRunner.Embedded];
            foreach (var each in engines)
            {
                BenchProcesses.Require(each);
            }

            foreach (var work in BenchCatalogue.Choose(parsed.GetValue(only)))
            {
                foreach (var each in engines)
                {
                    output.Note($"{work.Name}, {each}");
                    results.Add(each is BenchRunner.Embedded or BenchRunner.Grains
                        ? await BenchRunner.RunAsync(work, Clock, each, cancel)
                        : await BenchProcesses.RunAsync(work, each, Clock, output.Note, cancel));
                }
            }

            output.Result(new BenchDocument(results), console => console.Write(
                ["work", "engine", "parties", "median ms", "min ms", "rounds", "bytes per party"], results.Select(Row), "Nothing was measured."));
        });
        return command;
    }

    private static Command Sessions()
    {
        var work = new Option<string>("--work") { Description = $"What each computes, one of: {string.Join(", ", BenchCatalogue.Names)}.", DefaultValueFactory = static _ => "mlp-1" };
        var count = new Option<int>("--count") { Description = "How many.", DefaultValueFactory = static _ => 100 };
        count.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
            {
                result.AddError("--count is at least 1.");
            }
        });
        var command = new Command("sessions", "Whole sessions one after the other in this process: keys, shares, correlations, rounds; the time of each.") { work, count };
        command.Runs(async (parsed, output, cancel) =>
        {
            var document = await BenchSessions.RunAsync(BenchCatalogue.Choose(parsed.GetValue(work))[0], parsed.GetValue(count), cancel);
            output.Result(document, console => console.Write(
                ["sessions of", "first tenth, median ms", "last tenth, median ms", "memory then, MB", "memory at last, MB"],
                [[document.Work, Milliseconds(document.FirstTenthMedianSeconds), Milliseconds(document.LastTenthMedianSeconds), $"{document.FirstTenthBytes >> 20}", $"{document.LastTenthBytes >> 20}"]],
                "Nothing was measured."));
        });
        return command;
    }

    private static Command Dp()
    {
        var draws = new Option<long>("--draws") { Description = "How many of each sampler; slow ones make a tenth or a hundredth.", DefaultValueFactory = static _ => 10_000_000 };
        var only = new Option<string?>("--only") { Description = "Samplers whose names begin so (default: all)." };
        draws.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<long>() is < 1 or > 10_000_000_000)
            {
                result.AddError("--draws is 1 to 10000000000.");
            }
        });
        var command = new Command("dp", "Draws of noise and choices: per second on one core, and how they fit their laws (chi-square).") { draws, only };
        command.Runs((parsed, output, cancel) =>
        {
            SamplerWork[] works = [.. SamplerWork.All().Where(work => parsed.GetValue(only) is not { } start || work.Name.StartsWith(start, StringComparison.Ordinal))];
            if (works.Length == 0)
            {
                throw new InputException("bench.unknown-name", $"No sampler begins with '{parsed.GetValue(only)}'. Name one of: {string.Join(", ", SamplerWork.All().Select(work => work.Name))}.");
            }

            var results = new List<SamplerResult>();
            foreach (var work in works)
            {
                output.Note(work.Name);
                results.Add(work.Run(parsed.GetValue(draws), SystemRandomSource.Instance, cancel));
            }

            output.Result(new SamplersDocument(results), console => console.Write(
                ["sampler", "draws", "draws per second", "chi-square p"],
                results.Select(r => (IReadOnlyList<string>)[r.Name, r.Draws.ToString("N0", CultureInfo.InvariantCulture), r.DrawsPerSecond.ToString("N0", CultureInfo.InvariantCulture), r.PValue.ToString("0.####", CultureInfo.InvariantCulture)]),
                "Nothing was measured."));
            return Task.CompletedTask;
        });
        return command;
    }

    private static Command Account()
    {
        var command = new Command("account", "Accounting for plans: processor time for one figure.");
        command.Runs((_, output, cancel) =>
        {
            var results = AccountWork.Run(output.Note, cancel).ToList();
            output.Result(new AccountsDocument(results), console => console.Write(
                ["plan", "accountant", "epsilon", "delta", "median ms", "min ms"],
                results.Select(r => (IReadOnlyList<string>)[r.Name, r.Accountant, r.Epsilon.ToString("G6", CultureInfo.InvariantCulture), $"{r.Delta}", Milliseconds(r.MedianSeconds), Milliseconds(r.MinSeconds)]),
                "Nothing was measured."));
            return Task.CompletedTask;
        });
        return command;
    }

    private static Command Ledger()
    {
        var postgres = new Option<bool>("--postgres") { Description = "Measure PostgreSQL too: an empty database, whose connection string is in PRIVACYGRAINS_POSTGRES." };
        var folder = new Option<string?>("--data") { Description = "Where the journal's files are made and removed again: the disk that is measured (default: the folder for temporary files)." };
        var command = new Command("ledger", "Budgets: an admission besides its append, and durable charges a second (each reserved and committed) over each journal.") { postgres, folder };
        command.Runs(async (parsed, output, cancel) =>
        {
            var connection = !parsed.GetValue(postgres) ? null : Environment.GetEnvironmentVariable("PRIVACYGRAINS_POSTGRES")
                ?? throw new InputException("bench.no-postgres", "Put the connection string of an empty database into PRIVACYGRAINS_POSTGRES.");
            output.Note("admissions");
            List<AdmissionResult> admissions =
            [
                LedgerBench.Admit("data set", [], 0, 1000),
                LedgerBench.Admit("data set, after 20,000 charges", [], 0, 20_000),
                LedgerBench.Admit("analyst, day, analyst in day", [Level("*", null), Level(null, BlockLength.Day), Level("*", BlockLength.Day)], 1, 1000),
                LedgerBench.Admit("day, analyst in day, over a year", [Level(null, BlockLength.Day), Level("*", BlockLength.Day)], 366, 200),
            ];
            var durable = new List<DurableResult>();
            var place = Path.Combine(parsed.GetValue(folder) ?? Path.GetTempPath(), $"privacygrains-bench-{Environment.ProcessId}");
            try
            {
                foreach (var ledgers in (int[])[1, 16])
                {
                    output.Note($"file, {ledgers}");
                    await using var journal = FileJournal.Open(Path.Combine(place, $"{ledgers}"));
                    durable.Add(await LedgerBench.ChargeAsync(journal, "file", ledgers, cancel));
                }
            }
            finally
            {
                Directory.Delete(place, recursive: true);
            }

            if (connection is not null)
            {
                await using var journal = await PostgresJournal.OpenAsync(connection, "bench", null, cancel);
                foreach (var ledgers in (int[])[1, 16])
                {
                    output.Note($"postgres, {ledgers}");
                    durable.Add(await LedgerBench.ChargeAsync(journal, "postgres", ledgers, cancel));
                }
            }

            output.Result(new LedgerBenchDocument(admissions, durable), console =>
            {
                console.Write(
                    ["admission to", "levels met", "charges before", "median us", "99th us"],
                    admissions.Select(a => (IReadOnlyList<string>)[a.Name, $"{a.LevelsMet}", $"{a.ChargesBefore}", Figure(a.MedianMicroseconds), Figure(a.NinetyNinthMicroseconds)]), "Nothing was measured.");
                console.Write(
                    ["journal", "ledgers", "charges", "charges a second"], durable.Select(d => (IReadOnlyList<string>)[d.Journal, $"{d.Ledgers}", $"{d.Charges}", Figure(d.ChargesPerSecond)]), "Nothing was measured.");
            });
        });
        return command;

        static BudgetLevel Level(string? analyst, BlockLength? period) => new(analyst, period, LedgerBench.Limit());
        static string Figure(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
    }

    // Started by the engines of several processes, and by nobody else.
    private static Command Party()
    {
        var work = new Argument<string>("work") { Description = "What is computed." };
        var engine = new Argument<string>("engine") { Description = "What carries the messages." };
        var party = new Argument<int>("party") { Description = "Which side this process is, from 0." };
        var warmUp = new Argument<int>("warm-up") { Description = "Runs that are not measured." };
        var measure = new Argument<int>("measure") { Description = "Runs that are." };
        var command = new Command(BenchProcesses.PartyCommand, "One party of a measurement.") { work, engine, party, warmUp, measure };
        command.Hidden = true;
        command.Runs((parsed, _, cancel) => BenchParty.RunAsync(
            BenchCatalogue.Choose(parsed.GetValue(work))[0], parsed.GetValue(engine)!, parsed.GetValue(party),
            new BenchClock(TimeSpan.FromMilliseconds(parsed.GetValue(warmUp)), TimeSpan.FromMilliseconds(parsed.GetValue(measure))), Console.In, Console.Out, cancel));
        return command;
    }

    private static IReadOnlyList<string> Row(BenchResult r) =>
        [r.Name, r.Engine, $"{r.Parties}", Milliseconds(r.MedianSeconds), Milliseconds(r.MinSeconds), $"{r.Rounds}", r.BytesPerParty.ToString("N0", CultureInfo.InvariantCulture)];

    private static string Milliseconds(double seconds) => (seconds * 1000).ToString("0.###", CultureInfo.InvariantCulture);
}
