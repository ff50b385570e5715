using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PrivacyGrains.Client.Csv;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Learning.Data;
using PrivacyGrains.Learning.Sweeps;
using PrivacyGrains.Privacy.Accounting.Selection;
using PrivacyGrains.Privacy.Queries.Schemas;

namespace PrivacyGrains.Cli.Sweeps;

/// <summary>What a command line asks of a search, read and checked before any record is.</summary>
internal static class SweepRequest
{
    /// <summary>The candidates of <c>--sweep</c>.</summary>
    /// <param name="sweeps">Each as <c>epsilon=0.5,1,2</c> or <c>learning-rate=1,3</c>.</param>
    /// <param name="standardRate">The learning rate where none is swept.</param>
    /// <exception cref="InputException"><c>sweep.bad-candidates</c>.</exception>
    public static (ImmutableArray<double> Epsilons, ImmutableArray<double> LearningRates) Candidates(IReadOnlyList<string> sweeps, double standardRate)
    {
        var found = new Dictionary<string, ImmutableArray<double>>(StringComparer.Ordinal);
        foreach (var sweep in sweeps)
        {
            var (name, values) = sweep.Split('=') is [var left, var right] ? (left, right) : throw Bad($"--sweep is '{sweep}': write NAME=VALUE,VALUE,..., as epsilon=0.5,1,2,4.");
            if (name is not ("epsilon" or "learning-rate"))
            {
                throw Bad($"--sweep has '{name}': what can be swept is epsilon and learning-rate.");
            }

            if (!found.TryAdd(name, [.. values.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Number)]))
            {
                throw Bad($"--sweep {name} is there twice: give all its values at once.");
            }

            double Number(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : throw Bad($"--sweep {name} has '{text}', which is no number.");
        }

        return found.TryGetValue("epsilon", out var epsilons)
            ? ([.. epsilons.Order()], found.GetValueOrDefault("learning-rate", [standardRate]))
            : throw Bad("--sweep needs epsilon=VALUE,VALUE,...: its lowest sufficient value is sought.");
    }

    /// <summary>The distribution of the number of trials; null for one trial.</summary>
    /// <exception cref="InputException"><c>sweep.bad-runs</c>.</exception>
    public static NumberOfRuns? Runs(string selection, double? mean, int candidates)
    {
        var wanted = mean ?? (candidates == 1 ? 1 : 2 * candidates);
        if (wanted == 1 && candidates == 1)
        {
            return null;
        }

        try
        {
            return selection switch
            {
                "poisson" => new NumberOfRuns.Poisson(double.IsInteger(wanted) && wanted <= NumberOfRuns.MaximumMean ? (int)wanted : throw new ArgumentOutOfRangeException(nameof(mean))),
                "logarithmic" => NumberOfRuns.WithMean(0, wanted),
                _ => NumberOfRuns.WithMean(1, wanted),
            };
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new InputException("sweep.bad-runs", $"--runs is {wanted.ToString("R", CultureInfo.InvariantCulture)}: give the mean number of trials at each epsilon, above 1 and at most {NumberOfRuns.MaximumMean} (a whole number for poisson).", e);
        }
    }

    /// <summary>Checked terms and their plan.</summary>
    /// <exception cref="InputException"><c>sweep.bad-FIELD</c>.</exception>
    public static SweepPlan Plan(SweepTerms terms)
    {
        if (terms.Fault() is { } fault)
        {
            throw new InputException($"sweep.bad-{fault.Field}", fault.Field is "epsilon" or "learning-rate" ? $"--sweep {fault.Field}: {fault.Message}" : $"--{fault.Field}: {fault.Message}");
        }

        try
        {
            return SweepPlan.Create(terms);
        }
        catch (ArgumentException e)
        {
            throw new InputException("sweep.bad-epsilon", $"--sweep epsilon: no noise of the known sizes keeps one of the values at --delta {terms.Delta.Value} over {terms.Steps} steps. Take other values, or fewer steps.", e);
        }
    }

