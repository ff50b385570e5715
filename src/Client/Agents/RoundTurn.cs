using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Messages.Budgets;
using PrivacyGrains.Messages.Rounds;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.SecureAggregation;

namespace PrivacyGrains.Client.Agents;

/// <summary>One party's way through one round, from the plan to the settled charge.</summary>
/// <remarks>
/// Steps: (1) the plan and the roster; (2) the computation; (3) the record, then the reservation; (4) the party's words; (5) AdvertiseKeys, ShareKeys; (6) the
/// record, then the commitment, then the masked input; (7) CheckConsistency; (8) Unmask, after asking whether the charge stands; (9) the end, and the
/// settlement. The protocol's secrets live in this object's calls and nowhere else.
/// </remarks>
internal sealed class RoundTurn(AgentContext agent, RoundRecords records, string owner, int number)
{
    private const int Wait = 5000;
    private const int LongestReason = 280;

    private readonly List<string> _order = [.. RoundStep.All.Select(s => s.Phase)];
    private RoundAgreement _agreement = null!;
    private RoundRecord _record = null!;
    private ChargeDesk _desk = null!;

    /// <summary>Goes all the way, or as far as the round and the party's own checks let it.</summary>
    /// <exception cref="GatewayException">The gateway failed; what is on record is settled later.</exception>
    public async Task RunAsync(IReadOnlyDictionary<string, IRoundComputation> computations, CancellationToken cancel)
    {
        var round = await agent.Gateway.Rounds.GetAsync(owner, number, cancel: cancel);
        if (round.Phase != RoundStages.AdvertiseKeys || !round.WaitingFor.Contains(agent.Party))
        {
            return; // too late to join, or this party has left
        }

        // 1, 2.
        var (work, refusal) = await PrepareAsync(round.Plan, computations, cancel);
        if (work is null)
        {
            await RefuseAsync(round.Plan.Session, refusal!, cancel);
            return;
        }

        if (records.Has(round.Plan.Session))
        {
            return; // joined by an earlier run, whose keys are gone; the settlement says so to the coordinator
        }

        // 3 to 8.
        await TellAsync(AgentStep.Joining, cancel);
        _record = new RoundRecord(round.Plan.Session, owner, number, round.Plan.Budget, _agreement.Binding, work.Loss is not null, RoundRecord.Joined);
        _desk = new ChargeDesk(agent, _record.Budget, _record.Session, _record.Binding);
        records.Save(_record);
        if (await PlayAsync(work, cancel) is { } left)
        {
            await RefuseAsync(_record.Session, left, cancel);
        }

        // 9.
        await EndAsync(cancel);
    }

    private async Task<(PreparedRound? Work, AgentRefusal? Refusal)> PrepareAsync(
        RoundPlanBody plan, IReadOnlyDictionary<string, IRoundComputation> computations, CancellationToken cancel)
    {
        try
        {
            var book = await agent.ObserveAsync(cancel);
            (var agreement, var refusal) = RoundAgreement.Check(plan, owner, number, agent.Folder.Pins, book, agent.Policy);
            if (agreement is null)
            {
                return (null, refusal);
            }

            _agreement = agreement;
            var roster = await agent.Gateway.Rounds.InboxAsync(owner, number, RoundStep.Advertise, cancel);
            return !roster.AsSpan().SequenceEqual(agreement.Context.Roster.Encoded.Span)
                    ? (null, new AgentRefusal("agent.other-roster", "The round's roster is not the one that follows from its plan."))
                : !computations.TryGetValue(plan.OwnerKind, out var computation)
                    ? (null, new AgentRefusal("agent.unknown-kind", $"This agent takes no part in rounds of the kind {plan.OwnerKind}."))
                : await computation.PrepareAsync(plan, agent, cancel);
        }
        catch (GatewayException e) when (e.Status is 400 or 404 or 409 || (e.Status == 0 && e.Code.StartsWith("party.", StringComparison.Ordinal)))
        {
            return (null, new AgentRefusal(e.Code, e.Detail)); // a pin that no longer fits, a budget that is not open, weights that are not there
        }
    }

