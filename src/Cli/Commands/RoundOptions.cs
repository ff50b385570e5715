using System.CommandLine;
using PrivacyGrains.Client;
using PrivacyGrains.Client.Errors;

namespace PrivacyGrains.Cli.Commands;

/// <summary>Who takes part in rounds, under which thresholds: the options that trainings and queries share.</summary>
internal sealed class RoundOptions
{
    private const int FewestInASum = 3;

    public Option<string[]> Parties { get; } = new("--parties") { Description = "Who takes part (default: every member with data).", AllowMultipleArgumentsPerToken = true };

    public Option<string> Budget { get; } = new("--budget") { Description = "The name of the budget that each party charges (default: records).", DefaultValueFactory = static _ => "records" };

    public Option<int> Colluders { get; } = new("--colluders") { Description = "How many parties may side with the coordinator (default: 1).", DefaultValueFactory = static _ => 1 };

    public Option<int?> Threshold { get; } = new("--threshold") { Description = "Parties needed to finish a round (default: the fewest that withstand the colluders)." };

    public Option<int?> Cohort { get; } = new("--cohort") { Description = "Fewest parties in a sum (default: the threshold)." };

    public Option<double> PhaseSeconds { get; } = new("--phase-seconds") { Description = "How long each phase of a round waits for who is missing (default: 60).", DefaultValueFactory = static _ => 60 };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { Parties, Budget, Colluders, Threshold, Cohort, PhaseSeconds })
        {
            command.Add(option);
        }
    }

    /// <summary>What they come to; the coordinator checks it.</summary>
    /// <exception cref="InputException"><c>round.no-parties</c>: nobody has data.</exception>
    public async Task<RoundChoice> ChooseAsync(ParseResult parsed, GatewayClient gateway, CancellationToken cancel)
    {
        var parties = parsed.GetValue(Parties) is { Length: > 0 } named
            ? named
            : [.. (await gateway.Parties.ConsortiumAsync(cancel)).Members.Where(m => m.Status == "member" && m.Roles.Contains("data")).Select(m => m.Party)];
        if (parties.Length == 0)
        {
            throw new InputException("round.no-parties", "No member has data yet. Invite parties with the role data, or name them with --parties.");
        }

        var colluders = parsed.GetValue(Colluders);
        var threshold = parsed.GetValue(Threshold) ?? ((parties.Length + colluders) / 2) + 1;
        var cohort = parsed.GetValue(Cohort) ?? Math.Max(Math.Max(FewestInASum, threshold), colluders + 2);
        return new RoundChoice([.. parties.Order(StringComparer.Ordinal)], parsed.GetRequiredValue(Budget), threshold, cohort, colluders, parsed.GetValue(PhaseSeconds));
    }
}

/// <summary>What <see cref="RoundOptions"/> come to.</summary>
internal sealed record RoundChoice(IReadOnlyList<string> Parties, string Budget, int Threshold, int Cohort, int Colluders, double PhaseSeconds);
