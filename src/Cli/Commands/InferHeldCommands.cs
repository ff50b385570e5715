using System.CommandLine;
using System.Globalization;
using PrivacyGrains.Cli.Output;
using PrivacyGrains.Client.Csv;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Client.Inferences;
using PrivacyGrains.Messages.Http;
using PrivacyGrains.Messages.Inferences;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Sessions;
using PrivacyGrains.Protocols.Sharing;
using Spectre.Console;

namespace PrivacyGrains.Cli.Commands;

/// <summary><c>infer open</c>, <c>infer held</c>, <c>infer withdraw</c> and <c>infer --held</c>: weights that are given once and held by the compute parties.</summary>
internal static class InferHeldCommands
{
    /// <summary>In place of a model.</summary>
    public static readonly Option<string?> Held = new("--held") { Description = "In place of a model: the name under which compute parties hold its weights, as 'infer open' gave it." };

    private static readonly Argument<string> Name = new("name") { Description = "The name under which the weights are held: that of their opening's session." };

    /// <summary><c>infer open</c>.</summary>
    public static Command Open()
    {
        var model = new Option<string>("--model") { Description = "An ONNX file, or a safetensors file of our own training; it stays secret.", Required = true };
        var receivers = new Option<string?>("--receivers") { Description = "PARTY,PARTY,...: who may ask (default: the party of --folder alone)." };
        var sessions = new Option<long>("--sessions") { Description = "How many sessions, of all receivers together (default: 1000).", DefaultValueFactory = static _ => 1000 };
        var days = new Option<double>("--days") { Description = "For how many days from now on (default: 30).", DefaultValueFactory = static _ => 30 };
        var rows = new Option<int>("--rows") { Description = "The most records of one session (default: 1).", DefaultValueFactory = static _ => 1 };
        var parties = new Option<int>("--parties") { Description = "How many compute (default: 2, or as many as --compute names).", DefaultValueFactory = static _ => 2 };
        var compute = new Option<string?>("--compute") { Description = "PARTY,PARTY,...: who is to hold the weights and compute (default: members that are there)." };
        var dealer = new Option<string?>("--dealer") { Description = "Who deals (default: a member whose role that is)." };
        var timeout = new Option<double>("--timeout") { Description = "The opening's deadline in seconds.", DefaultValueFactory = static _ => 300 };
        var command = new Command("open", "Gives a model's weights once: compute parties hold them as shares, and whoever is named asks with records alone from then on.")
        {
            Name, model, receivers, sessions, days, rows, parties, compute, dealer, timeout, InferNetworkCommands.InputBound, InferNetworkCommands.FractionalBits,
        };
        command.Runs(async (parsed, output, cancel) =>
        {
            var (self, name) = (parsed.OwnParty(), NameOf(parsed));
            var named = InferNetworkCommands.Names(parsed.GetValue(compute));
            var (scheme, lifetime, bound) = (named?.Count ?? parsed.GetValue(parties), parsed.GetValue(days), parsed.GetValue(InferNetworkCommands.InputBound));
            if (scheme is < 2 or > SharingScheme.MaximumParties || parsed.GetValue(rows) < 1 || parsed.GetValue(sessions) is < 1 or > WeightTerms.MaximumSessions || lifetime is not (> 0 and <= 36500)
                || !(bound > 0 && double.IsFinite(bound)))
            {
                throw new InputException("inference.wrong-input", $"2 to {SharingScheme.MaximumParties} compute parties, at least 1 record, 1 to {WeightTerms.MaximumSessions} sessions, at most 36500 days and a positive --input-bound are wanted.");
            }

            var network = LocalModelFile.NetworkOf(parsed.GetRequiredValue(model));
            using var gateway = parsed.Connect();
            var terms = new WeightTermsBody(
                InferNetworkCommands.Names(parsed.GetValue(receivers)) ?? [self], parsed.GetValue(sessions), TimeProvider.System.GetUtcNow().AddDays(lifetime).ToUnixTimeSeconds());
            var options = new ConsortiumInferenceOptions
            {
                ComputeParties = named,
                Dealer = parsed.GetValue(dealer),
                FractionalBits = parsed.GetValue(InferNetworkCommands.FractionalBits),
                TimeoutSeconds = parsed.GetValue(timeout),
            };
            var held = new HeldInference(self, new JointInference(parsed.PartyFolder()!, gateway), gateway);
            var opening = await output.WithBarAsync("Opening the weights", _ => held.OpenAsync(name, network, SharingScheme.Additive(scheme), parsed.GetValue(rows), bound, terms, options, cancel));
            var (opened, cost) = (opening.Model, opening.Session.Cost);
            var document = Document(opened, cost);
            output.Result(document, console =>
            {
                console.Line($"{string.Join(", ", document.ComputeParties)} hold the weights of {opened.Name} for {string.Join(", ", terms.Receivers)}: {terms.Sessions} sessions of at most {document.Rows} records, until {Day(terms.Until)}.");
                console.Line($"The opening: {InferCommands.Costs(cost)} A session of {document.Rows} records: {InferCommands.Costs(document.SessionCost)}");
            });
        });
        return command;
    }

