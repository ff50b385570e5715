namespace PrivacyGrains.Engine;

/// <summary>How a process without grains of its own, such as a gateway, reaches a cluster.</summary>
public sealed class EngineClientOptions
{
    /// <summary>The cluster to call.</summary>
    public string ClusterId { get; init; } = "privacygrains";

    /// <summary>The deployment that the cluster belongs to.</summary>
    public string ServiceId { get; init; } = "privacygrains";

    /// <summary>The <c>host:port</c> of silos' gateway ports, used where no database is given; empty for 127.0.0.1:30000.</summary>
    public IReadOnlyList<string> Gateways { get; init; } = [];

    /// <summary>An Npgsql connection string of the membership database; null to use <see cref="Gateways"/>. Secret.</summary>
    public string? ClusteringConnectionString { get; init; }

    /// <summary>TLS towards the silos; it must match theirs.</summary>
    public EngineTlsOptions? Tls { get; init; }

    /// <summary>How long a caller waits for an answer before <see cref="TimeoutException"/>.</summary>
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
