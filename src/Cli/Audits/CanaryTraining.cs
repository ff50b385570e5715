using System.Globalization;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Learning.Data;
using PrivacyGrains.Learning.Models;
using PrivacyGrains.Learning.Training;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Audits;
using PrivacyGrains.Privacy.Queries;

namespace PrivacyGrains.Cli.Audits;

/// <summary>What one training with canaries showed.</summary>
/// <param name="Canaries">How many there were, each in or out by a coin.</param>
/// <param name="Guesses">How many of them were guessed.</param>
/// <param name="Correct">How many of those rightly.</param>
/// <param name="ClaimedEpsilon">What the accountants say of the training.</param>
/// <param name="Delta">At which.</param>
/// <param name="MeasuredEpsilon">What it loses at least, with the stated confidence.</param>
/// <param name="Holds">Whether that does not exceed the claim.</param>
internal sealed record TrainingFinding(int Canaries, int Guesses, int Correct, double ClaimedEpsilon, double Delta, double MeasuredEpsilon, bool Holds);

/// <summary>One private training of the project's own, with canaries that see their own noise only: each has features that no other row has.</summary>
/// <remarks>
/// Steinke, Nasr, Jagielski 2023 (see <see cref="OneRunAudit"/>). A canary's gradient, clipped to the bound, lies on its own coordinates and on the intercept; its score is what the update moved on them. A fifth of the canaries is guessed: the tenth with the greatest
/// scores as in, the tenth with the least as out. What a guesser inside the rounds could see more is not used, so the figure is far below the claim.
/// </remarks>
internal static class CanaryTraining
{
    private const int OwnFeatures = 4;
    private const double Delta = 1e-5;

    /// <summary>Trains once and guesses.</summary>
    /// <param name="canaries">20 or more.</param>
    /// <param name="epsilon">The training's target.</param>
    /// <param name="confidence">Of the figure.</param>
    /// <param name="source">Cryptographic: the coins, and the training's noise.</param>
    public static TrainingFinding Run(int canaries, double epsilon, double confidence, IRandomSource source)
    {
        const int steps = 4;
        var delta = Privacy.Accounting.Delta.Create(Delta);
        var noise = GradientNoise.ForTarget(Epsilon.Create(epsilon), delta, steps);
        var options = TrainingOptions.Create(1, steps, 1e-3, ClipNorm.Create(0.5), ClipNorm.Create(1), noise);
        var schema = new DatasetSchema("canaries", "label", "1", "0", [.. Enumerable.Range(0, canaries * OwnFeatures).Select(i => new FeatureRange(Name(i), -1, 1))]);
        var coins = new byte[canaries];
        source.Fill(coins);
        var isIn = Array.ConvertAll(coins, coin => (coin & 1) == 1);
        var update = LocalTrainer.Run(LogisticModel.Zero(schema), Rows(schema, isIn), options, canaries / 2, source);

        int[] order = [.. Enumerable.Range(0, canaries).OrderBy(i => update.AsSpan(i * OwnFeatures, OwnFeatures).ToArray().Sum())];
        var tenth = canaries / 10;
        var correct = order[..tenth].Count(i => !isIn[i]) + order[^tenth..].Count(i => isIn[i]);
        var claimed = RenyiConversion.Best(noise.Loss(steps), delta).Epsilon.Value;
        var measured = OneRunAudit.EpsilonLowerBound(canaries, 2 * tenth, correct, Delta, confidence);
        return new TrainingFinding(canaries, 2 * tenth, correct, claimed, Delta, measured, measured <= claimed);
    }

    // Row i is 1 on its own features and 0 elsewhere.
    private static LabelledTable Rows(DatasetSchema schema, bool[] isIn)
    {
        IEnumerable<IReadOnlyList<string>> rows = Enumerable.Range(0, isIn.Length).Where(i => isIn[i])
            .Select(i => (string[])[.. Enumerable.Range(0, schema.Features.Length).Select(column => column / OwnFeatures == i ? "1" : "0"), "1"]);
        TableFault? fault;
        return Table.TryCreate([.. schema.Features.Select(f => f.Name), schema.Label], rows, out var table, out fault) && LabelledTable.TryCreate(table, schema, out var labelled, out fault)
            ? labelled
            : throw new InvalidOperationException(fault!.Message);
    }

    private static string Name(int feature) => string.Create(CultureInfo.InvariantCulture, $"f{feature}");
}
