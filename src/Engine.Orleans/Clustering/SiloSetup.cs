#pragma warning disable ORLEANSEXP004 // see PlacementAttributes.cs
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Placement;
using Orleans.Runtime.MembershipService.SiloMetadata;
using PrivacyGrains.Engine.Placement;

namespace PrivacyGrains.Engine.Clustering;

/// <summary>Turns our options into those of an Orleans silo.</summary>
internal static class SiloSetup
{
    /// <summary>The name by which Orleans finds Npgsql's factory.</summary>
    internal const string Npgsql = "Npgsql";

    /// <summary>All of it.</summary>
    internal static void Configure(ISiloBuilder silo, EngineSiloOptions options)
    {
        ConfigureClustering(silo, options);
        silo.Configure<SiloOptions>(o => o.SiloName = options.SiloName);
        if (options.Tls is { } tls)
            silo.UseTls(o => TlsSetup.Configure(o, tls));
        ConfigureGrains(silo, options);
    }

    /// <summary>What concerns the grains, without the network: a test cluster brings its own.</summary>
    internal static void ConfigureGrains(ISiloBuilder silo, EngineSiloOptions options)
    {
        silo.Configure<SiloMessagingOptions>(o =>
        {
            o.ResponseTimeout = options.ResponseTimeout;
            o.CancelRequestOnTimeout = true;
        });
        silo.Configure<GrainCollectionOptions>(o =>
        {
            o.CollectionAge = options.IdleDeactivation;
            o.CollectionQuantum = TimeSpan.FromTicks(Math.Min(options.IdleDeactivation.Ticks / 2, TimeSpan.TicksPerMinute));
        });
        silo.AddActivityPropagation();
        silo.UseSiloMetadata(SiloParties.MetadataOf(options));
        silo.Services.AddSingleton(options);
        silo.Services.AddSingleton<SiloParties>();
        silo.Services.AddPlacementFilter<PartyPlacement, PartyPlacementDirector>(ServiceLifetime.Singleton);
        silo.Services.AddPlacementFilter<CoordinatorPlacement, CoordinatorPlacementDirector>(ServiceLifetime.Singleton);
    }

    private static void ConfigureClustering(ISiloBuilder silo, EngineSiloOptions options)
    {
        var address = Endpoints.Address(options.AdvertisedAddress);
        if (options.ClusteringConnectionString is { } connection)
        {
            silo.UseAdoNetClustering(o => (o.Invariant, o.ConnectionString) = (Npgsql, connection));
            silo.UseAdoNetReminderService(o => (o.Invariant, o.ConnectionString) = (Npgsql, connection));
        }
        else
        {
            var primary = options.PrimarySilo is { } text ? Endpoints.Parse(text) : null;
            silo.UseLocalhostClustering(options.SiloPort, options.GatewayPort, primary, options.ServiceId, options.ClusterId);
            silo.UseInMemoryReminderService();
        }

        silo.Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = (options.ClusterId, options.ServiceId));
        silo.Configure<EndpointOptions>(o =>
        {
            (o.AdvertisedIPAddress, o.SiloPort, o.GatewayPort) = (address, options.SiloPort, options.GatewayPort);
            // What others reach at a network's address may be mapped to another one here (containers), so listen on all.
            var listen = IPAddress.IsLoopback(address) ? address : IPAddress.Any;
            o.SiloListeningEndpoint = new(listen, options.SiloPort);
            o.GatewayListeningEndpoint = options.GatewayPort == 0 ? null : new(listen, options.GatewayPort);
        });
    }
}
