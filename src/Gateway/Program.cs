using PrivacyGrains.Engine;
using PrivacyGrains.Gateway.Hosting;

namespace PrivacyGrains.Gateway;

/// <summary>A gateway of its own, which reaches the cluster's silos. Configuration: <c>PrivacyGrains:Gateway</c> and, for the cluster, <c>PrivacyGrains:Cluster</c>.</summary>
internal static class Program
{
    private static async Task Main(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        var settings = GatewaySettings.Read(builder.Configuration.GetSection(GatewaySettings.Section));
        var cluster = builder.Configuration.GetSection("PrivacyGrains:Cluster").Get<EngineClientOptions>() ?? new EngineClientOptions();
        builder.AddGrainClient(cluster);
        builder.AddPrivacyGrainsGateway(settings);
        await using var app = builder.Build();
        app.MapPrivacyGrainsGateway();
        await app.RunAsync();
    }
}
