namespace PrivacyGrains.Engine.Tests.Grains;

/// <summary>A grain with timers and reminders.</summary>
[Alias("test.IClockGrain")]
public interface IClockGrain : IGrainWithStringKey
{
    [Alias("StartAsync")]
    Task StartAsync(string name, TimeSpan due, TimeSpan period, bool interleave, bool keepAlive);

    [Alias("StopAsync")]
    Task StopAsync(string name);

    [Alias("ChangeAsync")]
    Task ChangeAsync(string name, TimeSpan due, TimeSpan period);

    [Alias("HoldAsync")]
    Task HoldAsync(string gate);

    [AlwaysInterleave]
    [Alias("PeekAsync")]
    Task PeekAsync();

    [Alias("RemindAsync")]
    Task RemindAsync(string name, TimeSpan due, TimeSpan period);

    [Alias("ForgetAsync")]
    Task<bool> ForgetAsync(string name);
}

internal sealed class ClockGrain(Probe probe, TimeProvider clock) : Grain, IClockGrain, IRemindable
{
    private readonly Dictionary<string, IGrainTimer> _timers = [];

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        probe.Add("deactivated: " + reason.ReasonCode);
        return Task.CompletedTask;
    }

    public Task StartAsync(string name, TimeSpan due, TimeSpan period, bool interleave, bool keepAlive)
    {
        _timers[name] = this.RegisterGrainTimer(TickAsync, name, new(due, period) { Interleave = interleave, KeepAlive = keepAlive });
        return Task.CompletedTask;
    }

    public Task StopAsync(string name)
    {
        _timers[name].Dispose();
        return Task.CompletedTask;
    }

    public Task ChangeAsync(string name, TimeSpan due, TimeSpan period)
    {
        _timers[name].Change(due, period);
        return Task.CompletedTask;
    }

    public async Task HoldAsync(string gate)
    {
        probe.Add(gate + " held");
        await probe.Gate(gate);
        probe.Add(gate + " released");
    }

    public Task PeekAsync() => Task.CompletedTask;

    public Task RemindAsync(string name, TimeSpan due, TimeSpan period) => this.RegisterOrUpdateReminder(name, due, period);

    public async Task<bool> ForgetAsync(string name)
    {
        if (await this.GetReminder(name) is not { } reminder)
            return false;

        await this.UnregisterReminder(reminder);
        return true;
    }

    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        probe.Add($"{this.GetPrimaryKeyString()} reminded of {reminderName}");
        return Task.CompletedTask;
    }

    private async Task TickAsync(string name, CancellationToken cancellationToken)
    {
        probe.Add(name + " ticks");
        if (name == "slow")
            await probe.Gate("tick");
        if (name == "faulty")
            throw new InvalidOperationException($"at {clock.GetUtcNow():T}");
    }
}
