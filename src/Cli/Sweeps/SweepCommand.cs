using System.CommandLine;
using System.Globalization;
using System.Text;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Cli.Commands;
using PrivacyGrains.Cli.Output;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Learning.Models;
using PrivacyGrains.Learning.Sweeps;
using PrivacyGrains.Learning.Training;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Storage;
using Spectre.Console;

namespace PrivacyGrains.Cli.Sweeps;

/// <summary><c>train --sweep</c>: the lowest epsilon that is good enough, over the owner's own records, as a durable job.</summary>
internal static class SweepCommand
{
    public static void AddTo(Command train)
    {
        var sweep = new Option<string[]>("--sweep") { Description = "epsilon=0.5,1,2,4: seek the lowest that reaches --target-accuracy. Also learning-rate=1,3,6: candidates at each epsilon.", AllowMultipleArgumentsPerToken = true };
        var target = new Option<double?>("--target-accuracy") { Description = "What is good enough, as 0.9." };
        var data = new Option<string?>("--data") { Description = "The records: a CSV file with a header. They stay here." };
        var job = new Option<string?>("--job") { Description = "The job's folder: its journal (secret) and its report. The same line again goes on after a crash." };
        var schema = new Option<string?>("--schema") { Description = "A JSON file with the label, the features and their public ranges, as samples/hospitals/schema.json." };
        var label = new Option<string?>("--label") { Description = "The label's column, without a schema; all others are features." };
        var range = new Option<string?>("--range") { Description = "LOW,HIGH: the public range of every feature, without a schema." };
        var (positive, negative) = (Standard("--positive", "The label's text for 1, without a schema (default: 1).", "1"), Standard("--negative", "The label's text for 0, without a schema (default: 0).", "0"));
        var delta = Standard("--delta", "Of every claim (default: 1e-5).", 1e-5);
        var steps = Standard("--steps", "Gradient steps of a trial (default: 24).", 24);
        var rate = Standard("--learning-rate", "Of these steps, where it is not swept (default: 6).", 6.0);
        var clip = Standard("--clip-norm", "Bound on one record's gradient (default: 0.5).", 0.5);
        var ridge = Standard("--ridge", "Weight of the squared parameters in the loss (default: 0).", 0.0);
        var held = Standard("--held-back", "The share of the records that is scored on, with noise, and not trained on (default: 0.25).", 0.25);
        var scored = new Option<string?>("--scored-on") { Description = "A public CSV file of the same columns to score on exactly, instead of held-back records." };
        var declared = new Option<int?>("--declared-rows") { Description = "A public number of training records; without it, it is measured with noise, and charged." };
        var runs = new Option<double?>("--runs") { Description = "The mean number of trials at each epsilon (default: twice the learning rates; 1 where there is one)." };
        var selection = Standard("--selection", "How the number of trials is distributed: geometric (default), logarithmic or poisson.", "geometric");
        selection.AcceptOnlyFromAmong("geometric", "logarithmic", "poisson");
        var all = new Option<bool>("--whole-frontier") { Description = "Do not stop at the target: release, and pay for, every epsilon." };
        var sure = new Option<bool>("--sure") { Description = "Count the target as reached only where it is so for further records too: by the accuracy less sampling and noise, not noise alone (at 95 %)." };
        var ledger = new Option<string?>("--ledger") { Description = "A folder with the ledger to charge (default: the job's own, which has room for this search alone)." };
        var limit = new Option<double?>("--budget-epsilon") { Description = "The limit of a ledger that is begun here." };
        var budget = new Option<string?>("--budget") { Description = "Or the own party's budget that pays, through the gateway; with --folder." };
        var days = new DateOptions("With --data: ");
        days.AddTo(train);
        foreach (var option in (Option[])[sweep, target, data, job, schema, label, range, positive, negative, delta, steps, rate, clip, ridge, held, scored, declared, runs, selection, all, sure, ledger, limit, budget])
        {
            train.Add(option);
        }

        train.Runs(async (parsed, output, cancel) =>
        {
            if (parsed.GetValue(sweep) is not { Length: > 0 } sweeps)
            {
                throw new InputException("command.wrong", "Name one of: run, fit, list, show, cancel; or give --sweep. See: privacygrains train --help");
            }

            var (epsilons, rates) = SweepRequest.Candidates(sweeps, parsed.GetValue(rate));
            var share = parsed.GetValue(scored) is null ? parsed.GetValue(held) : 0;
            var terms = new SweepTerms(
                epsilons, rates, parsed.GetValue(target) ?? throw new InputException("sweep.no-target", "Say what is good enough: --target-accuracy 0.9."),
                Delta.TryCreate(parsed.GetValue(delta), out var d) ? d : throw new InputException("sweep.bad-delta", $"--delta is {parsed.GetValue(delta).ToString(CultureInfo.InvariantCulture)}: give a number greater than 0 and less than 1."),
                parsed.GetValue(steps), Clip(parsed.GetValue(clip)), parsed.GetValue(ridge), share, parsed.GetValue(declared), SweepRequest.Runs(parsed.GetRequiredValue(selection), parsed.GetValue(runs), rates.Length),
                !parsed.GetValue(all), parsed.GetValue(sure));
            if (share == 0 && parsed.GetValue(scored) is null)
            {
                throw new InputException("sweep.bad-held-back", "--held-back is 0: hold back some of the records, or name a public file with --scored-on.");
            }

            var plan = SweepRequest.Plan(terms);
            var dates = days.Read(parsed);
            var (records, folder) = (parsed.GetValue(data) ?? throw new InputException("sweep.no-data", "Name the records: --data FILE."), parsed.GetValue(job) ?? throw new InputException("sweep.no-job", "Name the job's folder: --job FOLDER."));
            var columns = await SweepRequest.SchemaAsync(records, parsed.GetValue(schema), parsed.GetValue(label), parsed.GetValue(range), parsed.GetRequiredValue(positive), parsed.GetRequiredValue(negative), dates?.Column ?? "", cancel);
            var publicFile = parsed.GetValue(scored);
            if (publicFile is not null && !File.Exists(publicFile))
            {
                throw new InputException("csv.missing-file", $"{publicFile} is not there. Give the path of a CSV file.");
            }

            if (parsed.GetValue(budget) is not null && (parsed.GetValue(ledger) is not null || parsed.GetValue(limit) is not null))
            {
                throw new InputException("command.wrong", "Name --budget, or --ledger with --budget-epsilon: one search is paid for once.");
            }

            var computation = SweepRequest.Computation(plan, columns, publicFile, dates);
            await using var journal = FileJournal.Open(Path.Combine(folder, "journal"), TimeProvider.System);
            using ISweepLedger account = parsed.GetValue(budget) is { } name
                ? await new GatewayLedger(parsed.Connect(), parsed.OwnParty(), name).CheckedAsync(dates, cancel)
                : FolderLedger.Open(parsed.GetValue(ledger) ?? Path.Combine(folder, "ledger"), Limit(parsed.GetValue(limit)), plan.Total, d, TimeProvider.System, dates);
            var search = new SweepJob(plan, () => SweepRows.Read(records, columns, publicFile, dates), journal, account, SystemRandomSource.Instance, output.Note);
            var (state, charges) = await output.WithBarAsync("Seeking the lowest epsilon", done => search.RunAsync(computation, done, cancel));
            var document = SweepFindings.Of(plan, state, await account.StandAsync(charges, cancel));
            Keep(folder, document, SweepFindings.Chosen(plan, state, columns));
            output.Result(document, console => Print(console, document, folder));
            return document.Chosen is null ? ExitCodes.Failure : ExitCodes.Success;
        });
    }

