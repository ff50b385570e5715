using PrivacyGrains.Client;
using PrivacyGrains.Client.Agents;
using PrivacyGrains.Client.Parties;

namespace PrivacyGrains.Gateway.Tests.Agents;

/// <summary>What a test throws where an agent's process would die.</summary>
internal sealed class AgentCrash : Exception;

/// <summary>One agent that runs, and what it has told.</summary>
internal sealed class RunningAgent : IAgentObserver, IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly List<AgentEvent> _told = [];
    private readonly Func<AgentEvent, Task> _meanwhile;
    private readonly GatewayClient _gateway;
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RunningAgent(GatewayClient gateway, Func<AgentEvent, Task>? meanwhile) => (_gateway, _meanwhile) = (gateway, meanwhile ?? (_ => Task.CompletedTask));

    /// <summary>Ends when the agent does.</summary>
    public Task Run { get; private set; } = Task.CompletedTask;

    public static RunningAgent Start(GatewayClient gateway, PartyFolder folder, IReadOnlyList<PartyData> data, AgentPolicy? policy, Func<AgentEvent, Task>? meanwhile)
    {
        var agent = new RunningAgent(gateway, meanwhile);
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

        return _meanwhile(happened);
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

    /// <summary>Waits until it has told that such a step was taken.</summary>
    public Task<AgentEvent> UntilAsync(AgentStep step, string owner) => UntilAsync(e => e.Step == step && e.Owner == owner);

    /// <summary>Everything that it has told of a job or query, in order.</summary>
    public IReadOnlyList<AgentStep> StepsOf(string owner)
    {
        lock (_gate)
        {
            return [.. _told.Where(e => e.Owner == owner).Select(e => e.Step)];
        }
    }

    /// <summary>Waits until it has crashed where it was to.</summary>
    public async Task CrashedAsync()
    {
        await Assert.ThrowsAsync<AgentCrash>(() => Run.WaitAsync(Patience));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Run.ContinueWith(_ => { }, TaskScheduler.Default);
        _gateway.Dispose();
        _stop.Dispose();
    }
}
