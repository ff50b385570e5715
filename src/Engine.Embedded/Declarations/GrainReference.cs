using System.Reflection;
using PrivacyGrains.Engine.Runtime;

namespace Orleans.Runtime;

/// <summary>Stands for a grain and implements its interface; every call through it becomes a message.</summary>
public class GrainReference : DispatchProxy, IAddressable, IEquatable<GrainReference>
{
    /// <summary>The grain that this stands for.</summary>
    public GrainId GrainId { get; private set; }

    internal LocalCluster Cluster { get; private set; } = null!;

    /// <inheritdoc/>
    public bool Equals(GrainReference? other) => other is not null && other.GrainId == GrainId;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as GrainReference);

    /// <inheritdoc/>
    public override int GetHashCode() => GrainId.GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => $"GrainReference:{GrainId}";

    internal void Bind(LocalCluster cluster, GrainId grainId)
    {
        Cluster = cluster;
        GrainId = grainId;
    }

    /// <summary>Sends one call.</summary>
    /// <param name="targetMethod">The interface's method.</param>
    /// <param name="args">Its arguments.</param>
    /// <returns>What the method returns.</returns>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        GrainMethod.Of(targetMethod!).Send(Cluster, GrainId, args ?? []);
}
