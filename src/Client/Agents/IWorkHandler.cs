using PrivacyGrains.Messages.Work;

namespace PrivacyGrains.Client.Agents;

/// <summary>Does one kind of the work that a party's board asks for. An instance belongs to one agent.</summary>
public interface IWorkHandler
{
    /// <summary>As in <see cref="WorkItemBody.Kind"/>.</summary>
    string Kind { get; }

    /// <summary>Brings to an end what earlier runs, or broken-off ones of this run, left: once before any work, and again whenever the board was read.</summary>
    /// <param name="agent">Whose agent, and what it works with.</param>
    /// <param name="cancel">The agent is being stopped.</param>
    /// <returns>Whether all is settled; where not, because somebody else's end decides, the agent asks again soon.</returns>
    /// <exception cref="Errors.GatewayException">The gateway failed: the agent tries again later.</exception>
    Task<bool> SettleAsync(AgentContext agent, CancellationToken cancel);

    /// <summary>Does one item, once; it may still stand on the board afterwards. Items are done beside one another.</summary>
    /// <param name="item">The item.</param>
    /// <param name="agent">Whose agent, and what it works with.</param>
    /// <param name="cancel">The agent is being stopped: stop at once, as a crash would. <see cref="SettleAsync"/> mends it.</param>
    /// <exception cref="Errors.GatewayException">The gateway failed; the agent goes on with other items.</exception>
    Task HandleAsync(WorkItemBody item, AgentContext agent, CancellationToken cancel);
}
