using PrivacyGrains.Engine;

namespace PrivacyGrains.EndToEnd.Tests.Operations;

/// <summary>A fact about the default build; on the other engine it is skipped, visibly.</summary>
internal sealed class FactOnEmbeddedAttribute : FactAttribute
{
    public FactOnEmbeddedAttribute() => Skip = EngineInfo.SupportsClustering ? "starts the default build" : null;
}