    /// <summary>Label, features and ranges; only the file's first line is read.</summary>
    /// <param name="data">The owner's CSV file.</param>
    /// <param name="schemaFile">A schema, or null.</param>
    /// <param name="label">The label's column; with a schema, the schema's or null.</param>
    /// <param name="range">LOW,HIGH for all features, where there is no schema.</param>
    /// <param name="positive">The label's text for 1, where there is no schema.</param>
    /// <param name="negative">For 0.</param>
    /// <param name="time">The column of the records' days, which is no feature; empty for none.</param>
    /// <param name="cancel">Ends it.</param>
    public static async Task<DatasetSchema> SchemaAsync(string data, string? schemaFile, string? label, string? range, string positive, string negative, string time, CancellationToken cancel)
    {
        if (!File.Exists(data))
        {
            throw new InputException("csv.missing-file", $"{data} is not there. Give the path of a CSV file.");
        }

        using var first = new StreamReader(data);
        using var line = new StringReader(await first.ReadLineAsync(cancel) ?? "");
        var header = CsvTable.Read(line, Path.GetFileName(data)).Header;
        var schema = schemaFile is not null ? await ReadAsync(schemaFile, cancel) : FromRange([.. header.Where(column => column != time)], label, range, positive, negative);
        if (label is not null && label != schema.Label)
        {
            throw new InputException("sweep.other-label", $"--label is {label}, the schema's is {schema.Label}.");
        }

        var missing = schema.Features.Select(f => f.Name).Append(schema.Label).FirstOrDefault(column => !header.Contains(column));
        return missing is null ? schema : throw new InputException("csv.unknown-column", $"{Path.GetFileName(data)} has no column {missing}. It has: {string.Join(", ", header)}.");
    }

    /// <summary>Digest of all that was asked, beside the records.</summary>
    public static string Computation(SweepPlan plan, DatasetSchema schema, string? scoredOn, RowDates? dates = null)
    {
        var file = scoredOn is null ? "" : Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(scoredOn)));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"privacygrains.sweep-job.v1|{plan.Digest()}|{schema.Digest()}|{file}{(dates is null ? "" : $"|{dates}")}")));
    }

    private static DatasetSchema FromRange(IReadOnlyList<string> header, string? label, string? range, string positive, string negative)
    {
        if (label is null)
        {
            throw new InputException("sweep.no-label", "Name the label's column with --label, or a schema with --schema.");
        }

        if (range is null)
        {
            throw new InputException("sweep.no-range", "The features have no bounds: give --schema FILE with each column's public range, or --range LOW,HIGH for all. Bounds taken from the records would show them.");
        }

        if (positive == negative)
        {
            throw new InputException("sweep.bad-label", "--positive and --negative are the same text.");
        }

        return range.Split(',') is [var low, var high] && double.TryParse(low, CultureInfo.InvariantCulture, out var lower) && double.TryParse(high, CultureInfo.InvariantCulture, out var upper)
            && double.IsFinite(lower) && double.IsFinite(upper) && lower < upper
            ? header.Contains(label)
                ? new DatasetSchema("records", label, positive, negative, [.. header.Where(column => column != label).Select(column => new FeatureRange(column, lower, upper))])
                : throw new InputException("csv.unknown-column", $"There is no column {label}. There are: {string.Join(", ", header)}.")
            : throw new InputException("sweep.bad-range", $"--range is '{range}': write LOW,HIGH, two finite numbers, the lower first.");
    }

    private static async Task<DatasetSchema> ReadAsync(string path, CancellationToken cancel) =>
        !File.Exists(path) ? throw new InputException("schema.missing-file", $"{path} is not there. Give a schema file, as samples/hospitals/schema.json.")
        : DatasetSchema.TryParse(await File.ReadAllBytesAsync(path, cancel), out var schema, out var fault) ? schema
        : throw new InputException("schema.malformed", $"{path}: {fault}.");

    private static InputException Bad(string message) => new("sweep.bad-candidates", message);
}
