using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using PrivacyGrains.Grains.Journaling;

namespace PrivacyGrains.Grains.Hosting;

/// <summary>Registers what grains ask for.</summary>
public static class GrainServices
{
    /// <summary>Adds the grains' services. The host adds the rest: an engine's silo, <c>IStores</c> and <see cref="Parties.IPartyKeys"/>.</summary>
    /// <param name="services">The silo's services.</param>
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
        return services;
    }
}
