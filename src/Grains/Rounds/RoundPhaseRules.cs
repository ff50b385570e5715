using System.Collections.Immutable;

namespace PrivacyGrains.Grains.Rounds;

/// <summary>The order of the phases, and how many must answer each. Pure.</summary>
internal static class RoundPhaseRules
{
    private static readonly ImmutableArray<string> InOrder =
        [RoundPhases.AdvertiseKeys, RoundPhases.ShareKeys, RoundPhases.CollectMaskedInputs, RoundPhases.CheckConsistency, RoundPhases.Unmask];

    /// <summary>The place of a phase in which participants answer, from 0; -1 for another word.</summary>
    public static int Place(string phase) => InOrder.IndexOf(phase, StringComparer.Ordinal);

    /// <summary>The phase that follows; <see cref="RoundPhases.Completed"/> after the last.</summary>
    public static string After(string phase) => Place(phase) + 1 is var next && next < InOrder.Length ? InOrder[next] : RoundPhases.Completed;

    /// <summary>How many must answer for the round to go on.</summary>
    /// <remarks>
    /// Up to CollectMaskedInputs those who answer a phase are the only ones who can be in the sum, so fewer than the minimum cohort cannot end well: better
    /// to stop before anybody is charged. From there on the reconstruction threshold decides.
    /// </remarks>
    public static int Required(string phase, RoundPlan plan) =>
        Place(phase) <= Place(RoundPhases.CollectMaskedInputs) ? plan.MinimumCohort : plan.ReconstructionThreshold;
}
