using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Rosters;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Channels;

/// <summary>Carries messages between two members of a session: encrypted, authenticated, each once and in order.</summary>
/// <remarks>
/// <para>
/// AES-128-GCM with one key per direction, the sequence number as nonce; associated data binds consortium, epoch, session, roster digest, suite, direction,
/// number and the message's remaining length. See <see cref="LocalSession"/> for the exchange and for what it gives. A frame that is refused changes nothing: the
/// next right one still opens. Messages longer than a frame go through <see cref="MessageSealing"/> and <see cref="MessageOpening"/>.
/// </para>
/// <para>
/// A dropped last frame is not noticed by the channel itself: both sides sign the transcript (<see cref="SignTranscript"/>) and compare counts before any
/// output. Lengths are visible. One thread at a time in each direction. Dispose it to erase its keys.
/// </para>
/// </remarks>
public sealed class SecureChannel : IDisposable
{
    /// <summary>By how many bytes a frame is longer than its part of a message: its header and its tag.</summary>
    public const int Overhead = ChannelFrame.HeaderLength + ChannelDirection.TagLength;

    private readonly byte[] _handshakeHash;
    private readonly ChannelDirection _outbound;
    private readonly ChannelDirection _inbound;
    private readonly bool _isLower;

    private SecureChannel(Roster roster, PartyId self, PartyId peer, bool isLower, byte[] handshakeHash, (ChannelDirection Up, ChannelDirection Down, byte[] Token) keys)
    {
        Session = roster.Terms.Session;
        Self = self;
        Peer = peer;
        _isLower = isLower;
        _handshakeHash = handshakeHash;
        (_outbound, _inbound) = isLower ? (keys.Up, keys.Down) : (keys.Down, keys.Up);
        ConnectionToken = keys.Token;
    }

    /// <summary>The session that the channel belongs to.</summary>
    public SessionId Session { get; }

    /// <summary>Who this side is.</summary>
    public PartyId Self { get; }

    /// <summary>Who the other side is.</summary>
    public PartyId Peer { get; }

    /// <summary>32 bytes that only the two ends can know: shown once by a connection that is to carry this channel's frames. Independent of the keys; secret until shown.</summary>
    public ReadOnlyMemory<byte> ConnectionToken { get; }

    /// <summary>Frames sealed so far.</summary>
    public ulong Sent => _outbound.Count;

    /// <summary>Frames opened so far.</summary>
    public ulong Received => _inbound.Count;

    /// <summary>Seals a short message to the peer as one frame.</summary>
    /// <param name="plaintext">The message's canonical bytes, at most <see cref="ChannelFrame.PartLength"/>; secret. <see cref="MessageSealing"/> takes any length.</param>
    /// <returns>The frame: <see cref="Overhead"/> bytes longer. Send each frame once and in order.</returns>
    /// <exception cref="ArgumentException">The message is longer than a frame.</exception>
    public byte[] Seal(ReadOnlySpan<byte> plaintext)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(plaintext.Length, ChannelFrame.PartLength);
        var frame = new byte[plaintext.Length + Overhead];
        plaintext.CopyTo(frame.AsSpan(ChannelFrame.HeaderLength));
        SealPart(frame, plaintext.Length);
        return frame;
    }

    /// <summary>Opens the next message from the peer, which is one frame.</summary>
    /// <param name="frame">The bytes as they came.</param>
    /// <returns>
    /// The message, or a fault: <c>channel.malformed</c>, <c>channel.reflected</c> (an own frame), <c>channel.foreign-session</c> (of another channel),
    /// <c>channel.replayed</c>, <c>channel.out-of-order</c> (frames are missing before it), <c>channel.tampered</c>.
    /// </returns>
    public Checked<byte[]> Open(ReadOnlySpan<byte> frame)
    {
        if (Expect(frame, out var header) is { } fault)
        {
            return fault;
        }

        if (header.Remaining > header.Part)
        {
            return Fault("channel.malformed", "a message of one frame", $"a part of {header.Remaining} bytes");
        }

        var plaintext = new byte[header.Part];
        return OpenPart(frame, header, plaintext) is { } tampered ? tampered : plaintext;
    }

    /// <summary>Encrypts the part that lies between a frame's header and tag.</summary>
    internal void SealPart(Span<byte> frame, int remaining) => _outbound.Seal(frame, remaining);

    /// <summary>Whether this is the frame that comes next, as far as its header tells.</summary>
    internal ProtocolFault? Expect(ReadOnlySpan<byte> frame, out ChannelFrame header)
    {
        var read = ChannelFrame.TryRead(frame);
        header = read.GetValueOrDefault();
        return read is null || frame.Length != header.Length ? Fault("channel.malformed", "a frame", $"{frame.Length} bytes that are none")
            : header.Direction == _outbound.Id ? Fault("channel.reflected", "a frame by the peer", "an own one")
            : header.Direction != _inbound.Id ? Fault("channel.foreign-session", $"a frame of {Session}", "one of another channel")
            : header.Number != _inbound.Count
                ? Fault(header.Number < _inbound.Count ? "channel.replayed" : "channel.out-of-order", $"frame {_inbound.Count}", $"frame {header.Number}")
            : null;
    }

    /// <summary>Decrypts a frame that is expected.</summary>
    internal ProtocolFault? OpenPart(ReadOnlySpan<byte> frame, ChannelFrame header, Span<byte> plaintext) =>
        _inbound.TryOpen(frame, plaintext) ? null : Fault("channel.tampered", $"frame {header.Number} as it was sealed", "another");

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
        return new WireWriter("channel.transcript", 2)
            .Text(signer.Value).Bytes(_handshakeHash).UInt64(up.Count).Bytes(up.Hash).UInt64(down.Count).Bytes(down.Hash).ToArray();
    }

    private ProtocolFault Fault(string code, string expected, string received) => new(code, Peer, expected, received);
}
