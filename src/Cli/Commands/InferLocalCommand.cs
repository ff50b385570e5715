using System.CommandLine;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Cli.Output;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Client.Inferences;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Cli.Commands;

/// <summary><c>infer --model --input --parties</c>: a joint inference from an ONNX file and a CSV file; all sides in this process, or with <c>--url</c> those of a running consortium.</summary>
internal static class InferLocalCommand
{
    private static readonly Option<string?> Model = new("--model") { Description = "An ONNX file, or a safetensors file of our own training. Without --url all sides run here, without secrecy; with it, in a running consortium." };
    private static readonly Option<string?> Input = new("--input") { Description = "A CSV file: a header, then one record a row, its numbers flattened row-major." };
    private static readonly Option<int> Parties = new("--parties") { Description = "How many compute, 2 to 64.", DefaultValueFactory = _ => 2 };
    private static readonly Option<string> Scheme = Schemes();
    private static readonly Option<int?> Threshold = new("--corruption-threshold") { Description = "So many sides together learn nothing; shamir only (default: the most below half)." };
    private static readonly Option<int?> FractionalBits = new("--fractional-bits") { Description = "Of fixed point (default: as many as the ranges leave room for, 13 to 20)." };
    private static readonly Option<double?> InputBound = new("--input-bound") { Description = "The greatest |number| of a record (default: that of the file, up to a power of two)." };

    private static readonly Option<bool> PublicModel = new("--public-model") { Description = "All sides know the weights: no products of shares for them." };
    private static readonly Option<bool> NoClear = new("--no-clear") { Description = "Leaves the run on plain numbers and its comparison out." };
    private static readonly Option<bool> Plan = new("--plan") { Description = "States what it will cost, and runs nothing; needs no --input." };
    private static readonly Option<int?> Rows = new("--rows") { Description = "Records that --plan counts (default: those of --input, else 1)." };

    /// <summary>Adds the local run to the command that has the others below it.</summary>
    public static Command AddTo(Command infer)
    {
        foreach (var option in (Option[])[Model, Input, Parties, Scheme, Threshold, FractionalBits, InputBound, PublicModel, NoClear, Plan, Rows, InferHeldCommands.Held, .. InferConsortiumCommand.Options])
        {
            infer.Add(option);
        }

        infer.Runs(RunAsync);
        return infer;
    }

    private static async Task RunAsync(ParseResult parsed, CommandOutput output, CancellationToken cancel)
    {
        var (input, plans) = (parsed.GetValue(Input), parsed.GetValue(Plan));
        if (parsed.GetValue(InferHeldCommands.Held) is { } held)
        {
            if (input is null || plans || parsed.GetValue(Model) is not null)
            {
                throw new InputException("command.wrong", "--held takes the place of a model, and --input its records; what it costs was stated by 'infer open'.");
            }

            Write(output, await InferHeldCommands.RunAsync(parsed, output, held, input, InferConsortiumCommand.TimeoutOf(parsed), cancel));
            return;
        }

        if (parsed.GetValue(Model) is not { } model || (input is null && !plans))
        {
            throw new InputException(
                "command.wrong", $"Name one of: {string.Join(", ", parsed.CommandResult.Command.Subcommands.Select(c => c.Name))}; or give --model with --input for a run, here or with --url in a consortium, or with --plan for its cost. See: privacygrains infer --help");
        }

        var scheme = SchemeOf(parsed);
        var bound = parsed.GetValue(InputBound);
        if (bound is { } given && !(given > 0 && double.IsFinite(given)))
        {
            throw new InputException("inference.bad-bound", $"--input-bound is {given}; a number greater than 0 is wanted.");
        }

        var bits = parsed.GetValue(FractionalBits);
        if (bits is < 1 or > 24)
        {
            throw new InputException("inference.bad-fractional-bits", $"--fractional-bits is {bits}; 1 to 24 are possible, 13 to 20 with a sigmoid.");
        }

        var rows = parsed.GetValue(Rows);
        if (rows is < 1)
        {
            throw new InputException("inference.bad-rows", $"--rows is {rows}; at least 1 is wanted.");
        }

        var file = LocalModelFile.Read(model);
        var network = file.Network;
        var records = input is null ? null : file.Records(input);
        var options = new LocalInferenceOptions { FractionalBits = bits, InputBound = bound, PublicModel = parsed.GetValue(PublicModel), ComparesWithClear = !parsed.GetValue(NoClear) };
        if (plans)
        {
            LocalPlanReport.Write(output, network, scheme, rows ?? records?.Length ?? 1, LocalInference.BoundOf(network, records, bound), options);
            return;
        }

        if (parsed.GetValue(CommonOptions.Url) is not null)
        {
            Write(output, await InferConsortiumCommand.RunAsync(parsed, output, network, records!, scheme, options, cancel));
            return;
        }

        output.Note($"A local run: all {scheme.Parties} sides are in this process, so nothing is secret from it.");
        Write(output, LocalInference.Run(network, records!, scheme, options, SystemRandomSource.Instance, cancel));
    }

