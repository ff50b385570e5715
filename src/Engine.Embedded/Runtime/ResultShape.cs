using System.Reflection;
using Orleans.Runtime;

namespace PrivacyGrains.Engine.Runtime;

/// <summary>One form of what grain methods return: task or value task, with or without a value, or a stream.</summary>
internal abstract class ResultShape
{
    internal static ResultShape Of(MethodInfo method)
    {
        var type = method.ReturnType;
        if (type == typeof(Task) || type == typeof(ValueTask))
            return new TaskShape<object?>(type == typeof(ValueTask), hasValue: false);

        var (shape, isValueTask) = type.IsGenericType ? (type.GetGenericTypeDefinition(), false) : (null, false);
        isValueTask = shape == typeof(ValueTask<>);
        if (shape == typeof(Task<>) || isValueTask)
            return Make(typeof(TaskShape<>), type, isValueTask, true);
        if (shape == typeof(IAsyncEnumerable<>))
            return Make(typeof(StreamShape<>), type);

        throw new NotSupportedException($"{method.DeclaringType}.{method.Name} returns {type}. A grain's method returns a task, a value task or an asynchronous stream.");
    }

    /// <summary>Starts a call and gives the caller its promise.</summary>
    internal abstract object Send(LocalCluster cluster, GrainId target, GrainMethod method, object?[] arguments);

    /// <summary>Awaits what the grain's method returned.</summary>
    internal abstract Task<object?> UnwrapAsync(object? returned);

    private static ResultShape Make(Type shape, Type returnType, params object?[] arguments) => (ResultShape)Activator.CreateInstance(
        shape.MakeGenericType(returnType.GetGenericArguments()), BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public, null, arguments, null)!;
}

/// <summary>Task, Task of T, ValueTask and ValueTask of T.</summary>
internal sealed class TaskShape<T>(bool isValueTask, bool hasValue) : ResultShape
{
    internal override object Send(LocalCluster cluster, GrainId target, GrainMethod method, object?[] arguments)
    {
        var call = new Call<T>(cluster, target, method, arguments);
        call.Send();
        var answer = method.IsOneWay ? Task.FromResult<T>(default!) : call.Answer;
        return (isValueTask, hasValue) switch
        {
            (false, _) => answer,
            (true, true) => new ValueTask<T>(answer),
            (true, false) => new ValueTask(answer),
        };
    }

    internal override async Task<object?> UnwrapAsync(object? returned)
    {
        switch (returned)
        {
            case Task<T> task when hasValue:
                return await task;
            case Task task:
                await task;
                return null;
            case ValueTask<T> task:
                return await task;
            case ValueTask task:
                await task;
                return null;
            default:
                throw new InvalidOperationException("The grain's method returned null in place of a task.");
        }
    }
}

/// <summary>Asynchronous streams: every element is fetched by a step of its own.</summary>
internal sealed class StreamShape<T> : ResultShape
{
    internal override object Send(LocalCluster cluster, GrainId target, GrainMethod method, object?[] arguments) =>
        new GrainStream<T>(cluster, target, method, arguments);

    internal override Task<object?> UnwrapAsync(object? returned) => Task.FromResult(returned);
}
