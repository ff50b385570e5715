using System.CommandLine;
using PrivacyGrains.Cli.Output;
using PrivacyGrains.Client.Csv;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Client.Inferences;
using PrivacyGrains.Messages.Inferences;
using PrivacyGrains.Messages.Stock;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Sessions;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Cli.Commands;

/// <summary>The parts of <c>infer plan</c>, <c>ask</c>, <c>give</c> and <c>reserve</c> that take any ONNX model rather than a logistic one.</summary>
internal static class InferNetworkCommands
{
    /// <summary>A plan in a file, for whoever asks without holding the model.</summary>
    public static readonly Option<string?> PlanPath = new("--plan") { Description = "In place of a model: a plan file, as 'infer plan --model F.onnx --out' writes it for whoever does not hold the model." };

    /// <summary>The range of the records.</summary>
    public static readonly Option<double> InputBound = new("--input-bound") { Description = "With an ONNX model: no |number| of a record is greater (default: 1).", DefaultValueFactory = static _ => 1 };

    /// <summary>Fixed point.</summary>
    public static readonly Option<int?> FractionalBits = new("--fractional-bits") { Description = "With an ONNX model: of fixed point (default: as many as the ranges leave room for)." };

    /// <summary>Whether the weights are no secret.</summary>
    public static readonly Option<bool> PublicModel = new("--public-model") { Description = "With an ONNX model: the compute parties know the weights, each of which holds them against the digest that all sign." };

    /// <summary>Whether a name means an ONNX file.</summary>
    public static bool IsOnnx(string? model) => model is not null && Path.GetExtension(model).Equals(".onnx", StringComparison.OrdinalIgnoreCase);

    /// <summary>The plan of a model or of a plan file, for so many records and parties; of a public model with the digest of its weights.</summary>
    public static PlanFile PlanOf(ParseResult parsed, string? model, int rows, int parties)
    {
        if (rows < 1 || parties is < 2 or > SharingScheme.MaximumParties || parsed.GetValue(InputBound) is not (> 0 and < double.PositiveInfinity))
        {
            throw new InputException("inference.wrong-input", $"At least 1 record, 2 to {SharingScheme.MaximumParties} compute parties and a positive --input-bound are wanted.");
        }

        PlanFile plan;
        if (parsed.GetValue(PlanPath) is { } file)
        {
            plan = !File.Exists(file) ? throw new InputException("plan.missing-file", $"{file} is not there. Give the path of a plan file.")
                : PlanFile.Parse(File.ReadAllBytes(file)).Try(out var read, out var fault) ? read with { Plan = read.Plan.WithRows(rows) }
                : throw new InputException(fault.Code, $"{file}: {fault.Explanation}");
            if (plan.Plan.Scheme.Parties != parties)
            {
                throw new InputException("inference.wrong-parties", $"The plan is for {plan.Plan.Scheme.Parties} compute parties, and {parties} are wanted.");
            }
        }
        else
        {
            var planned = NetworkPlanning.Plan(
                LocalModelFile.NetworkOf(model!), SharingScheme.Additive(parties), rows, parsed.GetValue(InputBound), parsed.GetValue(FractionalBits), parsed.GetValue(PublicModel));
            plan = PlanFile.Of(planned.Plan, [.. planned.Parameters.SelectMany(static own => own).SelectMany(static tensor => tensor)]);
        }

        var cut = ConsortiumInference.Cut(plan.Plan);
        return cut.Rows >= rows ? plan : throw new InputException("inference.batch-too-large", $"A session of this model takes at most {cut.Rows} records. Ask for fewer at once.");
    }

    /// <summary><c>infer plan --model</c>: states the cost and writes the plan.</summary>
    public static async Task PlanAsync(ParseResult parsed, CommandOutput output, string? model, int rows, int parties, string? file, CancellationToken cancel)
    {
        var plan = PlanOf(parsed, model, rows, parties);
        if (file is not null)
        {
            await File.WriteAllBytesAsync(file, plan.ToBytes(), cancel);
            output.Note(plan.WeightsDigest is { } digest
                ? $"The plan is in {Path.GetFullPath(file)}. It holds shapes, bounds and what the public weights are held against: {digest}."
                : $"The plan is in {Path.GetFullPath(file)}. It holds shapes and bounds, no weight.");
        }

        var cost = Cost(plan.Plan);
        output.Result(cost, console => console.Line(InferCommands.Costs(cost)));
    }

    /// <summary><c>infer ask --held NAME</c>: weights that compute parties hold, columns of whoever has them.</summary>
    public static async Task AskHeldAsync(
        ParseResult parsed, CommandOutput output, string session, string held, IReadOnlyList<string> features, int rows, (string Quota, string Budget, double Timeout) terms, string? file, CancellationToken cancel)
    {
        var self = parsed.OwnParty();
        using var gateway = parsed.Connect();
        var inference = new JointInference(parsed.PartyFolder()!, gateway);
        var model = await inference.FindHeldAsync(held, cancel);
        await AskAsync(inference, output, session, NetworkQuestion.Over(model, rows, [.. features.Select(Part)], self, terms.Quota, terms.Budget, terms.Timeout), null, file, cancel);
    }

