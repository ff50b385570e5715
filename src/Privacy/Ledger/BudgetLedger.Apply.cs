using System.Collections.Immutable;
using PrivacyGrains.Privacy.Accounting;

namespace PrivacyGrains.Privacy.Ledger;

/// <content>How entries change the ledger.</content>
public sealed partial class BudgetLedger
{
    /// <summary>The ledger after one more entry, as decided here or read from the journal.</summary>
    /// <param name="entry">The next entry.</param>
    /// <returns>The ledger after it; this one is unchanged.</returns>
    /// <exception cref="InvalidDataException">The entry is not the next in the chain, or does not follow from those before it: the journal is damaged.</exception>
    public BudgetLedger Apply(LedgerEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var previous = _hashes.IsEmpty ? LedgerHead.GenesisHash : _hashes[^1];
        if (entry.Version != Version + 1 || entry.PreviousHash != previous || entry.Hash != LedgerChain.HashOf(entry)
            || (_definition is { } d && (entry.Party != d.Party || entry.Budget != d.Budget)))
        {
            throw Damaged(entry, $"is not the entry that follows version {Version}");
        }

        try
        {
            return Follow(entry, _hashes.Add(entry.Hash!));
        }
        catch (ArgumentException e)
        {
            throw Damaged(entry, $"holds a figure out of range: {e.Message}");
        }
    }

    private static InvalidDataException Damaged(LedgerEntry entry, string what) =>
        new($"Ledger {entry.Party}/{entry.Budget}: entry {entry.Version} ({entry.GetType().Name}) {what}.");

    private BudgetLedger Follow(LedgerEntry entry, ImmutableList<string> hashes) =>
        (entry, _definition) switch
        {
            (LedgerOpened opened, null) => new BudgetLedger(DefinitionOf(opened), _charges, _disclosures, _used, hashes, _spent, _levels),
            (_, null) or (LedgerOpened, _) => throw Damaged(entry, "is not an opening where one is due, or is a second one"),
            (ChargeReserved reserved, _) => ApplyReserved(reserved, hashes),
            (ChargeCommitted c, _) => ApplyCharge(c, c.ChargeId, LedgerStatus.Reserved, LedgerStatus.Committed, string.Empty, hashes),
            (ChargeRefunded r, _) => ApplyCharge(r, r.ChargeId, LedgerStatus.Reserved, LedgerStatus.Refunded, r.Reason, hashes),
            (ChargeAborted a, _) => ApplyCharge(a, a.ChargeId, LedgerStatus.Committed, LedgerStatus.AbortedCommitted, a.Reason, hashes),
            (DisclosureReserved reserved, _) => ApplyDisclosureReserved(reserved, hashes),
            (DisclosureCommitted c, _) => ApplyDisclosure(c, c.DisclosureId, LedgerStatus.Reserved, LedgerStatus.Committed, string.Empty, hashes),
            (DisclosureRefunded r, _) => ApplyDisclosure(r, r.DisclosureId, LedgerStatus.Reserved, LedgerStatus.Refunded, r.Reason, hashes),
            (DisclosureAborted a, _) => ApplyDisclosure(a, a.DisclosureId, LedgerStatus.Committed, LedgerStatus.AbortedCommitted, a.Reason, hashes),
            _ => throw Damaged(entry, "is of an unknown type"),
        };

    private static BudgetDefinition DefinitionOf(LedgerOpened opened)
    {
        if (opened.Grid != RenyiOrders.GridVersion || RenyiOrders.All.IndexOf(opened.Order) < 0 || !RelationNames.TryParse(opened.Relation, out var relation))
        {
            throw Damaged(opened, "was written over another grid of orders or an unknown relation");
        }

        return new BudgetDefinition(
            opened.Party,
            opened.Budget,
            BudgetLimit.FromStored(opened.Epsilon, opened.Delta, opened.MechanismDeltaUnits, opened.Order, opened.LimitUnits),
            new Neighbours(relation, PrivacyUnit.Create(opened.Unit)),
            [.. opened.Quotas.Select(q => new DisclosureQuota(q.Purpose, q.Recipient, q.Maximum))])
        {
            Levels = opened is LedgerOpenedInLevels { Levels: var levels } ? [.. levels.Select(l => LevelOf(opened, l))] : [],
        };
    }

    private static BudgetLevel LevelOf(LedgerOpened opened, StoredLevel stored)
    {
        var period = BlockLength.Day;
        if (RenyiOrders.All.IndexOf(stored.Order) < 0 || (stored.Period is { } name && !BlockLengths.TryParse(name, out period)))
        {
            throw Damaged(opened, "has a level over another grid of orders or an unknown period");
        }

        return new BudgetLevel(
            stored.Analyst, stored.Period is null ? null : period, BudgetLimit.FromStored(stored.Epsilon, stored.Delta, stored.MechanismDeltaUnits, stored.Order, stored.LimitUnits));
    }

