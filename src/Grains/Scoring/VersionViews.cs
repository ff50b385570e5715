using PrivacyGrains.Ckks.Circuits;

namespace PrivacyGrains.Grains.Scoring;

/// <summary>What clients see of a version: everything but its numbers.</summary>
internal static class VersionViews
{
    /// <summary>A version and its layouts.</summary>
    public static EncryptedVersionView Of(EncryptedVersion version, PreparedModel prepared)
    {
        var (model, context) = (prepared.Model, prepared.Context);
        return new EncryptedVersionView(
            version.Version, version.Digest, model.Inputs, model.Names, [.. version.Ranges.Select(r => new FeatureScaleView(r.Feature, r.Lower, r.Upper))], model.InputBound,
            model.Outputs, model.Output is ModelOutput.Linear ? "linear" : "logistic", version.Link, version.Degree, [.. version.Primes], IdOf(prepared),
            [.. prepared.Plans.Select(Of)], version.Note, version.IsRetired ? "retired" : "active", version.At);
    }

    /// <summary>The key level's id as hex.</summary>
    public static string IdOf(PreparedModel prepared) => prepared.Context.IdOf(prepared.Context.PrimeCount).ToString();

    private static EncryptedLayoutView Of(ScoringPlan plan) => new(
        PreparedModel.NameOf(plan.Layout), plan.InputCount, plan.AnswerCount, PreparedModel.RowsCounted(plan), plan.Period, plan.InputLevel, plan.LeastInputLevel, plan.InputScale,
        plan.NeedsRelinearization, plan.RotationSteps, RoundedUp(plan.AnswerBound), RoundedUp(plan.AnswerErrorBound), plan.FloodingBits);

    /// <summary>The next power of two: a bound itself would tell clients how large the weights are together.</summary>
    private static double RoundedUp(double bound) => bound > 0 ? Math.Pow(2, Math.Ceiling(Math.Log2(bound))) : 0;
}
