using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.TestingHost;
using PrivacyGrains.Engine.Clustering;

namespace PrivacyGrains.Testing;

/// <summary>A cluster in the test's process, with the same surface on both engines.</summary>
public sealed class GrainTestCluster : IAsyncDisposable
{
    /// <summary>
    /// The areas of Orleans that keep real time though grains and reminders have the test's: its loops would else go on inside the test's call of Advance.
    /// A version that does not ask for a clock by area never sees these.
    /// </summary>
    private static readonly string[] OrleansOwnClocks =
        ["Orleans.Messaging", "Orleans.SystemTimers", "Orleans.Membership", "Orleans.ActivationManagement", "Orleans.GrainDirectory"];

    private readonly InProcessTestCluster _cluster;
    private readonly Dictionary<string, (InProcessSiloHandle Handle, ActivationTracker Tracker)> _silos = new(StringComparer.Ordinal);

    private GrainTestCluster(InProcessTestCluster cluster) => _cluster = cluster;

    /// <summary>Whether <see cref="KillActivationAsync"/> is a crash and <see cref="KillAfterTurns"/> works; else the one deactivates and the other throws.</summary>
    public static bool CanKill => false;

    /// <summary>Calls from outside the silos.</summary>
    public IGrainFactory Grains => _cluster.Client;

    /// <summary>Starts a cluster.</summary>
    public static async Task<GrainTestCluster> StartAsync(GrainTestClusterOptions? options = null)
    {
        options ??= new();
        var builder = new InProcessTestClusterBuilder((short)options.Silos.Count);
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureSiloHost((silo, host) => Configure(host, SpecOf(options, silo.SiloName), options));
        builder.ConfigureClient(client => client.Configure<ClientMessagingOptions>(o => o.ResponseTimeout = options.ResponseTimeout));
        var cluster = new GrainTestCluster(builder.Build());
        await cluster._cluster.DeployAsync();
        foreach (var silo in cluster._cluster.Silos)
        {
            await ActivatorUtilities.CreateInstance<MetadataWait>(silo.SiloHost.Services).StartAsync(CancellationToken.None); // of those that came later
            cluster._silos.Add(SpecOf(options, silo.Name).Name, (silo, silo.SiloHost.Services.GetRequiredService<ActivationTracker>()));
        }

        return cluster;
    }

    /// <summary>The container of one silo.</summary>
    public IServiceProvider ServicesOf(string siloName) => _silos[siloName].Handle.SiloHost.Services;

    /// <summary>The name of the silo that runs the grain, or null while it has no activation.</summary>
    public Task<string?> SiloOf(IAddressable grain) =>
        Task.FromResult(_silos.Where(s => s.Value.Tracker.Activations(grain.GetGrainId()).Length > 0).Select(s => s.Key).FirstOrDefault());

    /// <summary>Ends the grain's activation in order, and waits for its end.</summary>
    public Task DeactivateAsync(IAddressable grain) => DeactivateAsync(_silos.Values.SelectMany(s => s.Tracker.Activations(grain.GetGrainId())));

    /// <summary>Ends every activation in order, and waits for their end.</summary>
    public Task DeactivateAllAsync() => DeactivateAsync(_silos.Values.SelectMany(s => s.Tracker.Activations()));

    /// <summary>Orleans can crash a process but no single activation, so this ends it in order.</summary>
    public Task KillActivationAsync(IAddressable grain) => DeactivateAsync(grain);

    /// <summary>Not on Orleans: ask <see cref="CanKill"/> first.</summary>
    public void KillAfterTurns(IAddressable grain, int turns) => throw new NotSupportedException("Orleans cannot stop an activation between two turns.");

    /// <summary>Stops one silo; its activations end in order.</summary>
    public async Task StopSiloAsync(string siloName)
    {
        _silos.Remove(siloName, out var silo);
        await _cluster.StopSiloAsync(silo.Handle);
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    private static Task DeactivateAsync(IEnumerable<IGrainContext> activations)
    {
        var all = activations.ToList();
        foreach (var activation in all)
            activation.Deactivate(new(DeactivationReasonCode.RuntimeRequested, "The test asked for it."));
        return Task.WhenAll(all.Select(a => a.Deactivated));
    }

    /// <summary>The builder numbers its silos: "Silo_0", "Silo_1" and so on, in the order of ours.</summary>
    private static TestSiloSpec SpecOf(GrainTestClusterOptions options, string orleansName) =>
        options.Silos[orleansName.LastIndexOf('_') is var mark and >= 0 && int.TryParse(orleansName.AsSpan(mark + 1), out var number) ? number : 0];

    private static void Configure(IHostApplicationBuilder host, TestSiloSpec spec, GrainTestClusterOptions options)
    {
        if (options.Clock is not null)
        {
            host.Services.AddSingleton(options.Clock);
            foreach (var area in OrleansOwnClocks)
                host.Services.AddKeyedSingleton(area, TimeProvider.System);
        }

        host.Services.AddSingleton<ActivationTracker>();
        host.Services.AddSingleton<IConfigureGrainContextProvider>(static services => services.GetRequiredService<ActivationTracker>());
        host.UseOrleans(silo =>
        {
            silo.UseInMemoryReminderService();
            SiloSetup.ConfigureGrains(silo, new()
            {
                SiloName = spec.Name,
                Parties = spec.Parties,
                ResponseTimeout = options.ResponseTimeout,
                IdleDeactivation = options.IdleDeactivation,
            });
        });
        host.Services.AddHostedService<MetadataWait>();
        options.ConfigureServices?.Invoke(host.Services);
        spec.ConfigureServices?.Invoke(host.Services);
    }
}
