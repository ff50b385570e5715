using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using Orleans.Runtime;
using PrivacyGrains.Engine;
using PrivacyGrains.Engine.Runtime;

namespace PrivacyGrains.Testing;

/// <summary>A cluster in the test's process, with the same surface on both engines.</summary>
public sealed class GrainTestCluster : IAsyncDisposable
{
    private readonly LocalCluster _cluster = new();
    private readonly List<(string Name, IHost Host)> _silos = [];

    private GrainTestCluster()
    {
    }

    /// <summary>Whether <see cref="KillActivationAsync"/> is a crash and <see cref="KillAfterTurns"/> works; else the one deactivates and the other throws.</summary>
    public static bool CanKill => true;

    /// <summary>Calls from outside the silos.</summary>
    public IGrainFactory Grains => _cluster.References;

    /// <summary>Starts a cluster.</summary>
    public static async Task<GrainTestCluster> StartAsync(GrainTestClusterOptions? options = null)
    {
        options ??= new();
        var cluster = new GrainTestCluster();
        foreach (var spec in options.Silos)
            await cluster.AddAsync(spec, options);
        return cluster;
    }

    /// <summary>The container of one silo.</summary>
    public IServiceProvider ServicesOf(string siloName) => HostOf(siloName).Services;

    /// <summary>The name of the silo that runs the grain, or null while it has no activation.</summary>
    public Task<string?> SiloOf(IAddressable grain) =>
        Task.FromResult(_cluster.ActivationsOf(grain.GetGrainId()) is [var activation, ..] ? activation.Silo.Options.SiloName : null);

    /// <summary>Ends the grain's activation in order, and waits for its end.</summary>
    public Task DeactivateAsync(IAddressable grain) => DeactivateAsync(_cluster.ActivationsOf(grain.GetGrainId()));

    /// <summary>Ends every activation in order, and waits for their end.</summary>
    public Task DeactivateAllAsync() => DeactivateAsync([.. _cluster.Activations]);

    /// <summary>Ends the grain's activation as a crash would: no clean-up, callers get <see cref="SiloUnavailableException"/>, the next call makes a fresh one.</summary>
    public Task KillActivationAsync(IAddressable grain)
    {
        foreach (var activation in _cluster.ActivationsOf(grain.GetGrainId()))
            activation.Kill();
        return Task.CompletedTask;
    }

    /// <summary>Kills the grain's present activation (or its next one, where there is none) after so many of its turns from now.</summary>
    /// <remarks>
    /// A turn is what runs between two awaits that truly wait. Count up from 1 until the operation ends without a crash, and every
    /// point where the grain can be stopped was tried. An await that completes at once is no such point: let the stores of the test yield.
    /// </remarks>
    public void KillAfterTurns(IAddressable grain, int turns)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(turns, 1);
        _cluster.KillAfterTurns(grain.GetGrainId(), turns);
    }

    /// <summary>Stops one silo; its activations end in order.</summary>
    public async Task StopSiloAsync(string siloName)
    {
        var host = HostOf(siloName);
        await host.StopAsync();
        host.Dispose();
        _silos.RemoveAll(s => s.Name == siloName);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (name, _) in _silos.ToList())
            await StopSiloAsync(name);
    }

    private static Task DeactivateAsync(Activation[] activations)
    {
        foreach (var activation in activations)
            activation.Deactivate(new(DeactivationReasonCode.RuntimeRequested, "The test asked for it."));
        return Task.WhenAll(activations.Select(a => a.Deactivated));
    }

    private IHost HostOf(string siloName) => _silos.Find(s => s.Name == siloName).Host ?? throw new ArgumentException($"No silo is named {siloName}.", nameof(siloName));

    private async Task AddAsync(TestSiloSpec spec, GrainTestClusterOptions options)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new() { ApplicationName = spec.Name });
        builder.Services.AddSingleton(_cluster);
        if (options.Clock is not null)
            builder.Services.AddSingleton(options.Clock);
        builder.AddGrainSilo(new()
        {
            SiloName = spec.Name,
            Parties = spec.Parties,
            ResponseTimeout = options.ResponseTimeout,
            IdleDeactivation = options.IdleDeactivation,
            ReminderFolder = options.ReminderFolder is null ? null : Path.Combine(options.ReminderFolder, spec.Name),
        });
        options.ConfigureServices?.Invoke(builder.Services);
        spec.ConfigureServices?.Invoke(builder.Services);
        var host = builder.Build();
        await host.StartAsync();
        _silos.Add((spec.Name, host));
    }
}
