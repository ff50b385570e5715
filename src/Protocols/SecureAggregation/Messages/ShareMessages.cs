using System.Security.Cryptography;
using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.SecureAggregation.Messages;

/// <summary>One client's two shares for one peer: of its masking key s^SK and of its self-mask secret b.</summary>
internal sealed class SharePair(byte[] key, byte[] seed)
{
    /// <summary>Length of each share in bytes.</summary>
    public const int Length = 32;

    public byte[] Key { get; } = key;

    public byte[] Seed { get; } = seed;

    public void Clear()
    {
        CryptographicOperations.ZeroMemory(Key);
        CryptographicOperations.ZeroMemory(Seed);
    }

    public override string ToString() => "SharePair";
}

/// <summary>ShareKeys: encrypted share pairs from a client, and the server's delivery of them to each peer.</summary>
/// <remarks>
/// AE is AES-128-GCM. The key comes from KA.agree(c_u^SK, c_v^PK) bound to the direction and serves one message, so the nonce is zero; the context's digest is
/// associated data, and sender and recipient stand inside as in figure 4, round 1.
/// </remarks>
internal static class ShareMessages
{
    private const int TagLength = 16;
    private const string PairKind = "secagg.share-pair";

    /// <summary>Length of one encrypted pair.</summary>
    public static int CiphertextLength { get; } = EncodePair(0, 0, new SharePair(new byte[SharePair.Length], new byte[SharePair.Length])).Length + TagLength;

    /// <summary>Encrypts a pair and clears the key, which serves once.</summary>
    public static byte[] Encrypt(SecureAggregationContext context, byte[] key, int sender, int recipient, SharePair pair)
    {
        var plaintext = EncodePair(sender, recipient, pair);
        var ciphertext = new byte[plaintext.Length + TagLength];
        using var aead = new AesGcm(key, TagLength);
        aead.Encrypt(new byte[12], plaintext, ciphertext.AsSpan(0, plaintext.Length), ciphertext.AsSpan(plaintext.Length), context.Digest.Span);
        CryptographicOperations.ZeroMemory(plaintext);
        CryptographicOperations.ZeroMemory(key);
        return ciphertext;
    }

    /// <summary>Decrypts a pair; the key stays, since another ciphertext may come after one that did not fit.</summary>
    public static Checked<SharePair> Decrypt(SecureAggregationContext context, byte[] key, int sender, int recipient, ReadOnlySpan<byte> ciphertext)
    {
        var plaintext = new byte[Math.Max(0, ciphertext.Length - TagLength)];
        try
        {
            using var aead = new AesGcm(key, TagLength);
            if (ciphertext.Length != CiphertextLength)
            {
                return new ProtocolFault("secagg.wrong-length", null, $"shares of {CiphertextLength} bytes by {context.Name(sender)}", $"{ciphertext.Length} bytes");
            }

            aead.Decrypt(new byte[12], ciphertext[..plaintext.Length], ciphertext[plaintext.Length..], plaintext, context.Digest.Span);
            var reader = new WireReader(plaintext, PairKind, 1);
            var (from, to) = (reader.Int32(), reader.Int32());
            var pair = new SharePair(reader.Bytes(SharePair.Length).ToArray(), reader.Bytes(SharePair.Length).ToArray());
            return reader.Finish() && from == sender && to == recipient
                ? pair
                : new ProtocolFault("secagg.misaddressed-share", context.Name(sender), $"shares from {sender} to {recipient}", $"from {from} to {to}");
        }
        catch (AuthenticationTagMismatchException)
        {
            // The sender or whoever relayed: it cannot be told.
            return new ProtocolFault("secagg.tampered-share", null, $"shares as {context.Name(sender)} encrypted them", "other bytes");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plaintext);
        }
    }

    /// <summary>A client's message: for every other client of U1, in order, the encrypted pair.</summary>
    public static byte[] Write(SecureAggregationContext context, int index, SortedDictionary<int, byte[]> ciphertexts, SigningKey signer) =>
        SignedEnvelope.Sign(Kinds.Shares, WriteEntries(SignedEnvelope.Start(Kinds.Shares, context, index), ciphertexts), signer);

    public static Checked<(int Index, SortedDictionary<int, byte[]> Ciphertexts)> Read(
        SecureAggregationContext context, ReadOnlySpan<byte> message, out byte[] content)
    {
        var fault = SignedEnvelope.Open(context, Kinds.Shares, message, out var index, out var signed, out var body);
        content = signed.ToArray();
        if (fault is not null)
        {
            return fault;
        }

        return ReadEntries(context, ref body, context.Name(index)).Try(out var entries, out var wrong) ? (index, entries) : wrong;
    }

    /// <summary>The server's message to one client: from every other client of U2, in order, the pair for it.</summary>
    public static byte[] WriteDelivery(SecureAggregationContext context, SortedDictionary<int, byte[]> ciphertexts) =>
        WriteEntries(ServerList.Start(Kinds.Delivery, context), ciphertexts).ToArray();

    public static Checked<SortedDictionary<int, byte[]>> ReadDelivery(SecureAggregationContext context, ReadOnlySpan<byte> message) =>
        ServerList.Open(context, Kinds.Delivery, message, out var body) is { } fault ? fault : ReadEntries(context, ref body, sender: null);

    private static WireWriter WriteEntries(WireWriter writer, SortedDictionary<int, byte[]> ciphertexts)
    {
        writer.Int32(ciphertexts.Count);
        foreach (var (peer, ciphertext) in ciphertexts)
        {
            writer.Int32(peer).Bytes(ciphertext);
        }

        return writer;
    }

    private static Checked<SortedDictionary<int, byte[]>> ReadEntries(SecureAggregationContext context, ref WireReader body, PartyId? sender)
    {
        var count = body.Int32();
        var (entries, last) = (new SortedDictionary<int, byte[]>(), -1);
        for (var i = 0; i < count && i < context.Clients.Length && body.Failure is null; i++)
        {
            var peer = body.Int32();
            var ciphertext = body.Bytes(1024).ToArray();
            if (peer <= last || peer >= context.Clients.Length)
            {
                return new ProtocolFault("secagg.malformed", sender, "peers in order, each once", $"{peer} after {last}");
            }

            if (body.Failure is null && ciphertext.Length != CiphertextLength)
            {
                return new ProtocolFault("secagg.wrong-length", sender, $"shares of {CiphertextLength} bytes for or by {context.Name(peer)}", $"{ciphertext.Length} bytes");
            }

            entries.Add(peer, ciphertext);
            last = peer;
        }

        return body.Finish() && entries.Count == count
            ? entries
            : new ProtocolFault("secagg.malformed", sender, "encrypted shares by peer", body.Failure ?? $"a count of {count} for {entries.Count}");
    }

    private static byte[] EncodePair(int sender, int recipient, SharePair pair) =>
        new WireWriter(PairKind, 1).Int32(sender).Int32(recipient).Bytes(pair.Key).Bytes(pair.Seed).ToArray();
}
