namespace PrivacyGrains.Engine.Runtime;

/// <summary>The activations of one key of a stateless worker: a new one is made while all are busy and the limit allows.</summary>
internal sealed class WorkerPool(int limit, Func<Action<Activation>, Activation> create) : IPlace
{
    private readonly List<Activation> _workers = [];

    public bool TryEnqueue(WorkItem item)
    {
        lock (_workers)
        {
            var idle = _workers.MinBy(w => w.Load);
            if ((idle is null || idle.Load > 0) && _workers.Count < limit)
                _workers.Add(idle = create(Forget));
            while (!idle!.TryEnqueue(item))
            {
                _workers.Remove(idle);
                idle = create(Forget);
                _workers.Add(idle);
            }

            return true;
        }
    }

    internal Activation[] Workers()
    {
        lock (_workers)
            return [.. _workers];
    }

    private void Forget(Activation worker)
    {
        lock (_workers)
            _workers.Remove(worker);
    }
}
