using System.Buffers.Binary;
using System.Security.Cryptography;

namespace PrivacyGrains.Protocols.Channels;

/// <summary>One direction of a channel: its key, its place in the sequence, and the running hash of its frames.</summary>
/// <remarks>
/// AES-128-GCM (SP 800-38D) with the sequence number as nonce: four zero bytes, then eight big-endian. A direction has its own key and a number is used once,
/// so no nonce repeats under a key. Running hash: H(0) = the handshake hash, H(i + 1) = SHA-256(H(i) || header || tag); why not the whole frame is hashed stands
/// in docs/protocols/session-keys.md. One thread at a time; the two directions of a channel may be used side by side.
/// </remarks>
internal sealed class ChannelDirection : IDisposable
{
    public const int TagLength = 16;
    private const int NonceLength = 12;

    private readonly AesGcm _aead;
    private readonly byte[] _associated;
    private readonly byte[] _hash = new byte[SHA256.HashSizeInBytes];

    public ChannelDirection(ReadOnlySpan<byte> key, ulong id, byte[] context, ReadOnlySpan<byte> handshakeHash)
    {
        _aead = new AesGcm(key, TagLength);
        _associated = [.. context, .. new byte[ChannelFrame.HeaderLength]];
        handshakeHash.CopyTo(_hash);
        Id = id;
    }

    /// <summary>A public label of the direction, which tells a foreign frame from a damaged one.</summary>
    public ulong Id { get; }

    /// <summary>Frames so far, which is the next frame's number.</summary>
    public ulong Count { get; private set; }

    /// <summary>The running hash over the frames so far.</summary>
    public ReadOnlySpan<byte> Hash => _hash;

    /// <summary>Encrypts a part where it lies in its frame, under the next number, and writes header and tag around it.</summary>
    /// <param name="frame">Room for the header, the part, room for the tag.</param>
    /// <param name="remaining">Bytes of the message that are still to go, this part's included.</param>
    public void Seal(Span<byte> frame, int remaining)
    {
        var header = new ChannelFrame(Id, Count, remaining);
        header.Write(frame);
        Span<byte> nonce = stackalloc byte[NonceLength];
        Prepare(frame, nonce);
        var part = frame.Slice(ChannelFrame.HeaderLength, header.Part);
        _aead.Encrypt(nonce, part, part, frame[^TagLength..], _associated);
        Advance(frame);
    }

    /// <summary>Decrypts a frame of the next number; false, and no step further, where the tag does not fit.</summary>
    public bool TryOpen(ReadOnlySpan<byte> frame, Span<byte> plaintext)
    {
        Span<byte> nonce = stackalloc byte[NonceLength];
        Prepare(frame, nonce);
        try
        {
            _aead.Decrypt(nonce, frame.Slice(ChannelFrame.HeaderLength, plaintext.Length), frame[^TagLength..], plaintext, _associated);
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }

        Advance(frame);
        return true;
    }

    public void Dispose() => _aead.Dispose();

    private void Prepare(ReadOnlySpan<byte> frame, Span<byte> nonce)
    {
        nonce.Clear();
        BinaryPrimitives.WriteUInt64BigEndian(nonce[(NonceLength - sizeof(ulong))..], Count);
        frame[..ChannelFrame.HeaderLength].CopyTo(_associated.AsSpan(_associated.Length - ChannelFrame.HeaderLength));
    }

    private void Advance(ReadOnlySpan<byte> frame)
    {
        Span<byte> next = stackalloc byte[SHA256.HashSizeInBytes + ChannelFrame.HeaderLength + TagLength];
        _hash.CopyTo(next);
        frame[..ChannelFrame.HeaderLength].CopyTo(next[SHA256.HashSizeInBytes..]);
        frame[^TagLength..].CopyTo(next[(SHA256.HashSizeInBytes + ChannelFrame.HeaderLength)..]);
        SHA256.HashData(next, _hash);
        Count = checked(Count + 1);
    }
}
