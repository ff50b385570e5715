using System.Security.Cryptography;
using System.Text;
using PrivacyGrains.Client.Parties;
using PrivacyGrains.Messages.Parties;
using PrivacyGrains.Messages.Rounds;
using PrivacyGrains.Privacy.Ledger;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Rosters;
using PrivacyGrains.Protocols.SecureAggregation;

namespace PrivacyGrains.Client.Agents;

/// <summary>What a party agrees to when it joins a round: the roster that it made itself from the plan and its own pins. Pure.</summary>
/// <remarks>
/// Every later signature and charge is bound to this roster, and with it to session, epoch, members, keys, thresholds and computation. A coordinator that
/// shows others another plan gets messages that fit no common context.
/// </remarks>
internal sealed class RoundAgreement
{
    private RoundAgreement(RoundPlanBody plan, SecureAggregationContext context)
    {
        Plan = plan;
        Context = context;
        Binding = ReleaseBinding.ForRound(plan.Session, context.Roster.Digest.Span, context.Roster.Terms.ComputationDigest.Span);
    }

    /// <summary>What was asked.</summary>
    public RoundPlanBody Plan { get; }

    /// <summary>The aggregation under the party's own roster.</summary>
    public SecureAggregationContext Context { get; }

    /// <summary>What the charge is bound to.</summary>
    public string Binding { get; }

    /// <summary>Holds a plan against what the party knows.</summary>
    /// <param name="plan">As it came.</param>
    /// <param name="owner">The owner and number under which the board offered it.</param>
    /// <param name="number">See there.</param>
    /// <param name="pins">The party's, brought up to date by the same book.</param>
    /// <param name="book">The consortium's members now.</param>
    /// <param name="policy">The party's.</param>
    /// <returns>The agreement, or why there is none.</returns>
    public static (RoundAgreement? Agreement, AgentRefusal? Refusal) Check(
        RoundPlanBody plan, string owner, int number, PartyPins pins, ConsortiumBody book, AgentPolicy policy)
    {
        if (plan.OwnerId != owner || plan.Number != number || !SessionId.TryCreate(plan.Session, out var session)
            || !plan.Session.StartsWith($"{plan.OwnerKind}.{owner}.{number}.", StringComparison.Ordinal))
        {
            return No("agent.other-round", $"The plan is not of round {number} of {owner}, or its session is named after another.");
        }

        if (plan.Epoch < 0 || plan.Epoch > book.Epoch)
        {
            return No("agent.other-epoch", $"The plan is of epoch {plan.Epoch}, the consortium is in {book.Epoch}.");
        }

        if (plan.MinimumCohort < policy.MinimumCohort || plan.Colluders < policy.Colluders)
        {
            return No("agent.cohort-too-small", $"The party asks for a cohort of {policy.MinimumCohort} against {policy.Colluders} colluders at least; the round has {plan.MinimumCohort} against {plan.Colluders}.");
        }

        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(plan.Computation));
        if (Convert.ToHexStringLower(digest) != plan.ComputationDigest)
        {
            return No("agent.other-computation", "The computation is not the one whose digest the plan names.");
        }

        var members = new List<RosterMember>();
        foreach (var participant in plan.Participants)
        {
            if (!PartyId.TryCreate(participant.Party, out var party) || !VerificationKey.TryCreate(participant.VerificationKey, out var key)
                || !pins.Members.TryGetValue(participant.Party, out var pinned) || pinned != key.Fingerprint
                || !book.Members.Any(m => m.Party == participant.Party && m.Status == "member" && m.VerificationKey.AsSpan().SequenceEqual(participant.VerificationKey)))
            {
                return No("agent.unknown-participant", $"{participant.Party} is no member under that key.");
            }

            members.Add(new RosterMember(party, RosterRoles.Contributor, key));
        }

        if (members.All(m => m.Party.Value != pins.Party))
        {
            return No("agent.not-a-participant", $"{pins.Party} takes no part in this round.");
        }

        var terms = new RosterTerms
        {
            Consortium = pins.Consortium,
            Epoch = plan.Epoch,
            Session = session,
            Purpose = $"{plan.OwnerKind}-round",
            ReconstructionThreshold = plan.ReconstructionThreshold,
            CorruptionThreshold = plan.Colluders,
            MinimumCohort = plan.MinimumCohort,
            ComputationDigest = digest,
        };
        return SecureAggregationParameters.Check(
                members.Count, plan.ReconstructionThreshold, plan.MinimumCohort, plan.Colluders, plan.VectorLength, plan.WordBits).Try(out var parameters, out var fault)
            && Roster.Check(terms, members).Try(out var roster, out fault)
            && SecureAggregationContext.Check(roster, parameters).Try(out var context, out fault)
            ? (new RoundAgreement(plan, context), null)
            : No(fault.Code, fault.ToString());
    }

    private static (RoundAgreement? Agreement, AgentRefusal? Refusal) No(string code, string message) => (null, new AgentRefusal(code, message));
}
