using System.Collections.Immutable;

namespace PrivacyGrains.Grains.Trainings;

/// <summary>What the audit log says about a job: its terms and its end. Its rounds speak for themselves.</summary>
internal static class TrainingAudit
{
    /// <summary>The milestones that are durable.</summary>
    public static ImmutableArray<AuditEvent> Milestones(string job, TrainingState state)
    {
        if (state.Created is not { } created)
        {
            return [];
        }

        var terms = created.Terms;
        var detail = $"model {terms.Model}, {terms.Steps} steps, {string.Join(", ", terms.Participants)}; rho {created.RhoPerRound:R} a round";
        var begun = new AuditEvent(1, "training.created", job, created.By, detail, created.Digest, created.At);
        return state.End switch
        {
            TrainingCompleted e => [begun, new AuditEvent(2, "training.completed", job, "training", $"{terms.Model} version {e.ModelVersion}, {e.PrivacyNote}", e.Digest, e.At)],
            TrainingFailed e => [begun, new AuditEvent(2, "training.failed", job, "training", e.Message, "", e.At)],
            TrainingCancelled e => [begun, new AuditEvent(2, "training.cancelled", job, e.By, e.Reason, "", e.At)],
            _ => [begun],
        };
    }
}
