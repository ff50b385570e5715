using PrivacyGrains.Grains.Inference;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Sessions;
using PrivacyGrains.Protocols.Transparency;

namespace PrivacyGrains.Grains.Computation;

/// <summary>What a side asks of the ledger's paper that comes with a counted input.</summary>
internal static class DisclosureReceipts
{
    /// <summary>Checks that the provider's own ledger has committed a disclosure for this very session.</summary>
    /// <returns>Null, or the fault.</returns>
    public static ProtocolFault? Check(ProposedSession proposed, string binding, StatementInput slot, ChargeReceipt? receipt)
    {
        if (receipt is null)
        {
            return new ProtocolFault("inference.undisclosed", slot.Party, "a committed disclosure beside a counted input", "none");
        }

        if (!PartyId.TryCreate(receipt.Party, out var party))
        {
            return new ProtocolFault("inference.undisclosed", slot.Party, $"a receipt of {slot.Party}'s ledger", "one that names no party");
        }

        var paper = new LedgerReceipt(
            party, receipt.Budget, receipt.ChargeId, receipt.Kind, receipt.Purpose, receipt.Status, receipt.Binding, receipt.EpsilonSoFar,
            receipt.EpsilonLeft, receipt.Version, receipt.HeadHash);
        return paper.Party != slot.Party || paper.Kind != "disclosure" || paper.Budget != proposed.Statement.Budget || !paper.PaysFor(binding)
            ? new ProtocolFault("inference.undisclosed", slot.Party, $"a committed disclosure for {proposed.Roster}", $"one that is {paper.Status} or for another session")
            : paper.Verify(proposed.Roster.Find(slot.Party)!.Key, receipt.Signature.Span);
    }
}
