namespace PrivacyGrains.Engine.Tests.Grains;

/// <summary>A grain whose calls wait at gates, so that a test sees which run beside each other.</summary>
[Alias("test.ITurnGrain")]
public interface ITurnGrain : IGrainWithStringKey
{
    [Alias("WaitAsync")]
    Task WaitAsync(string name);

    [AlwaysInterleave]
    [Alias("InterleaveAsync")]
    Task InterleaveAsync(string name);

    [ReadOnly]
    [Alias("ReadAsync")]
    Task ReadAsync(string name);

    [Alias("IncrementAsync")]
    Task<int> IncrementAsync();

    [Alias("TotalAsync")]
    ValueTask<int> TotalAsync();
}

/// <summary>The same on a reentrant class.</summary>
[Alias("test.IReentrantTurnGrain")]
public interface IReentrantTurnGrain : IGrainWithStringKey
{
    [Alias("WaitAsync")]
    Task WaitAsync(string name);
}

/// <summary>The same on a stateless worker.</summary>
[Alias("test.IWorkerGrain")]
public interface IWorkerGrain : IGrainWithStringKey
{
    [Alias("WaitAsync")]
    Task WaitAsync(string name);
}

internal sealed class TurnGrain(Probe probe) : Grain, ITurnGrain
{
    private int _total;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        probe.Add("activated");
        return Task.CompletedTask;
    }

    public Task WaitAsync(string name) => Step(name);

    public Task InterleaveAsync(string name) => Step(name);

    public Task ReadAsync(string name) => Step(name);

    public async Task<int> IncrementAsync()
    {
        var seen = _total;
        await Task.Yield(); // another turn here would lose this increment
        _total = seen + 1;
        return _total;
    }

    public ValueTask<int> TotalAsync() => ValueTask.FromResult(_total);

    private async Task Step(string name)
    {
        probe.Add(name + " begins");
        await probe.Gate(name);
        probe.Add(name + " ends");
    }
}

[Reentrant]
internal sealed class ReentrantTurnGrain(Probe probe) : Grain, IReentrantTurnGrain
{
    public async Task WaitAsync(string name)
    {
        probe.Add(name + " begins");
        await probe.Gate(name);
        probe.Add(name + " ends");
    }
}

[StatelessWorker(2)]
internal sealed class WorkerGrain(Probe probe) : Grain, IWorkerGrain
{
    public async Task WaitAsync(string name)
    {
        probe.Add(name + " begins");
        await probe.Gate(name);
        probe.Add(name + " ends");
    }
}
