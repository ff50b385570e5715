using PrivacyGrains.Engine;
using PrivacyGrains.Grains;
using PrivacyGrains.Protocols;

namespace PrivacyGrains.Cli.Bench;

/// <summary>One party's end of the grain messages that <c>bench mpc</c> measures. Key: <c>party/bench</c>. Nothing else calls it.</summary>
[Alias("pg.bench-party")]
internal interface IBenchPartyGrain : IGrainWithStringKey
{
    /// <summary>Begins to send what its seat puts into the boxes. Idempotent.</summary>
    [Alias("open")]
    Task OpenAsync();

    /// <summary>A peer's frame; the same call as <see cref="IComputationGrain.DeliverAsync"/>.</summary>
    [Alias("deliver")]
    [AlwaysInterleave]
    Task<Reply<Done>> DeliverAsync(string fromParty, [Immutable] ReadOnlyMemory<byte> sealedMessage);
}

/// <summary>Does with frames what a session's side does: one after the other to each peer, in turns of this grain; what comes is only queued.</summary>
[PlacedWithParty]
internal sealed class BenchPartyGrain(GrainPost post, IGrainFactory grains) : Grain, IBenchPartyGrain
{
    private bool _isOpen;

    /// <summary>The grain of a party.</summary>
    public static IBenchPartyGrain Of(IGrainFactory grains, PartyId party) => grains.GetGrain<IBenchPartyGrain>($"{party}/bench");

    /// <inheritdoc/>
    public Task OpenAsync()
    {
        if (!_isOpen)
        {
            _isOpen = true;
            DelayDeactivation(Timeout.InfiniteTimeSpan);
            var self = Self;
            foreach (var (peer, box) in post.Of(self))
            {
                _ = SendAllAsync(self, peer, box);
            }
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<Reply<Done>> DeliverAsync(string fromParty, ReadOnlyMemory<byte> sealedMessage)
    {
        post[Self, PartyId.Create(fromParty)].Inbound.Writer.TryWrite(sealedMessage);
        return Task.FromResult<Reply<Done>>(Done.Instance);
    }

    private PartyId Self => PartyId.Create(this.GetPrimaryKeyString().Split('/')[0]);

    private async Task SendAllAsync(PartyId self, PartyId peer, GrainBox box)
    {
        try
        {
            await foreach (var frame in box.Outbound.Reader.ReadAllAsync())
            {
                await Of(grains, peer).DeliverAsync(self.Value, frame);
            }
        }
        catch (Exception e)
        {
            box.Inbound.Writer.TryComplete(e); // the seat waits there
        }
    }
}
