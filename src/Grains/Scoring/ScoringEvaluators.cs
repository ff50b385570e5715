using PrivacyGrains.Ckks;
using PrivacyGrains.Ckks.Evaluation;

namespace PrivacyGrains.Grains.Scoring;

/// <summary>What computes on ciphertexts here: the managed evaluator, or native SEAL where the build has it (<c>-p:Seal=true</c>). Both give the same words.</summary>
internal sealed class ScoringEvaluators(ScoringSettings settings)
{
    /// <summary>The managed one.</summary>
    public const string Managed = "managed";

    /// <summary>Native SEAL.</summary>
    public const string Seal = "seal";

    // An optional leaf: nothing here refers to it, so it is found by its name.
    private static readonly Type? Leaf = Type.GetType("PrivacyGrains.Ckks.Seal.SealEvaluator, PrivacyGrains.Ckks.Seal");

    /// <summary>Whether this build has native SEAL.</summary>
    public static bool HasSeal => Leaf is not null;

    /// <summary>Makes one for a thread; null for the managed one.</summary>
    public Func<CkksContext, ICkksEvaluator>? Make { get; } =
        settings.Evaluator == Seal && Leaf is { } leaf ? context => (ICkksEvaluator)Activator.CreateInstance(leaf, context)! : null;
}
