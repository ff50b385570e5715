namespace PrivacyGrains.Privacy.Ledger;

/// <content>Exact outputs: a policy and a quota instead of an epsilon.</content>
public sealed partial class BudgetLedger
{
    /// <summary>Holds exact outputs against their quota.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="now">The ledger's clock.</param>
    /// <returns>Accepted; already done; refused where no policy allows it or the quota would be exceeded, with what is left.</returns>
    public LedgerDecision ReserveDisclosure(DisclosureRequest request, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (Malformed(request.Fault()) is { } refusal)
        {
            return refusal;
        }

        if (_disclosures.TryGetValue(request.DisclosureId, out var known) && known.Request == request)
        {
            return new LedgerDecision(LedgerOutcome.AlreadyDone(known.Status), null);
        }

        if (known is not null || _charges.ContainsKey(request.DisclosureId))
        {
            return Reused(request.DisclosureId);
        }

        if (QuotaFor(request.Purpose, request.Recipient) is not { } quota)
        {
            return LedgerDecision.Refused(LedgerCodes.NoDisclosurePolicy, $"No policy of {Definition.Party} allows a {request.Purpose} to be disclosed to {request.Recipient}.");
        }

        var left = quota.Maximum - QuotaUsed(quota.Purpose, quota.Recipient);
        if (request.Count > left)
        {
            return LedgerDecision.Refused(
                LedgerCodes.OverQuota,
                $"Over quota: {request.Count} of kind {request.Purpose} are asked for {request.Recipient}, and {left} of {quota.Maximum} are left.",
                remaining: new LedgerRemaining(request.Count, left, quota.Maximum, 0, LevelKey.DataSet));
        }

        return Accept(LedgerStatus.Reserved, new DisclosureReserved
        {
            Party = Definition.Party,
            Budget = Definition.Budget,
            Version = Version + 1,
            AtUnixMs = now.ToUnixTimeMilliseconds(),
            PreviousHash = _hashes[^1],
            DisclosureId = request.DisclosureId,
            Purpose = request.Purpose,
            Recipient = request.Recipient,
            ReleaseBinding = request.ReleaseBinding,
            Count = request.Count,
        });
    }

    /// <summary>Counts held outputs for good: to be durable before the first message that could enable opening.</summary>
    /// <param name="disclosureId">Names the disclosure.</param>
    /// <param name="now">The ledger's clock.</param>
    /// <returns>Accepted; already done; refused where it is unknown or was refunded.</returns>
    public LedgerDecision CommitDisclosure(string disclosureId, DateTimeOffset now) => FindDisclosure(disclosureId, out var known) ?? known!.Status switch
    {
        LedgerStatus.Reserved => Accept(LedgerStatus.Committed, new DisclosureCommitted
        {
            Party = Definition.Party,
            Budget = Definition.Budget,
            Version = Version + 1,
            AtUnixMs = now.ToUnixTimeMilliseconds(),
            PreviousHash = _hashes[^1],
            DisclosureId = disclosureId,
        }),
        LedgerStatus.Refunded => Refunded(disclosureId),
        var status => new LedgerDecision(LedgerOutcome.AlreadyDone(status), null),
    };

    /// <summary>Gives held outputs back. The caller vouches that nothing could have been opened.</summary>
    /// <param name="disclosureId">Names the disclosure.</param>
    /// <param name="reason">Why; public.</param>
    /// <param name="now">The ledger's clock.</param>
    /// <returns>Accepted; already done; refused where it is unknown or was committed.</returns>
    public LedgerDecision RefundDisclosure(string disclosureId, string reason, DateTimeOffset now) => FindDisclosure(disclosureId, out var known) ?? known!.Status switch
    {
        LedgerStatus.Reserved => Accept(LedgerStatus.Refunded, new DisclosureRefunded
        {
            Party = Definition.Party,
            Budget = Definition.Budget,
            Version = Version + 1,
            AtUnixMs = now.ToUnixTimeMilliseconds(),
            PreviousHash = _hashes[^1],
            DisclosureId = disclosureId,
            Reason = Kept(reason),
        }),
        LedgerStatus.Refunded => new LedgerDecision(LedgerOutcome.AlreadyDone(LedgerStatus.Refunded), null),
        var status => Spent(disclosureId, status),
    };

    /// <summary>Notes that a committed disclosure's session ended without it. The count stands.</summary>
    /// <param name="disclosureId">Names the disclosure.</param>
    /// <param name="reason">Why; public.</param>
    /// <param name="now">The ledger's clock.</param>
    /// <returns>Accepted; already done; refused where it is unknown, only reserved, or was refunded.</returns>
    public LedgerDecision MarkDisclosureAborted(string disclosureId, string reason, DateTimeOffset now) => FindDisclosure(disclosureId, out var known) ?? known!.Status switch
    {
        LedgerStatus.Committed => Accept(LedgerStatus.AbortedCommitted, new DisclosureAborted
        {
            Party = Definition.Party,
            Budget = Definition.Budget,
            Version = Version + 1,
            AtUnixMs = now.ToUnixTimeMilliseconds(),
            PreviousHash = _hashes[^1],
            DisclosureId = disclosureId,
            Reason = Kept(reason),
        }),
        LedgerStatus.AbortedCommitted => new LedgerDecision(LedgerOutcome.AlreadyDone(LedgerStatus.AbortedCommitted), null),
        LedgerStatus.Refunded => Refunded(disclosureId),
        _ => LedgerDecision.Refused(LedgerCodes.NotCommitted, $"{disclosureId} is only reserved: refund it.", known.Status),
    };

    /// <summary>The recipient's own quota, or else the one that all others share.</summary>
    private DisclosureQuota? QuotaFor(string purpose, string recipient) =>
        Definition.Quotas.FirstOrDefault(q => q.Purpose == purpose && q.Recipient == recipient)
        ?? Definition.Quotas.FirstOrDefault(q => q.Purpose == purpose && q.Recipient == DisclosureQuota.AnyRecipient);

    private LedgerDecision? FindDisclosure(string disclosureId, out DisclosureView? disclosure)
    {
        ArgumentNullException.ThrowIfNull(disclosureId);
        return _disclosures.TryGetValue(disclosureId, out disclosure) ? null
            : Malformed(null) ?? LedgerDecision.Refused(LedgerCodes.UnknownCharge, $"No disclosure is called {disclosureId}.");
    }
}
