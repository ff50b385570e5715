using PrivacyGrains.Privacy.Accounting;

namespace PrivacyGrains.Privacy.Ledger;

/// <content>The decisions: each answers, and changes nothing.</content>
public sealed partial class BudgetLedger
{
    /// <summary>Opens the ledger.</summary>
    /// <param name="definition">What it guards.</param>
    /// <param name="now">The ledger's clock.</param>
    /// <returns>Accepted; already done where it was opened so; refused (<see cref="LedgerCodes.OpenedOtherwise"/>, <see cref="LedgerCodes.BadRequest"/>).</returns>
    public LedgerDecision Open(BudgetDefinition definition, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(definition);
        if (definition.Fault() is { } fault)
        {
            return LedgerDecision.Refused(LedgerCodes.BadRequest, $"The budget is malformed: {fault}.");
        }

        if (_definition is not null)
        {
            return _definition.Equals(definition)
                ? new LedgerDecision(LedgerOutcome.AlreadyDone(null), null)
                : LedgerDecision.Refused(LedgerCodes.OpenedOtherwise, $"Budget {_definition.Budget} was opened with another definition, which stands.");
        }

        var opened = new LedgerOpened
        {
            Party = definition.Party,
            Budget = definition.Budget,
            Version = 1,
            AtUnixMs = now.ToUnixTimeMilliseconds(),
            PreviousHash = LedgerHead.GenesisHash,
            Epsilon = definition.Limit.Epsilon.Value,
            Delta = definition.Limit.Delta.Value,
            MechanismDeltaUnits = definition.Limit.MechanismDeltaUnits,
            Grid = RenyiOrders.GridVersion,
            Order = definition.Limit.Order,
            LimitUnits = definition.Limit.LimitUnits,
            Relation = RelationNames.Of(definition.Neighbours.Relation),
            Unit = definition.Neighbours.Unit.Name,
            Quotas = [.. definition.Quotas.Select(q => new StoredQuota(q.Purpose, q.Recipient, q.Maximum))],
        };
        return Accept(null, definition.Levels.IsEmpty ? opened : LedgerOpenedInLevels.Of(opened, definition.Levels));
    }

    /// <summary>Holds a charge's loss.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="now">The ledger's clock.</param>
    /// <returns>Accepted; already done; refused with what is left where the sum at the preset order, or of the deltas, would exceed its limit.</returns>
    public LedgerDecision Reserve(ChargeRequest request, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (Malformed(request.Fault()) is { } refusal)
        {
            return refusal;
        }

        if (_charges.TryGetValue(request.ChargeId, out var known) && known.Request == request)
        {
            return new LedgerDecision(LedgerOutcome.AlreadyDone(known.Status), null);
        }

        if (known is not null || _disclosures.ContainsKey(request.ChargeId))
        {
            return Reused(request.ChargeId);
        }

        if (request.Neighbours != Definition.Neighbours)
        {
            return LedgerDecision.Refused(
                LedgerCodes.OtherNeighbours, $"The budget guards neighbours that {Definition.Neighbours}; the charge is about those that {request.Neighbours}.");
        }

        if (Malformed(request.FaultUnder(Definition.Period)) is { } unfit)
        {
            return unfit;
        }

        if (FirstFull(request) is { } full)
        {
            return full;
        }

        var reserved = new ChargeReserved
        {
            Party = Definition.Party,
            Budget = Definition.Budget,
            Version = Version + 1,
            AtUnixMs = now.ToUnixTimeMilliseconds(),
            PreviousHash = _hashes[^1],
            ChargeId = request.ChargeId,
            Purpose = request.Purpose,
            Analyst = request.Analyst,
            ReleaseBinding = request.ReleaseBinding,
            LossUnits = request.Loss.Units,
            DeltaUnits = request.Loss.DeltaUnits,
        };
        return Accept(LedgerStatus.Reserved, request.Blocks.IsEmpty && request.Plan is null ? reserved : ChargeReservedInBlocks.Of(reserved, request.Blocks, request.Plan));
    }

