using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace PrivacyGrains.Engine.Metrics;

/// <summary>Serves the collector's text over HTTP.</summary>
internal static class MetricsEndpoint
{
    internal static void AddGrainMetrics(this IServiceCollection services)
    {
        services.TryAddSingleton<MetricsCollector>(static _ => new());
        services.AddHostedService<Starter>();
    }

    internal static IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints)
    {
        var collector = endpoints.ServiceProvider.GetService<MetricsCollector>() ?? new MetricsCollector();
        return endpoints.MapGet("/metrics", () => Results.Text(collector.Write(), "text/plain; version=0.0.4; charset=utf-8", Encoding.UTF8)).ExcludeFromDescription();
    }

    /// <summary>Listens from the host's start: what is counted before the first scrape counts.</summary>
    private sealed class Starter(MetricsCollector collector) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            ArgumentNullException.ThrowIfNull(collector);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