    /// <summary>The party's part of the protocol. Answers why the party itself breaks off; null where it did not, even where the round went on without it.</summary>
    private async Task<AgentRefusal?> PlayAsync(PreparedRound work, CancellationToken cancel)
    {
        if (work.Loss is not null)
        {
            if (await _desk.ReserveAsync(work, cancel) is { } refused)
            {
                return refused;
            }

            await TellAsync(AgentStep.Reserved, cancel);
        }

        var random = SystemRandomSource.Instance;
        var (input, cannot) = await Task.Run(() => work.Compute(random), cancel); // before anything is sent, so that no phase's deadline runs meanwhile
        if (input is null)
        {
            return cannot;
        }

        using var advertised = SecureAggregationClient.Advertise(_agreement.Context, PartyId.Create(agent.Party), agent.Key);
        if (await SendAsync(RoundStep.Advertise, advertised, AgentStep.Advertised, RoundStep.Share, cancel) is not { } keys)
        {
            return null;
        }

        if (!advertised.ShareKeys(keys, random).Try(out var shared, out var fault))
        {
            return Refusal(fault);
        }

        using var own = shared;
        if (await SendAsync(RoundStep.Share, shared, AgentStep.Shared, RoundStep.Upload, cancel) is not { } delivery)
        {
            return null;
        }

        if (!shared.Mask(delivery, input).Try(out var masked, out fault))
        {
            return Refusal(fault);
        }

        using var ours = masked;
        Array.Clear(input);
        await TellAsync(AgentStep.Uploading, cancel);
        records.Save(_record = _record with { Status = RoundRecord.Paying });
        ChargeReceiptBody? receipt = null;
        if (work.Loss is not null)
        {
            (receipt, var unpaid) = await _desk.CommitAsync(cancel);
            if (unpaid is not null)
            {
                return unpaid;
            }

            await TellAsync(AgentStep.Committed, cancel);
        }

        if (await SendAsync(RoundStep.Upload, MaskedUpload.Write(receipt, masked.Message.Span), AgentStep.Uploaded, RoundStep.Consistency, cancel) is not { } survivors)
        {
            return null;
        }

        if (!masked.ConfirmSurvivors(survivors).Try(out var confirmed, out fault))
        {
            return Refusal(fault);
        }

        using var signed = confirmed;
        if (await SendAsync(RoundStep.Consistency, confirmed, AgentStep.Confirmed, RoundStep.Unmask, cancel) is not { } confirmations)
        {
            return null;
        }

        if (work.Loss is not null && await _desk.CheckAsync(cancel) is { } gone)
        {
            return gone;
        }

        if (!confirmed.Unmask(confirmations).Try(out var unmasked, out fault))
        {
            return Refusal(fault);
        }

        using (unmasked)
        {
            await SendAsync(RoundStep.Unmask, unmasked.Message, AgentStep.Unmasked, null, cancel);
        }

        return null;
    }

    private Task<byte[]?> SendAsync(RoundStep step, ClientPhase phase, AgentStep done, RoundStep next, CancellationToken cancel) =>
        SendAsync(step, phase.Message, done, next, cancel);

    /// <summary>Sends a message, waits for the next phase, and takes what is handed out there; null where the round has left this party behind, or has ended.</summary>
    private async Task<byte[]?> SendAsync(RoundStep step, ReadOnlyMemory<byte> body, AgentStep done, RoundStep? next, CancellationToken cancel)
    {
        try
        {
            await agent.Gateway.Rounds.SubmitAsync(owner, number, step, body, cancel);
            await TellAsync(done, cancel);
            if (next is null)
            {
                return null;
            }

            var round = await UntilAsync(r => _order.IndexOf(r.Phase) >= _order.IndexOf(next.Phase) || HasLeft(r), cancel);
            return round.Phase == next.Phase && !HasLeft(round) ? await agent.Gateway.Rounds.InboxAsync(owner, number, next, cancel) : null;
        }
        catch (GatewayException e) when (e.Code is "round.wrong-phase" or "round.dropped")
        {
            return null;
        }
    }

    private bool HasLeft(RoundBody round) => round.HasEnded || round.Dropped.Any(d => d.Party == agent.Party);

    private async Task<RoundBody> UntilAsync(Func<RoundBody, bool> isSo, CancellationToken cancel)
    {
        var round = await agent.Gateway.Rounds.GetAsync(owner, number, cancel: cancel);
        while (!isSo(round))
        {
            round = await agent.Gateway.Rounds.GetAsync(owner, number, round.Version, Wait, cancel);
        }

        return round;
    }

    /// <summary>Waits for the round's end where that decides about the charge or the party is in it still; then settles.</summary>
    private async Task EndAsync(CancellationToken cancel)
    {
        var round = await UntilAsync(r => HasLeft(r) && (r.HasEnded || _record.Status == RoundRecord.Joined), cancel);
        var (step, detail) = round switch
        {
            { Phase: RoundStages.Completed } when round.Survivors.Contains(agent.Party) => (AgentStep.Completed, $"{round.Survivors.Count} parties in the sum"),
            { Phase: RoundStages.Aborted } => (AgentStep.Aborted, $"{round.AbortCode}: {round.AbortReason}"),
            _ => (AgentStep.Dropped, round.Dropped.FirstOrDefault(d => d.Party == agent.Party) is { } d ? $"in {d.Phase}: {d.Reason}" : ""),
        };
        await TellAsync(step, cancel, detail);
        await RoundSettlement.SettleAsync(agent, records, _record, cancel);
    }

    private async Task RefuseAsync(string session, AgentRefusal refusal, CancellationToken cancel)
    {
        await agent.TellAsync(AgentStep.Refused, owner, number, session, $"{refusal.Code}: {refusal.Private ?? refusal.Message}", cancel);
        var reason = string.Concat(refusal.ToString().Select(c => char.IsControl(c) ? ' ' : c));
        try
        {
            await agent.Gateway.Rounds.WithdrawAsync(owner, number, reason.Length <= LongestReason ? reason : reason[..LongestReason], cancel);
        }
        catch (GatewayException e) when (e.Code.StartsWith("round.", StringComparison.Ordinal))
        {
            // It does not count this party any more.
        }
    }

    private static AgentRefusal Refusal(ProtocolFault fault) => new(fault.Code, fault.ToString()[(fault.Code.Length + 2)..]);

    private Task TellAsync(AgentStep step, CancellationToken cancel, string detail = "") =>
        agent.TellAsync(step, owner, number, _agreement.Plan.Session, detail, cancel);
}
