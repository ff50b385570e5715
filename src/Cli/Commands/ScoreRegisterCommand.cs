using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using PrivacyGrains.Ckks.Circuits;
using PrivacyGrains.Cli.Output;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Client.Scoring;
using PrivacyGrains.Messages.Scoring;

namespace PrivacyGrains.Cli.Commands;

/// <summary><c>score register</c>: a trained model becomes one that scores encrypted rows; its activations become polynomials, and what that costs is measured.</summary>
internal static class ScoreRegisterCommand
{
    private const double Room = 0.1; // beside the measured interval, on either side

    private static readonly Argument<string> Name = new("model") { Description = "Its name: a-z, 0-9 and hyphen." };
    private static readonly Argument<string> File = new("file") { Description = "safetensors of our own training, or ONNX: dense layers with sigmoid, tanh, ReLU or GELU between them." };
    private static readonly Option<long> Rows = new("--rows-per-credential") { Description = "How many rows each credential may ask for in all.", Required = true };
    private static readonly Option<int?> Degree = new("--degree") { Description = "N, 1024 to 32768 (default: the smallest parameters that hold the circuit)." };
    private static readonly Option<string?> PrimeBits = new("--prime-bits") { Description = "The primes' lengths, the special one's last, as 60,40,40,60; goes with --degree." };
    private static readonly Option<int> ActivationDegree = new("--activation-degree") { Description = "Of the polynomials in the activations' place, 1 to 63.", DefaultValueFactory = static _ => 3 };
    private static readonly Option<string?> Interval = new("--interval") { Description = "What they are meant for, as -8,8 (default: measured over --input, and a tenth beyond)." };
    private static readonly Option<string?> Input = new("--input") { Description = "Rows to measure intervals and the accuracy that is lost on: a CSV file. They stay here." };
    private static readonly Option<double?> InputBound = new("--input-bound") { Description = "The greatest |number| of a row (default: that of --input, up to a power of two; 1 for our own models)." };
    private static readonly Option<string> Note = new("--note") { Description = "One line for clients, public.", DefaultValueFactory = static _ => "" };

