using PrivacyGrains.Grains;
using PrivacyGrains.Messages.Rounds;

namespace PrivacyGrains.Gateway.Endpoints;

/// <summary>Rounds as messages.</summary>
internal static class RoundBodies
{
    public static RoundBody Of(RoundView v) => new(
        Of(v.Plan), v.Version, v.Phase, v.DeadlineAt, v.WaitingFor, [.. v.Dropped.Select(Of)], v.Survivors, v.AbortCode, v.AbortReason, v.Seconds);

    public static RoundLineBody Of(RoundLine l) => new(
        l.Number, l.Session, l.Step, l.Outcome, l.Survivors, [.. l.Dropped.Select(Of)], l.Seconds, l.AbortReason);

    private static RoundPlanBody Of(RoundPlan p) => new(
        p.Session, p.OwnerKind, p.OwnerId, p.Number, p.Epoch, [.. p.Participants.Select(k => new ParticipantBody(k.Party, k.VerificationKey.ToArray()))],
        p.ReconstructionThreshold, p.MinimumCohort, p.Colluders, p.VectorLength, p.WordBits, p.Computation, p.ComputationDigest, p.Budget, p.PhaseSeconds);

    private static DroppedBody Of(DroppedView d) => new(d.Party, d.Phase, d.Reason);
}
