using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Rosters;
using PrivacyGrains.Protocols.Sessions;

namespace PrivacyGrains.Grains.Inference;

/// <summary>A proposal whose parts agree with each other.</summary>
/// <param name="Roster">The session's.</param>
/// <param name="Statement">What it is.</param>
/// <param name="Plan">What it computes.</param>
/// <param name="Masks">For an opening, under which masks; null otherwise.</param>
internal sealed record ProposedSession(Roster Roster, InferenceStatement Statement, InferencePlan Plan, WeightMaskPlan? Masks)
{
    /// <summary>What the dealer makes.</summary>
    public PreprocessingPlan Preprocessing => Masks?.Preprocessing ?? Plan.Preprocessing;

    /// <summary>The name that what is dealt for this session carries.</summary>
    public SessionId Dealt => Masks?.Namespace ?? Roster.Terms.Session;

    /// <summary>The longest message of a round, before sealing.</summary>
    public int LongestMessage => Masks is null ? Plan.LongestMessage : checked((int)(WeightOpening.BytesPerParty(Masks) / (Masks.Scheme.Parties - 1)));
}

/// <summary>What every side checks of a proposal before it signs. The coordinator is not trusted with any of it.</summary>
internal static class SessionProposals
{
    /// <summary>Checks that the roster is the one that the terms make, that this party has the role, and that the receiver consents.</summary>
    /// <remarks>The members' keys are checked by whoever signs the roster (the party's own grain, against what it has pinned).</remarks>
    public static (ProposedSession? Session, Refusal? Refusal) Check(SessionProposal proposal, PartyId self, RosterRoles role)
    {
        var (statement, invalid) = InferenceTermsForm.Statement(proposal.Terms);
        if (statement is null)
        {
            return (null, invalid);
        }

        if (!Roster.Decode(proposal.Roster.Span).Try(out var roster, out var fault)
            || !InferencePlan.Parse(proposal.Terms.Plan.Span).Try(out var plan, out fault)
            || (fault = InferenceLayout.Check(plan, statement)) is not null)
        {
            return (null, fault.AsRefusal());
        }

        var keys = roster.Members.ToDictionary(member => member.Party, member => member.Key);
        if (!statement.MakeRoster(roster.Terms.Consortium, proposal.Terms.Epoch, SessionId.Create(proposal.Session), keys).Try(out var expected, out fault))
        {
            return (null, fault.AsRefusal());
        }

        if (!expected.Encoded.Span.SequenceEqual(roster.Encoded.Span))
        {
            return (null, new Refusal("inference.foreign-roster", "The roster is not the one that the terms make.", RefusalKind.Invalid));
        }

        if (roster.Find(self) is not { } own || (own.Roles & role) == RosterRoles.None)
        {
            return (null, new Refusal("inference.no-such-role", $"The roster does not name {self} as {role}.", RefusalKind.Invalid));
        }

        return statement.VerifyReceiver(roster.Terms.Session, keys[statement.Receiver], proposal.Terms.ReceiverSignature.Span) is { } unsigned
            ? (null, unsigned.AsRefusal())
            : (new ProposedSession(roster, statement, plan, statement.Opening is null ? null : HeldWeights.MasksOf(plan, roster)), null);
    }

    /// <summary>Whether the weights of a session outlasted what the operators of the consortium did.</summary>
    /// <returns>Null, or the refusal, which names the opening.</returns>
    public static Refusal? CheckHeld(HeldWeights? held, ConsortiumView consortium) =>
        held is null || (held.Epoch >= consortium.VoidBefore && held.Epoch <= consortium.Epoch) ? null
        : new Refusal(
            "inference.weights-stale-epoch", $"The weights of {held.Opening} were opened in epoch {held.Epoch}; a new one was begun with epoch {consortium.VoidBefore}. Let their owner open them anew.", RefusalKind.Conflict);

    /// <summary>Checks that every member has signed this very roster.</summary>
    public static ProtocolFault? CheckSignatures(Roster roster, IEnumerable<SideOffer> offers)
    {
        var signatures = offers.Where(offer => PartyId.TryCreate(offer.Party, out _)).Select(offer => new RosterSignature(PartyId.Create(offer.Party), offer.RosterSignature));
        var keys = roster.Members.ToDictionary(member => member.Party, member => member.Key);
        return new SignedRoster(roster, signatures).Verify(keys).Fault;
    }
}