    private BudgetLedger ApplyReserved(ChargeReserved entry, ImmutableList<string> hashes)
    {
        if (_charges.ContainsKey(entry.ChargeId) || _disclosures.ContainsKey(entry.ChargeId))
        {
            throw Damaged(entry, $"reserves {entry.ChargeId} a second time");
        }

        var loss = RenyiLoss.FromUnits(entry.LossUnits, entry.DeltaUnits);
        var more = entry as ChargeReservedInBlocks;
        var request = new ChargeRequest(entry.ChargeId, entry.Purpose, entry.Analyst, entry.ReleaseBinding, Definition.Neighbours, loss) { Blocks = more?.Blocks ?? [], Plan = more?.Plan };
        if (request.FaultUnder(Definition.Period) is not null)
        {
            throw Damaged(entry, "names other blocks than the budget has");
        }

        var view = new ChargeView(request, LedgerStatus.Reserved, entry.AtUnixMs, entry.AtUnixMs, string.Empty);
        return new BudgetLedger(_definition, _charges.Add(entry.ChargeId, view), _disclosures, _used, hashes, _spent.Plus(loss), SumLevels(request, 1));
    }

    private BudgetLedger ApplyCharge(
        LedgerEntry entry, string chargeId, LedgerStatus from, LedgerStatus to, string reason, ImmutableList<string> hashes)
    {
        if (!_charges.TryGetValue(chargeId, out var charge) || charge.Status != from)
        {
            throw Damaged(entry, $"changes {chargeId}, which is not {from.ToName()}");
        }

        var view = charge with { Status = to, ChangedAtUnixMs = entry.AtUnixMs, Reason = reason };
        var isBack = to == LedgerStatus.Refunded;
        return new BudgetLedger(
            _definition, _charges.SetItem(chargeId, view), _disclosures, _used, hashes,
            isBack ? _spent.Minus(charge.Request.Loss) : _spent, isBack ? SumLevels(charge.Request, -1) : _levels);
    }

    /// <summary>The filters below the data set's after a charge was added to, or taken from, each that it meets.</summary>
    private ImmutableDictionary<LevelKey, LevelSum> SumLevels(ChargeRequest request, int sign)
    {
        if (Definition.Levels.IsEmpty)
        {
            return _levels;
        }

        var levels = _levels.ToBuilder();
        foreach (var (key, limit) in Definition.Levels.Met(request.Analyst, request.Blocks))
        {
            levels[key] = (levels.TryGetValue(key, out var sum) ? sum : new LevelSum(limit, 0, 0)).Plus(request.Loss, sign);
        }

        return levels.ToImmutable();
    }

    private BudgetLedger ApplyDisclosureReserved(DisclosureReserved entry, ImmutableList<string> hashes)
    {
        if (_charges.ContainsKey(entry.DisclosureId) || _disclosures.ContainsKey(entry.DisclosureId))
        {
            throw Damaged(entry, $"reserves {entry.DisclosureId} a second time");
        }

        var request = new DisclosureRequest(entry.DisclosureId, entry.Purpose, entry.Recipient, entry.ReleaseBinding, entry.Count);
        var view = new DisclosureView(request, LedgerStatus.Reserved, entry.AtUnixMs, entry.AtUnixMs, string.Empty);
        var quota = QuotaFor(entry.Purpose, entry.Recipient) ?? throw Damaged(entry, "discloses what no policy allows");
        var used = _used.SetItem((quota.Purpose, quota.Recipient), QuotaUsed(quota.Purpose, quota.Recipient) + entry.Count);
        return new BudgetLedger(_definition, _charges, _disclosures.Add(entry.DisclosureId, view), used, hashes, _spent, _levels);
    }

    private BudgetLedger ApplyDisclosure(
        LedgerEntry entry, string disclosureId, LedgerStatus from, LedgerStatus to, string reason, ImmutableList<string> hashes)
    {
        if (!_disclosures.TryGetValue(disclosureId, out var disclosure) || disclosure.Status != from)
        {
            throw Damaged(entry, $"changes {disclosureId}, which is not {from.ToName()}");
        }

        var request = disclosure.Request;
        var view = disclosure with { Status = to, ChangedAtUnixMs = entry.AtUnixMs, Reason = reason };
        var quota = QuotaFor(request.Purpose, request.Recipient)!;
        var used = to == LedgerStatus.Refunded
            ? _used.SetItem((quota.Purpose, quota.Recipient), QuotaUsed(quota.Purpose, quota.Recipient) - request.Count)
            : _used;
        return new BudgetLedger(_definition, _charges, _disclosures.SetItem(disclosureId, view), used, hashes, _spent, _levels);
    }
}
