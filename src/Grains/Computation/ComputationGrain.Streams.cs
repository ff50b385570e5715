using System.Net.Sockets;
using PrivacyGrains.Grains.Streams;
using PrivacyGrains.Protocols;

namespace PrivacyGrains.Grains.Computation;

/// <content>Direct streams to peers, for the same frames under the same keys and numbers; where there is none, frames go as grain messages.</content>
/// <remarks>
/// Of each pair the side that is first in order connects, once all sides have agreed and before any begins; both ends know the outcome before the first frame. A
/// stream that ends before any frame went over it is as if it had never been; one that ends while its peer's frames are awaited ends the session, and names the peer.
/// </remarks>
internal sealed partial class ComputationGrain
{
    private static readonly TimeSpan Linking = TimeSpan.FromSeconds(2);
    private readonly Dictionary<PartyId, PeerStream> _streams = [];
    private bool _isLinked;

    /// <inheritdoc/>
    public async Task<Reply<Done>> LinkAsync()
    {
        if (_side is not { } side)
        {
            return Refuse(Ended(_journal.State.Outcome ?? "computation.not-prepared"));
        }

        if (!_isLinked && !side.IsRunning && streams.Advertised is not null)
        {
            _isLinked = true;
            await Task.WhenAll(side.Peers.Where(peer => _self < peer).Select(peer => ConnectAsync(side, peer)));
        }

        return Done.Instance;
    }

    /// <inheritdoc/>
    public Task<Reply<StreamPoint>> StreamAsync(string fromParty)
    {
        Reply<StreamPoint> reply;
        if (_side is not { } side)
        {
            reply = Refuse(Ended(_journal.State.Outcome ?? "computation.not-prepared"));
        }
        else if (streams.Advertised is { } point && PartyId.TryCreate(fromParty, out var peer) && peer < _self && side.Peers.Contains(peer) && !side.IsRunning)
        {
            _ = AwaitStreamAsync(side, peer);
            reply = point;
        }
        else
        {
            reply = new Refusal("computation.no-stream", $"{_self} takes no stream of {fromParty} for {_session}.", RefusalKind.Conflict);
        }

        return Task.FromResult(reply);
    }

    private async Task ConnectAsync(ComputationSide side, PartyId peer)
    {
        try
        {
            var reply = await grains.GetGrain<IComputationGrain>($"{peer}/{_session}").StreamAsync(_self.Value);
            if (reply.Value is { } point && await streams.ConnectAsync(point, side.ConnectionToken(peer), Linking) is { } stream)
            {
                Attach(side, peer, stream);
            }
        }
        catch (Exception e) when (e is TimeoutException or OrleansException)
        {
            // The peer is away: its first frame, as a grain message, says so.
        }
    }

    private async Task AwaitStreamAsync(ComputationSide side, PartyId peer)
    {
        if (await streams.ExpectAsync(side.ConnectionToken(peer), Linking) is not { } stream)
        {
            return;
        }

        if (Attach(side, peer, stream))
        {
            try
            {
                await stream.AcknowledgeAsync();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The peer went away meanwhile: receiving finds the stream's end, and that nothing went over it.
            }
        }
    }

    private bool Attach(ComputationSide side, PartyId peer, FrameStream stream)
    {
        var link = new PeerStream(stream);
        if (!ReferenceEquals(_side, side) || side.IsRunning || !_streams.TryAdd(peer, link))
        {
            stream.Dispose();
            return false;
        }

        _ = TakeFramesAsync(side, peer, link);
        return true;
    }

    /// <summary>Queues what comes, in turns of this grain, until the stream or the side has ended.</summary>
    private async Task TakeFramesAsync(ComputationSide side, PartyId peer, PeerStream link)
    {
        try
        {
            while (await link.Stream.ReceiveAsync() is { IsEmpty: false } bytes && ReferenceEquals(_side, side))
            {
                link.IsUsed = true;
                var frame = Frame.Copy(peer, bytes.Span);
                if (side.Enqueue(frame) is { } fault)
                {
                    frame.Return();
                    await EndAsync(fault);
                    return;
                }

                Wake();
            }
        }
        catch (Exception e) when (e is SocketException or InvalidDataException or ObjectDisposedException)
        {
            // It is lost: what that means depends on what is still awaited.
        }

        link.HasEnded = true;
        if (!link.IsUsed && _streams.Remove(peer))
        {
            link.Stream.Dispose();
        }

        if (!_pumping)
        {
            await EndIfLostAsync();
        }
    }

    /// <summary>Sends a frame over a peer's stream.</summary>
    /// <returns>Whether it is on its way; false where it goes as a grain message.</returns>
    private async Task<bool> SentAsync(Frame frame)
    {
        if (!_streams.TryGetValue(frame.Peer, out var link))
        {
            return false;
        }

        var wasUsed = link.IsUsed;
        try
        {
            link.IsUsed = true;
            await link.Stream.SendAsync(frame.Memory);
            return true;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            if (wasUsed)
            {
                await EndAsync(new ProtocolFault("computation.peer-lost", frame.Peer, "a peer that takes this side's message", "the end of its stream"));
                return true;
            }

            _streams.Remove(frame.Peer);
            link.Stream.Dispose();
            return false;
        }
    }

    /// <summary>Ends the side where a peer is awaited whose stream is over. Not while a step runs.</summary>
    private async Task EndIfLostAsync()
    {
        if (_side is { IsRunning: true } side && _streams.FirstOrDefault(entry => entry.Value.HasEnded && side.Awaits(entry.Key)) is { Value: not null } lost)
        {
            await EndAsync(new ProtocolFault("computation.peer-lost", lost.Key, "a stream until the last round", "its end"));
        }
    }

    /// <summary>Sends nothing more, and lets peers see it.</summary>
    private void Cut()
    {
        StopSending();
        HangUp();
    }

    private void HangUp()
    {
        foreach (var link in _streams.Values)
        {
            link.Stream.Dispose();
        }

        _streams.Clear();
    }

    private sealed class PeerStream(FrameStream stream)
    {
        public FrameStream Stream => stream;

        /// <summary>Whether a frame went over it, in either direction.</summary>
        public bool IsUsed { get; set; }

        public bool HasEnded { get; set; }
    }
}
