using System.Collections.Immutable;
using PrivacyGrains.Grains.Journaling;
using PrivacyGrains.Protocols;

namespace PrivacyGrains.Grains.Rounds;

/// <summary>What may happen to a round. Pure: each rule answers entries to write, a refusal, or nothing where it has happened already.</summary>
internal static class RoundRules
{
    /// <summary>The reason that a view gives for who did not answer in time.</summary>
    public const string NoAnswer = "no answer by the deadline";

    /// <summary>Opens the round.</summary>
    public static Decision<RoundEntry> Open(this RoundState state, RoundPlan plan, ReadOnlyMemory<byte> roster, string by, DateTimeOffset now) =>
        state.Start is not { } start ? new RoundStarted(plan, roster.ToArray(), by, now)
        : RoundPlanRules.Same(start.Plan, plan) ? Decision<RoundEntry>.Nothing
        : new Refusal("round.started-otherwise", $"Round {plan.Number} of {plan.OwnerId} was started with another plan. A retry is a new number.");

    /// <summary>Takes one participant's message of one phase.</summary>
    /// <param name="state">The durable state.</param>
    /// <param name="message">Checked by the protocol and, where it needs one, for its charge: see <paramref name="check"/>.</param>
    /// <param name="digest">Lower-case hex of SHA-256 over the payload.</param>
    /// <param name="check">Why the message itself cannot stand: the protocol's fault or the missing charge; null where it can. Asked last.</param>
    /// <param name="now">The time.</param>
    /// <remarks>
    /// The same bytes again change nothing, in whatever phase the round is by now; other bytes for an answered phase are equivocation, and the first
    /// answer stands. The last answer that a phase waits for closes it in the same append.
    /// </remarks>
    public static Decision<RoundEntry> Submit(this RoundState state, RoundMessage message, string digest, Func<Refusal?> check, DateTimeOffset now)
    {
        if (state.Start is null)
        {
            return NotStarted;
        }

        if (RoundPhaseRules.Place(message.Phase) < 0)
        {
            return new Refusal("round.unknown-phase", $"There is no phase '{message.Phase}' that participants answer.", RefusalKind.Invalid);
        }

        if (!state.Entered[RoundPhases.AdvertiseKeys].Contains(message.Party))
        {
            return new Refusal("round.not-a-participant", $"{message.Party} takes no part in this round.", RefusalKind.Forbidden);
        }

        if (state.Messages.TryGetValue((message.Phase, message.Party), out var stands))
        {
            return stands.Digest == digest
                ? Decision<RoundEntry>.Nothing
                : new Refusal("secagg.equivocation", $"{message.Party} has answered {message.Phase} with other bytes. The first answer stands.");
        }

        if (message.Phase != state.Phase)
        {
            return new Refusal("round.wrong-phase", $"The round is in {state.Phase}, not in {message.Phase}. Ask for its state and go on from there.");
        }

        if (!state.In.Contains(message.Party))
        {
            return new Refusal("round.dropped", $"{message.Party} has left this round. Wait for the next one.");
        }

        if (check() is { } refusal)
        {
            return refusal;
        }

        var payload = message.Phase == RoundPhases.CollectMaskedInputs ? [] : message.Payload.ToArray();
        return state.With(new MessageAccepted(message.Party, message.Phase, digest, payload, message.Receipt?.ChargeId, now), now);
    }

    /// <summary>Lets a participant go.</summary>
    /// <remarks>
    /// A masked input counts only if its sender is still in when the inputs are fixed, that is when CollectMaskedInputs closes; from then on it stays in the sum.
    /// </remarks>
    public static Decision<RoundEntry> Withdraw(this RoundState state, string party, string reason, DateTimeOffset now) =>
        state.Start is null ? NotStarted
        : !state.Entered[RoundPhases.AdvertiseKeys].Contains(party)
            ? new Refusal("round.not-a-participant", $"{party} takes no part in this round.", RefusalKind.Forbidden)
        : !state.IsOpen || !state.In.Contains(party) ? Decision<RoundEntry>.Nothing
        : state.With(new ParticipantWithdrew(party, state.Phase, Cut(reason), now), now);

    /// <summary>A participant is no member any more: it goes, or, where its input is in the sum already, the round ends.</summary>
    public static Decision<RoundEntry> Revoke(this RoundState state, string party, DateTimeOffset now) =>
        !state.IsOpen ? Decision<RoundEntry>.Nothing
        : state.Survivors.Contains(party)
            ? new RoundAborted("round.revoked", $"{party} was revoked after its input was fixed in the sum. Nothing is opened; the next round goes on without it.", [.. state.WaitingFor], "consortium", now)
        : state.In.Contains(party) ? state.Withdraw(party, "revoked by the consortium", now)
        : Decision<RoundEntry>.Nothing;

