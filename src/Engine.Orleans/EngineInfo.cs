namespace PrivacyGrains.Engine;

/// <summary>Which engine this build runs its grains on.</summary>
public static class EngineInfo
{
    /// <summary>"Embedded" or "Orleans".</summary>
    public static string Name => "Orleans";

    /// <summary>Whether silos in separate processes can form one cluster.</summary>
    public static bool SupportsClustering => true;
}