    /// <summary><c>infer ask --model F.onnx</c> or <c>--plan F --weights-from PARTY</c>.</summary>
    public static async Task AskAsync(
        ParseResult parsed, CommandOutput output, string session, string? model, IReadOnlyList<string> features, int rows, string? weightsFrom, IReadOnlyList<string>? compute, string? dealer,
        (string Quota, string Budget, double Timeout) terms, string? file, CancellationToken cancel)
    {
        var self = parsed.OwnParty();
        using var gateway = parsed.Connect();
        var parts = features.Select(Part).ToList();
        var cast = await InferenceCast.ChooseAsync(gateway, self, compute?.Count ?? Math.Max(2, parts.Select(part => part.Party).Distinct(StringComparer.Ordinal).Count()), compute, dealer, cancel);
        var named = PlanOf(parsed, model, rows, cast.ComputeParties.Count);
        var plan = named.Plan;
        var question = NetworkQuestion.Create(plan, parts, self, model is null ? weightsFrom ?? throw NoWeights() : self, cast, terms.Quota, terms.Budget, terms.Timeout);
        question = named.WeightsDigest is { } digest ? question.WithPublic(InferenceLayout.Weights, digest) : question;
        double[]? weights = model is not null && InferenceLayout.HasWeights(plan) ? NetworkQuestion.Weights(LocalModelFile.NetworkOf(model), plan) : null;
        await AskAsync(new JointInference(parsed.PartyFolder()!, gateway), output, session, question, weights, file, cancel);
    }