    /// <summary><c>infer held</c>.</summary>
    public static Command Show()
    {
        var name = new Argument<string?>("name") { Description = "One of them, and how it stands at each party (default: all names).", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("held", "Models whose weights compute parties hold.") { name };
        command.Runs(async (parsed, output, cancel) =>
        {
            using var gateway = parsed.Connect();
            if (parsed.GetValue(name) is not { } one)
            {
                var all = await gateway.Inferences.HeldAsync(cancel);
                output.Result(new Listing<InferenceSummary>(all), console =>
                    console.Write(["name", "whose", "since"], all.Select(held => (IReadOnlyList<string>)[held.Session, held.Title, Tables.Time(held.CreatedAt)]), "No weights have been opened yet."));
                return;
            }

            var standing = await gateway.Inferences.WeightsAsync(Checked(one), cancel);
            output.Result(standing, console => Write(console, standing));
        });
        return command;
    }

    /// <summary><c>infer withdraw</c>.</summary>
    public static Command Withdraw()
    {
        var command = new Command("withdraw", "Lets the compute parties erase weights that the party of --folder has given; for good.") { Name };
        command.Runs(async (parsed, output, cancel) =>
        {
            using var gateway = parsed.Connect();
            var standing = await gateway.Inferences.WithdrawAsync(NameOf(parsed), cancel);
            output.Result(standing, console => Write(console, standing));
        });
        return command;
    }

    /// <summary><c>infer --held NAME --input F.csv</c>: the caller's own records.</summary>
    public static async Task<LocalInferenceResult> RunAsync(ParseResult parsed, CommandOutput output, string name, string input, double timeoutSeconds, CancellationToken cancel)
    {
        var self = parsed.OwnParty();
        using var gateway = parsed.Connect();
        var inference = new JointInference(parsed.PartyFolder()!, gateway);
        var model = await inference.FindHeldAsync(Checked(name), cancel);
        var table = CsvTable.Read(input);
        if (table.Header.Count != model.Plan.Features)
        {
            throw new InputException("inference.wrong-columns", $"{Path.GetFileName(input)} has {table.Header.Count} columns; {name} takes {model.Plan.Features}.");
        }

        double[][] records = [.. table.Numbers(table.Header)];
        return await output.WithBarAsync(
            "Computing jointly", _ => new HeldInference(self, inference, gateway).RunAsync(model, records, new ConsortiumInferenceOptions { TimeoutSeconds = timeoutSeconds }, cancel));
    }

    private static HeldModelDocument Document(HeldModel model, InferenceCostBody cost)
    {
        var plan = model.PlanFor(model.Plan.Rows);
        return new HeldModelDocument(
            model.Name, model.Epoch, model.Owner, model.Cast.ComputeParties, model.Cast.Dealer, model.Plan.Rows, model.Plan.Features, model.Plan.InputBound, model.Plan.Format.FractionalBits, model.Terms, cost,
            InferNetworkCommands.Cost(plan));
    }

    private static void Write(IAnsiConsole console, WeightsStandingBody standing) => console.Write(
        ["party", "status", "used", "of", "until", "receivers"],
        [
            .. standing.Parties.Select(held => (IReadOnlyList<string>)
            [
                held.Party, held.Status, held.Used.ToString(CultureInfo.InvariantCulture), held.Terms.Sessions.ToString(CultureInfo.InvariantCulture), Day(held.Terms.Until), string.Join(", ", held.Terms.Receivers),
            ]),
            .. standing.Missing.OrderBy(missing => missing.Key, StringComparer.Ordinal).Select(missing => (IReadOnlyList<string>)[missing.Key, missing.Value, string.Empty, string.Empty, string.Empty, string.Empty]),
        ],
        "No party holds them.");

    private static string Day(long seconds) => DateTimeOffset.FromUnixTimeSeconds(Math.Min(seconds, 253402300799)).ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);

    private static string NameOf(ParseResult parsed) => Checked(parsed.GetRequiredValue(Name));

    private static string Checked(string name) => SessionId.TryCreate(name, out var session)
        ? session.Value
        : throw new InputException("inference.bad-session-name", "A name has 1 to 128 characters of a-z, 0-9, hyphen, dot and slash.");
}
