using System.Buffers.Binary;
using System.Security.Cryptography;

namespace PrivacyGrains.Protocols.Channels;

/// <summary>One direction of a channel: its key, its place in the sequence, and the running hash of its frames.</summary>
/// <remarks>
/// AES-128-GCM (SP 800-38D) with the sequence number as nonce: four zero bytes, then eight big-endian. A direction has its own key and a number is used once,
/// so no nonce repeats under a key. Running hash: H(0) = the handshake hash, H(i + 1) = SHA-256(H(i) || frame).
/// </remarks>
internal sealed class ChannelDirection : IDisposable
{
    public const int TagLength = 16;
    private const int NonceLength = 12;

    private readonly AesGcm _aead;
    private readonly byte[] _context;
    private byte[] _hash;

    public ChannelDirection(ReadOnlySpan<byte> key, ulong id, byte[] context, byte[] handshakeHash)
    {
        _aead = new AesGcm(key, TagLength);
        _context = context;
        _hash = handshakeHash;
        Id = id;
    }

    /// <summary>A public label of the direction, which tells a foreign frame from a damaged one.</summary>
    public ulong Id { get; }

    /// <summary>Frames so far, which is the next frame's number.</summary>
    public ulong Count { get; private set; }

    /// <summary>The running hash over the frames so far.</summary>
    public ReadOnlySpan<byte> Hash => _hash;

    /// <summary>Encrypts under the next number.</summary>
    public void Encrypt(ReadOnlySpan<byte> plaintext, Span<byte> sealedBytes)
    {
        Span<byte> nonce = stackalloc byte[NonceLength];
        Prepare(nonce);
        _aead.Encrypt(nonce, plaintext, sealedBytes[..plaintext.Length], sealedBytes[plaintext.Length..], _context);
    }

    /// <summary>Decrypts under the next number; false where the tag does not fit.</summary>
    public bool TryDecrypt(ReadOnlySpan<byte> sealedBytes, Span<byte> plaintext)
    {
        Span<byte> nonce = stackalloc byte[NonceLength];
        Prepare(nonce);
        try
        {
            _aead.Decrypt(nonce, sealedBytes[..plaintext.Length], sealedBytes[plaintext.Length..], plaintext, _context);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    /// <summary>Takes a frame into the running hash and moves to the next number.</summary>
    public void Advance(ReadOnlySpan<byte> frame)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(_hash);
        hash.AppendData(frame);
        _hash = hash.GetHashAndReset();
        Count++;
    }

    public void Dispose() => _aead.Dispose();

    private void Prepare(Span<byte> nonce)
    {
        nonce.Clear();
        BinaryPrimitives.WriteUInt64BigEndian(nonce[(NonceLength - sizeof(ulong))..], Count);
        BinaryPrimitives.WriteUInt64LittleEndian(_context.AsSpan(_context.Length - sizeof(ulong)), Count);
    }
}