    public static Command Build()
    {
        var command = new Command("register", "Registers a model that scores encrypted rows. The service computes with its numbers; nobody who scores sees them.")
        {
            Name, File, Rows, Degree, PrimeBits, ActivationDegree, Interval, Input, InputBound, Note,
        };
        command.Runs(RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CommandOutput output, CancellationToken cancel)
    {
        var bits = Bits(parsed);
        var file = LocalModelFile.Read(parsed.GetRequiredValue(File));
        var imported = ImportedNetwork.Of(file.Network);
        var rows = parsed.GetValue(Input) is { } input ? file.Records(input) : null;
        ImmutableArray<string> names = file.Ranges is { } ranges ? [.. ranges.Ranges.Select(r => r.Name)] : [];
        var (model, fits) = imported.Replace(names, BoundOf(parsed, file, rows), Choices(parsed, imported.Network, rows));
        var loss = rows is null ? null : imported.Network.Measure(model, rows);

        using var gateway = parsed.Connect();
        using var json = JsonDocument.Parse(EncryptedModelFile.Write(model));
        var request = new RegisterEncryptedModelRequest(
            json.RootElement, parsed.GetValue(Rows), parsed.GetValue(Degree), bits,
            file.Ranges?.Ranges.Select(r => new FeatureScaleBody(r.Name, r.Lower, r.Upper)).ToList(), imported.Link, parsed.GetRequiredValue(Note));
        var name = parsed.GetRequiredValue(Name);
        var body = await output.WithBarAsync($"Registering {name}", _ => gateway.EncryptedModels.RegisterAsync(name, request, cancel));
        var digest = Convert.ToHexStringLower(model.Digest.Span);
        var version = body.Versions.LastOrDefault(v => v.Digest == digest) ?? throw new GatewayException("scoring.other-model", 0, "The service registered another model than was sent.");
        Print(output, body.Model, version, fits, loss);
    }

    private static void Print(CommandOutput output, string name, EncryptedVersionBody version, ImmutableArray<ActivationFit> fits, ActivationLoss? loss)
    {
        var document = new RegisteredScoringDocument(
            name, version.Version, version.Digest, version.Parameters.Degree, version.Parameters.PrimeBits, [.. version.Layouts.Select(l => l.Layout)], version.Link,
            [.. fits.Select(f => new ReplacedActivationBody(f.Activation.ToString().ToLowerInvariant(), f.Polynomial.From, f.Polynomial.To, f.Polynomial.Degree, f.MaximumError))],
            loss is null ? null : new AccuracyLossBody(loss.Rows, loss.LargestDifference, loss.MeanDifference, loss.LabelAgreement, loss.RowsOutside));
        output.Result(document, console =>
        {
            console.Line($"{name} version {version.Version}: degree {version.Parameters.Degree}, primes of {string.Join(", ", version.Parameters.PrimeBits)} bits; layouts {string.Join(", ", version.Layouts.Select(l => l.Layout))}");
            foreach (var fit in fits)
            {
                console.Line($"{fit.Activation.ToString().ToLowerInvariant()} is a polynomial of degree {fit.Polynomial.Degree} on [{fit.Polynomial.From:0.###}, {fit.Polynomial.To:0.###}], off by at most {fit.MaximumError:0.0e0} there");
            }

            console.Line(loss is null
                ? "what that costs was not measured: give rows with --input"
                : $"over {loss.Rows} rows: largest difference {loss.LargestDifference:0.0e0}, {loss.LabelAgreement:0.00 %} keep their label, {loss.RowsOutside} leave an interval");
            console.Line($"digest {version.Digest}: tell it to clients, who check it with --digest");
        });
    }

    private static double BoundOf(ParseResult parsed, LocalModelFile file, double[][]? rows)
    {
        var bound = parsed.GetValue(InputBound)
            ?? (file.Ranges is not null ? 1
                : rows is not null ? Math.Pow(2, Math.Ceiling(Math.Log2(Math.Max(rows.Max(row => row.Max(Math.Abs)), 1e-6))))
                : throw new InputException("scoring.no-bound", "Say how large a row's numbers can be: --input-bound, or --input with rows to measure it on."));
        return bound > 0 && double.IsFinite(bound) ? bound : throw new InputException("scoring.no-bound", $"--input-bound is {bound.ToString(CultureInfo.InvariantCulture)}: a number greater than 0 is wanted.");
    }

    private static List<ActivationChoice> Choices(ParseResult parsed, ClearNetwork network, double[][]? rows)
    {
        var (count, degree) = (network.Layers.Count(l => l.Activation is not null), parsed.GetValue(ActivationDegree));
        if (count == 0)
        {
            return [];
        }

        if (parsed.GetValue(Interval) is { } text)
        {
            double[] ends = [.. text.Split(',').Select(part => double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var end) ? end : double.NaN)];
            return ends is [var from, var to] && from < to
                ? [.. Enumerable.Repeat(new ActivationChoice(from, to, degree), count)]
                : throw new InputException("scoring.bad-interval", $"--interval is '{text}': write two numbers, the smaller first, as -8,8.");
        }

        return rows is null
            ? throw new InputException("scoring.no-interval", "The model has activations: say which interval their polynomials are meant for with --interval, or give rows to measure it on with --input.")
            : [.. network.Ranges(rows).Select(range => Widened(range, degree))];
    }

    private static ActivationChoice Widened(ActivationRange range, int degree)
    {
        var room = Math.Max((range.Greatest - range.Least) * Room, 0.01);
        return new ActivationChoice(range.Least - room, range.Greatest + room, degree);
    }

    private static List<int>? Bits(ParseResult parsed)
    {
        if (parsed.GetValue(PrimeBits) is not { } text)
        {
            return parsed.GetValue(Degree) is null ? null : throw new InputException("scoring.bad-parameters", "--degree goes with --prime-bits, as 60,40,40,60.");
        }

        var bits = text.Split(',').Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length : 0).ToList();
        return parsed.GetValue(Degree) is not null && bits.All(b => b is >= 20 and <= 60)
            ? bits
            : throw new InputException("scoring.bad-parameters", "--prime-bits are lengths of 20 to 60, the special prime's last, as 60,40,40,60; they go with --degree.");
    }
}
