using Microsoft.Extensions.Logging;
using PrivacyGrains.Engine;
using PrivacyGrains.Gateway.Hosting;
using PrivacyGrains.Silo;

namespace PrivacyGrains.Cli.Running;

/// <summary>What one process runs of a consortium.</summary>
internal sealed record ConsortiumSettings
{
    /// <summary>The silo; null for a gateway alone.</summary>
    public SiloSettings? Silo { get; init; }

    /// <summary>The gateway; null for a silo alone.</summary>
    public GatewaySettings? Gateway { get; init; }

    /// <summary>How a gateway alone reaches the cluster.</summary>
    public EngineClientOptions Cluster { get; init; } = new();

    /// <summary>What is logged to standard error: from this level on.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Warning;

    /// <summary>Whether it stops by itself at Ctrl-C; not where it lives as long as a command that hears the signal itself.</summary>
    public bool HearsSignals { get; init; } = true;

    /// <summary>How long calls that are under way may take to end when it stops. Nothing durable is lost by a short one: what was acknowledged is in the journals.</summary>
    public TimeSpan Farewell { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A whole consortium in this process.</summary>
    /// <param name="consortium">Its name.</param>
    /// <param name="data">The folder of keys and journals.</param>
    /// <param name="urls">Where the gateway listens; with port 0, at a free one.</param>
    public static ConsortiumSettings Whole(string consortium, string data, params IReadOnlyList<string> urls) => new()
    {
        Silo = new SiloSettings { Consortium = consortium, Name = "whole", Parties = [EngineSiloOptions.AnyParty], Coordinator = true, Data = data },
        Gateway = new GatewaySettings { Consortium = consortium, Urls = urls },
    };
}
