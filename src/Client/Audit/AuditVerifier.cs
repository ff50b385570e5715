using System.Text;
using PrivacyGrains.Messages.Audit;
using PrivacyGrains.Privacy.Ledger;
using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Transparency;

namespace PrivacyGrains.Client.Audit;

/// <summary>Verifies an exported audit log, and budget ledgers against it, without a connection to anything.</summary>
/// <remarks>
/// A good verdict says that the coordinator signed exactly this log, that no source's event is missing within it, and that every ledger shown is the one that the
/// log saw. It cannot show that the coordinator shows everybody the same log (members compare heads), nor that what never entered a ledger did not happen.
/// </remarks>
public static class AuditVerifier
{
    /// <summary>Verifies an export.</summary>
    /// <param name="export">Head, key, entries and ledgers as they came.</param>
    /// <param name="coordinatorFingerprint">The coordinator's pinned fingerprint; null to take the key that the export carries, which proves less.</param>
    /// <param name="members">Pinned fingerprints of members, by party; where one is missing, the one that the log says the party joined with.</param>
    /// <returns>One verdict for the log, then one for each ledger.</returns>
    public static IReadOnlyList<Verdict> Verify(AuditExport export, string? coordinatorFingerprint = null, IReadOnlyDictionary<string, string>? members = null)
    {
        ArgumentNullException.ThrowIfNull(export);
        var (log, leaves) = VerifyLog(export, coordinatorFingerprint);
        var joined = leaves.Where(l => l.Kind == "member.joined").GroupBy(l => l.Subject, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Last().Digest, StringComparer.Ordinal);
        return [log, .. export.Ledgers.Select(l => VerifyLedger(l, leaves, members?.GetValueOrDefault(l.Head.Party) ?? joined.GetValueOrDefault(l.Head.Party)))];
    }

    private static (Verdict Verdict, IReadOnlyList<AuditLeaf> Leaves) VerifyLog(AuditExport export, string? fingerprint)
    {
        var (faults, notes, leaves) = (new List<VerificationFault>(), new List<string>(), new List<AuditLeaf>());
        var head = export.Head;

        // 1. The head's signature, by the pinned key where there is one.
        if (fingerprint is null)
        {
            notes.Add("The coordinator's key was not pinned: the log is what the holder of the key in the export signed.");
        }

        if (!VerificationKey.TryCreate(export.CoordinatorKey, out var key))
        {
            faults.Add(new("audit.bad-key", "The export carries no P-256 key."));
        }
        else if (fingerprint is not null && key.Fingerprint != fingerprint)
        {
            faults.Add(new("audit.other-key", $"The export carries the key {key.Fingerprint[..16]}..., pinned is {fingerprint[..Math.Min(16, fingerprint.Length)]}..."));
        }
        else if (!SignedTreeHead.FromParts(head.Log, head.Size, head.RootHash, head.At.ToUnixTimeMilliseconds(), head.Signature).Try(out var signed, out var fault)
            || (fault = signed.Verify(key)) is not null)
        {
            faults.Add(new(fault.Code, fault.ToString()));
        }

        // 2. The tree over exactly these leaves has the signed root.
        var tree = new MerkleTree();
        var sequences = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var entry in export.Entries)
        {
            tree.Append(Encoding.UTF8.GetBytes(entry.Json));
            if (AuditLeaf.Read(entry.Json) is not { } leaf || leaf.Index != entry.Index || leaf.Index != leaves.Count)
            {
                faults.Add(new("audit.bad-entry", $"entry {leaves.Count}: it is no event in this place."));
                break;
            }

            // 3. No source's event is missing or doubled.
            var before = sequences.GetValueOrDefault(leaf.Source);
            if (leaf.Sequence != before + 1)
            {
                faults.Add(new("audit.gap", $"entry {leaf.Index}: event {leaf.Sequence} of {leaf.Source} follows event {before}."));
            }

            sequences[leaf.Source] = leaf.Sequence;
            leaves.Add(leaf);
        }

        if (tree.Count != head.Size || Convert.ToHexStringLower(tree.Root()) != head.RootHash)
        {
            faults.Add(new("audit.wrong-root", $"{tree.Count} entries have another root than the signed one over {head.Size}: an entry was changed, removed, added or moved."));
        }

        return (new Verdict($"audit log {head.Log}", export.Entries.Count, faults, notes), leaves);
    }

    private static Verdict VerifyLedger(LedgerExport export, IReadOnlyList<AuditLeaf> leaves, string? fingerprint)
    {
        var (verdict, ledger) = LedgerVerifier.Verify(export, fingerprint);
        if (ledger is null)
        {
            return verdict;
        }

        var (faults, notes) = (verdict.Faults.ToList(), verdict.Notes.ToList());
        if (fingerprint is null)
        {
            notes.Add($"The log does not say with which key {export.Head.Party} joined.");
        }

        // 4. What the log saw of this ledger is what stands in it.
        var seen = leaves.Where(l => l.Source == $"{export.Head.Party}/ledger/{export.Head.Budget}").ToDictionary(l => l.Sequence, l => l.Digest);
        var missing = 0;
        foreach (var entry in export.Entries)
        {
            var hash = LedgerEntryCodec.TryDecode(Encoding.UTF8.GetBytes(entry.Json), out var decoded) ? decoded.Hash : null;
            if (!seen.TryGetValue(entry.Version, out var digest))
            {
                missing++;
            }
            else if (digest != hash)
            {
                faults.Add(new("ledger.not-as-logged", $"{verdict.What}: version {entry.Version} is another entry than the one that the audit log saw."));
            }
        }

        if (seen.Keys.Any(v => v > export.Entries.Count))
        {
            faults.Add(new("ledger.rolled-back", $"{verdict.What}: the audit log saw version {seen.Keys.Max()}, the export ends at {export.Entries.Count}."));
        }

        if (missing > 0)
        {
            notes.Add($"{missing} entries are newer than the exported log.");
        }

        return verdict with { Faults = faults, Notes = notes };
    }
}
