using PrivacyGrains.Client;
using PrivacyGrains.Client.Agents;
using PrivacyGrains.Client.Parties;

namespace PrivacyGrains.Gateway.Tests.Agents;

/// <summary>One agent that runs, what it has told, and where it is to crash.</summary>
internal sealed class RunningAgent : IAgentObserver, IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly List<AgentEvent> _told = [];
    private readonly Func<AgentEvent, bool> _crashAt;
    private readonly GatewayClient _gateway;
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RunningAgent(GatewayClient gateway, Func<AgentEvent, bool>? crashAt) => (_gateway, _crashAt) = (gateway, crashAt ?? (_ => false));

    /// <summary>Ends when the agent does.</summary>
    public Task Run { get; private set; } = Task.CompletedTask;

    public IReadOnlyList<AgentEvent> Told
    {
        get
        {
            lock (_gate)
            {
                return [.. _told];
            }
        }
    }

    public static RunningAgent Start(GatewayClient gateway, PartyFolder folder, IReadOnlyList<PartyData> data, AgentPolicy? policy = null, Func<AgentEvent, bool>? crashAt = null)
    {
        var agent = new RunningAgent(gateway, crashAt);
        agent.Run = Task.Run(() => new PartyAgent(gateway, folder, data, agent, policy).RunAsync(agent._stop.Token));
        return agent;
    }

    public Task OnPhaseAsync(AgentEvent happened, CancellationToken cancel)
    {
        lock (_gate)
        {
            _told.Add(happened);
            _news.TrySetResult();
            _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        return _crashAt(happened) ? Task.FromException(new AgentCrash()) : Task.CompletedTask;
    }

    /// <summary>Waits until it has told such a thing.</summary>
    public async Task<AgentEvent> UntilAsync(Func<AgentEvent, bool> isSo)
    {
        using var deadline = new CancellationTokenSource(Patience);
        while (true)
        {
            Task news;
            lock (_gate)
            {
                if (_told.FirstOrDefault(isSo) is { } found)
                {
                    return found;
                }

                news = _news.Task;
            }

            await Task.WhenAny(news, Run).WaitAsync(deadline.Token);
            if (Run.IsFaulted)
            {
                await Run;
            }
        }
    }

    public Task<AgentEvent> UntilAsync(AgentStep step) => UntilAsync(e => e.Step == step);

    /// <summary>Waits until it has crashed where it was to.</summary>
    public async Task CrashedAsync()
    {
        await Assert.ThrowsAsync<AgentCrash>(() => Run.WaitAsync(Patience));
        _gateway.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Run.ContinueWith(_ => { }, TaskScheduler.Default);
        _gateway.Dispose();
        _stop.Dispose();
    }

    internal sealed class AgentCrash : Exception;
}
