using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PrivacyGrains.Client.Budgets;
using PrivacyGrains.Messages.Budgets;
using PrivacyGrains.Messages.Http;
using PrivacyGrains.Privacy.Ledger;
using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Transparency;

namespace PrivacyGrains.Client.Audit;

/// <summary>Verifies a statement without a connection: its ledger, what its witnesses have seen, and that every figure follows from the entries.</summary>
public static class StatementVerifier
{
    private const double TightTolerance = 1e-3; // the one figure that is computed in floating point, perhaps on another machine

    /// <summary>Verifies.</summary>
    /// <param name="statement">As it came.</param>
    /// <param name="pins">Fingerprints of members' keys by name; null to take the keys that the statement carries.</param>
    /// <returns>The verdict.</returns>
    public static Verdict Verify(StatementDocument statement, IReadOnlyDictionary<string, string>? pins = null)
    {
        ArgumentNullException.ThrowIfNull(statement);
        var what = $"statement of {statement.Party}/{statement.Budget}";

        // 1. The ledger by itself.
        var (verdict, ledger) = LedgerVerifier.Verify(statement.Ledger, pins?.GetValueOrDefault(statement.Party));
        var faults = new List<VerificationFault>(verdict.Faults);
        var notes = new List<string>();
        if (ledger is { IsOpen: true })
        {
            // 2. What others have seen must stand in it.
            faults.AddRange(statement.Witnesses.Select(w => Witness(w, statement, ledger, pins)).OfType<VerificationFault>());
            notes.Add(statement.Witnesses.Count == 0 ? "no other member has countersigned: nobody vouches that this is the only history" : $"seen by {string.Join(", ", statement.Witnesses.Select(w => $"{w.Witness} (version {w.Head.Version} of {ledger.Version})"))}");

            // 3. The figures are the entries' own.
            if (!SameFigures(statement, StatementBuilder.Build(statement.Ledger, ledger, statement.Witnesses, statement.At)))
            {
                faults.Add(new("statement.other-figures", $"{what}: its figures are not those that its ledger gives."));
            }
        }

        return new Verdict(what, statement.Ledger.Entries.Count, faults, notes);
    }

    private static VerificationFault? Witness(WitnessedHeadBody seen, StatementDocument statement, BudgetLedger ledger, IReadOnlyDictionary<string, string>? pins)
    {
        var (head, place) = (seen.Head, $"witness {seen.Witness}");
        if (!VerificationKey.TryCreate(seen.WitnessKey, out var key) || (pins?.GetValueOrDefault(seen.Witness) is { } pinned && pinned != key.Fingerprint))
        {
            return new("statement.other-witness-key", $"{place}: the key is not the one that is pinned, or no key.");
        }

        if (!VerificationKey.TryCreate(statement.Ledger.PartyKey, out var owner)
            || !SignedLedgerHead.FromParts(head.Party, head.Budget, head.Version, head.HeadHash, head.Signature).Try(out var signed, out var fault)
            || signed.Verify(owner) is not null || !signed.IsWitnessedBy(key, seen.Countersignature) || head.Party != statement.Party || head.Budget != statement.Budget)
        {
            return new("statement.wrong-countersignature", $"{place}: the head of version {head.Version} is not signed by {statement.Party} and countersigned by {seen.Witness}.");
        }

        return ledger.IsBehind(new LedgerHead(head.Party, head.Budget, head.Version, head.HeadHash))
            ? new("statement.behind-witness", $"{place} has seen version {head.Version} of another history: entries are missing here, or were rewritten.")
            : null;
    }

    private static bool SameFigures(StatementDocument statement, StatementDocument own)
    {
        var type = (JsonTypeInfo<StatementDocument>)MessagesJson.Tolerant.GetTypeInfo(typeof(StatementDocument));
        return statement.Charges.Count == own.Charges.Count
            && statement.Charges.Zip(own.Charges).All(pair => Near(pair.First.EpsilonTight, pair.Second.EpsilonTight))
            && JsonSerializer.Serialize(WithoutTight(statement), type) == JsonSerializer.Serialize(WithoutTight(own), type);
    }

    private static bool Near(double? left, double? right) => left is null == right is null && Math.Abs((left ?? 0) - (right ?? 0)) <= TightTolerance * Math.Max(1, right ?? 0);

    private static StatementDocument WithoutTight(StatementDocument statement) => statement with { Charges = [.. statement.Charges.Select(c => c with { EpsilonTight = null })] };
}
