using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Grains.Rounds;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Rosters;
using PrivacyGrains.Protocols.SecureAggregation;
using PrivacyGrains.Protocols.Transparency;

namespace PrivacyGrains.Grains.Tests.Rounds;

/// <summary>One participant's agent: the protocol's real client, told what to send. Keeps its secrets in memory only, as an agent does.</summary>
internal sealed class RoundClient(string party, SigningKey key, ulong[] input)
{
    private ClientPhase? _phase;

    public string Party => party;

    /// <summary>The messages that it has made, by phase.</summary>
    public Dictionary<string, ReadOnlyMemory<byte>> Sent { get; } = [];

    /// <summary>What pays for its input; null makes a committed charge.</summary>
    public Func<RoundPlan, Roster, ChargeReceipt?>? Receipt { get; set; }

    /// <summary>Makes its message of a phase (once; the same bytes afterwards).</summary>
    public async Task<RoundMessage> AnswerAsync(IRoundGrain round, RoundPlan plan, string phase)
    {
        if (!Sent.TryGetValue(phase, out var message))
        {
            var reply = await round.CollectAsync(party, phase);
            Assert.Null(reply.Refusal);
            var handed = reply.Value!.Payload.ToArray();
            _phase = phase switch
            {
                RoundPhases.AdvertiseKeys => SecureAggregationClient.Advertise(ContextOf(plan, handed), PartyId.Create(party), key),
                RoundPhases.ShareKeys => ((AdvertisedClient)_phase!).ShareKeys(handed, SystemRandomSource.Instance).Value,
                RoundPhases.CollectMaskedInputs => ((SharedClient)_phase!).Mask(handed, input).Value,
                RoundPhases.CheckConsistency => ((MaskedClient)_phase!).ConfirmSurvivors(handed).Value,
                _ => ((ConfirmedClient)_phase!).Unmask(handed).Value,
            };
            Sent[phase] = message = _phase.Message;
        }

        var receipt = phase != RoundPhases.CollectMaskedInputs ? null : Receipt is { } make ? make(plan, _phase!.Context.Roster) : Committed(plan, _phase!.Context.Roster);
        return new RoundMessage(party, phase, message, receipt);
    }

    /// <summary>A receipt as its ledger would sign it.</summary>
    public ChargeReceipt Committed(RoundPlan plan, Roster roster, string status = "committed", string? binding = null, SigningKey? signer = null)
    {
        var paper = new LedgerReceipt(
            PartyId.Create(party), plan.Budget, plan.Session, "charge", "training", status, binding ?? ReceiptRules.BindingOf(plan, roster), 1, 7, 2, new string('0', 64));
        return new ChargeReceipt(
            party, paper.Budget, paper.ChargeId, paper.Kind, paper.Purpose, paper.Status, paper.Binding, paper.EpsilonSoFar, paper.EpsilonLeft, paper.Version, paper.HeadHash,
            paper.Sign(signer ?? key));
    }

    private static SecureAggregationContext ContextOf(RoundPlan plan, byte[] roster) => SecureAggregationContext.Create(
        Roster.Decode(roster).Value,
        SecureAggregationParameters.Create(plan.Participants.Length, plan.ReconstructionThreshold, plan.MinimumCohort, plan.Colluders, plan.VectorLength, plan.WordBits));
}
