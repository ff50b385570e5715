namespace PrivacyGrains.Engine.Tests.Grains;

/// <summary>A grain that tells when it begins and ends, and that can fail in every way.</summary>
[Alias("test.ILifeGrain")]
public interface ILifeGrain : IGrainWithStringKey
{
    /// <summary>How often this activation was called.</summary>
    [Alias("CallAsync")]
    Task<int> CallAsync();

    [Alias("RestAsync")]
    Task RestAsync(string? gate);

    [Alias("StayAsync")]
    Task StayAsync(TimeSpan time);

    [Alias("ThrowAsync")]
    Task ThrowAsync(string message);

    [Alias("ThrowAtOnceAsync")]
    Task<int> ThrowAtOnceAsync(string message);

    [Alias("WaitForCancellationAsync")]
    Task WaitForCancellationAsync(string name, CancellationToken cancellationToken);

    [AlwaysInterleave]
    [Alias("PeekAsync")]
    Task PeekAsync();

    [Alias("TellAsync")]
    [OneWay]
    Task TellAsync(string name);

    [Alias("SlowAsync")]
    [ResponseTimeout("00:00:01")]
    Task SlowAsync();

    [Alias("StepsAsync")]
    Task StepsAsync(int steps);
}

internal sealed class LifeGrain(Probe probe) : Grain, ILifeGrain
{
    private int _calls;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        probe.Add("activated");
        return this.GetPrimaryKeyString() == "stillborn" && probe.Count("activated") == 1
            ? throw new InvalidOperationException("not this time")
            : Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        probe.Add("deactivated: " + reason.ReasonCode);
        return Task.CompletedTask;
    }

    public Task<int> CallAsync() => Task.FromResult(++_calls);

    public async Task RestAsync(string? gate)
    {
        DeactivateOnIdle();
        if (gate is null)
            return;

        probe.Add("resting");
        await probe.Gate(gate);
    }

    public Task StayAsync(TimeSpan time)
    {
        DelayDeactivation(time);
        return Task.CompletedTask;
    }

    public async Task ThrowAsync(string message)
    {
        await Task.Yield();
        throw new InvalidOperationException(message);
    }

    public Task<int> ThrowAtOnceAsync(string message) => throw new InvalidOperationException(message);

    public async Task WaitForCancellationAsync(string name, CancellationToken cancellationToken)
    {
        probe.Add(name + " begins");
        var cancelled = new TaskCompletionSource();
        await using var registration = cancellationToken.Register(() =>
        {
            _calls += 100; // on a turn of this grain
            cancelled.SetResult();
        });
        await cancelled.Task;
        probe.Add(name + " was cancelled");
        cancellationToken.ThrowIfCancellationRequested();
    }

    public Task PeekAsync() => Task.CompletedTask;

    public async Task TellAsync(string name)
    {
        await probe.Gate(name);
        probe.Add(name + " done");
        throw new InvalidOperationException("nobody hears this");
    }

    public Task SlowAsync() => probe.Gate("slow");

    public async Task StepsAsync(int steps)
    {
        for (var i = 1; i <= steps; i++)
        {
            probe.Add("step " + i);
            await Task.Yield();
        }

        probe.Add("steps done");
    }
}
