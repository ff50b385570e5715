using System.Collections.Concurrent;
using System.Reflection;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace PrivacyGrains.Engine.Runtime;

/// <summary>What is known of one method of a grain interface: how to call it and how its calls may mix.</summary>
internal sealed class GrainMethod
{
    private static readonly ConcurrentDictionary<MethodInfo, GrainMethod> Known = new();
    private readonly MethodInvoker _invoker;
    private readonly ResultShape _shape;

    private GrainMethod(MethodInfo method)
    {
        Method = method;
        _invoker = MethodInvoker.Create(method);
        _shape = ResultShape.Of(method);
        AlwaysInterleaves = method.IsDefined(typeof(AlwaysInterleaveAttribute));
        IsReadOnly = method.IsDefined(typeof(ReadOnlyAttribute));
        IsOneWay = method.IsDefined(typeof(OneWayAttribute));
        Timeout = method.GetCustomAttribute<ResponseTimeoutAttribute>()?.Timeout;
        CancellationIndex = Array.FindIndex(method.GetParameters(), p => p.ParameterType == typeof(CancellationToken));
    }

    internal MethodInfo Method { get; }

    internal bool AlwaysInterleaves { get; }

    internal bool IsReadOnly { get; }

    internal bool IsOneWay { get; }

    internal TimeSpan? Timeout { get; }

    /// <summary>Which parameter is the cancellation token; -1 for none.</summary>
    internal int CancellationIndex { get; }

    internal static GrainMethod Of(MethodInfo method) => Known.GetOrAdd(method, static m => new(m));

    /// <summary>Sends a call and returns what the interface's method returns.</summary>
    internal object Send(LocalCluster cluster, GrainId target, object?[] arguments) => _shape.Send(cluster, target, this, arguments);

    /// <summary>Calls the method on an instance, on its own turn.</summary>
    internal object? Call(object instance, object?[] arguments) => _invoker.Invoke(instance, arguments.AsSpan());

    /// <summary>Calls the method on an instance and awaits what it returns.</summary>
    internal Task<object?> CallAsync(object instance, object?[] arguments) => _shape.UnwrapAsync(Call(instance, arguments));

    /// <summary>The token among the arguments, or none.</summary>
    internal CancellationToken TokenAmong(object?[] arguments) => CancellationIndex < 0 ? CancellationToken.None : (CancellationToken)arguments[CancellationIndex]!;
}
