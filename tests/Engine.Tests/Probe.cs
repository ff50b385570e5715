using System.Collections.Concurrent;

namespace PrivacyGrains.Engine.Tests;

/// <summary>What the test and its grains share: a log of what happened, and gates at which grains wait. One per cluster.</summary>
public sealed class Probe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _gates = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly List<string> _log = [];
    private readonly List<(string Entry, int Count, TaskCompletionSource Reached)> _waiting = [];

    public IReadOnlyList<string> Log
    {
        get
        {
            lock (_gate)
                return [.. _log];
        }
    }

    public void Add(string entry)
    {
        lock (_gate)
        {
            _log.Add(entry);
            foreach (var (_, _, reached) in _waiting.Where(w => w.Entry == entry && Count(entry) >= w.Count))
                reached.TrySetResult();
        }
    }

    public int Count(string entry)
    {
        lock (_gate)
            return _log.Count(e => e == entry);
    }

    /// <summary>Ends when the entry has been logged so often; fails after twenty seconds.</summary>
    public Task Reached(string entry, int count = 1)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (Count(entry) >= count)
                return Task.CompletedTask;
            _waiting.Add((entry, count, reached));
        }

        return reached.Task.WaitAsync(Patience);
    }

    /// <summary>Where a grain waits until the test opens the gate.</summary>
    public Task Gate(string name) => _gates.GetOrAdd(name, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task.WaitAsync(Patience);

    public void Open(string name) => _gates.GetOrAdd(name, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
}