    private static async Task AskAsync(JointInference inference, CommandOutput output, string session, InferenceQuestion question, double[]? weights, string? file, CancellationToken cancel)
    {
        using var ask = await inference.AskAsync(session, question, cancel);
        try
        {
            output.Note($"{session} is open. {InferCommands.Costs(ask.Opened.Cost)} It waits for {string.Join(", ", ask.Opened.WaitingFor)}.");
            if (weights is not null)
            {
                await inference.ProvideAsync(session, InferenceLayout.Weights, weights, cancel);
            }

            var answer = await output.WithBarAsync("Waiting for the parties", _ => inference.ReceiveAsync(ask, cancel));
            await WriteAsync(output, session, question.Plan, answer, file, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            await inference.CancelAsync(session);
            throw;
        }
    }

    /// <summary><c>infer give --input F.csv</c> or <c>--model F.onnx</c>: what of a session is this party's, numbers as they stand.</summary>
    public static async Task GiveAsync(ParseResult parsed, CommandOutput output, string session, string? input, string? model, CancellationToken cancel)
    {
        var self = parsed.OwnParty();
        using var gateway = parsed.Connect();
        var view = await gateway.Inferences.GetAsync(session, cancel: cancel);
        var plan = InferencePlan.Parse(view.Terms.Plan).Try(out var read, out var fault) ? read : throw new InputException(fault.Code, fault.Explanation);
        var table = input is null ? null : CsvTable.Read(input);
        var given = new List<string>();
        var inference = new JointInference(parsed.PartyFolder()!, gateway);
        foreach (var slot in view.Terms.Inputs.Where(slot => slot.Party == self))
        {
            var values = slot.Columns.Count > 0 ? table is null ? null : Columns(table, slot, plan.Rows)
                : model is null ? null : NetworkQuestion.Weights(LocalModelFile.NetworkOf(model), plan);
            if (values is null)
            {
                continue;
            }

            try
            {
                view = await inference.ProvideAsync(session, slot.Slot, values, cancel);
            }
            catch (ArgumentException e)
            {
                throw new InputException("inference.wrong-input", e.Message, e);
            }

            given.Add(slot.Slot);
        }

        if (given.Count == 0)
        {
            throw new InputException("inference.nothing-to-give", $"{session} asks {self} for {(input is null ? "no weights" : "no column")}{(input is null || model is null ? "; give records with --input, a model with --model" : string.Empty)}.");
        }

        output.Result(view, console => console.Line($"Given: {string.Join(", ", given)}. {session} is {view.Status}."));
    }

    /// <summary><c>infer reserve</c>: keeps correlations ready for a plan.</summary>
    public static Command Reserve()
    {
        var name = new Argument<string>("name") { Description = "The plan's name: a-z, 0-9 and hyphen." };
        var model = new Option<string?>("--model") { Description = "An ONNX file; or --plan." };
        var rows = new Option<int>("--rows") { Description = "Records in a session.", DefaultValueFactory = static _ => 1 };
        var compute = new Option<string?>("--compute") { Description = "PARTY,PARTY,...: who computes." };
        var dealer = new Option<string?>("--dealer") { Description = "Who deals." };
        var lots = new Option<int>("--lots") { Description = "Sessions to hold correlations ready for; 0 ends it.", Required = true };
        var command = new Command("reserve", "Keeps correlations dealt ahead for a plan; operators only.") { name, model, PlanPath, rows, compute, dealer, InputBound, FractionalBits, PublicModel, lots };
        command.Runs(async (parsed, output, cancel) =>
        {
            using var gateway = parsed.Connect();
            var request = new SetReserveRequest([], [], string.Empty, parsed.GetValue(lots));
            if (request.Lots != 0)
            {
                var named = Names(parsed.GetValue(compute)) ?? throw new InputException("inference.too-few-parties", "Name who computes with --compute, and who deals with --dealer.");
                if (parsed.GetValue(model) is null && parsed.GetValue(PlanPath) is null)
                {
                    throw new InputException("model.not-named", "Name a model: --model F.onnx, or --plan with a plan file.");
                }

                var cast = await InferenceCast.ChooseAsync(gateway, string.Empty, named.Count, named, parsed.GetValue(dealer), cancel);
                request = request with { Plan = PlanOf(parsed, parsed.GetValue(model), parsed.GetValue(rows), named.Count).Plan.ToBytes(), ComputeParties = cast.ComputeParties, Dealer = cast.Dealer };
            }

            var body = await gateway.Stock.SetAsync(parsed.GetRequiredValue(name), request, cancel);
            output.Result(body, console => StockCommand.Write(console, body.Lots == 0 ? [] : [body]));
        });
        return command;
    }

    /// <summary>Names between commas; null for none.</summary>
    public static IReadOnlyList<string>? Names(string? text) => text?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static async Task WriteAsync(CommandOutput output, string session, InferencePlan plan, InferenceAnswer answer, string? file, CancellationToken cancel)
    {
        var (outputs, clipped) = PlanOutputs.Read(plan, answer.Values);
        string[] heads = [.. Enumerable.Range(1, outputs[0].Length).Select(static i => $"output {i}")];
        if (file is not null)
        {
            await File.WriteAllLinesAsync(file, outputs.Select(static row => string.Join(',', row.Select(static value => Tables.Number(value)))).Prepend(string.Join(',', heads)), cancel);
            output.Note($"{outputs.Count} records' outputs are in {Path.GetFullPath(file)}");
        }

        var seconds = new SecondsBody(answer.Session.Seconds.GetValueOrDefault("preprocessing"), answer.Sides.Max(static side => side.Seconds));
        var document = new LocalInferenceDocument(outputs, null, null, plan.Format.FractionalBits, answer.Session.Cost, seconds) { ClippedRecords = clipped.Count > 0 ? clipped : null };
        InferLocalCommand.TellClipped(output, clipped);
        output.Result(document, console =>
        {
            if (file is null)
            {
                console.Write(["record", .. heads], outputs.Select((row, i) => (IReadOnlyList<string>)[$"{i + 1}", .. row.Select(static value => Tables.Number(value))]), "No record.");
            }

            console.Line($"{session}: {InferCommands.Costs(document.Cost)} {Tables.Number(seconds.Offline)} s offline, {Tables.Number(seconds.Online)} s online.");
        });
    }

    private static double[] Columns(CsvTable table, InputSlotBody slot, int rows)
    {
        var names = slot.Columns.All(table.Header.Contains) ? slot.Columns
            : table.Header.Count == slot.Columns.Count ? table.Header
            : throw new InputException("inference.wrong-columns", $"{slot.Slot} wants {slot.Columns.Count} columns; the file has {table.Header.Count}, and not all by the session's names.");
        return table.Rows == rows ? [.. table.Numbers(names).SelectMany(static row => row)] : throw new InputException("inference.wrong-input", $"The session has {rows} records; the file has {table.Rows}.");
    }

    private static (string Party, IReadOnlyList<string>? Columns) Part(string text) => text.Split('=', 2) switch
    {
        [var party] when PartyId.TryCreate(party, out _) => (party, null),
        [var party, var columns] when PartyId.TryCreate(party, out _) && Names(columns) is { Count: > 0 } names => (party, names),
        _ => throw new InputException("inference.bad-features", $"--features is '{text}': write PARTY=COLUMN,COLUMN,..., or PARTY alone for all columns."),
    };

    private static InputException NoWeights() => new("model.not-named", "Say whose the model is with --weights-from, or give your own with --model.");

    /// <summary>What a plan states.</summary>
    internal static InferenceCostBody Cost(InferencePlan plan)
    {
        var name = SessionId.Create("plan");
        return new InferenceCostBody(plan.Rounds, plan.MessagesPerParty, plan.BytesPerParty, Enumerable.Range(0, plan.Scheme.Parties).Sum(party => plan.PreprocessingBytes(party, name)));
    }
}
