using System.CommandLine;
using System.Globalization;
using PrivacyGrains.Cli.Output;
using PrivacyGrains.Client;
using PrivacyGrains.Client.Csv;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Client.Inferences;
using PrivacyGrains.Learning.Data;
using PrivacyGrains.Learning.Models;
using PrivacyGrains.Messages.Http;
using PrivacyGrains.Messages.Inferences;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Sessions;

namespace PrivacyGrains.Cli.Commands;

/// <summary><c>infer</c>: asks for joint scores, gives a party's columns for them, and shows where a session stands.</summary>
internal static class InferCommands
{
    private static readonly Argument<string> Session = new("session") { Description = "The session's name; new for every run." };

    public static Command Build() => InferLocalCommand.AddTo(new Command("infer", "Joint inference on shares: features and weights stay with those who have them.") { Plan(), Ask(), Give(), Show(), List(), StockCommand.Build(), InferNetworkCommands.Reserve(),
        InferHeldCommands.Open(), InferHeldCommands.Show(), InferHeldCommands.Withdraw() });

    private static Command Plan()
    {
        var rows = new Option<int>("--rows") { Description = "Records.", Required = true };
        var features = new Option<int>("--features") { Description = "Features of a record, for a logistic model." };
        var model = new Option<string?>("--model") { Description = "An ONNX file: its own plan." };
        var parties = new Option<int>("--parties") { Description = "Compute parties.", DefaultValueFactory = _ => 2 };
        var file = new Option<string?>("--out") { Description = "With --model: a file for the plan, for whoever asks and does not hold the model." };
        var command = new Command("plan", "What scoring with a model will cost; asks nobody.") { rows, features, model, parties, file, InferNetworkCommands.InputBound, InferNetworkCommands.FractionalBits, InferNetworkCommands.PublicModel };
        command.Runs((parsed, output, cancel) =>
        {
            if (parsed.GetValue(model) is { } onnx)
            {
                return InferNetworkCommands.PlanAsync(parsed, output, onnx, parsed.GetValue(rows), parsed.GetValue(parties), parsed.GetValue(file), cancel);
            }

            var plan = Valid(() => LogisticScoring.Plan(parsed.GetValue(rows), parsed.GetValue(features), parsed.GetValue(parties)));
            var name = SessionId.Create("plan");
            var cost = new InferenceCostBody(
                plan.Rounds, plan.MessagesPerParty, plan.BytesPerParty, Enumerable.Range(0, plan.Scheme.Parties).Sum(party => plan.PreprocessingBytes(party, name)));
            output.Result(cost, console => console.Line(Costs(cost)));
            return Task.CompletedTask;
        });
        return command;
    }