    private static void Keep(string folder, SweepDocument document, LogisticModel? model)
    {
        Write("report.json", Encoding.UTF8.GetBytes(PrintedJson.Of(document)));
        Write("report.html", Encoding.UTF8.GetBytes(SweepReport.Render(document)));
        if (model is not null)
        {
            Write(SweepFindings.ModelFile, LogisticModelFile.Write(model));
        }

        void Write(string name, byte[] bytes)
        {
            var path = Path.Combine(folder, name);
            File.WriteAllBytes(path + ".new", bytes);
            File.Move(path + ".new", path, overwrite: true);
        }
    }

    private static void Print(IAnsiConsole console, SweepDocument document, string folder)
    {
        console.Write(
            ["epsilon of a training", "accuracy", "noise", "95 % with sampling", "learning rate", "level costs", "target"],
            document.Frontier.Select(p => (IReadOnlyList<string>)[
                SweepLines.Number(p.Epsilon), p.Accuracy is { } a ? SweepLines.Percent(a) : p.Status == "not-run" ? "not run" : "no trial",
                p.Noise is { } noise ? $"± {SweepLines.Percent(noise)}" : "", p.Accuracy is null ? "" : $"{SweepLines.Percent(p.Low!.Value)} to {SweepLines.Percent(p.High!.Value)}", p.LearningRate is { } r ? SweepLines.Number(r) : "", p.Status == "not-run" ? "nothing" : Tables.Number(p.LevelEpsilon), p.Accuracy is null ? "" : p.ReachesTarget ? "reached" : "missed"]),
            "");
        console.Line(document.Chosen is { } chosen
            ? $"lowest epsilon whose accuracy reaches {SweepLines.Percent(document.TargetAccuracy)}: {SweepLines.Number(chosen.Epsilon)}"
            : $"out of reach: no epsilon's accuracy surely reaches {SweepLines.Percent(document.TargetAccuracy)}. What was run stays charged.");
        console.Line($"the search as a whole: epsilon {Tables.Number(document.Guarantee.Epsilon)} at delta {document.Guarantee.Delta}, wherever it stopped; ledger {document.Ledger.Name}: {Tables.Number(document.Ledger.EpsilonSoFar)} so far, {Tables.Number(document.Ledger.EpsilonLeft)} left of {Tables.Number(document.Ledger.Limit)}");
        console.Line($"report: {Path.Combine(folder, "report.html")}");
    }

    private static ClipNorm Clip(double value) => value > 0 && double.IsFinite(value)
        ? ClipNorm.Create(value)
        : throw new InputException("sweep.bad-clip-norm", $"--clip-norm is {value.ToString(CultureInfo.InvariantCulture)}: give a number greater than 0.");

    private static double? Limit(double? value) => value is null || (value > 0 && double.IsFinite(value.Value))
        ? value
        : throw new InputException("sweep.bad-budget", $"--budget-epsilon is {value.Value.ToString(CultureInfo.InvariantCulture)}: give a number greater than 0.");

    private static Option<T> Standard<T>(string name, string description, T standard) => new(name) { Description = description, DefaultValueFactory = _ => standard };
}
