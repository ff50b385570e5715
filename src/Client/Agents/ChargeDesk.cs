using PrivacyGrains.Client.Errors;
using PrivacyGrains.Messages.Budgets;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Transparency;

namespace PrivacyGrains.Client.Agents;

/// <summary>One charge in the party's own ledger. An answer counts only with the party's own signature, for this charge and what it is bound to.</summary>
/// <param name="agent">Whose ledger.</param>
/// <param name="budget">Which budget.</param>
/// <param name="chargeId">Which charge: the round's session.</param>
/// <param name="binding">What it pays for.</param>
internal sealed class ChargeDesk(AgentContext agent, string budget, string chargeId, string binding)
{
    /// <summary>Of a charge that is held.</summary>
    public const string Reserved = "reserved";

    /// <summary>Of a charge that stands.</summary>
    public const string Committed = "committed";

    /// <summary>Holds the loss.</summary>
    /// <returns>Null, or why not: <c>ledger.over-budget</c> and the like, or <c>agent.charge-used</c> where a charge of this session is settled already.</returns>
    public async Task<AgentRefusal?> ReserveAsync(PreparedRound work, CancellationToken cancel) => (await AskAsync(
        () => agent.Gateway.Budgets.ReserveAsync(agent.Party, budget, new ReserveChargeRequest(chargeId, "charge", work.Purpose, work.Recipient, binding, work.Loss, Blocks: work.Blocks?.Names), cancel),
        Reserved)).Refusal;

    /// <summary>Spends the loss.</summary>
    /// <returns>The receipt that goes with the masked input, or why there is none.</returns>
    public Task<(ChargeReceiptBody? Receipt, AgentRefusal? Refusal)> CommitAsync(CancellationToken cancel) =>
        AskAsync(() => agent.Gateway.Budgets.CommitAsync(agent.Party, budget, chargeId, cancel), Committed);

    /// <summary>Asks anew whether the charge stands: before anything is unmasked.</summary>
    /// <returns>Null where it pays for this release.</returns>
    public async Task<AgentRefusal?> CheckAsync(CancellationToken cancel) =>
        (await AskAsync(() => agent.Gateway.Budgets.FindAsync(agent.Party, budget, chargeId, cancel), Committed)).Refusal;

    /// <summary>The charge's status as its ledger states it; null where there is none.</summary>
    /// <exception cref="GatewayException"><c>agent.wrong-receipt</c>: the answer does not carry the party's signature. Or the gateway failed.</exception>
    public async Task<string?> StatusAsync(CancellationToken cancel)
    {
        try
        {
            var receipt = await agent.Gateway.Budgets.FindAsync(agent.Party, budget, chargeId, cancel);
            return Forged(receipt) is { } refusal ? throw new GatewayException(refusal.Code, 0, refusal.Message) : receipt.Status;
        }
        catch (GatewayException e) when (e.Code is "ledger.unknown-charge" or "ledger.not-open")
        {
            return null;
        }
    }

    /// <summary>Gives the loss back.</summary>
    public Task RefundAsync(string reason, CancellationToken cancel) => agent.Gateway.Budgets.RefundAsync(agent.Party, budget, chargeId, reason, cancel);

    /// <summary>Notes that what was spent gave nothing.</summary>
    public Task MarkAbortedAsync(string reason, CancellationToken cancel) => agent.Gateway.Budgets.AbortAsync(agent.Party, budget, chargeId, reason, cancel);

    private async Task<(ChargeReceiptBody? Receipt, AgentRefusal? Refusal)> AskAsync(Func<Task<ChargeReceiptBody>> ask, string expected)
    {
        try
        {
            var receipt = await ask();
            return Forged(receipt) is { } forged ? (null, forged)
                : receipt.Status != expected || receipt.Binding != binding || receipt.Kind != "charge"
                    ? (null, new AgentRefusal("agent.charge-used", $"The charge {chargeId} is {receipt.Status}, or pays for something else. A rerun is another session."))
                : (receipt, null);
        }
        catch (GatewayException e) when (e.Code.StartsWith("ledger.", StringComparison.Ordinal))
        {
            return (null, new AgentRefusal(e.Code, e.Detail));
        }
    }

    private AgentRefusal? Forged(ChargeReceiptBody receipt)
    {
        var paper = new LedgerReceipt(
            PartyId.Create(agent.Party), budget, chargeId, receipt.Kind, receipt.Purpose, receipt.Status, receipt.Binding, receipt.EpsilonSoFar, receipt.EpsilonLeft,
            receipt.Version, receipt.HeadHash);
        return receipt.Party == agent.Party && receipt.Budget == budget && receipt.ChargeId == chargeId && paper.Verify(agent.Key.PublicKey, receipt.Signature) is null
            ? null
            : new AgentRefusal("agent.wrong-receipt", $"The answer about the charge {chargeId} does not carry the party's own signature. Ask the operator of the party's silo.");
    }
}
