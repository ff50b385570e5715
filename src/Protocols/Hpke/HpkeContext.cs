using System.Buffers.Binary;
using System.Security.Cryptography;

namespace PrivacyGrains.Protocols.Hpke;

/// <summary>What the key schedule gives to both sides: a key, the nonces by sequence number, and exported secrets.</summary>
/// <remarks>Source: RFC 9180 sections 5.1 to 5.3. Secret; not thread-safe; dispose it to clear the keys.</remarks>
public abstract class HpkeContext : IDisposable
{
    /// <summary>Length of AES-GCM's tag, by which a ciphertext is longer than its plaintext.</summary>
    public const int TagLength = 16;

    private const int KeyLength = 16;
    private const int NonceLength = 12;
    private readonly byte[] _exporterSecret;
    private ulong _sequence;

    private protected HpkeContext(byte mode, byte[] sharedSecret, ReadOnlySpan<byte> info)
    {
        // KeySchedule, section 5.1; psk and psk_id are empty in the modes base and auth.
        var suite = HpkeKdf.HpkeSuite;
        var pskIdHash = HpkeKdf.LabeledExtract(suite, [], "psk_id_hash"u8, []);
        var infoHash = HpkeKdf.LabeledExtract(suite, [], "info_hash"u8, info);
        byte[] context = [mode, .. pskIdHash, .. infoHash];
        var secret = HpkeKdf.LabeledExtract(suite, sharedSecret, "secret"u8, []);
        Key = HpkeKdf.LabeledExpand(suite, secret, "key"u8, context, KeyLength);
        BaseNonce = HpkeKdf.LabeledExpand(suite, secret, "base_nonce"u8, context, NonceLength);
        _exporterSecret = HpkeKdf.LabeledExpand(suite, secret, "exp"u8, context, HpkeKdf.HashLength);
        Aead = new AesGcm(Key, TagLength);
        CryptographicOperations.ZeroMemory(sharedSecret);
        CryptographicOperations.ZeroMemory(secret);
    }

    /// <summary>The key, for known answers.</summary>
    internal byte[] Key { get; }

    /// <summary>The base nonce, for known answers.</summary>
    internal byte[] BaseNonce { get; }

    /// <summary>The exporter secret, for known answers.</summary>
    internal ReadOnlySpan<byte> ExporterSecret => _exporterSecret;

    private protected AesGcm Aead { get; }

    /// <summary>Derives a further secret that both sides know (RFC 9180 section 5.3).</summary>
    /// <param name="exporterContext">What it is for.</param>
    /// <param name="length">Its length in bytes, 1 to 8160.</param>
    /// <returns>The secret; the caller clears it.</returns>
    public byte[] Export(ReadOnlySpan<byte> exporterContext, int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, 255 * HpkeKdf.HashLength);
        return HpkeKdf.LabeledExpand(HpkeKdf.HpkeSuite, _exporterSecret, "sec"u8, exporterContext, length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Aead.Dispose();
        CryptographicOperations.ZeroMemory(Key);
        CryptographicOperations.ZeroMemory(BaseNonce);
        CryptographicOperations.ZeroMemory(_exporterSecret);
        GC.SuppressFinalize(this);
    }

    /// <summary>The kind only; never a key.</summary>
    public override string ToString() => GetType().Name;

    /// <summary>ComputeNonce (section 5.2): the base nonce xor the sequence number, big-endian.</summary>
    private protected void Nonce(Span<byte> nonce)
    {
        BaseNonce.CopyTo(nonce);
        Span<byte> sequence = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(sequence, _sequence);
        for (var i = 0; i < sizeof(ulong); i++)
        {
            nonce[NonceLength - sizeof(ulong) + i] ^= sequence[i];
        }
    }

    /// <summary>IncrementSeq; the checked overflow at 2^64 comes before the RFC's own limit of 2^96 - 1.</summary>
    private protected void Advance() => _sequence++;

    private protected static int NonceSize => NonceLength;
}

/// <summary>The sender's side of an HPKE context: seals messages in order.</summary>
public sealed class HpkeSender : HpkeContext
{
    internal HpkeSender(byte mode, byte[] encapsulated, byte[] sharedSecret, ReadOnlySpan<byte> info)
        : base(mode, sharedSecret, info) => Encapsulated = encapsulated;

    /// <summary>The encapsulated key that the recipient needs, 65 bytes; public.</summary>
    public ReadOnlyMemory<byte> Encapsulated { get; }

    /// <summary>Seals the next message.</summary>
    /// <param name="associatedData">Authenticated, not encrypted; the recipient must give the same.</param>
    /// <param name="plaintext">The message; secret.</param>
    /// <returns>The ciphertext and its tag: <see cref="HpkeContext.TagLength"/> bytes longer than the message.</returns>
    public byte[] Seal(ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> plaintext)
    {
        Span<byte> nonce = stackalloc byte[NonceSize];
        Nonce(nonce);
        var sealedMessage = new byte[checked(plaintext.Length + TagLength)];
        Aead.Encrypt(nonce, plaintext, sealedMessage.AsSpan(0, plaintext.Length), sealedMessage.AsSpan(plaintext.Length), associatedData);
        Advance();
        return sealedMessage;
    }
}

/// <summary>The recipient's side of an HPKE context: opens messages in the order in which they were sealed.</summary>
public sealed class HpkeRecipient : HpkeContext
{
    internal HpkeRecipient(byte mode, byte[] sharedSecret, ReadOnlySpan<byte> info)
        : base(mode, sharedSecret, info)
    {
    }

    /// <summary>Opens the next message; one that does not open leaves the sequence number where it was.</summary>
    /// <param name="associatedData">What the sender gave.</param>
    /// <param name="ciphertext">The bytes as they came.</param>
    /// <returns>The message, or <c>hpke.not-opened</c> where a byte was changed, or key, info, associated data or order are others.</returns>
    public Checked<byte[]> Open(ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> ciphertext)
    {
        if (ciphertext.Length < TagLength)
        {
            return new ProtocolFault("hpke.malformed", null, $"at least {TagLength} bytes", $"{ciphertext.Length} bytes");
        }

        Span<byte> nonce = stackalloc byte[NonceSize];
        Nonce(nonce);
        var plaintext = new byte[ciphertext.Length - TagLength];
        try
        {
            Aead.Decrypt(nonce, ciphertext[..plaintext.Length], ciphertext[plaintext.Length..], plaintext, associatedData);
        }
        catch (AuthenticationTagMismatchException)
        {
            return new ProtocolFault("hpke.not-opened", null, "a message sealed to this key under this info and associated data", $"{ciphertext.Length} other bytes");
        }

        Advance();
        return plaintext;
    }
}