    /// <summary>Spends a held charge: to be durable before the first message that could enable opening.</summary>
    /// <param name="chargeId">Names the charge.</param>
    /// <param name="now">The ledger's clock.</param>
    /// <returns>Accepted; already done; refused where the charge is unknown or was refunded.</returns>
    public LedgerDecision Commit(string chargeId, DateTimeOffset now) => Find(chargeId, out var charge) ?? charge!.Status switch
    {
        LedgerStatus.Reserved => Accept(LedgerStatus.Committed, new ChargeCommitted
        {
            Party = Definition.Party,
            Budget = Definition.Budget,
            Version = Version + 1,
            AtUnixMs = now.ToUnixTimeMilliseconds(),
            PreviousHash = _hashes[^1],
            ChargeId = chargeId,
        }),
        LedgerStatus.Refunded => Refunded(chargeId),
        var status => new LedgerDecision(LedgerOutcome.AlreadyDone(status), null),
    };

    /// <summary>Gives a held charge back. The caller vouches that nothing could have been opened under it.</summary>
    /// <param name="chargeId">Names the charge.</param>
    /// <param name="reason">Why; public, at most 500 characters are kept.</param>
    /// <param name="now">The ledger's clock.</param>
    /// <returns>Accepted; already done; refused where the charge is unknown or was committed.</returns>
    public LedgerDecision Refund(string chargeId, string reason, DateTimeOffset now) => Find(chargeId, out var charge) ?? charge!.Status switch
    {
        LedgerStatus.Reserved => Accept(LedgerStatus.Refunded, new ChargeRefunded
        {
            Party = Definition.Party,
            Budget = Definition.Budget,
            Version = Version + 1,
            AtUnixMs = now.ToUnixTimeMilliseconds(),
            PreviousHash = _hashes[^1],
            ChargeId = chargeId,
            Reason = Kept(reason),
        }),
        LedgerStatus.Refunded => new LedgerDecision(LedgerOutcome.AlreadyDone(LedgerStatus.Refunded), null),
        var status => Spent(chargeId, status),
    };

    /// <summary>Notes that a committed charge's session ended without its release. The loss stands.</summary>
    /// <param name="chargeId">Names the charge.</param>
    /// <param name="reason">Why; public, at most 500 characters are kept.</param>
    /// <param name="now">The ledger's clock.</param>
    /// <returns>Accepted; already done; refused where the charge is unknown, only reserved, or was refunded.</returns>
    public LedgerDecision MarkAborted(string chargeId, string reason, DateTimeOffset now) => Find(chargeId, out var charge) ?? charge!.Status switch
    {
        LedgerStatus.Committed => Accept(LedgerStatus.AbortedCommitted, new ChargeAborted
        {
            Party = Definition.Party,
            Budget = Definition.Budget,
            Version = Version + 1,
            AtUnixMs = now.ToUnixTimeMilliseconds(),
            PreviousHash = _hashes[^1],
            ChargeId = chargeId,
            Reason = Kept(reason),
        }),
        LedgerStatus.AbortedCommitted => new LedgerDecision(LedgerOutcome.AlreadyDone(LedgerStatus.AbortedCommitted), null),
        LedgerStatus.Refunded => Refunded(chargeId),
        _ => LedgerDecision.Refused(LedgerCodes.NotCommitted, $"{chargeId} is only reserved: refund it.", charge.Status),
    };

    private static LedgerDecision Accept(LedgerStatus? status, LedgerEntry entry) => new(LedgerOutcome.Accepted(status), LedgerChain.Seal(entry));

    private static LedgerDecision Reused(string id) =>
        LedgerDecision.Refused(LedgerCodes.ChargeIdReused, $"{id} was used for a request of other content; a new request needs a new id.");

    private static LedgerDecision Refunded(string id) =>
        LedgerDecision.Refused(LedgerCodes.AlreadyRefunded, $"{id} was refunded; a rerun is charged under a new id.", LedgerStatus.Refunded);

    private static LedgerDecision Spent(string id, LedgerStatus status) =>
        LedgerDecision.Refused(LedgerCodes.AlreadyCommitted, $"{id} is {status.ToName()}; what is spent is not given back.", status);

    private static string Kept(string reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        return reason.Length <= 500 ? reason : reason[..500];
    }

    private LedgerDecision? Malformed(string? fault) =>
        _definition is null ? LedgerDecision.Refused(LedgerCodes.NotOpen, "The ledger has not been opened.")
        : fault is null ? null : LedgerDecision.Refused(LedgerCodes.BadRequest, $"The request is malformed: {fault}.");

    private LedgerDecision? Find(string chargeId, out ChargeView? charge)
    {
        ArgumentNullException.ThrowIfNull(chargeId);
        return _charges.TryGetValue(chargeId, out charge) ? null
            : Malformed(null) ?? LedgerDecision.Refused(LedgerCodes.UnknownCharge, $"No charge is called {chargeId}.");
    }
}
