using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace PrivacyGrains.Grains.Rounds;

/// <summary>What a round's entries add to the metrics and to its trace.</summary>
internal static class RoundTelemetry
{
    /// <summary>Counts and traces an entry that has just become durable.</summary>
    /// <param name="metrics">The instruments.</param>
    /// <param name="state">The state that holds the entry.</param>
    /// <param name="entry">The entry.</param>
    public static void Note(GrainMetrics metrics, RoundState state, RoundEntry entry)
    {
        var plan = state.Start!.Plan;
        switch (entry)
        {
            case ParticipantWithdrew e:
                metrics.Dropped(e.Phase, 1);
                break;
            case PhaseClosed e:
                metrics.Dropped(e.Phase, e.Missing.Length);
                EndPhase(metrics, state, e.Phase, e.At, "closed");
                break;
            case RoundCompleted e:
                EndPhase(metrics, state, RoundPhases.Unmask, e.At, RoundPhases.Completed);
                metrics.RoundEnded(plan.OwnerKind, RoundPhases.Completed);
                break;
            case RoundAborted e:
                var last = state.Entered.Keys.MaxBy(RoundPhaseRules.Place)!;
                metrics.Dropped(last, e.Missing.Length);
                EndPhase(metrics, state, last, e.At, e.Code);
                metrics.RoundEnded(plan.OwnerKind, RoundPhases.Aborted);
                break;
        }
    }

    // One trace for each session, over restarts too: its id is drawn from the session's name. A span is made when its phase is over, with an event for each
    // party's answer.
    private static void EndPhase(GrainMetrics metrics, RoundState state, string phase, DateTimeOffset end, string outcome)
    {
        var plan = state.Start!.Plan;
        var seconds = state.Seconds[phase];
        metrics.PhaseEnded(plan.OwnerKind, phase, seconds);
        var id = SHA256.HashData(Encoding.UTF8.GetBytes(plan.Session));
        var parent = new ActivityContext(
            ActivityTraceId.CreateFromBytes(id.AsSpan(0, 16)), ActivitySpanId.CreateFromBytes(id.AsSpan(16, 8)), ActivityTraceFlags.Recorded, isRemote: true);
        using var span = GrainMetrics.Source.StartActivity($"round {phase}", ActivityKind.Internal, parent, startTime: end.AddSeconds(-seconds));
        foreach (var message in state.MessagesOf(phase))
        {
            span?.AddEvent(new ActivityEvent(message.Party, message.At));
        }

        span?.SetTag("privacygrains.session", plan.Session).SetTag("privacygrains.round.phase", phase).SetTag("privacygrains.round.outcome", outcome)
            .SetTag("privacygrains.round.answered", state.MessagesOf(phase).Length).SetEndTime(end.UtcDateTime);
    }
}
