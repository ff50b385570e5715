using System.Globalization;
using PrivacyGrains.Cli.Output;
using Spectre.Console;

namespace PrivacyGrains.Cli.Demo;

/// <summary>What the demo found, for people at a terminal.</summary>
internal static class DemoTables
{
    /// <summary>Writes the tables.</summary>
    public static void Show(IAnsiConsole console, DemoResult result)
    {
        console.Line(string.Empty);
        var accuracy = result.Accuracy;
        console.Write(
            ["accuracy on held-out patients", ""],
            [["joint, private", Percent(accuracy.Joint)], ["pooled, no privacy", Percent(accuracy.Pooled)], .. accuracy.Alone.Select((a, i) => (IReadOnlyList<string>)[$"{DemoCast.Hospitals[i]} alone", Percent(a)])],
            "");

        var (training, inference) = (result.Training, result.Inference);
        console.Write(
            ["phase", "times", "bytes sent by a party", "seconds"],
            [
                .. training.Phases.Select(p => (IReadOnlyList<string>)[$"training: {p.Phase}", Count(p.Rounds), Count(p.BytesPerParty), Seconds(p.Seconds)]),
                ["joint inference: dealing (by the dealer)", "1", Count(inference.PreprocessingBytes), ""],
                ["joint inference: computing", $"{Count(inference.RoundsPerParty)} rounds", Count(inference.BytesPerParty), Seconds(inference.Phases.GetValueOrDefault("computing"))],
                ["joint inference: all", "", "", Seconds(inference.Seconds)],
            ],
            "");

        var privacy = result.Privacy;
        console.Write(
            [$"epsilon at delta {privacy.Delta.ToString("0E+0", CultureInfo.InvariantCulture)}, at {privacy.LedgerParty}", "charges", "epsilon"],
            [
                .. privacy.Spent.Select(s => (IReadOnlyList<string>)[s.What, Count(s.Charges), Loss(s.Epsilon)]),
                ["together, by the ledger", "", Loss(privacy.LedgerEpsilon)],
                ["the limit", "", Loss(privacy.Limit)],
            ],
            "");
        console.Line($"The training's claim: epsilon {(privacy.Epsilon is { } claim ? Loss(claim) : "none, for there was no noise")}. Largest difference between a joint score and the clear one: {inference.MaxAbsError.ToString("0.0e+0", CultureInfo.InvariantCulture)}.");
        console.Line($"Audit log: {result.Audit.Entries} entries and {result.Audit.Ledgers} ledgers, {(result.Audit.Verified ? "verified" : "NOT verified")}. The whole took {Seconds(result.Seconds)} s.");
    }

    private static string Percent(double value) => value.ToString("P1", CultureInfo.InvariantCulture);

    private static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Seconds(double value) => value.ToString("F2", CultureInfo.InvariantCulture);

    /// <summary>A bound on a loss is rounded up.</summary>
    private static string Loss(double epsilon) => (Math.Ceiling(epsilon * 1000) / 1000).ToString("0.###", CultureInfo.InvariantCulture);
}
