using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Orleans.Metadata;
using Orleans.Runtime;

namespace PrivacyGrains.Testing;

/// <summary>Knows the activations of one silo, by Orleans' own hook for them.</summary>
internal sealed class ActivationTracker : IConfigureGrainContextProvider, IConfigureGrainContext
{
    private readonly ConcurrentDictionary<IGrainContext, byte> _activations = new();

    public bool TryGetConfigurator(GrainType grainType, GrainProperties properties, [NotNullWhen(true)] out IConfigureGrainContext? configurator)
    {
        configurator = this;
        return true;
    }

    public void Configure(IGrainContext context)
    {
        _activations.TryAdd(context, 0);
        _ = ForgetAsync(context);
    }

    /// <summary>The grain's activations, or those of every grain of the application.</summary>
    internal IGrainContext[] Activations(GrainId? grain = null) => [.. _activations.Keys.Where(a => grain is null ? IsOurs(a) : a.GrainId == grain)];

    private static bool IsOurs(IGrainContext activation) =>
        activation.GrainInstance?.GetType().Assembly.GetName().Name?.StartsWith("PrivacyGrains.", StringComparison.Ordinal) == true;

    private async Task ForgetAsync(IGrainContext context)
    {
        await context.Deactivated;
        _activations.TryRemove(context, out _);
    }
}
