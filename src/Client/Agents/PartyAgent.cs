using System.Runtime.ExceptionServices;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Client.Parties;
using PrivacyGrains.Messages.Work;

namespace PrivacyGrains.Client.Agents;

/// <summary>A party's resident side: reads its board of work and takes part in rounds with the party's own records, keys and policy.</summary>
/// <remarks>
/// <para>
/// The gateway, the coordinator and the other members are not trusted: keys are held against the pins, each round's roster is made here and compared, what a
/// computation asks is checked against the policy and the budget's terms, and receipts count only with the party's own signature.
/// </para>
/// <para>
/// A stopped agent is a crashed one: it says goodbye to nobody, and its round keys, which live in memory only, are gone. What it must not forget lies in the
/// folder's <c>agent/</c> before the message that depends on it is sent. The next run withdraws from what was open and settles each charge: one that is only
/// reserved is refunded; a committed one stands, and is marked where its round ended without it.
/// </para>
/// </remarks>
public sealed class PartyAgent
{
    private const int Wait = 5000;
    private const int WaitUnsettled = 250;
    private static readonly TimeSpan BeforeAskingAgain = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PresenceEvery = TimeSpan.FromSeconds(30);
    private static readonly string Version = $"PrivacyGrains.Client {typeof(PartyAgent).Assembly.GetName().Version?.ToString(3)}";

    private readonly GatewayClient _gateway;
    private readonly PartyFolder _folder;
    private readonly IReadOnlyList<PartyData> _data;
    private readonly IAgentObserver? _observer;
    private readonly AgentPolicy _policy;
    private readonly IReadOnlyList<IWorkHandler> _handlers;

    /// <summary>Puts an agent together; <see cref="RunAsync"/> starts it.</summary>
    /// <param name="gateway">Connected as the party; stays the caller's.</param>
    /// <param name="folder">The party's keys and pins; the agent keeps its own state beside them.</param>
    /// <param name="data">The party's records, each set under its own budget; may be empty.</param>
    /// <param name="observer">Hears what happens; null for nobody.</param>
    /// <param name="policy">What is answered; null for the defaults.</param>
    /// <param name="others">Handlers of further kinds of work, beside rounds; null for none. They belong to this agent.</param>
    public PartyAgent(
        GatewayClient gateway,
        PartyFolder folder,
        IReadOnlyList<PartyData> data,
        IAgentObserver? observer = null,
        AgentPolicy? policy = null,
        IEnumerable<IWorkHandler>? others = null)
    {
        ArgumentNullException.ThrowIfNull(gateway);
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(data);
        (_gateway, _folder, _data, _observer, _policy) = (gateway, folder, [.. data], observer, policy ?? new AgentPolicy());
        _handlers = [new RoundWorkHandler(), .. others ?? []];
    }

    /// <summary>Works until it is stopped; never returns otherwise.</summary>
    /// <param name="cancel">Stops it at once, as a crash would.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    /// <exception cref="InputException"><c>agent.already-running</c>, <c>agent.bad-record</c> or <c>party.bad-folder</c>.</exception>
    /// <exception cref="GatewayException">The gateway does not take the party's key any more.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        using var only = AgentLock.Take(_folder.FullPath);
        using var key = _folder.LoadSigningKey();
        var agent = new AgentContext(_gateway, _folder, key, _data, _policy, _observer);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var running = new Dictionary<WorkItemBody, Task<bool>>();
        ExceptionDispatchInfo? failure = null;
        try
        {
            await WorkAsync(agent, running, Fail, stop.Token);
        }
        catch (Exception e)
        {
            Fail(e);
        }

        await Task.WhenAll(running.Values); // each ends at once, and none throws
        cancel.ThrowIfCancellationRequested();
        failure!.Throw();

        void Fail(Exception e)
        {
            Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(e), null);
            stop.Cancel();
        }
    }

    private async Task WorkAsync(AgentContext agent, Dictionary<WorkItemBody, Task<bool>> running, Action<Exception> fail, CancellationToken cancel)
    {
        var (version, started, presence) = (-1L, false, DateTimeOffset.MinValue);
        var clock = _gateway.Connection.Clock;
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            try
            {
                var settled = true;
                foreach (var handler in _handlers)
                {
                    settled &= await handler.SettleAsync(agent, cancel);
                }

                if (!started)
                {
                    await agent.TellAsync(AgentStep.Started, cancel: cancel);
                    started = true;
                }

                if (clock.GetUtcNow() - presence > PresenceEvery)
                {
                    await _gateway.Parties.NotePresenceAsync(agent.Party, Version, cancel);
                    presence = clock.GetUtcNow();
                }

                var board = await _gateway.Rounds.WorkAsync(agent.Party, version, settled ? Wait : WaitUnsettled, cancel);
                version = board.Version;
                Take(board, agent, running, fail, cancel);
            }
            catch (GatewayException e) when (MayPass(e))
            {
                await agent.TellAsync(AgentStep.Waiting, detail: e.Message, cancel: cancel);
                await Task.Delay(BeforeAskingAgain, clock, cancel);
            }
        }
    }

    /// <summary>Starts what is new on the board or was broken off, and forgets what is done and off it.</summary>
    private void Take(WorkBody board, AgentContext agent, Dictionary<WorkItemBody, Task<bool>> running, Action<Exception> fail, CancellationToken cancel)
    {
        foreach (var gone in running.Where(r => r.Value.IsCompleted && (!r.Value.Result || !board.Items.Contains(r.Key))).Select(r => r.Key).ToList())
        {
            running.Remove(gone);
        }

        foreach (var item in board.Items.Where(item => !running.ContainsKey(item)))
        {
            if (_handlers.FirstOrDefault(h => h.Kind == item.Kind) is { } handler)
            {
                running.Add(item, HandleAsync(handler, item, agent, fail, cancel));
            }
        }
    }

    // Answers whether the item is done.
    private static async Task<bool> HandleAsync(IWorkHandler handler, WorkItemBody item, AgentContext agent, Action<Exception> fail, CancellationToken cancel)
    {
        try
        {
            try
            {
                await handler.HandleAsync(item, agent, cancel);
                return true;
            }
            catch (GatewayException e) when (MayPass(e))
            {
                await agent.TellAsync(AgentStep.Interrupted, detail: $"{item.Kind} {item.Id}: {e.Message}", cancel: cancel);
            }
        }
        catch (Exception e)
        {
            fail(e);
        }

        return false;
    }

    // With a key that is not taken, asking again is of no use; anything else may be mended meanwhile.
    private static bool MayPass(GatewayException e) => !e.Code.StartsWith("key.", StringComparison.Ordinal);
}
