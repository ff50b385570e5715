using System.Collections.Immutable;

namespace PrivacyGrains.Grains.Rounds;

/// <summary>What the audit log says about a round: its start and its end, with names.</summary>
internal static class RoundAudit
{
    /// <summary>The milestones that are durable.</summary>
    public static ImmutableArray<AuditEvent> Milestones(RoundState state)
    {
        if (state.Start is not { } start)
        {
            return [];
        }

        var plan = start.Plan;
        var started = new AuditEvent(
            1,
            "round.started",
            plan.Session,
            start.By,
            $"{plan.OwnerKind} {plan.OwnerId} round {plan.Number}: {string.Join(", ", plan.Participants.Select(p => p.Party))}; reconstruction threshold {plan.ReconstructionThreshold}, minimum cohort {plan.MinimumCohort}",
            plan.ComputationDigest,
            start.At);
        return state switch
        {
            { Result: { } result } => [started, new AuditEvent(2, "round.completed", plan.Session, "round", $"{string.Join(", ", state.Survivors)}{Dropped(state)}", result.Digest, result.At)],
            { Abort: { } abort } => [started, new AuditEvent(2, "round.aborted", plan.Session, abort.By, $"{abort.Code}: {abort.Reason}{Dropped(state)}", "", abort.At)],
            _ => [started],
        };
    }

    private static string Dropped(RoundState state) =>
        state.Dropped.IsEmpty ? "" : $"; dropped: {string.Join(", ", state.Dropped.Select(d => $"{d.Party} in {d.Phase} ({d.Reason})"))}";
}
