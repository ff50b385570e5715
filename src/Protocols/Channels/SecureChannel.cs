using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Rosters;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Channels;

/// <summary>Carries messages between two members of a session: encrypted, authenticated, each once and in order.</summary>
/// <remarks>
/// <para>
/// AES-128-GCM with one key per direction, the sequence number as nonce; associated data binds consortium, epoch, session, roster digest, suite, direction and
/// number. See <see cref="LocalSession"/> for the exchange and for what it gives. A frame that is refused changes nothing: the next right one still opens.
/// </para>
/// <para>
/// A dropped last frame is not noticed by the channel itself: both sides sign the transcript (<see cref="SignTranscript"/>) and compare counts before any
/// output. Lengths are visible. Not thread-safe. Dispose it to erase its keys.
/// </para>
/// </remarks>
public sealed class SecureChannel : IDisposable
{
    /// <summary>By how many bytes a frame is longer than its plaintext: kind and version 7, direction 8, number 8, length 4, tag 16.</summary>
    public const int Overhead = 43;

    private const string FrameKind = "ch";
    private readonly byte[] _handshakeHash;
    private readonly ChannelDirection _outbound;
    private readonly ChannelDirection _inbound;
    private readonly bool _isLower;

    private SecureChannel(Roster roster, PartyId self, PartyId peer, bool isLower, byte[] handshakeHash, (ChannelDirection Up, ChannelDirection Down) keys)
    {
        Session = roster.Terms.Session;
        Self = self;
        Peer = peer;
        _isLower = isLower;
        _handshakeHash = handshakeHash;
        (_outbound, _inbound) = isLower ? keys : (keys.Down, keys.Up);
    }

    /// <summary>The session that the channel belongs to.</summary>
    public SessionId Session { get; }

    /// <summary>Who this side is.</summary>
    public PartyId Self { get; }

    /// <summary>Who the other side is.</summary>
    public PartyId Peer { get; }

    /// <summary>Frames sealed so far.</summary>
    public ulong Sent => _outbound.Count;

    /// <summary>Frames opened so far.</summary>
    public ulong Received => _inbound.Count;

    /// <summary>Seals the next message to the peer.</summary>
    /// <param name="plaintext">The message's canonical bytes; secret.</param>
    /// <returns>The frame: <see cref="Overhead"/> bytes longer. Send each frame once and in order.</returns>
    public byte[] Seal(ReadOnlySpan<byte> plaintext)
    {
        var sealedBytes = new byte[checked(plaintext.Length + ChannelDirection.TagLength)];
        _outbound.Encrypt(plaintext, sealedBytes);
        var frame = new WireWriter(FrameKind, 1).UInt64(_outbound.Id).UInt64(_outbound.Count).Bytes(sealedBytes).ToArray();
        _outbound.Advance(frame);
        return frame;
    }

    /// <summary>Opens the next message from the peer.</summary>
    /// <param name="frame">The bytes as they came.</param>
    /// <returns>
    /// The message, or a fault: <c>channel.malformed</c>, <c>channel.reflected</c> (an own frame), <c>channel.foreign-session</c> (of another channel),
    /// <c>channel.replayed</c>, <c>channel.out-of-order</c> (frames are missing before it), <c>channel.tampered</c>.
    /// </returns>
    public Checked<byte[]> Open(ReadOnlySpan<byte> frame)
    {
        var reader = new WireReader(frame, FrameKind, 1);
        var (id, number) = (reader.UInt64(), reader.UInt64());
        var sealedBytes = reader.Bytes();
        if (!reader.Finish() || sealedBytes.Length < ChannelDirection.TagLength)
        {
            return Fault("channel.malformed", "a frame", reader.Failure ?? "one without a tag");
        }

        if (id != _inbound.Id)
        {
            return id == _outbound.Id
                ? Fault("channel.reflected", "a frame by the peer", "an own one")
                : Fault("channel.foreign-session", $"a frame of {Session}", "one of another channel");
        }

        if (number != _inbound.Count)
        {
            return Fault(number < _inbound.Count ? "channel.replayed" : "channel.out-of-order", $"frame {_inbound.Count}", $"frame {number}");
        }

        var plaintext = new byte[sealedBytes.Length - ChannelDirection.TagLength];
        if (!_inbound.TryDecrypt(sealedBytes, plaintext))
        {
            return Fault("channel.tampered", $"frame {number} as it was sealed", "another");
        }

        _inbound.Advance(frame);
        return plaintext;
    }

    /// <summary>Signs what this side sent and received, before any output leaves.</summary>
    /// <param name="key">The own roster key.</param>
    /// <returns>The message for the peer. It goes beside the channel, not through it.</returns>
    public byte[] SignTranscript(SigningKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var transcript = Transcript(Self);
        return new WireWriter("channel.signed-transcript", 1).Bytes(transcript).Bytes(key.Sign("channel.transcript", transcript)).ToArray();
    }

    /// <summary>Checks that the peer sent and received the same.</summary>
    /// <param name="signedTranscript">The peer's message as it came.</param>
    /// <param name="peerKey">The peer's roster key.</param>
    /// <returns>Null, or <c>channel.malformed</c>, <c>channel.wrong-signature</c> or <c>channel.transcript-mismatch</c>.</returns>
    public ProtocolFault? VerifyTranscript(ReadOnlySpan<byte> signedTranscript, VerificationKey peerKey)
    {
        ArgumentNullException.ThrowIfNull(peerKey);
        var reader = new WireReader(signedTranscript, "channel.signed-transcript", 1);
        var transcript = reader.Bytes(4096);
        var signature = reader.Bytes(VerificationKey.SignatureLength);
        return !reader.Finish() ? Fault("channel.malformed", "a signed transcript", reader.Failure!)
            : !peerKey.Verify("channel.transcript", transcript, signature) ? Fault("channel.wrong-signature", $"a transcript signed by {peerKey}", "another signature")
            : !Transcript(Peer).AsSpan().SequenceEqual(transcript) ? Fault("channel.transcript-mismatch", $"{Sent} frames sent and {Received} received", "another history")
            : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _outbound.Dispose();
        _inbound.Dispose();
    }

    /// <summary>The two ends; never a key.</summary>
    public override string ToString() => $"SecureChannel({Self} to {Peer} in {Session})";

    internal static SecureChannel Establish(Roster roster, SessionOffer own, SessionOffer peer, AgreementKey ownKey)
    {
        var isLower = own.Party < peer.Party;
        var (lower, upper) = isLower ? (own, peer) : (peer, own);
        var handshakeHash = ChannelKeys.HandshakeHash(roster, lower, upper);
        var keys = ChannelKeys.Derive(roster, lower, upper, handshakeHash, ownKey.Agree(peer.ChannelKey));
        return new SecureChannel(roster, own.Party, peer.Party, isLower, handshakeHash, keys);
    }

    private byte[] Transcript(PartyId signer)
    {
        var (up, down) = _isLower ? (_outbound, _inbound) : (_inbound, _outbound);
        return new WireWriter("channel.transcript", 1)
            .Text(signer.Value).Bytes(_handshakeHash).UInt64(up.Count).Bytes(up.Hash).UInt64(down.Count).Bytes(down.Hash).ToArray();
    }

    private ProtocolFault Fault(string code, string expected, string received) => new(code, Peer, expected, received);
}
