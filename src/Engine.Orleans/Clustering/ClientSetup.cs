using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Hosting;

namespace PrivacyGrains.Engine.Clustering;

/// <summary>Turns our options into those of an Orleans client.</summary>
internal static class ClientSetup
{
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromSeconds(2);

    internal static void Configure(IClientBuilder client, EngineClientOptions options)
    {
        if (options.ClusteringConnectionString is { } connection)
            client.UseAdoNetClustering(o => (o.Invariant, o.ConnectionString) = (SiloSetup.Npgsql, connection));
        else
            client.UseStaticClustering([.. options.Gateways.DefaultIfEmpty("127.0.0.1:30000").Select(Endpoints.Parse)]);

        client.Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = (options.ClusterId, options.ServiceId));
        client.Configure<ClientMessagingOptions>(o =>
        {
            o.ResponseTimeout = options.ResponseTimeout;
            o.CancelRequestOnTimeout = true;
        });
        if (options.Tls is { } tls)
            client.UseTls(o => TlsSetup.Configure(o, tls));
        client.AddActivityPropagation();

        // The cluster may start after its client; the host's own start has the last word by its token.
        client.UseConnectionRetryFilter(static async (_, cancellationToken) =>
        {
            await Task.Delay(BetweenAttempts, TimeProvider.System, cancellationToken);
            return true;
        });
    }
}
