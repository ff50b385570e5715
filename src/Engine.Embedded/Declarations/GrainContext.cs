using PrivacyGrains.Engine.Runtime;

namespace Orleans.Runtime;

/// <summary>One activation of a grain.</summary>
public interface IGrainContext
{
    /// <summary>The grain that this activates.</summary>
    GrainId GrainId { get; }

    /// <summary>A reference to the grain.</summary>
    GrainReference GrainReference { get; }

    /// <summary>The instance of the grain's class, once it is made.</summary>
    object? GrainInstance { get; }

    /// <summary>The activation's own scope of the silo's container.</summary>
    IServiceProvider ActivationServices { get; }

    /// <summary>Ends when the activation has ended.</summary>
    Task Deactivated { get; }

    /// <summary>Ends the activation after the calls that it is running.</summary>
    /// <param name="deactivationReason">Why; the grain is told.</param>
    /// <param name="cancellationToken">Ends the patience with the grain's own clean-up.</param>
    void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default);
}

/// <summary>Which activation the running turn belongs to.</summary>
internal static class RuntimeContext
{
    /// <summary>The activation, or null outside any turn.</summary>
    [field: ThreadStatic]
    internal static Activation? Current { get; set; }
}
