using Orleans;

namespace PrivacyGrains.Engine.Runtime;

/// <content>What may run when: one call at a time, except where the grain, the method or the call chain allows more.</content>
internal sealed partial class Activation
{
    private readonly Lock _gate = new();
    private readonly LinkedList<WorkItem> _waiting = new();
    private readonly List<WorkItem> _running = [];
    private readonly Dictionary<Guid, int> _reentrantSections = [];
    private WorkItem? _blocking;
    private volatile State _state;
    private long _lastUse;
    private long _keepUntil = long.MinValue;

    /// <summary>Work that runs or waits; a pool of workers gives to the one with least.</summary>
    internal int Load
    {
        get
        {
            lock (_gate)
                return _running.Count + _waiting.Count;
        }
    }

    /// <summary>Takes work on.</summary>
    /// <returns>False when the activation has ended, so that the work needs another one.</returns>
    public bool TryEnqueue(WorkItem item)
    {
        lock (_gate)
        {
            switch (_state)
            {
                case State.Ended:
                    return false;
                case State.Valid when MayStart(item):
                    Start(item);
                    return true;
                case State.Created:
                    _state = State.Activating;
                    Scheduler.Run(static self => _ = ((Activation)self!).BeginAsync(), this);
                    break;
            }

            _waiting.AddLast(item);
            return true;
        }
    }

    internal void DelayDeactivation(TimeSpan time)
    {
        var clock = Silo.Clock;
        Volatile.Write(ref _keepUntil, time <= TimeSpan.Zero
            ? long.MinValue
            : time == TimeSpan.MaxValue ? long.MaxValue : clock.GetTimestamp() + (long)(time.TotalSeconds * clock.TimestampFrequency));
    }

    internal void EnterReentrantSection(Guid id)
    {
        lock (_gate)
            _reentrantSections[id] = _reentrantSections.GetValueOrDefault(id) + 1;
        StartWhatMay();
    }

    internal void LeaveReentrantSection(Guid id)
    {
        lock (_gate)
        {
            if (_reentrantSections.GetValueOrDefault(id) is var depth and > 1)
                _reentrantSections[id] = depth - 1;
            else
                _reentrantSections.Remove(id);
        }
    }

    /// <summary>Ends the activation if it had no work for as long as the silo allows.</summary>
    internal void DeactivateIfIdle(TimeSpan limit)
    {
        bool isIdle;
        lock (_gate)
        {
            var now = Silo.Clock.GetTimestamp();
            isIdle = _state == State.Valid && _running.Count == 0 && _waiting.Count == 0
                && Volatile.Read(ref _keepUntil) < now && Silo.Clock.GetElapsedTime(_lastUse, now) >= limit;
        }

        if (isIdle)
            Deactivate(new(DeactivationReasonCode.ActivationIdle, $"Idle for {limit}."));
    }

    private bool MayStart(WorkItem item) =>
        _running.Count == 0
        || item.AlwaysInterleaves
        || Class.IsReentrant
        || _blocking is null
        || (_blocking.IsReadOnly && item.IsReadOnly)
        || (item.ReentrancyId != Guid.Empty && _reentrantSections.ContainsKey(item.ReentrancyId));

    private void Start(WorkItem item)
    {
        _running.Add(item);
        if (_blocking is null && !item.AlwaysInterleaves)
            _blocking = item;
        if (item.IsUse)
            _lastUse = Silo.Clock.GetTimestamp();
        Scheduler.Run(static state =>
        {
            var (self, work) = ((Activation, WorkItem))state!;
            _ = self.RunAsync(work);
        }, (this, item));
    }

    private async Task RunAsync(WorkItem item)
    {
        await item.RunAsync(this);
        var isLast = false;
        lock (_gate)
        {
            _running.Remove(item);
            if (ReferenceEquals(_blocking, item))
                _blocking = null;
            if (item.IsUse)
                _lastUse = Silo.Clock.GetTimestamp();
            isLast = _state == State.Deactivating && _running.Count == 0;
        }

        if (isLast)
            await EndAsync();
        else
            StartWhatMay();
    }

    private void StartWhatMay()
    {
        lock (_gate)
        {
            for (var node = _waiting.First; node is not null && _state == State.Valid;)
            {
                var item = node.Value;
                var next = node.Next;
                if (item.IsAbandoned)
                    _waiting.Remove(node);
                else if (MayStart(item))
                {
                    _waiting.Remove(node);
                    Start(item);
                }

                node = next;
            }
        }
    }
}
