using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;

namespace PrivacyGrains.Engine.Metrics;

/// <summary>OpenTelemetry's exporter, set so that a series has the name and the labels that the embedded engine gives it.</summary>
internal static class MetricsSetup
{
    private static readonly string[] Meters = ["PrivacyGrains*", "System.Runtime", "Microsoft.AspNetCore.Hosting"];

    internal static void AddGrainMetrics(this IServiceCollection services) =>
        services.AddOpenTelemetry().WithMetrics(static metrics => metrics.AddMeter(Meters).AddPrometheusExporter(Configure));

    internal static IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPrometheusScrapingEndpoint("/metrics", endpoints.ServiceProvider.GetService<MeterProvider>() ?? OwnProvider(endpoints), null, null);

    /// <summary>Of an application whose grains are called through a factory from elsewhere: it has neither a silo nor a client of ours.</summary>
    private static MeterProvider OwnProvider(IEndpointRouteBuilder endpoints)
    {
        var provider = Sdk.CreateMeterProviderBuilder().AddMeter(Meters).AddPrometheusExporter(Configure).Build();
        endpoints.ServiceProvider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopped.Register(provider.Dispose);
        return provider;
    }

    private static void Configure(PrometheusAspNetCoreOptions options) => (options.ScopeInfoEnabled, options.TargetInfoEnabled) = (false, false);
}
