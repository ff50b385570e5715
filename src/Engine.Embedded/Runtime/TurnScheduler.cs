using Orleans.Runtime;

namespace PrivacyGrains.Engine.Runtime;

/// <summary>Runs the tasks of one activation, one at a time, on the thread pool.</summary>
/// <remarks>What a grain awaits comes back here, because an await without a synchronisation context returns to the scheduler that it left.</remarks>
internal sealed class TurnScheduler(Activation owner) : TaskScheduler, IThreadPoolWorkItem
{
    /// <summary>After so many turns others get the thread: one busy activation starves nobody.</summary>
    private const int TurnsPerSlice = 64;

    private readonly Lock _gate = new();
    private readonly Queue<Task> _turns = [];
    private bool _scheduled;
    private bool _stopped;

    /// <summary>Turns until the activation is killed; 0 for never. Set by crash tests only.</summary>
    internal int TurnsUntilKill { get; set; }

    /// <summary>Runs an action as a turn. The ambient context of the caller does not flow into it.</summary>
    internal void Run(Action<object?> action, object? state)
    {
        var flowing = !ExecutionContext.IsFlowSuppressed();
        var control = flowing ? ExecutionContext.SuppressFlow() : default;
        try
        {
            new Task(action, state, CancellationToken.None, TaskCreationOptions.DenyChildAttach).Start(this);
        }
        finally
        {
            if (flowing)
                control.Undo();
        }
    }

    /// <summary>No turn starts any more; what waits is dropped. The end of a process, for one activation.</summary>
    internal void Stop()
    {
        lock (_gate)
        {
            _stopped = true;
            _turns.Clear();
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        var outer = RuntimeContext.Current;
        RuntimeContext.Current = owner;
        try
        {
            for (var i = 0; i < TurnsPerSlice; i++)
            {
                if (!TryTake(out var turn))
                    return;

                TryExecuteTask(turn);
                if (TurnsUntilKill > 0 && --TurnsUntilKill == 0)
                    owner.Kill();
            }
        }
        finally
        {
            RuntimeContext.Current = outer;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <inheritdoc/>
    protected override void QueueTask(Task task)
    {
        lock (_gate)
        {
            if (_stopped)
                return;

            _turns.Enqueue(task);
            if (_scheduled)
                return;

            _scheduled = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
    }

    /// <inheritdoc/>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && !_stopped && ReferenceEquals(RuntimeContext.Current, owner) && ReferenceEquals(Current, this) && TryExecuteTask(task);

    /// <inheritdoc/>
    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (_gate)
            return [.. _turns];
    }

    private bool TryTake(out Task turn)
    {
        lock (_gate)
        {
            if (_turns.TryDequeue(out turn!))
                return true;

            _scheduled = false;
            return false;
        }
    }
}
