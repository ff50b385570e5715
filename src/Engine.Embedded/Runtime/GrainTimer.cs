using Orleans.Runtime;

namespace PrivacyGrains.Engine.Runtime;

/// <summary>A grain's timer: each tick is work of its activation, and the next one is set when it is done.</summary>
internal sealed class GrainTimer : WorkItem, IGrainTimer
{
    private readonly Activation _activation;
    private readonly Func<CancellationToken, Task> _callback;
    private readonly GrainTimerCreationOptions _options;
    private readonly CancellationTokenSource _disposed = new();
    private readonly ITimer _timer;
    private TimeSpan _next;
    private TimeSpan _period;
    private bool _ticking;

    internal GrainTimer(Activation activation, Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        Check(options.DueTime, options.Period);
        (_activation, _callback, _options, _period) = (activation, callback, options, options.Period);
        _timer = activation.Silo.Clock.CreateTimer(static self => ((GrainTimer)self!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(options.DueTime, Timeout.InfiniteTimeSpan);
    }

    internal override bool AlwaysInterleaves => _options.Interleave;

    internal override bool IsUse => _options.KeepAlive;

    internal override bool MovesOn => false;

    internal override bool IsAbandoned => _disposed.IsCancellationRequested;

    public void Change(TimeSpan dueTime, TimeSpan period)
    {
        Check(dueTime, period);
        (_next, _period) = (dueTime, period);
        if (!_ticking && !IsAbandoned)
            _timer.Change(dueTime, Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        if (IsAbandoned)
            return;

        _disposed.Cancel();
        _timer.Dispose();
        _activation.Forget(this);
    }

    internal override async Task RunAsync(Activation activation)
    {
        if (IsAbandoned)
            return;

        try
        {
            _next = _period;
            await _callback(_disposed.Token);
        }
        catch (Exception exception)
        {
            activation.Silo.LogTimerFailed(activation.GrainId, exception);
        }

        _ticking = false;
        if (!IsAbandoned)
            _timer.Change(_next, Timeout.InfiniteTimeSpan);
    }

    internal override void Refuse(Exception reason)
    {
    }

    private static void Check(TimeSpan dueTime, TimeSpan period)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, Timeout.InfiniteTimeSpan);
        ArgumentOutOfRangeException.ThrowIfLessThan(period, Timeout.InfiniteTimeSpan);
    }

    private void Tick()
    {
        _ticking = true;
        _next = _period;
        _activation.TryEnqueue(this);
    }
}
