using PrivacyGrains.Engine;
using PrivacyGrains.Testing;

namespace PrivacyGrains.EndToEnd.Tests.Clusters;

/// <summary>A fact about silos in processes of their own, which the embedded engine does not have.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FactOnClusterAttribute : FactAttribute
{
    public FactOnClusterAttribute(params string[] names) =>
        Skip = EngineInfo.SupportsClustering ? Requirement.SkipReason(names) : $"The {EngineInfo.Name} engine runs in one process.";
}
