using Orleans.Runtime;

namespace PrivacyGrains.Engine.Runtime;

/// <summary>An asynchronous stream that a grain produces; nothing runs before the caller enumerates it.</summary>
internal sealed class GrainStream<T>(LocalCluster cluster, GrainId target, GrainMethod method, object?[] arguments) : IAsyncEnumerable<T>
{
    public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        new GrainStreamReader<T>(cluster, target, method, arguments, cancellationToken);
}

/// <summary>One reading of a stream: each step is a turn of the producer that interleaves with its calls.</summary>
/// <remarks>The producer's code runs only inside steps. When the activation that produces has ended, the reading ends in <see cref="EnumerationAbortedException"/>.</remarks>
internal sealed class GrainStreamReader<T> : IAsyncEnumerator<T>
{
    private readonly LocalCluster _cluster;
    private readonly GrainId _target;
    private readonly GrainMethod _method;
    private readonly object?[] _arguments;
    private readonly CancellationTokenSource _caller;
    private readonly CancellationTokenSource _callee = new();
    private Activation? _producer;
    private IAsyncEnumerator<T>? _elements;
    private Task _step = Task.CompletedTask;
    private bool _finished;

    internal GrainStreamReader(LocalCluster cluster, GrainId target, GrainMethod method, object?[] arguments, CancellationToken cancellationToken)
    {
        (_cluster, _target, _method) = (cluster, target, method);
        _caller = CancellationTokenSource.CreateLinkedTokenSource(method.TokenAmong(arguments), cancellationToken);
        _arguments = [.. arguments];
        if (method.CancellationIndex >= 0)
            _arguments[method.CancellationIndex] = _callee.Token;
    }

    public T Current { get; private set; } = default!;

    public async ValueTask<bool> MoveNextAsync()
    {
        if (_finished)
            return false;

        _caller.Token.ThrowIfCancellationRequested();
        var step = new StreamStep(activation => NextAsync(activation), movesOn: _producer is null);
        Post(step);
        await using var registration = _caller.Token.UnsafeRegister(_ => Cancel(step), null);
        try
        {
            _finished = !await step.Done;
            return !_finished;
        }
        catch
        {
            _finished = true;
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _finished = true;
        if (_elements is not null && _producer!.IsAlive)
        {
            // On the producer's turn, so that its finally blocks see the grain single-threaded. A step that is still under way
            // (the caller gave up on it) must end first, and the caller does not wait for that.
            _producer.Scheduler.Run(static source => ((CancellationTokenSource)source!).Cancel(), _callee);
            var abandoned = !_step.IsCompleted;
            var step = new StreamStep(_ => CloseAsync(), movesOn: false);
            if (_producer.TryEnqueue(step) && !abandoned)
                await step.Done;
        }

        _caller.Dispose();
    }

    private void Post(StreamStep step)
    {
        if (_producer is null)
            _cluster.Dispatch(_target, step);
        else if (!_producer.TryEnqueue(step))
            step.Refuse(new EnumerationAbortedException($"The activation of {_target} that produced the stream has ended. Start the stream again."));
    }

    private Task<bool> NextAsync(Activation activation)
    {
        var step = AdvanceAsync(activation);
        _step = step;
        return step;
    }

    private async Task<bool> CloseAsync()
    {
        await _step.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        await _elements!.DisposeAsync();
        return true;
    }

    private async Task<bool> AdvanceAsync(Activation activation)
    {
        if (_elements is null)
        {
            _producer = activation;
            var stream = (IAsyncEnumerable<T>)_method.Call(activation.GrainInstance!, _arguments)!;
            _elements = stream.GetAsyncEnumerator(_callee.Token);
        }

        if (!await _elements.MoveNextAsync())
            return false;

        Current = _elements.Current;
        return true;
    }

    private void Cancel(StreamStep step)
    {
        step.Refuse(new OperationCanceledException(_caller.Token));
        _producer?.Scheduler.Run(static source => ((CancellationTokenSource)source!).Cancel(), _callee);
    }
}

/// <summary>One step of a stream, as work of the producing activation.</summary>
internal sealed class StreamStep(Func<Activation, Task<bool>> step, bool movesOn) : WorkItem
{
    private readonly System.Collections.Immutable.ImmutableDictionary<string, object>? _requestContext = RequestContext.Snapshot;
    private readonly TaskCompletionSource<bool> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal Task<bool> Done => _done.Task;

    internal override bool AlwaysInterleaves => true;

    internal override bool MovesOn => movesOn;

    internal override bool IsAbandoned => _done.Task.IsCompleted;

    internal override async Task RunAsync(Activation activation)
    {
        RequestContext.Snapshot = _requestContext;
        try
        {
            _done.TrySetResult(await step(activation));
        }
        catch (Exception exception)
        {
            _done.TrySetException(exception);
        }
    }

    internal override void Refuse(Exception reason) => _done.TrySetException(reason);
}
