using System.Reflection;
using Orleans;
using Orleans.Runtime;

namespace PrivacyGrains.Engine.Runtime;

/// <summary>A call at its activation, passing the filters one after the other.</summary>
internal sealed class IncomingCall : IIncomingGrainCallContext
{
    private readonly Call _call;
    private readonly Activation _activation;
    private readonly IReadOnlyList<IIncomingGrainCallFilter> _filters;
    private int _next;

    private IncomingCall(Call call, Activation activation, IReadOnlyList<IIncomingGrainCallFilter> filters)
    {
        _call = call;
        _activation = activation;
        _filters = filters;
    }

    public object Grain => _activation.GrainInstance!;

    public GrainId? SourceId => _call.Source;

    public GrainId TargetId => _call.Target;

    public string InterfaceName => InterfaceMethod.DeclaringType!.FullName!;

    public string MethodName => InterfaceMethod.Name;

    public MethodInfo InterfaceMethod => _call.Method.Method;

    public IGrainContext TargetContext => _activation;

    public MethodInfo ImplementationMethod
    {
        get
        {
            var map = Grain.GetType().GetInterfaceMap(InterfaceMethod.DeclaringType!);
            var definition = InterfaceMethod.IsGenericMethod ? InterfaceMethod.GetGenericMethodDefinition() : InterfaceMethod;
            return map.TargetMethods[Array.IndexOf(map.InterfaceMethods, definition)];
        }
    }

    public object? Result { get; set; }

    /// <summary>Runs the call through the silo's filters, the grain's own, and the grain.</summary>
    internal static async Task<object?> RunAsync(Call call, Activation activation)
    {
        var filters = activation.Silo.Filters;
        if (filters.Count == 0 && activation.GrainInstance is not IIncomingGrainCallFilter)
            return await call.Method.CallAsync(activation.GrainInstance!, call.Arguments);

        var incoming = new IncomingCall(call, activation, filters);
        await incoming.Invoke();
        return incoming.Result;
    }

    public async Task Invoke()
    {
        var stage = _next++;
        if (stage < _filters.Count)
            await _filters[stage].Invoke(this);
        else if (stage == _filters.Count && Grain is IIncomingGrainCallFilter own)
            await own.Invoke(this);
        else
            Result = await _call.Method.CallAsync(Grain, _call.Arguments);
    }
}
