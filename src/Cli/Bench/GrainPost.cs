using System.Buffers;
using System.Collections.Concurrent;
using System.Threading.Channels;
using PrivacyGrains.Protocols;

namespace PrivacyGrains.Cli.Bench;

/// <summary>Where the seats of this process and their grains meet: for each party here and each of its peers, the frames that go and those that came.</summary>
internal sealed class GrainPost
{
    private readonly ConcurrentDictionary<(PartyId Party, PartyId Peer), GrainBox> _boxes = new();

    /// <summary>A box for a party of this process and one of its peers; made on first use.</summary>
    public GrainBox this[PartyId party, PartyId peer] => _boxes.GetOrAdd((party, peer), static _ => new GrainBox());

    /// <summary>The boxes of a party, by peer.</summary>
    public IEnumerable<(PartyId Peer, GrainBox Box)> Of(PartyId party) => _boxes.Where(entry => entry.Key.Party == party).Select(entry => (entry.Key.Peer, entry.Value));
}

/// <summary>Sealed frames between one party and one peer, in both directions; holds whatever is put into it, as a session's side does.</summary>
internal sealed class GrainBox
{
    /// <summary>Frames on their way to the peer.</summary>
    public Channel<ReadOnlyMemory<byte>> Outbound { get; } = Channel.CreateUnbounded<ReadOnlyMemory<byte>>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    /// <summary>Frames that came from the peer.</summary>
    public Channel<ReadOnlyMemory<byte>> Inbound { get; } = Channel.CreateUnbounded<ReadOnlyMemory<byte>>(new UnboundedChannelOptions { SingleReader = true });
}

/// <summary>Carries frames between two parties as messages between their grains.</summary>
/// <remarks>A frame's memory is the peer's from then on, as in a session: nobody can tell when a message has been read.</remarks>
internal sealed class GrainCarrier(GrainBox box) : IFrameCarrier
{
    private byte[] _room = [];

    /// <inheritdoc/>
    public Span<byte> Room(int length) => _room = ArrayPool<byte>.Shared.Rent(length);

    /// <inheritdoc/>
    public ValueTask SendAsync(int length)
    {
        box.Outbound.Writer.TryWrite(_room.AsMemory(0, length)); // unbounded: it takes every frame
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>> ReceiveAsync() => box.Inbound.Reader.ReadAsync();

    /// <inheritdoc/>
    public bool TryReceive(out ReadOnlyMemory<byte> frame) => box.Inbound.Reader.TryRead(out frame);

    /// <inheritdoc/>
    public void Dispose() => box.Outbound.Writer.TryComplete();
}
