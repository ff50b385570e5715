namespace PrivacyGrains.Engine;

/// <summary>How one silo takes part in a cluster.</summary>
/// <remarks>The embedded engine reads the parties, the reminder folder and the times; the rest concerns a cluster of processes.</remarks>
public sealed class EngineSiloOptions
{
    /// <summary>The name in <see cref="Parties"/> of the silo that runs the grains marked <see cref="PlacedWithCoordinatorAttribute"/>.</summary>
    public const string CoordinatorParty = "coordinator";

    /// <summary>The entry of <see cref="Parties"/> that stands for every party and the coordinator.</summary>
    public const string AnyParty = "*";

    /// <summary>The cluster that this silo joins; silos of different ids never see each other.</summary>
    public string ClusterId { get; init; } = "privacygrains";

    /// <summary>The deployment across restarts and re-created clusters; reminders are kept under it.</summary>
    public string ServiceId { get; init; } = "privacygrains";

    /// <summary>The silo's name in logs and in the membership table.</summary>
    public string SiloName { get; init; } = "silo";

    /// <summary>The parties whose grains may run here; <see cref="AnyParty"/> for all, <see cref="CoordinatorParty"/> for the coordinator's.</summary>
    public IReadOnlyList<string> Parties { get; init; } = [AnyParty];

    /// <summary>The TCP port for other silos, 1 to 65535.</summary>
    public int SiloPort { get; init; } = 11111;

    /// <summary>The TCP port for clients, 1 to 65535, or 0 for none.</summary>
    public int GatewayPort { get; init; } = 30000;

    /// <summary>The IP address or host name that others reach this silo at; null for loopback.</summary>
    public string? AdvertisedAddress { get; init; }

    /// <summary>With several silos on one machine and no database: the <c>host:port</c> of the first one's <see cref="SiloPort"/>; null on the first itself.</summary>
    public string? PrimarySilo { get; init; }

    /// <summary>An Npgsql connection string of the database that holds membership and reminders; null for one machine. Secret.</summary>
    public string? ClusteringConnectionString { get; init; }

    /// <summary>Where the embedded engine keeps reminders; null keeps them in memory only.</summary>
    public string? ReminderFolder { get; init; }

    /// <summary>TLS between silos and for clients; null for none, which only a trusted network allows.</summary>
    public EngineTlsOptions? Tls { get; init; }

    /// <summary>How long a caller waits for an answer before <see cref="TimeoutException"/>.</summary>
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an activation without work stays.</summary>
    public TimeSpan IdleDeactivation { get; init; } = TimeSpan.FromMinutes(15);
}
