using System.Collections.Concurrent;
using System.Globalization;
using PrivacyGrains.Messages.Work;

namespace PrivacyGrains.Client.Agents;

/// <summary>Secure-aggregation rounds: one turn for each, and the settlement of those that were broken off.</summary>
internal sealed class RoundWorkHandler : IWorkHandler
{
    private static readonly Dictionary<string, IRoundComputation> Computations =
        new IRoundComputation[] { new TrainingStepComputation(), new SelectQueryComputation() }.ToDictionary(c => c.OwnerKind, StringComparer.Ordinal);

    private readonly ConcurrentDictionary<(string Owner, int Number), bool> _turns = new();
    private RoundRecords? _records;

    /// <inheritdoc/>
    public string Kind => WorkItemBody.Round;

    /// <inheritdoc/>
    public async Task<bool> SettleAsync(AgentContext agent, CancellationToken cancel)
    {
        var records = _records ??= RoundRecords.Open(agent.Folder.FullPath);
        var all = true;
        foreach (var record in records.Unsettled().Where(r => !_turns.ContainsKey((r.Owner, r.Number))))
        {
            all &= await RoundSettlement.SettleAsync(agent, records, record, cancel);
        }

        return all;
    }

    /// <inheritdoc/>
    public async Task HandleAsync(WorkItemBody item, AgentContext agent, CancellationToken cancel)
    {
        if (item.Id.LastIndexOf('/') is not (> 0 and var slash) || !int.TryParse(item.Id.AsSpan(slash + 1), NumberStyles.None, null, out var number))
        {
            return; // no round's name: not for this version
        }

        var turn = (Owner: item.Id[..slash], Number: number);
        _turns[turn] = true;
        try
        {
            await new RoundTurn(agent, _records!, turn.Owner, turn.Number).RunAsync(Computations, cancel);
        }
        finally
        {
            _turns.TryRemove(turn, out _);
        }
    }
}
