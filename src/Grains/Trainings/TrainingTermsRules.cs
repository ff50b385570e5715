using PrivacyGrains.Grains.Rounds;

namespace PrivacyGrains.Grains.Trainings;

/// <summary>Which terms make a training job. Pure; each refusal names the field and what to change.</summary>
internal static class TrainingTermsRules
{
    private const int MaximumSteps = 10_000;
    private const int MaximumLocalSteps = 1_000;
    private const int MaximumFeatures = 100_000;
    private const double LeastNoise = 1.0 / 256;
    private const double MostNoise = 4096;

    /// <summary>Why the terms make no job; null where they do.</summary>
    /// <param name="job">The job's key.</param>
    /// <param name="terms">As they came.</param>
    public static Refusal? Check(string job, TrainingTerms terms) =>
        CheckNames(job, terms) ?? CheckFeatures(terms) ?? CheckNumbers(terms) ?? CheckPrivacy(terms) ?? CheckRounds(terms)
        ?? (TrainingSteps.Fault(terms) is { } fault ? Bad("terms", $"No round can be computed: {fault}.") : null);

    private static Refusal? CheckNames(string job, TrainingTerms terms) =>
        !RoundPlanning.IsOwnerName(job) ? Bad("job", "A training job is named by 1 to 64 characters of a-z, 0-9 and hyphen, beginning with a letter.")
        : !RoundPlanning.IsOwnerName(terms.Model) ? Bad("model", "A model is named by 1 to 64 characters of a-z, 0-9 and hyphen, beginning with a letter.")
        : terms.Budget is not { Length: >= 1 and <= 64 } || !terms.Budget.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-')
            ? Bad("budget", "A budget is named by 1 to 64 characters of a-z, 0-9 and hyphen.")
        : terms.Strategy != "fedavg" ? Bad("strategy", $"The strategy is 'fedavg', not '{terms.Strategy}'.")
        : null;

    private static Refusal? CheckFeatures(TrainingTerms terms)
    {
        if (terms.Features.IsDefaultOrEmpty || terms.Features.Length > MaximumFeatures || terms.Features.Any(string.IsNullOrWhiteSpace))
        {
            return Bad("features", $"A model has 1 to {MaximumFeatures} named features.");
        }

        if (terms.Features.Append(terms.Label).Distinct(StringComparer.Ordinal).Count() != terms.Features.Length + 1)
        {
            return Bad("features", "A feature is named once, and none is the label.");
        }

        if (string.IsNullOrWhiteSpace(terms.Label) || string.IsNullOrEmpty(terms.PositiveLabel) || terms.PositiveLabel == terms.NegativeLabel)
        {
            return Bad("label", "The label is a column, its positive value is given, and the negative one is another.");
        }

        if (terms.Lows.IsDefault || terms.Highs.IsDefault || terms.Lows.Length != terms.Features.Length || terms.Highs.Length != terms.Features.Length)
        {
            return Bad("bounds", $"There is a public lower and upper bound for each of the {terms.Features.Length} features.");
        }

        var empty = Enumerable.Range(0, terms.Features.Length).FirstOrDefault(
            i => !double.IsFinite(terms.Lows[i]) || !double.IsFinite(terms.Highs[i]) || terms.Lows[i] >= terms.Highs[i], -1);
        return empty < 0 ? null : Bad("bounds", $"{terms.Features[empty]}: the lower bound is below the upper one, and both are finite.");
    }

    private static Refusal? CheckNumbers(TrainingTerms terms) =>
        terms.Steps is < 1 or > MaximumSteps ? Bad("steps", $"A job makes 1 to {MaximumSteps} steps, not {terms.Steps}.")
        : terms.MaximumRounds < terms.Steps || terms.MaximumRounds > 10 * MaximumSteps ? Bad("maximum-rounds", $"Rounds are from the number of steps ({terms.Steps}) to {10 * MaximumSteps}, not {terms.MaximumRounds}.")
        : terms.LocalSteps is < 1 or > MaximumLocalSteps ? Bad("local-steps", $"A party makes 1 to {MaximumLocalSteps} local steps, not {terms.LocalSteps}.")
        : !Positive(terms.LearningRate, 1e6) ? Bad("learning-rate", $"A learning rate is above 0 and at most 1e6, not {terms.LearningRate}.")
        : !Positive(terms.ClipNorm, 1e6) ? Bad("clip-norm", $"A clip norm is above 0 and at most 1e6, not {terms.ClipNorm}.")
        : terms.Momentum is not (>= 0 and < 1) ? Bad("momentum", $"A momentum is at least 0 and below 1, not {terms.Momentum}.")
        : terms.Ridge is not (>= 0 and <= 1e6) ? Bad("ridge", $"A ridge weight is from 0 to 1e6, not {terms.Ridge}.")
        : terms.UpdateClip is not (>= 0 and <= 1e6) ? Bad("update-clip", $"An update's bound is above 0 and at most 1e6, or 0 for the one that follows; not {terms.UpdateClip}.")
        : !Positive(terms.PhaseSeconds, 24 * 3600) ? Bad("phase-seconds", $"A phase lasts more than 0 and at most 86400 seconds, not {terms.PhaseSeconds}.")
        : null;

    private static Refusal? CheckPrivacy(TrainingTerms terms) =>
        terms.NoiseMultiplier is not (0 or (>= LeastNoise and <= MostNoise))
            ? Bad("noise-multiplier", $"A noise multiplier is from {LeastNoise} to {MostNoise}, or 0 for none; not {terms.NoiseMultiplier}.")
        : terms.NoiseMultiplier == 0 && !terms.AllowNoNoise
            ? Bad("noise-multiplier", "Without noise the training has no privacy claim. If that is meant, allow it explicitly.")
        : !(terms.Delta > 0 && terms.Delta < 1) ? Bad("delta", $"A delta lies strictly between 0 and 1; {terms.Delta} does not.")
        : null;

    private static Refusal? CheckRounds(TrainingTerms terms) =>
        terms.Participants.IsDefaultOrEmpty || terms.Participants.Distinct(StringComparer.Ordinal).Count() != terms.Participants.Length
            ? Bad("participants", "Participants are parties, each once.")
        : RoundPlanRules.CheckThresholds(terms.Participants.Length, terms.ReconstructionThreshold, terms.MinimumCohort, terms.Colluders) is { } wrong
            ? Bad("thresholds", wrong)
        : null;

    private static bool Positive(double value, double most) => value > 0 && value <= most;

    private static Refusal Bad(string field, string message) => new($"training.bad-{field}", message, RefusalKind.Invalid);
}
