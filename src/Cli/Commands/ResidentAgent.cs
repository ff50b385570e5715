using System.CommandLine;
using PrivacyGrains.Cli.Output;
using PrivacyGrains.Client.Agents;
using PrivacyGrains.Client.Parties;

namespace PrivacyGrains.Cli.Commands;

/// <summary><c>join --data</c>: the party's agent stays, and takes part in what the consortium computes, until it is stopped.</summary>
internal sealed class ResidentAgent : IAgentObserver
{
    private static readonly Option<string?> Data = new("--data") { Description = "A CSV file with the party's records: stay, and take part in trainings and queries with them until Ctrl-C." };
    private static readonly Option<string> Budget = new("--budget") { Description = "With --data: the budget that guards them (default: records). Open it first, with 'budget open'.", DefaultValueFactory = static _ => "records" };
    private static readonly Option<int?> DeclaredRows = new("--declared-rows") { Description = "With --data: the public number of records (default: the number that the file has, of --from to --to)." };
    private static readonly Option<string[]> Columns = new("--columns") { Description = "With --data: the only columns that may be used (default: all).", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<int> Cohort = new("--minimum-cohort") { Description = "With --data: fewest parties in a sum that this one takes part in (default: 3).", DefaultValueFactory = static _ => 3 };
    private static readonly Option<int> Colluders = new("--minimum-colluders") { Description = "With --data: how many colluders a round must withstand at least (default: 0)." };
    private static readonly Option<bool> NoNoise = new("--allow-no-noise") { Description = "With --data: take part in trainings without noise too. They have no privacy claim." };

    private static readonly DateOptions Dates = new("With --data: ");

    private readonly CommandOutput _output;

    private ResidentAgent(CommandOutput output) => _output = output;

    public static void AddOptions(Command command)
    {
        foreach (var option in new Option[] { Data, Budget, DeclaredRows, Columns, Cohort, Colluders, NoNoise })
        {
            command.Add(option);
        }

        Dates.AddTo(command);
    }

    /// <summary>The records that were named; null where the command is not to stay.</summary>
    /// <exception cref="Client.Errors.InputException">The file cannot be used.</exception>
    public static PartyData? ReadData(ParseResult parsed) => parsed.GetValue(Data) is not { } path ? null
        : parsed.GetValue(DeclaredRows) is < 1 and var rows ? throw new Client.Errors.InputException("join.bad-number", $"--declared-rows is {rows}: give a number from 1.")
        : PartyData.Read(path, parsed.GetRequiredValue(Budget), parsed.GetValue(DeclaredRows), Dates.Read(parsed));

    /// <summary>Stays until it is stopped.</summary>
    public static async Task RunAsync(ParseResult parsed, CommandOutput output, PartyFolder folder, PartyData data, CancellationToken cancel)
    {
        var policy = new AgentPolicy
        {
            MinimumCohort = parsed.GetValue(Cohort),
            Colluders = parsed.GetValue(Colluders),
            Columns = parsed.GetValue(Columns) is { Length: > 0 } columns ? [.. columns] : null,
            AllowTrainingWithoutNoise = parsed.GetValue(NoNoise),
        };
        using var gateway = folder.Connect(parsed.Gateway() with { BaseAddress = parsed.GetValue(CommonOptions.Url) ?? folder.Pins.Gateway });
        try
        {
            await new PartyAgent(gateway, folder, [data], new ResidentAgent(output), policy).RunAsync(cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            output.Note("Stopped. What was under way is settled at the next start.");
        }
    }

    /// <inheritdoc/>
    public Task OnPhaseAsync(AgentEvent happened, CancellationToken cancel)
    {
        var what = happened.Step switch
        {
            AgentStep.Started => "takes part from now on; Ctrl-C ends it",
            AgentStep.Waiting => "waits for the gateway",
            AgentStep.Joining => "joins",
            AgentStep.Reserved => "has reserved the charge",
            AgentStep.Advertised => "has sent its keys",
            AgentStep.Shared => "has sent its shares",
            AgentStep.Uploading => "has computed and masked its part",
            AgentStep.Committed => "has committed the charge",
            AgentStep.Uploaded => "has sent its masked part",
            AgentStep.Confirmed => "has signed who survived",
            AgentStep.Unmasked => "has helped to open the sum",
            AgentStep.Completed => "the sum is made",
            AgentStep.Aborted => "the round was aborted",
            AgentStep.Dropped => "has dropped out",
            AgentStep.Refused => "refuses",
            AgentStep.Interrupted => "was interrupted",
            AgentStep.Settled => "the charge is settled",
            _ => $"{happened.Step}",
        };
        _output.Note($"{happened.Party}{(happened.Owner.Length == 0 ? "" : $" {happened.Owner}/{happened.Number}")}: {what}{(happened.Detail.Length == 0 ? "" : $": {happened.Detail}")}");
        return Task.CompletedTask;
    }
}
