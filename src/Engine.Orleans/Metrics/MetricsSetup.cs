using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;

namespace PrivacyGrains.Engine.Metrics;

/// <summary>OpenTelemetry's exporter, set so that a series has the name and the labels that the embedded engine gives it.</summary>
internal static class MetricsSetup
{
    internal static void AddGrainMetrics(this IServiceCollection services) => services.AddOpenTelemetry().WithMetrics(metrics => metrics
        .AddMeter("PrivacyGrains*", "System.Runtime", "Microsoft.AspNetCore.Hosting")
        .AddPrometheusExporter(options =>
        {
            options.ScopeInfoEnabled = false;
            options.TargetInfoEnabled = false;
        }));

    internal static IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints) => endpoints.MapPrometheusScrapingEndpoint("/metrics");
}
