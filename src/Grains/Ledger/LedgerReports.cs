using System.Collections.Immutable;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Ledger;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Transparency;

namespace PrivacyGrains.Grains.Ledger;

/// <summary>What callers, witnesses and the audit log are told about a ledger. Pure but for the signatures.</summary>
internal static class LedgerReports
{
    /// <summary>The signed state of a charge or disclosure that exists.</summary>
    public static ChargeReceipt Receipt(this LedgerBook book, string id, SigningKey key)
    {
        var (definition, mark) = (book.Ledger.Definition, book.Marks[id]);
        var (kind, purpose, status, binding) = book.Ledger.FindCharge(id) is { } charge
            ? ("charge", charge.Request.Purpose, charge.Status, charge.Request.ReleaseBinding)
            : book.Ledger.FindDisclosure(id) is { } disclosure
                ? ("disclosure", disclosure.Request.Purpose, disclosure.Status, disclosure.Request.ReleaseBinding)
                : throw new ArgumentException($"No charge or disclosure is called {id}.", nameof(id));
        var receipt = new LedgerReceipt(
            PartyId.Create(definition.Party), definition.Budget, id, kind, purpose, status.ToName(), binding, mark.EpsilonSoFar, mark.EpsilonLeft, mark.Version, mark.Hash);
        return new ChargeReceipt(
            definition.Party, definition.Budget, id, kind, purpose, receipt.Status, binding, mark.EpsilonSoFar, mark.EpsilonLeft, mark.Version, mark.Hash, receipt.Sign(key));
    }

    /// <summary>The signed head of an open ledger.</summary>
    public static LedgerHeadView SignedHead(this LedgerBook book, SigningKey key)
    {
        var head = book.Ledger.Head;
        var signed = SignedLedgerHead.Sign(key, PartyId.Create(head.Party), head.Budget, head.Version, Convert.FromHexString(head.Hash));
        return new LedgerHeadView(head.Party, head.Budget, head.Version, head.Hash, signed.Signature);
    }

    /// <summary>Where an open budget stands.</summary>
    /// <param name="book">The ledger.</param>
    /// <param name="tight">From a plan and a delta to its tight figure, or null.</param>
    public static StatementView Statement(this LedgerBook book, Func<string, Delta, double?> tight)
    {
        var (ledger, statement) = (book.Ledger, book.Ledger.ToStatement());
        var definition = statement.Definition;
        var terms = new BudgetTerms(
            definition.Limit.Epsilon.Value,
            definition.Limit.Delta.Value,
            RelationNames.Of(definition.Neighbours.Relation),
            definition.Neighbours.Unit.Name,
            definition.Quotas.ToImmutableDictionary(QuotaName, q => q.Maximum, StringComparer.Ordinal),
            [.. definition.Levels.Select(l => new LevelTerms(l.Analyst, l.Period?.ToName(), l.Limit.Epsilon.Value, l.Limit.Delta.Value))],
            (double)definition.Limit.MechanismDeltaUnits / LossUnits.One);
        var costs = statement.Charges.ToDictionary(c => c.ChargeId, StringComparer.Ordinal);
        var charges = ledger.Charges.Select(c => new ChargeLine(
            c.Request.ChargeId, "charge", c.Request.Purpose, c.Request.Analyst, c.Status.ToName(), costs[c.Request.ChargeId].Cost, 0, At(c.ReservedAtUnixMs),
            c.Request.Blocks, costs[c.Request.ChargeId].EpsilonAlone, c.Request.Plan is { } plan ? tight(plan, definition.Limit.Delta) : null));
        var disclosures = ledger.Disclosures.Select(d => new ChargeLine(
            d.Request.DisclosureId, "disclosure", d.Request.Purpose, d.Request.Recipient, d.Status.ToName(), 0, d.Request.Count, At(d.ReservedAtUnixMs), [], null, null));
        return new StatementView(
            definition.Party,
            definition.Budget,
            terms,
            statement.LossSoFar,
            statement.Lines.Where(l => l.Status == LedgerStatus.Reserved).Sum(l => l.Cost),
            statement.Left,
            definition.Quotas.ToImmutableDictionary(QuotaName, q => q.Maximum - ledger.QuotaUsed(q.Purpose, q.Recipient), StringComparer.Ordinal),
            [.. charges.Concat(disclosures).OrderBy(c => c.At).ThenBy(c => c.ChargeId, StringComparer.Ordinal)],
            ledger.Version,
            ledger.Head.Hash,
            [.. statement.Levels.Select(l => new LevelView(
                l.Level.ToString(), l.Level.Analyst, l.Level.Block, l.Limit.Epsilon.Value, l.Limit.Delta.Value, l.LossSoFar, l.Left))]);
    }

    /// <summary>What the audit log says about an entry. Its digest is the chain's hash, so the log, too, witnesses the ledger.</summary>
    public static AuditEvent Audit(long version, LedgerEntry entry)
    {
        var (kind, actor, detail) = entry switch
        {
            LedgerOpened e => ("budget.opened", e.Party, $"epsilon {e.Epsilon} at delta {e.Delta}, {e.Relation} {e.Unit}"),
            ChargeReserved e => ("charge.reserved", e.Analyst, $"{e.ChargeId}: {e.Purpose}"),
            ChargeCommitted e => ("charge.committed", e.Party, e.ChargeId),
            ChargeRefunded e => ("charge.refunded", e.Party, $"{e.ChargeId}: {e.Reason}"),
            ChargeAborted e => ("charge.aborted", e.Party, $"{e.ChargeId}: {e.Reason}"),
            DisclosureReserved e => ("disclosure.reserved", e.Recipient, $"{e.DisclosureId}: {e.Count} of {e.Purpose}"),
            DisclosureCommitted e => ("disclosure.committed", e.Party, e.DisclosureId),
            DisclosureRefunded e => ("disclosure.refunded", e.Party, $"{e.DisclosureId}: {e.Reason}"),
            DisclosureAborted e => ("disclosure.aborted", e.Party, $"{e.DisclosureId}: {e.Reason}"),
            _ => throw new ArgumentOutOfRangeException(nameof(entry), entry.GetType().Name, "No such entry."),
        };
        return new AuditEvent(version, kind, $"{entry.Party}/{entry.Budget}", actor, detail, entry.Hash!, At(entry.AtUnixMs));
    }

    private static string QuotaName(DisclosureQuota quota) =>
        quota.Recipient == DisclosureQuota.AnyRecipient ? quota.Purpose : $"{quota.Purpose}@{quota.Recipient}";

    private static DateTimeOffset At(long unixMs) => DateTimeOffset.FromUnixTimeMilliseconds(unixMs);
}
