using System.Collections.Immutable;
using System.Diagnostics;
using Orleans.Runtime;

namespace PrivacyGrains.Engine.Runtime;

/// <summary>One call from its sending to its answer.</summary>
/// <remarks>
/// Arguments and answers are handed over as they are, so they must be immutable. Of the caller's ambient state only
/// <see cref="RequestContext"/> and the current activity travel along.
/// </remarks>
#pragma warning disable CA1001 // a token source without a timer holds nothing to dispose of
internal abstract class Call : WorkItem
#pragma warning restore CA1001
{
    private readonly ImmutableDictionary<string, object>? _requestContext = RequestContext.Snapshot;
    private readonly Activity? _activity = Activity.Current;
    private readonly CancellationTokenSource? _calleeCancellation;
    private CancellationTokenRegistration _callerCancellation;
    private ITimer? _timeout;
    private Activation? _activation;
    private volatile bool _isCancelled;

    protected Call(LocalCluster cluster, GrainId target, GrainMethod method, object?[] arguments)
    {
        Cluster = cluster;
        Target = target;
        Method = method;
        Arguments = arguments;
        CallerToken = method.TokenAmong(arguments);
        if (method.CancellationIndex >= 0)
        {
            _calleeCancellation = new();
            Arguments = [.. arguments];
            Arguments[method.CancellationIndex] = _calleeCancellation.Token;
        }
    }

    internal LocalCluster Cluster { get; }

    internal GrainId Target { get; }

    internal GrainId? Source { get; } = RuntimeContext.Current?.GrainId;

    internal GrainMethod Method { get; }

    internal object?[] Arguments { get; }

    internal override bool AlwaysInterleaves => Method.AlwaysInterleaves;

    internal override bool IsReadOnly => Method.IsReadOnly;

    /// <summary>Nobody waits any more, since the time was up.</summary>
    internal override bool IsAbandoned => IsAnswered && !_isCancelled;

    internal override Guid ReentrancyId => RequestContext.ReentrancyOf(_requestContext);

    protected abstract bool IsAnswered { get; }

    private CancellationToken CallerToken { get; }

    /// <summary>Sends the call; every outcome, refusal included, is its answer.</summary>
    internal void Send()
    {
        if (CallerToken.IsCancellationRequested)
        {
            TryFail(new OperationCanceledException(CallerToken));
            return;
        }

        var limit = Method.Timeout ?? Cluster.ResponseTimeout;
        if (limit != Timeout.InfiniteTimeSpan && !Method.IsOneWay)
            _timeout = TimeProvider.System.CreateTimer(static call => ((Call)call!).OnTimeout(), this, limit, Timeout.InfiniteTimeSpan);
        if (CallerToken.CanBeCanceled)
            _callerCancellation = CallerToken.UnsafeRegister(static call => ((Call)call!).OnCallerCancelled(), this);

        Cluster.Dispatch(Target, this);
    }

    internal override async Task RunAsync(Activation activation)
    {
        _activation = activation;
        Interlocked.MemoryBarrier(); // either we see that the caller gave up, or the caller sees the activation to cancel
        if (IsAbandoned)
            return;
        if (_isCancelled) // while it waited: it runs all the same, as on Orleans, and finds its token cancelled
            await _calleeCancellation!.CancelAsync();

        RequestContext.Snapshot = _requestContext;
        Activity.Current = _activity;
        try
        {
            TrySucceed(await IncomingCall.RunAsync(this, activation));
        }
        catch (Exception exception)
        {
            TryFail(exception);
        }

        Settle();
    }

    internal override void Refuse(Exception reason)
    {
        TryFail(reason);
        Settle();
    }

    /// <summary>Answers with a value, unless answered before.</summary>
    protected abstract void TrySucceed(object? value);

    /// <summary>Answers with an exception, unless answered before.</summary>
    protected abstract bool TryFail(Exception exception);

    private void OnTimeout()
    {
        var limit = Method.Timeout ?? Cluster.ResponseTimeout;
        if (TryFail(new TimeoutException($"{Target} did not answer {Method.Method.DeclaringType?.Name}.{Method.Method.Name} within {limit}.")))
            CancelCallee();
    }

    private void OnCallerCancelled()
    {
        _isCancelled = true;
        if (TryFail(new OperationCanceledException(CallerToken)))
            CancelCallee();
    }

    /// <summary>The callee learns of it on a turn of its own; the caller does not wait for that.</summary>
    private void CancelCallee()
    {
        Settle();
        Interlocked.MemoryBarrier();
        if (_calleeCancellation is not null)
            _activation?.Scheduler.Run(static source => ((CancellationTokenSource)source!).Cancel(), _calleeCancellation);
    }

    private void Settle()
    {
        _timeout?.Dispose();
        _callerCancellation.Unregister();
    }
}

/// <summary>A call whose answer is a <typeparamref name="T"/>.</summary>
internal sealed class Call<T>(LocalCluster cluster, GrainId target, GrainMethod method, object?[] arguments) : Call(cluster, target, method, arguments)
{
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal Task<T> Answer => _answer.Task;

    protected override bool IsAnswered => _answer.Task.IsCompleted;

    protected override void TrySucceed(object? value) => _answer.TrySetResult((T)value!);

    protected override bool TryFail(Exception exception) => _answer.TrySetException(exception);
}
