using PrivacyGrains.Privacy.Ledger;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Rosters;
using PrivacyGrains.Protocols.Transparency;

namespace PrivacyGrains.Grains.Rounds;

/// <summary>Whether a masked input is paid for. Pure.</summary>
/// <remarks>
/// The coordinator asks for the receipt before it takes the input, so that no sum is ever opened over an uncharged contribution by honest mistake. It is
/// not the guard that privacy rests on: each participant verifies its own committed charge before it uploads and before it unmasks.
/// </remarks>
internal static class ReceiptRules
{
    /// <summary>The binding that a round's charges carry.</summary>
    /// <param name="plan">The round.</param>
    /// <param name="roster">Its roster; its digest covers the session, the members, the thresholds and the computation.</param>
    public static string BindingOf(RoundPlan plan, Roster roster) =>
        ReleaseBinding.ForRound(plan.Session, roster.Digest.Span, Convert.FromHexString(plan.ComputationDigest));

    /// <summary>Why a receipt does not pay for this participant's input; null where it does.</summary>
    /// <param name="plan">The round.</param>
    /// <param name="roster">Its roster.</param>
    /// <param name="party">Who uploads.</param>
    /// <param name="receipt">As it came.</param>
    public static Refusal? Check(RoundPlan plan, Roster roster, string party, ChargeReceipt? receipt)
    {
        if (receipt is null)
        {
            return Uncharged($"{party} sent no receipt of a committed charge for {plan.Session}.");
        }

        if (receipt.Party != party || receipt.Budget != plan.Budget)
        {
            return Uncharged($"The receipt is of {receipt.Party}/{receipt.Budget}; this input is paid for by {party}/{plan.Budget}.");
        }

        var paper = new LedgerReceipt(
            PartyId.Create(party), receipt.Budget, receipt.ChargeId, receipt.Kind, receipt.Purpose, receipt.Status, receipt.Binding, receipt.EpsilonSoFar,
            receipt.EpsilonLeft, receipt.Version, receipt.HeadHash);
        var key = VerificationKey.Create(plan.Participants.Single(p => p.Party == party).VerificationKey.Span);
        return paper.Verify(key, receipt.Signature.Span) is not null ? Uncharged($"The receipt does not carry {party}'s signature.")
            : receipt.Kind != "charge" ? Uncharged($"The receipt is for a {receipt.Kind}, and this round needs a charge.")
            : receipt.Binding != BindingOf(plan, roster) ? Uncharged("The receipt is bound to another round, roster or computation.")
            : !paper.PaysFor(receipt.Binding) ? Uncharged($"The charge is {receipt.Status}; commit it before the masked input is sent.")
            : null;
    }

    private static Refusal Uncharged(string message) => new("round.uncharged", message);
}
