using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using PrivacyGrains.Grains.Journaling;
using PrivacyGrains.Grains.Ledger;
using PrivacyGrains.Grains.Scoring;
using PrivacyGrains.Grains.Stock;
using PrivacyGrains.Grains.Streams;
using PrivacyGrains.Grains.Weights;

namespace PrivacyGrains.Grains.Hosting;

/// <summary>Registers what grains ask for.</summary>
public static class GrainServices
{
    /// <summary>Adds the grains' services. The host adds the rest: an engine's silo, <c>IStores</c> and <see cref="Parties.IPartyKeys"/>.</summary>
    /// <param name="services">The silo's services; <see cref="StockSettings"/> and <see cref="ScoringSettings"/> that are there already stay.</param>
    /// <param name="settings">What every grain is told.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddPrivacyGrains(this IServiceCollection services, GrainSettings settings)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(settings);
        services.AddMetrics();
        services.AddLogging();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(settings);
        services.AddSingleton<GrainMetrics>();
        services.AddSingleton<GrainJournals>();
        services.AddSingleton<Milestones>();
        services.AddSingleton<PlanFigures>();
        services.TryAddSingleton<IPartyStreams, NoPartyStreams>();
        services.TryAddSingleton<StockSettings>();
        services.TryAddSingleton<ScoringSettings>();
        services.AddSingleton<CkksContexts>();
        services.AddSingleton<ScoringEvaluators>();
        services.AddSingleton<PreparedModels>();
        services.AddSingleton<ReadyKeys>();
        return services;
    }

    /// <summary>Adds what parties keep in their own folders beside keys and journals: stock, weights that they hold, a dealer's masks; and the coordinator, clients' evaluation keys.</summary>
    /// <param name="services">The silo's services.</param>
    /// <param name="dataFolder">The silo's folder of parties.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddPartyFiles(this IServiceCollection services, string dataFolder)
    {
        ArgumentNullException.ThrowIfNull(services);
        return services.AddSingleton(new LotFiles(dataFolder)).AddSingleton(new WeightFiles(dataFolder)).AddSingleton(new MaskFiles(dataFolder)).AddSingleton(new KeyFiles(dataFolder));
    }

    /// <summary>Adds direct streams between parties' sides, where the settings say where to listen.</summary>
    /// <param name="services">The silo's services, with <see cref="AddPrivacyGrains"/>.</param>
    /// <param name="settings">Where.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddPartyStreams(this IServiceCollection services, PartyStreamSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.Listen.Length > 0)
        {
            services.AddSingleton(provider => new PartyStreams(
                settings, provider.GetRequiredService<GrainMetrics>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<PartyStreams>>()));
            services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<PartyStreams>());
            services.Replace(ServiceDescriptor.Singleton<IPartyStreams>(provider => provider.GetRequiredService<PartyStreams>()));
        }

        return services;
    }
}
