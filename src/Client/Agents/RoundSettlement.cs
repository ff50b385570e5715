using PrivacyGrains.Client.Errors;
using PrivacyGrains.Messages.Rounds;

namespace PrivacyGrains.Client.Agents;

/// <summary>Brings a round's charge to its end, from what the party has on record, what its ledger says and how the round ended.</summary>
/// <remarks>
/// A masked input leaves only after its charge is committed. So a charge that is only reserved paid for nothing, and is refunded. A committed one stands: what
/// the coordinator says that it did not receive, it may have received. It is marked where the round gave no sum with this party in it. Each step may be
/// repeated, so a crash between any two is mended by doing all again.
/// </remarks>
internal static class RoundSettlement
{
    /// <summary>The outcome where nothing was ever charged.</summary>
    public const string Nothing = "none";

    /// <summary>Does what can be done now; leaves the record unsettled where the round has not ended and its end decides.</summary>
    /// <returns>Whether the charge has found its end.</returns>
    /// <exception cref="GatewayException">The gateway failed; try again later.</exception>
    public static async Task<bool> SettleAsync(AgentContext agent, RoundRecords records, RoundRecord record, CancellationToken cancel)
    {
        var round = await FindAsync(agent, record, cancel);
        var desk = new ChargeDesk(agent, record.Budget, record.Session, record.Binding);
        var status = record.IsCharged ? await desk.StatusAsync(cancel) : null;
        if (round is { HasEnded: false })
        {
            // The keys are gone, or the party has refused: let the others go on without it.
            round = await agent.Gateway.Rounds.WithdrawAsync(record.Owner, record.Number, "agent.withdrew: the agent was stopped, or lost its connection", cancel);
        }

        switch (status)
        {
            case ChargeDesk.Reserved:
                await desk.RefundAsync("the masked input was not sent", cancel);
                return await EndAsync("refunded");
            case ChargeDesk.Committed when round is { HasEnded: false }:
                return false; // the round's end decides
            case ChargeDesk.Committed when round is { Phase: RoundStages.Completed } && round.Survivors.Contains(agent.Party):
                return await EndAsync(ChargeDesk.Committed);
            case ChargeDesk.Committed:
                await desk.MarkAbortedAsync(round?.AbortCode is { } code ? $"the round was aborted: {code}" : "the round ended without this party", cancel);
                return await EndAsync("aborted-committed");
            case null when record.IsCharged && round is { HasEnded: false }:
                return false; // a reservation may still be on its way
            default:
                return await EndAsync(status ?? Nothing);
        }

        async Task<bool> EndAsync(string outcome)
        {
            records.Save(record with { Status = RoundRecord.Settled, Outcome = outcome });
            await agent.TellAsync(AgentStep.Settled, record.Owner, record.Number, record.Session, outcome, cancel);
            return true;
        }
    }

    private static async Task<RoundBody?> FindAsync(AgentContext agent, RoundRecord record, CancellationToken cancel)
    {
        try
        {
            var round = await agent.Gateway.Rounds.GetAsync(record.Owner, record.Number, cancel: cancel);
            return round.Plan.Session == record.Session ? round : null;
        }
        catch (GatewayException e) when (e.Code == "round.unknown")
        {
            return null;
        }
    }
}
