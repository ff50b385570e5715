using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;

namespace PrivacyGrains.Engine.Runtime;

/// <summary>One activation of a grain: its instance, its turns, and the work that waits for it.</summary>
/// <remarks>
/// States: Created (nothing ran yet), Activating, Valid, Deactivating (running calls end, new ones wait), Ended. Work that waits when
/// an activation ends goes on to the next one. This file holds the life; <c>Activation.Work.cs</c> decides what may run when.
/// </remarks>
internal sealed partial class Activation : IGrainContext, IPlace
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly TaskCompletionSource _deactivated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<Activation> _forget;
    private readonly List<GrainTimer> _timers = [];
    private AsyncServiceScope _scope;
    private DeactivationReason _reason;
    private CancellationToken _patience;
    private bool _wasValid;

    internal Activation(Silo silo, GrainClass grainClass, GrainId grainId, int turnsUntilKill, Action<Activation> forget)
    {
        (Silo, Class, GrainId, _forget) = (silo, grainClass, grainId, forget);
        Scheduler = new(this) { TurnsUntilKill = turnsUntilKill };
        _lastUse = silo.Clock.GetTimestamp();
    }

    private enum State
    {
        Created,
        Activating,
        Valid,
        Deactivating,
        Ended,
    }

    public GrainId GrainId { get; }

    public GrainReference GrainReference => Silo.Cluster.References.Create(Class.AnyInterface, GrainId);

    public object? GrainInstance { get; private set; }

    public IServiceProvider ActivationServices => _scope.ServiceProvider;

    public Task Deactivated => _deactivated.Task;

    internal Silo Silo { get; }

    internal GrainClass Class { get; }

    internal TurnScheduler Scheduler { get; }

    internal bool IsAlive => _state is not State.Ended;

    internal static Activation Of(IGrainContext? context) =>
        context as Activation ?? throw new InvalidOperationException("The grain was created outside the engine, so it has no activation.");

    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (_state is State.Deactivating or State.Ended)
                return;

            _wasValid = _state == State.Valid;
            (_reason, _patience) = (deactivationReason, cancellationToken);
            if (_state == State.Activating)
                return; // the activation notices when it is ready

            _state = State.Deactivating;
            if (_running.Count == 0)
                Scheduler.Run(static self => _ = ((Activation)self!).EndAsync(), this);
        }
    }

    /// <summary>Ends the activation between two turns as a crash would: no clean-up, and nothing that it has begun goes on.</summary>
    internal void Kill()
    {
        List<WorkItem> lost;
        lock (_gate)
        {
            if (_state == State.Ended)
                return;

            _state = State.Ended;
            Scheduler.Stop();
            lost = [.. _running, .. _waiting];
            _running.Clear();
            _waiting.Clear();
        }

        StopTimers();
        _forget(this);
        foreach (var item in lost)
            item.Refuse(new SiloUnavailableException($"The activation of {GrainId} was killed; the call may or may not have run."));
        _deactivated.TrySetResult();
    }

    internal GrainTimer AddTimer(Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        var timer = new GrainTimer(this, callback, options);
        lock (_gate)
        {
            if (_state is State.Deactivating or State.Ended)
                timer.Dispose();
            else
                _timers.Add(timer);
        }

        return timer;
    }

    internal void Forget(GrainTimer timer)
    {
        lock (_gate)
            _timers.Remove(timer);
    }

    private async Task BeginAsync()
    {
        Exception? failure = null;
        try
        {
            _scope = Silo.Services.CreateAsyncScope();
            GrainInstance = Class.Create(_scope.ServiceProvider);
            using var patience = new CancellationTokenSource(Patience);
            if (GrainInstance is IGrainBase grain)
                await grain.OnActivateAsync(patience.Token);
        }
        catch (Exception exception)
        {
            failure = exception;
            Silo.LogActivationFailed(GrainId, exception);
        }

        var endsAtOnce = false;
        lock (_gate)
        {
            if (_state != State.Activating)
                return; // killed

            _wasValid = failure is null;
            endsAtOnce = failure is not null || _reason.ReasonCode != DeactivationReasonCode.None;
            _state = endsAtOnce ? State.Deactivating : State.Valid;
        }

        if (endsAtOnce)
            await EndAsync(failure);
        else
            StartWhatMay();
    }

    private async Task EndAsync(Exception? failure = null)
    {
        StopTimers();
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(_patience);
            patience.CancelAfter(Patience);
            if (_wasValid && GrainInstance is IGrainBase grain)
                await grain.OnDeactivateAsync(_reason, patience.Token).WaitAsync(patience.Token);
        }
        catch (Exception exception)
        {
            Silo.LogDeactivationFailed(GrainId, exception);
        }

        List<WorkItem> waiting;
        lock (_gate)
        {
            _state = State.Ended;
            waiting = [.. _waiting];
            _waiting.Clear();
        }

        _forget(this);
        foreach (var item in waiting)
            Pass(item, failure);
        await DisposeInstanceAsync();
        _deactivated.TrySetResult();
    }

    private void Pass(WorkItem item, Exception? failure)
    {
        if (failure is not null)
            item.Refuse(failure);
        else if (item.MovesOn)
            Silo.Cluster.Dispatch(GrainId, item);
        else
            item.Refuse(new EnumerationAbortedException($"The activation of {GrainId} has ended: {_reason}"));
    }

    private async Task DisposeInstanceAsync()
    {
        try
        {
            if (GrainInstance is IAsyncDisposable asynchronous)
                await asynchronous.DisposeAsync();
            else if (GrainInstance is IDisposable disposable)
                disposable.Dispose();
            await _scope.DisposeAsync();
        }
        catch (Exception exception)
        {
            Silo.LogDeactivationFailed(GrainId, exception);
        }
    }

    private void StopTimers()
    {
        GrainTimer[] timers;
        lock (_gate)
        {
            timers = [.. _timers];
            _timers.Clear();
        }

        foreach (var timer in timers)
            timer.Dispose();
    }
}
