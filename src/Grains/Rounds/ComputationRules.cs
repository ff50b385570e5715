using PrivacyGrains.Learning.Training;

namespace PrivacyGrains.Grains.Rounds;

/// <summary>What a round's computation says about charges. Pure.</summary>
internal static class ComputationRules
{
    /// <summary>Whether each masked input is paid for by a committed charge: always, except for a training step that says it has no noise.</summary>
    /// <remarks>Without noise there is no finite loss to charge; whoever opens such a training has allowed that explicitly.</remarks>
    public static bool IsCharged(RoundPlan plan) =>
        plan.OwnerKind != RoundPlanRules.Training || !TrainingStepSpec.TryDecode(plan.Computation, out var spec, out _) || spec.IsCharged;
}
