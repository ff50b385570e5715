using System.Reflection;
using Orleans.Runtime;

namespace Orleans;

/// <summary>One call on its way to a grain, as a filter sees it.</summary>
public interface IGrainCallContext
{
    /// <summary>The instance that is called.</summary>
    object Grain { get; }

    /// <summary>The grain that calls, or null for a client.</summary>
    GrainId? SourceId { get; }

    /// <summary>The grain that is called.</summary>
    GrainId TargetId { get; }

    /// <summary>The interface's name.</summary>
    string InterfaceName { get; }

    /// <summary>The method's name.</summary>
    string MethodName { get; }

    /// <summary>The interface's method.</summary>
    MethodInfo InterfaceMethod { get; }

    /// <summary>The answer, after <see cref="Invoke"/>; a filter may replace it.</summary>
    object? Result { get; set; }

    /// <summary>Goes on to the next filter and at last to the grain.</summary>
    /// <returns>A task that ends with the call.</returns>
    Task Invoke();
}

/// <summary>A call that has arrived at its activation.</summary>
public interface IIncomingGrainCallContext : IGrainCallContext
{
    /// <summary>The activation that is called.</summary>
    IGrainContext TargetContext { get; }

    /// <summary>The class's method.</summary>
    MethodInfo ImplementationMethod { get; }
}

/// <summary>Stands before every call into the silo's grains; registered in the silo's services, or implemented by a grain for its own calls.</summary>
/// <remarks>The embedded engine does not show the steps of asynchronous streams to filters; Orleans does, as calls of an interface of its own.</remarks>
public interface IIncomingGrainCallFilter
{
    /// <summary>Handles one call.</summary>
    /// <param name="context">The call; <see cref="IGrainCallContext.Invoke"/> lets it pass.</param>
    /// <returns>A task that ends with the call.</returns>
    Task Invoke(IIncomingGrainCallContext context);
}
