using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PrivacyGrains.Engine;
using PrivacyGrains.Protocols;

namespace PrivacyGrains.Cli.Bench;

/// <summary>A silo in this process that runs the grains of some of a bench's parties, without stores, keys or a consortium.</summary>
internal sealed class BenchSilo : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly GrainPost _post;

    private BenchSilo(IHost host, GrainPost post) => (_host, _post) = (host, post);

    /// <summary>Calls the cluster's grains.</summary>
    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    /// <summary>Starts one.</summary>
    /// <param name="all">All parties of the bench.</param>
    /// <param name="here">Those whose grains run here.</param>
    /// <param name="port">Where other silos reach it, on the loopback.</param>
    /// <param name="primary">The first silo's <c>host:port</c>; null on the first itself.</param>
    /// <param name="cancel">Ends the attempt.</param>
    public static async Task<BenchSilo> StartAsync(IReadOnlyList<PartyId> all, IReadOnlyList<PartyId> here, int port, string? primary, CancellationToken cancel)
    {
        var post = new GrainPost();
        foreach (var party in here)
        {
            foreach (var peer in all.Where(peer => peer != party))
            {
                _ = post[party, peer];
            }
        }

        var builder = Host.CreateEmptyApplicationBuilder(null); // no log: a party's standard output is its parent's
        builder.Services.AddSingleton(post);
        builder.AddGrainSilo(new EngineSiloOptions
        {
            ClusterId = "bench",
            ServiceId = "bench",
            SiloName = here[0].Value,
            Parties = [.. here.Select(party => party.Value)],
            SiloPort = port,
            GatewayPort = 0,
            PrimarySilo = primary,
        });
        var host = builder.Build();
        await host.StartAsync(cancel);
        return new BenchSilo(host, post);
    }

    /// <summary>Starts one that runs the grains of all parties.</summary>
    public static async Task<BenchSilo> StartAloneAsync(IEnumerable<PartyId> all, CancellationToken cancel)
    {
        PartyId[] here = [.. all];
        var silo = await StartAsync(here, here, FreePort(), null, cancel);
        foreach (var party in here)
        {
            await BenchPartyGrain.Of(silo.Grains, party).OpenAsync();
        }

        return silo;
    }

    /// <summary>A port of the loopback that nobody listened at a moment ago.</summary>
    public static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }

    /// <summary>What carries a party's frames to a peer and back.</summary>
    public IFrameCarrier Carrier(PartyId party, PartyId peer) => new GrainCarrier(_post[party, peer]);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
