using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using PrivacyGrains.Engine.Clustering;
using PrivacyGrains.Engine.Metrics;

namespace PrivacyGrains.Engine;

/// <summary>Puts the engine into a host. The same methods stand in both engines.</summary>
public static class EngineHosting
{
    /// <summary>Runs a silo in this host, with every grain class of the application, and puts an <see cref="IGrainFactory"/> into its services.</summary>
    /// <param name="builder">The host's builder.</param>
    /// <param name="options">The silo's part in the cluster.</param>
    /// <returns>The builder.</returns>
    /// <remarks>Grains are called between the host's start and its stop.</remarks>
    public static IHostApplicationBuilder AddGrainSilo(this IHostApplicationBuilder builder, EngineSiloOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        builder.UseOrleans(silo => SiloSetup.Configure(silo, options));
        builder.Services.AddHostedService<MetadataWait>();
        builder.Services.AddGrainMetrics();
        return builder;
    }

    /// <summary>Puts an <see cref="IGrainFactory"/> that calls a cluster of other processes into this host's services.</summary>
    /// <param name="builder">The host's builder.</param>
    /// <param name="options">The cluster.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="NotSupportedException">On the embedded engine, which has no clusters.</exception>
    public static IHostApplicationBuilder AddGrainClient(this IHostApplicationBuilder builder, EngineClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        builder.UseOrleansClient(client => ClientSetup.Configure(client, options));
        builder.Services.AddGrainMetrics();
        return builder;
    }

    /// <summary>Creates or updates the tables of membership and reminders. Safe to run again, and by several at once.</summary>
    /// <param name="connectionString">An Npgsql connection string whose role may create tables. Secret.</param>
    /// <param name="cancellationToken">Ends the attempt; what is not committed is rolled back.</param>
    /// <returns>A task that ends when the schema is current.</returns>
    /// <exception cref="NotSupportedException">On the embedded engine, which has no clusters.</exception>
    public static Task MigrateClusteringAsync(string connectionString, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        return ClusteringSchema.MigrateAsync(connectionString, cancellationToken);
    }

    /// <summary>Serves this process's meters at <c>/metrics</c> in Prometheus' text format.</summary>
    /// <param name="endpoints">The application.</param>
    /// <returns>The endpoint, to restrict who may read it.</returns>
    /// <remarks>Shown are meters whose name begins with PrivacyGrains, in any case of letters, and those of the runtime and of ASP.NET Core's hosting.</remarks>
    public static IEndpointConventionBuilder MapGrainMetrics(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        return MetricsSetup.Map(endpoints);
    }
}
