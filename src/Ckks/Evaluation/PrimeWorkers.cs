namespace PrivacyGrains.Ckks.Evaluation;

/// <summary>One item's part of an operation, a prime's or a polynomial's. A structure: at one thread it is called without anything being allocated.</summary>
internal interface IPrimeStep
{
    /// <summary>Does it.</summary>
    /// <param name="worker">Whose scratch memory is used: at any time by one item only.</param>
    /// <param name="item">Which part.</param>
    void Run(int worker, int item);
}

/// <summary>Shares the parts of an operation among threads. Each part writes words of its own, so the result is the same for any number of them.</summary>
internal sealed class PrimeWorkers
{
    private readonly ParallelOptions _options;

    /// <summary>Sets how many.</summary>
    /// <param name="threads">1 to 64, the caller's included.</param>
    public PrimeWorkers(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threads, 64);
        Count = threads;
        // The pool's own scheduler: under an actor's the parts would wait for its turn.
        _options = new ParallelOptions { MaxDegreeOfParallelism = threads, TaskScheduler = TaskScheduler.Default };
    }

    /// <summary>How many workers there are, each with scratch memory of its own.</summary>
    public int Count { get; }

    /// <summary>Runs all parts and waits for them.</summary>
    /// <param name="items">How many.</param>
    /// <param name="step">One of them.</param>
    public void Run<TStep>(int items, TStep step)
        where TStep : struct, IPrimeStep
    {
        if (Count > 1 && items > 1)
        {
            Share(items, step);
            return;
        }

        for (var item = 0; item < items; item++)
        {
            step.Run(0, item);
        }
    }

    private void Share<TStep>(int items, TStep step)
        where TStep : struct, IPrimeStep
    {
        var next = -1;
        Parallel.For(0, Math.Min(Count, items), _options, worker =>
        {
            for (var item = Interlocked.Increment(ref next); item < items; item = Interlocked.Increment(ref next))
            {
                step.Run(worker, item);
            }
        });
    }
}
