using System.CommandLine;
using System.Globalization;
using PrivacyGrains.Cli.Output;
using PrivacyGrains.Cli.Sweeps;
using PrivacyGrains.Client;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Learning.Data;
using PrivacyGrains.Learning.Training;
using PrivacyGrains.Messages.Http;
using PrivacyGrains.Messages.Rounds;
using PrivacyGrains.Messages.Trainings;
using PrivacyGrains.Privacy.Accounting;
using Spectre.Console;

namespace PrivacyGrains.Cli.Commands;

/// <summary><c>train</c>: a model that no party trains alone, and whose records no party shows.</summary>
internal static class TrainCommands
{
    private const int Wait = 5000;

    public static Command Build()
    {
        var train = new Command("train", "Trains one model over the parties' records, which stay where they are.") { Run(), TrainFitCommand.Build(), List(), Show(), Cancel() };
        SweepCommand.AddTo(train);
        return train;
    }

    private static Argument<string> Job() => new("job") { Description = "The job's name: a-z, 0-9 and hyphen." };

    private static Command Run()
    {
        var (job, rounds) = (Job(), new RoundOptions());
        var schema = new Option<string>("--schema") { Description = "A JSON file with the label, the features and their public ranges, as samples/hospitals/schema.json.", Required = true };
        var model = new Option<string?>("--model") { Description = "The name to register the model under (default: the job's)." };
        var steps = Number("--steps", "Federated steps, each from one round (default: 8).", 8);
        var spare = Number("--spare-rounds", "Rounds that may be run again after an abort, each charged anew (default: 2).", 2);
        var localSteps = Number("--local-steps", "Gradient steps at each party in a round (default: 3).", 3);
        var rate = Number("--learning-rate", "Of these steps (default: 1).", 1.0);
        var clip = Number("--clip-norm", "Bound on one record's gradient (default: 0.5).", 0.5);
        var updateClip = Number("--update-clip", "Bound on one party's update (default: what follows from the steps).", 0.0);
        var momentum = Number("--momentum", "Share of the last movement that is kept (default: 0).", 0.0);
        var ridge = Number("--ridge", "Weight of the squared parameters in the loss (default: 0).", 0.0);
        var epsilon = new Option<string>("--epsilon") { Description = "The claim for one record over all rounds, spare ones included; or 'none' for no noise and no claim (default: 8).", DefaultValueFactory = static _ => "8" };
        var delta = Number("--delta", "Of the claim (default: 1e-5).", 1e-5);
        var command = new Command("run", "Opens a job, or finds the same one again, and follows it to the registered model. Operators only.")
        {
            job, schema, model, steps, spare, localSteps, rate, clip, updateClip, momentum, ridge, epsilon, delta,
        };
        rounds.AddTo(command);
        command.Runs(async (parsed, output, cancel) =>
        {
            var (name, columns) = (parsed.GetRequiredValue(job), await ReadAsync(parsed.GetRequiredValue(schema), cancel));
            var (all, inRound, d) = (parsed.GetValue(steps), parsed.GetValue(localSteps), parsed.GetValue(delta));
            var noise = Noise(parsed.GetRequiredValue(epsilon), d, (all + parsed.GetValue(spare)) * inRound);
            using var gateway = parsed.Connect();
            var choice = await rounds.ChooseAsync(parsed, gateway, cancel);
            var terms = new TrainingTermsBody(
                parsed.GetValue(model) ?? name, [.. columns.Features.Select(f => f.Name)], columns.Label, columns.Positive, [.. columns.Features.Select(f => f.Lower)],
                [.. columns.Features.Select(f => f.Upper)], choice.Parties, choice.Budget, all, all + parsed.GetValue(spare), inRound, parsed.GetValue(rate), parsed.GetValue(clip),
                noise ?? 0, d, AllowNoNoise: noise is null, choice.Threshold, choice.Cohort, choice.Colluders, choice.PhaseSeconds, "fedavg", columns.Negative,
                parsed.GetValue(momentum), parsed.GetValue(ridge), parsed.GetValue(updateClip));
            var body = await output.WithBarAsync($"Training {name}", done => FollowAsync(gateway, name, terms, output, done, cancel));
            Print(output, body);
            return body.Status == "completed" ? ExitCodes.Success : ExitCodes.Failure;
        });
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "All training jobs.");
        command.Runs(async (parsed, output, cancel) =>
        {
            using var gateway = parsed.Connect();
            var jobs = await gateway.Trainings.ListAsync(cancel);
            output.Result(new Listing<TrainingSummary>(jobs), console =>
                console.Write(["job", "title", "since"], jobs.Select(j => (IReadOnlyList<string>)[j.Job, j.Title, Tables.Time(j.CreatedAt)]), "Nothing was trained yet."));
        });
        return command;
    }

    private static Command Show()
    {
        var job = Job();
        var command = new Command("show", "A job and its rounds.") { job };
        command.Runs(async (parsed, output, cancel) =>
        {
            using var gateway = parsed.Connect();
            Print(output, await gateway.Trainings.GetAsync(parsed.GetRequiredValue(job), cancel: cancel));
        });
        return command;
    }

    private static Command Cancel()
    {
        var job = Job();
        var reason = new Option<string>("--reason") { Description = "One line, public.", Required = true };
        var command = new Command("cancel", "Ends a job. Committed charges stand. Operators only.") { job, reason };
        command.Runs(async (parsed, output, cancel) =>
        {
            using var gateway = parsed.Connect();
            Print(output, await gateway.Trainings.CancelAsync(parsed.GetRequiredValue(job), parsed.GetRequiredValue(reason), cancel));
        });
        return command;
    }

    private static async Task<TrainingBody> FollowAsync(
        GatewayClient gateway, string job, TrainingTermsBody terms, CommandOutput output, IProgress<double> done, CancellationToken cancel)
    {
        var body = await gateway.Trainings.CreateAsync(job, terms, cancel);
        for (var told = 0; ;)
        {
            for (; told < body.Rounds.Count && body.Rounds[told].Outcome is RoundStages.Completed or RoundStages.Aborted; told++)
            {
                output.Note(RoundLines.Of(body.Rounds[told]));
            }

            done.Report((double)body.Step / body.Terms.Steps);
            if (body.Status != "running")
            {
                return body;
            }

            body = await gateway.Trainings.GetAsync(job, body.Version, Wait, cancel);
        }
    }

    private static void Print(CommandOutput output, TrainingBody body) => output.Result(body, console =>
    {
        console.Line($"{body.Job}: {body.Status}, step {body.Step} of {body.Terms.Steps}{(body.Message is null ? "" : $". {body.Message}")}");
        console.Line(body.RhoPerRound > 0
            ? $"epsilon {Tables.Number(body.EpsilonClaim)} at delta {body.Terms.Delta} for each record so far"
            : "without noise: no privacy claim");
        if (body.ModelVersion > 0)
        {
            console.Line($"registered as {body.Terms.Model} version {body.ModelVersion}. Fetch it with: privacygrains model get {body.Terms.Model}");
        }

        RoundLines.Write(console, body.Rounds);
    });

    private static double? Noise(string epsilon, double delta, int steps)
    {
        if (epsilon == "none")
        {
            return null;
        }

        try
        {
            return double.TryParse(epsilon, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number > 0 && double.IsFinite(number)
                ? GradientNoise.ForTarget(Epsilon.Create(number), Delta.Create(delta), Math.Max(1, steps)).Multiplier
                : throw new InputException("training.bad-epsilon", $"--epsilon is '{epsilon}': give a number greater than 0, or 'none'.");
        }
        catch (ArgumentException e)
        {
            throw new InputException("training.bad-epsilon", $"No noise of the known sizes keeps --epsilon {epsilon} at --delta {delta} over {steps} steps. Take fewer steps, or another epsilon.", e);
        }
    }

    /// <summary>Reads a schema file.</summary>
    /// <exception cref="InputException"><c>schema.missing-file</c> or <c>schema.malformed</c>.</exception>
    public static async Task<DatasetSchema> ReadAsync(string path, CancellationToken cancel)
    {
        if (!File.Exists(path))
        {
            throw new InputException("schema.missing-file", $"{path} is not there. Give a schema file, as samples/hospitals/schema.json.");
        }

        return DatasetSchema.TryParse(await File.ReadAllBytesAsync(path, cancel), out var schema, out var fault) ? schema : throw new InputException("schema.malformed", $"{path}: {fault}.");
    }

    private static Option<T> Number<T>(string name, string description, T standard) => new(name) { Description = description, DefaultValueFactory = _ => standard };
}
