using System.Text;
using PrivacyGrains.Messages.Audit;
using PrivacyGrains.Messages.Budgets;
using PrivacyGrains.Privacy.Ledger;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Transparency;

namespace PrivacyGrains.Client.Audit;

/// <summary>Verifies a budget's ledger from its exported entries alone: the chain, the rules, the party's signatures.</summary>
/// <remarks>
/// A good verdict says that these entries are one unbroken history under the rules, and that the party signed its end. It does not say that the party shows
/// everybody the same history: that is what the audit log and witnessed heads are for (<see cref="AuditVerifier"/> compares with the log).
/// </remarks>
public static class LedgerVerifier
{
    /// <summary>Verifies an export.</summary>
    /// <param name="export">Head, key and entries as they came.</param>
    /// <param name="fingerprint">The party's pinned fingerprint; null to take the key that the export carries.</param>
    /// <returns>The verdict, and the ledger as its entries amount to; null where the entries do not follow from each other.</returns>
    public static (Verdict Verdict, BudgetLedger? Ledger) Verify(LedgerExport export, string? fingerprint = null)
    {
        ArgumentNullException.ThrowIfNull(export);
        var faults = new List<VerificationFault>();
        var head = export.Head;
        var what = $"ledger {head.Party}/{head.Budget}";

        // 1. The signature of the head.
        if (!VerificationKey.TryCreate(export.PartyKey, out var key))
        {
            faults.Add(new("ledger.bad-key", $"{head.Party}: the export carries no P-256 key."));
        }
        else if (fingerprint is not null && key.Fingerprint != fingerprint)
        {
            faults.Add(new("ledger.other-key", $"{head.Party}: the export carries the key {key.Fingerprint[..16]}..., pinned is {fingerprint[..Math.Min(16, fingerprint.Length)]}..."));
        }
        else if (!SignedLedgerHead.FromParts(head.Party, head.Budget, head.Version, head.HeadHash, head.Signature).Try(out var signed, out var fault)
            || (fault = signed.Verify(key)) is not null)
        {
            faults.Add(new(fault.Code, $"{what}: {fault}"));
        }

        // 2. The chain, byte for byte.
        var bytes = export.Entries.Select(e => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(e.Json)).ToArray();
        var chain = LedgerChain.VerifyBytes(bytes);
        if (!chain.IsOk)
        {
            faults.Add(new("ledger.broken-chain", $"{what}: entry {chain.BadIndex + 1}: {chain.Reason}."));
            return (new Verdict(what, export.Entries.Count, faults, []), null);
        }

        // 3. The rules: every entry must have been allowed by those before it.
        var ledger = Replay(bytes, what, faults);

        // 4. Its end is what the party signed.
        if (ledger is { IsOpen: true } && (ledger.Head.Version != head.Version || ledger.Head.Hash != head.HeadHash || ledger.Head.Party != head.Party || ledger.Head.Budget != head.Budget))
        {
            faults.Add(new("ledger.other-head", $"{what}: the entries end at version {ledger.Head.Version} with {ledger.Head.Hash[..16]}..., signed is version {head.Version} with another hash or name."));
        }

        return (new Verdict(what, export.Entries.Count, faults, []), ledger);
    }

    /// <summary>Verifies a receipt: the party's signature, and, where the ledger is given, that it stands in it.</summary>
    /// <param name="receipt">As it came.</param>
    /// <param name="key">The party's key, from a pin.</param>
    /// <param name="export">The ledger's entries, or null to check the signature alone.</param>
    /// <returns>What is wrong, or null.</returns>
    public static VerificationFault? VerifyReceipt(ChargeReceiptBody receipt, VerificationKey key, LedgerExport? export = null)
    {
        ArgumentNullException.ThrowIfNull(receipt);
        if (!PartyId.TryCreate(receipt.Party, out var party))
        {
            return new VerificationFault("ledger.malformed", "The receipt names no party.");
        }

        var signed = new LedgerReceipt(
            party, receipt.Budget, receipt.ChargeId, receipt.Kind, receipt.Purpose, receipt.Status, receipt.Binding,
            receipt.EpsilonSoFar, receipt.EpsilonLeft, receipt.Version, receipt.HeadHash);
        if (signed.Verify(key, receipt.Signature) is { } fault)
        {
            return new VerificationFault(fault.Code, $"receipt {receipt.ChargeId}: {fault}");
        }

        if (export is null)
        {
            return null;
        }

        var entry = export.Entries.FirstOrDefault(e => e.Version == receipt.Version);
        return entry is not null && LedgerEntryCodec.TryDecode(Encoding.UTF8.GetBytes(entry.Json), out var decoded) && decoded.Hash == receipt.HeadHash
            ? null
            : new VerificationFault("ledger.foreign-receipt", $"receipt {receipt.ChargeId}: the ledger has no version {receipt.Version} with its hash.");
    }

    private static BudgetLedger? Replay(IReadOnlyList<ReadOnlyMemory<byte>> entries, string what, List<VerificationFault> faults)
    {
        try
        {
            return BudgetLedger.Replay(entries.Select(e => LedgerEntryCodec.TryDecode(e.Span, out var entry) ? entry : throw new InvalidDataException("not canonical")));
        }
        catch (InvalidDataException e)
        {
            faults.Add(new("ledger.against-rules", $"{what}: {e.Message}"));
            return null;
        }
    }
}