    private static Command Ask()
    {
        var rows = new Option<int>("--rows") { Description = "Records, in the same order at every party.", Required = true };
        var features = new Option<string[]>("--features") { Description = "PARTY=COLUMN,COLUMN,...: who gives which columns, once for each party; with an ONNX model, PARTY alone for all columns.", Required = true, Arity = ArgumentArity.OneOrMore };
        var model = new Option<string?>("--model") { Description = "A registered model, its newest version; or an ONNX file of your own, which stays secret." };
        var weights = new Option<string?>("--weights") { Description = "Or a safetensors file of your own, which stays secret." };
        var weightsFrom = new Option<string?>("--weights-from") { Description = "With --plan: whose the model is." };
        var dealer = new Option<string?>("--dealer") { Description = "Who deals: a party with no other part in the session (default: a member whose role that is)." };
        var quota = new Option<string>("--quota") { Description = "The quota that counts the scores at each party that gives features.", DefaultValueFactory = _ => "scores" };
        var budget = new Option<string>("--budget") { Description = "The ledger's name there.", DefaultValueFactory = _ => "records" };
        var compute = new Option<string?>("--compute") { Description = "PARTY,PARTY,...: who computes (default: who gives features)." };
        var timeout = new Option<double>("--timeout") { Description = "The session's deadline in seconds.", DefaultValueFactory = _ => 300 };
        var file = new Option<string?>("--out") { Description = "A CSV file for the scores; they are secret (default: standard output)." };
        var command = new Command("ask", "Asks for scores that only the party of --folder will learn, gives its weights, waits, and opens them.")
        {
            Session, rows, features, model, weights, InferNetworkCommands.PlanPath, InferHeldCommands.Held, weightsFrom, InferNetworkCommands.InputBound, InferNetworkCommands.FractionalBits, InferNetworkCommands.PublicModel, dealer, quota, budget, compute,
            timeout, file,
        };
        command.Runs(async (parsed, output, cancel) =>
        {
            var self = parsed.OwnParty();
            var session = SessionName(parsed);
            if (parsed.GetValue(InferHeldCommands.Held) is { } held)
            {
                await InferNetworkCommands.AskHeldAsync(
                    parsed, output, session, held, parsed.GetRequiredValue(features), parsed.GetValue(rows), (parsed.GetRequiredValue(quota), parsed.GetRequiredValue(budget), parsed.GetValue(timeout)),
                    parsed.GetValue(file), cancel);
                return;
            }

            if (InferNetworkCommands.IsOnnx(parsed.GetValue(model)) || parsed.GetValue(InferNetworkCommands.PlanPath) is not null)
            {
                await InferNetworkCommands.AskAsync(
                    parsed, output, session, parsed.GetValue(model), parsed.GetRequiredValue(features), parsed.GetValue(rows), parsed.GetValue(weightsFrom), InferNetworkCommands.Names(parsed.GetValue(compute)),
                    parsed.GetValue(dealer), (parsed.GetRequiredValue(quota), parsed.GetRequiredValue(budget), parsed.GetValue(timeout)), parsed.GetValue(file), cancel);
                return;
            }

            var parts = parsed.GetRequiredValue(features).Select(Part).ToList();
            var asked = parsed.GetValue(rows);
            var question = Valid(() => LogisticScoring.Question(
                asked, parts, self, parsed.GetValue(compute)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries), parsed.GetValue(dealer) ?? throw new InputException("inference.no-dealer", "Name who deals with --dealer."),
                parsed.GetRequiredValue(quota), parsed.GetRequiredValue(budget), parsed.GetValue(timeout)));
            using var gateway = parsed.Connect();
            var scorer = await ModelAsync(gateway, parsed.GetValue(model), parsed.GetValue(weights), cancel);
            var values = Valid(() => LogisticScoring.Weights(scorer, question));
            var inference = new JointInference(parsed.PartyFolder()!, gateway);
            using var ask = await inference.AskAsync(session, question, cancel);
            output.Note($"{session} is open. {Costs(ask.Opened.Cost)} It waits for {string.Join(", ", ask.Opened.WaitingFor)}.");
            await inference.ProvideAsync(session, InferenceLayout.Weights, values, cancel);
            var answer = await output.WithBarAsync("Waiting for the parties", _ => inference.ReceiveAsync(ask, cancel));
            if (parsed.GetValue(file) is { } path)
            {
                await File.WriteAllLinesAsync(path, answer.Values.Select(Round).Prepend("score"), cancel);
                output.Note($"{answer.Values.Length} scores are in {Path.GetFullPath(path)}");
            }

            var document = new ScoresDocument(session, answer.Values, answer.Session.Cost, answer.Sides.Max(side => side.Seconds));
            output.Result(document, console =>
            {
                if (parsed.GetValue(file) is null)
                {
                    console.Write(["record", "score"], answer.Values.Select((score, i) => (IReadOnlyList<string>)[$"{i + 1}", Round(score)]), "No record.");
                }

                console.Line($"{Costs(document.Cost)} {Tables.Number(document.Seconds)} s in rounds.");
            });
        });
        return command;
    }

    private static Command Give()
    {
        var data = new Option<string?>("--data") { Description = "A CSV file with the columns that the session asks for; its records in the agreed order. Scaled as a logistic model wants." };
        var input = new Option<string?>("--input") { Description = "In place of --data: a CSV file whose numbers are given as they stand." };
        var schema = new Option<string?>("--schema") { Description = "A schema file with the public ranges that scale the columns." };
        var model = new Option<string?>("--model") { Description = "Or a registered model, whose ranges they are; or an ONNX file: the weights that the session asks for." };
        var command = new Command("give", "Gives the columns of the party of --folder to a session, as sealed shares, and counts the scores in its ledger.") { Session, data, input, schema, model };
        command.Runs(async (parsed, output, cancel) =>
        {
            if (parsed.GetValue(input) is not null || InferNetworkCommands.IsOnnx(parsed.GetValue(model)))
            {
                await InferNetworkCommands.GiveAsync(parsed, output, SessionName(parsed), parsed.GetValue(input), InferNetworkCommands.IsOnnx(parsed.GetValue(model)) ? parsed.GetValue(model) : null, cancel);
                return;
            }

            var (self, session) = (parsed.OwnParty(), SessionName(parsed));
            var table = CsvTable.Read(parsed.GetValue(data) ?? throw new InputException("command.wrong", "Give a CSV file with --data, or --input for numbers as they stand."));
            using var gateway = parsed.Connect();
            var ranges = parsed.GetValue(schema) is { } path ? Standardisation.Of(Schema(path)) : (await ModelAsync(gateway, parsed.GetValue(model), null, cancel)).Scale;
            var view = await gateway.Inferences.GetAsync(session, cancel: cancel);
            var slots = view.Terms.Inputs.Where(slot => slot.Party == self && slot.Columns.Count > 0).ToList();
            if (slots.Count == 0)
            {
                throw new InputException("inference.nothing-to-give", $"{session} asks {self} for no column.");
            }

            var inference = new JointInference(parsed.PartyFolder()!, gateway);
            foreach (var slot in slots)
            {
                var values = Valid(() => LogisticScoring.Scale(table.Numbers(slot.Columns), slot.Columns, ranges));
                try
                {
                    view = await inference.ProvideAsync(session, slot.Slot, values, cancel);
                }
                catch (ArgumentException e)
                {
                    throw new InputException("inference.wrong-input", e.Message, e);
                }
            }

            output.Result(view, console => console.Line($"Given: {string.Join(", ", slots.Select(slot => slot.Slot))}. {session} is {view.Status}{Waits(view)}."));
        });
        return command;
    }

    private static Command Show()
    {
        var command = new Command("show", "Where a session stands.") { Session };
        command.Runs(async (parsed, output, cancel) =>
        {
            using var gateway = parsed.Connect();
            var view = await gateway.Inferences.GetAsync(SessionName(parsed), cancel: cancel);
            output.Result(view, console =>
            {
                console.Line($"{view.Session} is {view.Status}{Waits(view)}. {Costs(view.Cost)} For {view.Terms.Receiver}, counted as {view.Terms.Disclosure}.");
                if (view.AbortCode is not null)
                {
                    console.Line($"{view.AbortCode}: {view.AbortReason}");
                }

                console.Write(
                    ["input", "party", "columns"], view.Terms.Inputs.Select(slot => (IReadOnlyList<string>)[slot.Slot, slot.Party, string.Join(", ", slot.Columns)]), "It has no input.");
            });
        });
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "All sessions, oldest first.");
        command.Runs(async (parsed, output, cancel) =>
        {
            using var gateway = parsed.Connect();
            var all = await gateway.Inferences.ListAsync(cancel);
            output.Result(new Listing<InferenceSummary>(all), console =>
                console.Write(["session", "title", "since"], all.Select(s => (IReadOnlyList<string>)[s.Session, s.Title, Tables.Time(s.CreatedAt)]), "There has been no joint inference yet."));
        });
        return command;
    }

    private static string SessionName(ParseResult parsed) => SessionId.TryCreate(parsed.GetRequiredValue(Session), out var session)
        ? session.Value
        : throw new InputException("inference.bad-session-name", "A session's name has 1 to 128 characters of a-z, 0-9, hyphen, dot and slash.");

    private static (string Party, IReadOnlyList<string> Columns) Part(string text) =>
        text.Split('=', 2) is [var party, var columns] && PartyId.TryCreate(party, out _)
        && columns.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } names
            ? (party, names)
            : throw new InputException("inference.bad-features", $"--features is '{text}': write PARTY=COLUMN,COLUMN,...");

    private static async Task<LogisticModel> ModelAsync(GatewayClient gateway, string? name, string? file, CancellationToken cancel)
    {
        byte[] bytes;
        if (name is not null)
        {
            (_, bytes) = await gateway.Models.WeightsAsync(name, 0, cancel);
        }
        else if (file is not null)
        {
            bytes = File.Exists(file) ? await File.ReadAllBytesAsync(file, cancel) : throw new InputException("model.missing-file", $"{file} is not there. Give the path of a safetensors file.");
        }
        else
        {
            throw new InputException("model.not-named", "Name a model: --model for a registered one, else a file (--weights, or --schema for the ranges alone).");
        }

        return LogisticModelFile.TryRead(bytes, out var model, out var fault) ? model : throw new InputException("model.wrong-file", $"{name ?? file} is no logistic model: {fault}");
    }

    private static DatasetSchema Schema(string path) =>
        !File.Exists(path) ? throw new InputException("schema.missing-file", $"{path} is not there. Give the path of a schema.json.")
        : DatasetSchema.TryParse(File.ReadAllBytes(path), out var schema, out var fault) ? schema
        : throw new InputException("schema.wrong-file", $"{path}: {fault}");

    private static T Valid<T>(Func<T> make)
    {
        try
        {
            return make();
        }
        catch (ArgumentException e)
        {
            throw new InputException("inference.wrong-input", e.ParamName is { } name ? e.Message.Replace($" (Parameter '{name}')", string.Empty, StringComparison.Ordinal) : e.Message, e);
        }
    }

    internal static string Costs(InferenceCostBody cost) =>
        $"{cost.Rounds} rounds, {cost.BytesPerParty.ToString("N0", CultureInfo.InvariantCulture)} bytes from each party, {cost.PreprocessingBytes.ToString("N0", CultureInfo.InvariantCulture)} from the dealer.";

    private static string Waits(InferenceBody view) => view.WaitingFor.Count == 0 ? string.Empty : $" and waits for {string.Join(", ", view.WaitingFor)}";

    private static string Round(double score) => score.ToString("0.00000", CultureInfo.InvariantCulture);
}