    private static void Write(CommandOutput output, LocalInferenceResult result)
    {
        var document = new LocalInferenceDocument(
            result.Outputs, result.ClearOutputs, result.MaxAbsError, result.FractionalBits, result.Cost, new SecondsBody(result.OfflineSeconds, result.OnlineSeconds))
        {
            ClippedRecords = result.ClippedRecords.Count > 0 ? result.ClippedRecords : null,
        };
        TellClipped(output, result.ClippedRecords);
        output.Result(document, console =>
        {
            console.Write(
                ["record", .. Enumerable.Range(1, result.Outputs[0].Count).Select(i => $"output {i}")],
                result.Outputs.Select((row, i) => (IReadOnlyList<string>)[$"{i + 1}", .. row.Select(value => Tables.Number(value))]), "No record.");
            console.Line(result.MaxAbsError is { } error
                ? $"At most {error:G3} from the clear model, with {result.FractionalBits} fractional bits." : $"{result.FractionalBits} fractional bits; not compared with the clear model.");
            console.Line($"{InferCommands.Costs(result.Cost)} {Tables.Number(result.OfflineSeconds)} s offline, {Tables.Number(result.OnlineSeconds)} s online.");
        });
    }

    /// <summary>Warns of records whose outputs are those of a clipped model.</summary>
    internal static void TellClipped(CommandOutput output, IReadOnlyList<int> clipped)
    {
        if (clipped.Count > 0)
        {
            output.Note($"In {clipped.Count} records, from record {clipped[0] + 1} on, a value passed a bound that the planner set so that ranges could be proven: their outputs are those of the clipped model.");
        }
    }

    private static SharingScheme SchemeOf(ParseResult parsed)
    {
        var (parties, shamir, threshold) = (parsed.GetValue(Parties), parsed.GetValue(Scheme) == "shamir", parsed.GetValue(Threshold));
        if (parties is < 2 or > SharingScheme.MaximumParties)
        {
            throw new InputException("inference.bad-parties", $"--parties is {parties}; 2 to {SharingScheme.MaximumParties} can compute.");
        }

        if (!shamir)
        {
            return threshold is null || threshold == parties - 1
                ? SharingScheme.Additive(parties)
                : throw new InputException("inference.bad-threshold", $"With additive shares all sides but one learn nothing: --corruption-threshold is {parties - 1}, or take --scheme shamir.");
        }

        var t = threshold ?? (parties - 1) / 2;
        return t >= 1 && t < parties
            ? SharingScheme.Shamir(parties, t)
            : throw new InputException(
                threshold is null ? "inference.bad-parties" : "inference.bad-threshold", $"Shamir shares need 1 <= t < n; t is {t} and n is {parties}. Take 3 parties or more, or another --corruption-threshold.");
    }

    private static Option<string> Schemes()
    {
        var scheme = new Option<string>("--scheme") { Description = "additive (over 2^64) or shamir (over 2^61 - 1).", DefaultValueFactory = _ => "additive" };
        scheme.AcceptOnlyFromAmong("additive", "shamir");
        return scheme;
    }
}
