using System.Collections.Concurrent;
using PrivacyGrains.Client.Parties;
using PrivacyGrains.Messages.Budgets;
using PrivacyGrains.Messages.Parties;
using PrivacyGrains.Protocols.Identity;

namespace PrivacyGrains.Client.Agents;

/// <summary>What an agent's handlers work with. Safe to use from several of them at once.</summary>
public sealed class AgentContext
{
    private readonly ConcurrentDictionary<string, BudgetTermsBody> _terms = new(StringComparer.Ordinal);
    private readonly Lock _book = new();
    private readonly IReadOnlyList<PartyData> _data;
    private readonly IAgentObserver? _observer;

    internal AgentContext(GatewayClient gateway, PartyFolder folder, SigningKey key, IReadOnlyList<PartyData> data, AgentPolicy policy, IAgentObserver? observer)
    {
        (Gateway, Folder, Key, _data, Policy, _observer) = (gateway, folder, key, data, policy, observer);
    }

    /// <summary>As whom the agent calls.</summary>
    public GatewayClient Gateway { get; }

    /// <summary>The party's keys and pins.</summary>
    public PartyFolder Folder { get; }

    /// <summary>The party's name.</summary>
    public string Party => Folder.Pins.Party;

    /// <summary>What the party allows.</summary>
    public AgentPolicy Policy { get; }

    /// <summary>The party's signing key; the agent's, not to be disposed. Secret.</summary>
    public SigningKey Key { get; }

    /// <summary>The records that a budget guards, or null.</summary>
    /// <param name="budget">The budget's name.</param>
    public PartyData? DataOf(string budget) => _data.FirstOrDefault(d => d.Budget == budget);

    /// <summary>The consortium's book as it is now, held against the pins; new members are pinned.</summary>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="Errors.GatewayException">As of <see cref="PartyFolder.Observe"/>, or the gateway failed.</exception>
    public async Task<ConsortiumBody> ObserveAsync(CancellationToken cancel)
    {
        var book = await Gateway.Parties.ConsortiumAsync(cancel);
        lock (_book)
        {
            Folder.Observe(book);
        }

        return book;
    }

    /// <summary>What a budget of this party allows: fixed since it was opened, so asked for once.</summary>
    /// <param name="budget">The budget's name.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="Errors.GatewayException"><c>ledger.not-open</c>, or the gateway failed.</exception>
    public async Task<BudgetTermsBody> TermsOfAsync(string budget, CancellationToken cancel) =>
        _terms.TryGetValue(budget, out var known) ? known : _terms.GetOrAdd(budget, (await Gateway.Budgets.StatementAsync(Party, budget, cancel)).Terms);

    /// <summary>Tells the observer, and waits for it.</summary>
    /// <param name="step">What happened.</param>
    /// <param name="owner">The job or query; empty for none.</param>
    /// <param name="number">The round; 0 for none.</param>
    /// <param name="session">The session; empty for none.</param>
    /// <param name="detail">More.</param>
    /// <param name="cancel">The agent is being stopped.</param>
    public Task TellAsync(AgentStep step, string owner = "", int number = 0, string session = "", string detail = "", CancellationToken cancel = default) =>
        _observer?.OnPhaseAsync(new AgentEvent(Party, step, owner, number, session, detail), cancel) ?? Task.CompletedTask;

    /// <summary>Whose agent.</summary>
    public override string ToString() => $"AgentContext({Party})";
}
