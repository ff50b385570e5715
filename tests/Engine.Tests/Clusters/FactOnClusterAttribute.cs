using PrivacyGrains.Testing;

namespace PrivacyGrains.Engine.Tests.Clusters;

/// <summary>A fact about silos that form a cluster, which the embedded engine does not.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FactOnClusterAttribute : FactAttribute
{
    public FactOnClusterAttribute(params string[] names) =>
        Skip = EngineInfo.SupportsClustering ? Requirement.SkipReason(names) : $"The {EngineInfo.Name} engine runs in one process.";
}