    /// <summary>Ends the round without a result; nothing where it has ended.</summary>
    public static Decision<RoundEntry> Stop(this RoundState state, string code, string reason, string by, DateTimeOffset now) =>
        state.Start is null ? NotStarted
        : !state.IsOpen ? Decision<RoundEntry>.Nothing
        : new RoundAborted(code, Cut(reason), [], by, now);

    /// <summary>The deadline of a phase has passed.</summary>
    /// <param name="state">The durable state.</param>
    /// <param name="phase">The phase whose deadline it was; nothing happens where the round is in another by now.</param>
    /// <param name="now">The time.</param>
    /// <returns>The next phase, the abort, or nothing: in Unmask with enough answers the grain computes the sum instead, see <see cref="MayFinish"/>.</returns>
    public static Decision<RoundEntry> DeadlinePassed(this RoundState state, string phase, DateTimeOffset now) =>
        !state.IsOpen || state.Phase != phase ? Decision<RoundEntry>.Nothing
        : state.TooFew(atDeadline: true, now) is { } aborted ? aborted
        : phase == RoundPhases.Unmask ? Decision<RoundEntry>.Nothing
        : state.Close(now);

    /// <summary>Whether the sum can be computed: enough answers in Unmask, and nobody else waited for unless the deadline has passed.</summary>
    public static bool MayFinish(this RoundState state, bool deadlinePassed) =>
        state.IsOpen && state.Phase == RoundPhases.Unmask
        && state.MessagesOf(RoundPhases.Unmask).Length >= state.Start!.Plan.ReconstructionThreshold
        && (deadlinePassed || state.WaitingFor.IsEmpty);

    /// <summary>The sum is computed.</summary>
    public static Decision<RoundEntry> Complete(this RoundState state, byte[] sum, string digest, DateTimeOffset now) =>
        !state.IsOpen || state.Phase != RoundPhases.Unmask ? Decision<RoundEntry>.Nothing : new RoundCompleted(sum, digest, [.. state.WaitingFor], now);

    /// <summary>Nothing is left to do.</summary>
    public static Decision<RoundEntry> Settle(this RoundState state, DateTimeOffset now) =>
        state.HasEnded && !state.IsSettled ? new RoundSettled(now) : Decision<RoundEntry>.Nothing;

    /// <summary>What is answered before the start.</summary>
    public static Refusal NotStarted { get; } = new("round.unknown", "There is no such round.", RefusalKind.NotFound);

    /// <summary>A peer's misbehaviour as a refusal, under the fault's own code.</summary>
    public static Refusal ToRefusal(this ProtocolFault fault) => new(fault.Code, fault.Explanation, RefusalKind.Invalid);

    // One entry, and what follows from it in the same append: the abort, or the next phase.
    private static Decision<RoundEntry> With(this RoundState state, RoundEntry entry, DateTimeOffset now)
    {
        var after = state.Apply(entry);
        return after.TooFew(atDeadline: false, now) is { } aborted ? Decision<RoundEntry>.Of(entry, aborted)
            : after.Phase != RoundPhases.Unmask && after.WaitingFor.IsEmpty ? Decision<RoundEntry>.Of(entry, after.Close(now))
            : entry;
    }

    private static PhaseClosed Close(this RoundState state, DateTimeOffset now) =>
        new(state.Phase, RoundPhaseRules.After(state.Phase), [.. state.Answered], [.. state.WaitingFor], now);

    private static RoundAborted? TooFew(this RoundState state, bool atDeadline, DateTimeOffset now)
    {
        var plan = state.Start!.Plan;
        var required = RoundPhaseRules.Required(state.Phase, plan);
        var answered = state.Phase == RoundPhases.Unmask ? [.. state.MessagesOf(RoundPhases.Unmask).Select(m => m.Party)] : state.Answered.ToImmutableArray();
        var possible = answered.Length + (atDeadline ? 0 : state.WaitingFor.Count);
        if (possible >= required)
        {
            return null;
        }

        var gone = plan.Participants.Select(p => p.Party).Except(answered).Except(atDeadline ? [] : state.WaitingFor);
        return new RoundAborted(
            "round.too-few",
            $"In {state.Phase} {possible} of at least {required} {(atDeadline ? "answered" : "are left")}. Missing: {string.Join(", ", gone)}.",
            [.. state.WaitingFor],
            "round",
            now);
    }

    private static string Cut(string reason) => reason.Length <= 500 ? reason : reason[..500];
}
