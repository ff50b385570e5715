using Microsoft.Extensions.DependencyInjection;
using PrivacyGrains.Testing;

namespace PrivacyGrains.Engine.Tests;

/// <summary>A test with a cluster of its own; <see cref="Options"/> says what differs from one plain silo.</summary>
public abstract class EngineTest : IAsyncLifetime
{
    protected Probe Probe { get; } = new();

    protected GrainTestCluster Cluster { get; private set; } = null!;

    protected virtual GrainTestClusterOptions Options => new() { ConfigureServices = AddProbe };

    public async Task InitializeAsync() => Cluster = await GrainTestCluster.StartAsync(Options);

    public async Task DisposeAsync() => await Cluster.DisposeAsync();

    protected void AddProbe(IServiceCollection services) => services.AddSingleton(Probe);

    protected T Grain<T>(string key = "one")
        where T : IGrainWithStringKey => Cluster.Grains.GetGrain<T>(key);

    /// <summary>Advances the clock step by step until the task has ended: a timer is set again only after its tick.</summary>
    protected static async Task AdvanceUntil(ManualTimeProvider clock, TimeSpan step, Task until)
    {
        while (!until.IsCompleted)
        {
            clock.Advance(step);
            await Task.Yield();
        }

        await until;
    }
}

/// <summary>A fact that one engine alone can show.</summary>
public sealed class FactOnEmbeddedAttribute : FactAttribute
{
    public FactOnEmbeddedAttribute() => Skip = EngineInfo.Name == "Embedded" ? null : "Only the embedded engine can stop an activation between two turns.";
}
