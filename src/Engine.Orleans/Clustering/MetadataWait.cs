using Microsoft.Extensions.Hosting;
using Orleans;
using Orleans.Runtime;
using PrivacyGrains.Engine.Placement;

namespace PrivacyGrains.Engine.Clustering;

/// <summary>Holds the host's start until this silo knows which parties the silos that are active now host, for ten seconds at most.</summary>
/// <remarks>Metadata comes after membership; a call to a party's grain in between would be refused. A silo that joins later is seen a moment later.</remarks>
internal sealed class MetadataWait(IGrainFactory grains, SiloParties parties) : IHostedService
{
    private const int MostAttempts = 200;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var active = await grains.GetGrain<IManagementGrain>(0).GetHosts(onlyActive: true);
        for (var attempt = 0; attempt < MostAttempts && !active.Keys.All(parties.IsKnown); attempt++)
            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
