using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using PrivacyGrains.Engine;
using PrivacyGrains.Grains.Hosting;
using PrivacyGrains.Grains.Parties;
using PrivacyGrains.Storage;

namespace PrivacyGrains.Silo;

/// <summary>Puts a silo into a host: for the silo's own program, for <c>privacygrains up</c> and <c>demo</c>, and for tests.</summary>
public static class SiloHosting
{
    private const string Ready = "ready";

    /// <summary>Registers stores, keys, the grains' services, the engine's silo, and what sets it up at start.</summary>
    /// <param name="builder">The host's builder.</param>
    /// <param name="settings">What the silo is told.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="SiloSettingsException">The settings are wrong.</exception>
    /// <remarks>
    /// At start, in this order: keys are made for owners that have none; a cluster's database gets its tables; the engine starts; a coordinator founds the consortium. When the host's start has
    /// ended, all of it is done. <see cref="TimeProvider"/> may be registered before, as in tests.
    /// </remarks>
    public static IHostApplicationBuilder AddPrivacyGrainsSilo(this IHostApplicationBuilder builder, SiloSettings settings)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(settings);
        settings.Checked();
        var services = builder.Services;
        services.AddSingleton(settings);
        services.AddSingleton(settings.Stock);
        services.AddSingleton(settings.Scoring);
        services.AddPrivacyGrains(new GrainSettings(settings.Consortium, settings.Name)).AddPartyStreams(settings.Streams);
        services.AddSingleton<IStores>(provider => Stores(settings, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(new PartyKeyFiles(settings.Data));
        services.AddSingleton<IPartyKeys>(static provider => provider.GetRequiredService<PartyKeyFiles>());
        services.AddPartyFiles(settings.Data);
        services.AddSingleton<SiloReadiness>();
        services.AddHostedService<KeySetup>();
        services.AddHostedService<ClusterSetup>();
        builder.AddGrainSilo(EngineOptions(settings));
        services.AddHostedService<ConsortiumSetup>();
        services.AddHostedService<BudgetWarmUp>();
        services.AddHealthChecks().AddCheck<SiloHealth>("silo", tags: [Ready]);
        return builder;
    }

    /// <summary>Serves <c>/health/live</c> (the process answers), <c>/health/ready</c> (the silo takes calls, its stores are open) and <c>/metrics</c>.</summary>
    /// <param name="endpoints">The application.</param>
    /// <returns>The application.</returns>
    public static IEndpointRouteBuilder MapPrivacyGrainsSilo(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        endpoints.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = static _ => false });
        endpoints.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = static check => check.Tags.Contains(Ready), ResponseWriter = WriteAsync });
        endpoints.MapGrainMetrics();
        return endpoints;
    }

    private static IStores Stores(SiloSettings settings, TimeProvider clock) =>
        settings.Store == "postgres"
            ? new PostgresStores(owner => settings.ConnectionStrings.GetValueOrDefault(owner), clock)
            : new FileStores(settings.Data, settings.Owners, clock);

    private static EngineSiloOptions EngineOptions(SiloSettings settings) => new()
    {
        ClusterId = settings.Engine.ClusterId,
        ServiceId = settings.Engine.ServiceId,
        SiloName = settings.Name,
        Parties = settings.Coordinator ? [.. settings.Parties, EngineSiloOptions.CoordinatorParty] : settings.Parties,
        SiloPort = settings.Engine.SiloPort,
        GatewayPort = settings.Engine.GatewayPort,
        AdvertisedAddress = settings.Engine.AdvertisedAddress,
        PrimarySilo = settings.Engine.PrimarySilo,
        ClusteringConnectionString = settings.Engine.ClusteringConnectionString,
        ReminderFolder = settings.Engine.ReminderFolder ?? Path.Combine(settings.Data, "reminders"),
        Tls = settings.Engine.Tls,
        ResponseTimeout = settings.Engine.ResponseTimeout,
        IdleDeactivation = settings.Engine.IdleDeactivation,
    };

    private static Task WriteAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(string.Join('\n', report.Entries.Select(e => $"{e.Key}: {e.Value.Status}: {e.Value.Description}").Prepend(report.Status.ToString())) + "\n");
    }
}
