using PrivacyGrains.Cli.Output;
using PrivacyGrains.Messages.Rounds;
using Spectre.Console;

namespace PrivacyGrains.Cli.Commands;

/// <summary>Rounds as people read them.</summary>
internal static class RoundLines
{
    /// <summary>A round that has ended, in one line.</summary>
    public static string Of(RoundLineBody round) => round.Outcome == RoundStages.Completed
        ? $"Round {round.Number}: step {round.Step} from {round.Survivors.Count} parties, {Seconds(round)} s.{Dropped(round, " Without ")}"
        : $"Round {round.Number} was aborted. {round.AbortReason}{Dropped(round, " Without ")}";

    /// <summary>All rounds of a job or query.</summary>
    public static void Write(IAnsiConsole console, IReadOnlyList<RoundLineBody> rounds) => console.Write(
        ["round", "step", "outcome", "parties", "seconds", "without"],
        rounds.Select(r => (IReadOnlyList<string>)[$"{r.Number}", $"{r.Step}", r.Outcome, $"{r.Survivors.Count}", Seconds(r), Dropped(r, "")]),
        "No round yet.");

    private static string Seconds(RoundLineBody round) => Tables.Number(Math.Round(round.Seconds.Values.Sum(), 2));

    private static string Dropped(RoundLineBody round, string before) =>
        round.Dropped.Count == 0 ? "" : before + string.Join("; ", round.Dropped.Select(d => $"{d.Party} from {d.Phase} on ({d.Reason})"));
}
