using System.CommandLine;
using System.Globalization;
using PrivacyGrains.Cli.Output;
using PrivacyGrains.Client.Csv;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Learning.Data;
using PrivacyGrains.Learning.Models;
using PrivacyGrains.Learning.Training;
using Spectre.Console;

namespace PrivacyGrains.Cli.Commands;

/// <summary>What <c>train fit --json</c> prints.</summary>
/// <param name="File">The model's.</param>
/// <param name="Digest">Lower-case hex of SHA-256 over it.</param>
/// <param name="Features">Of the model.</param>
/// <param name="Rows">That it was fitted to.</param>
/// <param name="Steps">Newton steps.</param>
/// <param name="Loss">Mean log-loss over the rows.</param>
/// <param name="Accuracy">Over the rows.</param>
/// <param name="TestRows">Rows of <c>--test</c>; 0 where there is none.</param>
/// <param name="TestAccuracy">Over them, or null.</param>
/// <param name="TestRanking">The chance that of two of them with different labels the positive one has the higher score (AUC), or null.</param>
/// <param name="Privacy">Always <c>none</c>.</param>
internal sealed record FitDocument(
    string File, string Digest, int Features, int Rows, int Steps, double Loss, double Accuracy, int TestRows, double? TestAccuracy, double? TestRanking, string Privacy);

/// <summary><c>train fit</c>: a logistic model of one's own rows, in the clear.</summary>
internal static class TrainFitCommand
{
    public static Command Build()
    {
        var data = new Option<string>("--data") { Description = "The rows: a CSV file with a header.", Required = true };
        var schema = new Option<string>("--schema") { Description = "A JSON file with the label, the features and their public ranges, as samples/credit/schema.json.", Required = true };
        var file = new Option<string>("--out") { Description = "The file to write: safetensors.", Required = true };
        var test = new Option<string?>("--test") { Description = "Further rows, to measure on." };
        var ridge = new Option<double>("--ridge") { Description = "Weight of the squared weights in the loss, above 0 (default: 1e-4).", DefaultValueFactory = static _ => 1e-4 };
        var scores = new Option<string?>("--scores") { Description = "A CSV file to write: the model's score of each of --test's rows." };
        var command = new Command("fit", "Fits a logistic model to one's own rows, in the clear and without noise: no privacy claim goes with it.") { data, schema, file, test, scores, ridge };
        command.Runs(async (parsed, output, cancel) =>
        {
            var weight = parsed.GetValue(ridge);
            if (!(weight > 0 && double.IsFinite(weight)))
            {
                throw new InputException("training.bad-ridge", $"--ridge is {weight.ToString(CultureInfo.InvariantCulture)}: give a number greater than 0.");
            }

            if (parsed.GetValue(scores) is not null && parsed.GetValue(test) is null)
            {
                throw new InputException("training.no-test", "--scores writes the scores of --test's rows: name them.");
            }

            var columns = await TrainCommands.ReadAsync(parsed.GetRequiredValue(schema), cancel);
            var rows = Read(parsed.GetRequiredValue(data), columns);
            var further = parsed.GetValue(test) is { } path ? Read(path, columns) : null;
            var fit = columns.Features.Length <= LogisticRegression.MostFeatures
                ? await output.WithBarAsync("Fitting", _ => Task.Run(() => Fit(rows, weight), cancel))
                : throw new InputException("training.too-wide", $"The schema has {columns.Features.Length} features; at most {LogisticRegression.MostFeatures} can be fitted.");
            var full = Path.GetFullPath(parsed.GetRequiredValue(file));
            await File.WriteAllBytesAsync(full, LogisticModelFile.Write(fit.Model), cancel);
            if (parsed.GetValue(scores) is { } to)
            {
                await File.WriteAllLinesAsync(to, ["score", .. Enumerable.Range(0, further!.RowCount).Select(r => fit.Model.Score(further.Features(r)).ToString("R", CultureInfo.InvariantCulture))], cancel);
            }

            var document = new FitDocument(
                full, LogisticModelFile.Digest(fit.Model), rows.FeatureCount, rows.RowCount, fit.Steps, fit.Loss, fit.Model.Accuracy(rows),
                further?.RowCount ?? 0, further is null ? null : fit.Model.Accuracy(further), further is null ? null : Ranking(fit.Model, further), "none");
            output.Result(document, console => Print(console, document));
        });
        return command;
    }

    private static void Print(IAnsiConsole console, FitDocument fit)
    {
        console.Line($"{fit.Features} features, {fit.Rows} rows, {fit.Steps} Newton steps: log-loss {fit.Loss:0.0000}, {fit.Accuracy:0.0 %} of these rows right");
        if (fit.TestRows > 0)
        {
            console.Line($"{fit.TestRows} further rows: {fit.TestAccuracy:0.0 %} right{(fit.TestRanking is { } auc ? $", area under the ROC curve {auc:0.000}" : "")}");
        }

        console.Line($"the model is in {fit.File}; it was fitted without noise, so it makes no privacy claim for its rows");
    }

    private static LogisticFit Fit(LabelledTable rows, double ridge)
    {
        try
        {
            return LogisticRegression.Fit(rows, ridge);
        }
        catch (InvalidOperationException e)
        {
            throw new InputException("training.bad-ridge", e.Message, e);
        }
    }

    private static LabelledTable Read(string path, DatasetSchema schema)
    {
        if (!LabelledTable.TryCreate(CsvTable.Read(path).ToTable(), schema, out var rows, out var fault))
        {
            throw new InputException(fault.Code, $"{path}: {fault.Message}");
        }

        return rows.RowCount > 0 ? rows : throw new InputException("table.empty", $"{path} has no records.");
    }

    // Mann and Whitney's statistic: equal scores count half.
    private static double? Ranking(LogisticModel model, LabelledTable rows)
    {
        var scores = Enumerable.Range(0, rows.RowCount).Select(r => (Score: model.LogOdds(rows.Features(r)), Label: rows.Label(r))).GroupBy(s => s.Score).OrderBy(g => g.Key);
        double below = 0, wins = 0, positives = 0;
        foreach (var group in scores)
        {
            double here = group.Count(s => s.Label == 1);
            wins += here * (below + ((group.Count() - here) / 2));
            (positives, below) = (positives + here, below + group.Count() - here);
        }

        return positives * below > 0 ? wins / (positives * below) : null;
    }
}
