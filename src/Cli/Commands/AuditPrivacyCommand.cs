using System.CommandLine;
using System.Globalization;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Cli.Audits;
using PrivacyGrains.Cli.Output;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Privacy.Audits;

namespace PrivacyGrains.Cli.Commands;

/// <summary>What <c>audit privacy --json</c> prints.</summary>
/// <param name="Confidence">With which all measured figures are lower bounds at once.</param>
/// <param name="FalseAlarm">The probability, at most, that a run whose claims all hold says that one is exceeded.</param>
/// <param name="Holds">Whether none exceeds its claim.</param>
/// <param name="Mechanisms">Each on neighbouring inputs.</param>
/// <param name="Sensitivities">Of queries, declared and found.</param>
/// <param name="Training">One training with canaries; null where it was not run.</param>
internal sealed record PrivacyAuditDocument(
    double Confidence, double FalseAlarm, bool Holds, IReadOnlyList<EpsilonFinding> Mechanisms, IReadOnlyList<SensitivityFinding> Sensitivities, TrainingFinding? Training);

/// <summary><c>audit privacy</c>: the mechanisms of this build, run and measured against what they claim. Asks no gateway and no data.</summary>
internal static class AuditPrivacyCommand
{
    private const string Queries = "queries";
    private const string Training = "training";

    public static Command Build()
    {
        var draws = new Option<int>("--draws") { Description = "Releases on each input of each mechanism, 200 or more.", DefaultValueFactory = static _ => 100_000 };
        var confidence = new Option<double>("--confidence") { Description = "With which all measured figures of the run hold at once, above 0 and below 1; the rest is the probability, at most, of a false alarm over the whole run.", DefaultValueFactory = static _ => EpsilonTester.DefaultConfidence };
        var only = new Option<string?>("--only") { Description = $"Mechanisms whose names begin so, or {Queries}, or {Training} (default: all)." };
        var command = new Command("privacy", "Runs every mechanism on neighbouring inputs and bounds its epsilon from below; compares declared sensitivities with found ones. Exits 1 where a claim is exceeded.") { draws, confidence, only };
        command.Runs(async (parsed, output, cancel) =>
        {
            var (each, sure, name) = (parsed.GetValue(draws), parsed.GetValue(confidence), parsed.GetValue(only));
            if (each is < 200 or > 100_000_000 || !(sure is > 0 and < 1))
            {
                throw new InputException("audit.bad-range", "--draws is 200 to 100000000, and --confidence above 0 and below 1.");
            }

            EpsilonTrial[] trials = [.. MechanismTrials.All().Where(trial => name is null || trial.Name.StartsWith(name, StringComparison.Ordinal))];
            if (trials.Length == 0 && name is not (Queries or Training))
            {
                throw new InputException("audit.unknown-mechanism", $"No mechanism begins with '{name}'. Name one of: {string.Join(", ", MechanismTrials.All().Select(t => t.Name.Split('/')[0]).Distinct())}, {Queries}, {Training}.");
            }

            var document = await output.WithBarAsync("Running mechanisms", bar => Task.Run(() => Run(trials, each, sure, name, bar, cancel), cancel));
            output.Result(document, console =>
            {
                console.Write(["mechanism", "claimed epsilon", "delta", "measured at least", "shown by outcomes", "releases"], document.Mechanisms.Select(Row), "No mechanism was run.");
                console.Write(["query, relation", "declared L1", "found", "declared L2", "found", "neighbours"], document.Sensitivities.Select(Row), "No query was summed.");
                if (document.Training is { } t)
                {
                    console.Line($"Training with {t.Canaries} canaries: {t.Correct} of {t.Guesses} guesses right, epsilon at least {Short(t.MeasuredEpsilon)}; claimed {Short(t.ClaimedEpsilon)} at delta {Short(t.Delta)}{Mark(t.Holds)}.");
                }

                console.Line($"{(document.Holds ? "No claim is exceeded" : "A claim is exceeded")}. Measured figures are lower bounds, all at once; where every claim holds, a run says otherwise with a probability of at most {Short(document.FalseAlarm)}.");
            });
            return document.Holds ? ExitCodes.Success : ExitCodes.Failure;
        });
        return command;
    }

    private static PrivacyAuditDocument Run(EpsilonTrial[] trials, int draws, double confidence, string? name, IProgress<double> bar, CancellationToken cancel)
    {
        // The training, where it is run, has half of the error.
        var (hasQueries, hasTraining) = (name is null or Queries, name is null or Training);
        var share = hasTraining && trials.Length > 0 ? 1 - ((1 - confidence) / 2) : confidence;
        var done = 0;
        IReadOnlyList<EpsilonFinding> mechanisms = trials.Length == 0 ? [] : EpsilonTester.Run(trials, draws, share, SystemRandomSource.Instance, _ =>
        {
            cancel.ThrowIfCancellationRequested();
            bar.Report(++done / (double)(trials.Length + 1));
        });
        IReadOnlyList<SensitivityFinding> sensitivities = hasQueries ? SensitivityTester.Run(QuerySensitivityTrials.All(), Math.Clamp(draws / 100, 20, 10_000), SystemRandomSource.Instance) : [];
        var training = hasTraining ? CanaryTraining.Run(400, epsilon: 4, share, SystemRandomSource.Instance) : null;
        return new PrivacyAuditDocument(
            confidence, Math.Round(1 - confidence, 15), mechanisms.All(f => f.Holds) && sensitivities.All(f => f.Holds) && training is not { Holds: false }, mechanisms, sensitivities, training);
    }

    private static IReadOnlyList<string> Row(EpsilonFinding f) =>
        [f.Name, Short(f.ClaimedEpsilon), Short(f.Delta), Short(f.MeasuredEpsilon) + Mark(f.Holds), f.Event, f.Draws.ToString("N0", CultureInfo.InvariantCulture)];

    private static IReadOnlyList<string> Row(SensitivityFinding f) =>
        [f.Name, Short(f.DeclaredL1), Short(f.MeasuredL1), Short(f.DeclaredL2), Short(f.MeasuredL2) + Mark(f.Holds), f.Pairs.ToString("N0", CultureInfo.InvariantCulture)];

    private static string Mark(bool holds) => holds ? string.Empty : " EXCEEDS";

    private static string Short(double value) => value.ToString("G4", CultureInfo.InvariantCulture);
}
