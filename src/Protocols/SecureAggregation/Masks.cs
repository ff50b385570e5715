using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.SecureAggregation;

/// <summary>The protocol's key agreements (KA), its pseudorandom generator (PRG), and adding a mask to a vector.</summary>
/// <remarks>
/// Source: Bonawitz et al. 2017, section 3 and figure 4. KA is ECDH on P-256 with HKDF-SHA256, salted with the context's digest and bound to both indexes and
/// keys; PRG is AES-128-CTR. A mask's word is the next b / 8 bytes of the stream, little-endian.
/// </remarks>
internal static class Masks
{
    private const int SeedLength = AesCtrRandomSource.SeedLength;
    private const int ChunkWords = 4096;

    /// <summary>s(u, v) = KA.agree(s_u^SK, s_v^PK): the seed of a pair's mask, the same from both sides.</summary>
    public static byte[] PairSeed(SecureAggregationContext context, AgreementKey own, AgreementPublicKey peer, int ownIndex, int peerIndex)
    {
        var (lower, upper) = ownIndex < peerIndex ? (own.PublicKey, peer) : (peer, own.PublicKey);
        var agreed = own.Agree(peer);
        var seed = Derive(context, agreed, "secagg.pair-mask", Math.Min(ownIndex, peerIndex), Math.Max(ownIndex, peerIndex), lower, upper);
        CryptographicOperations.ZeroMemory(agreed);
        return seed;
    }

    /// <summary>From KA.agree(c_u^SK, c_v^PK), the two keys that a pair's shares are encrypted with; each serves one message.</summary>
    public static (byte[] Outbound, byte[] Inbound) EncryptionKeys(
        SecureAggregationContext context, AgreementKey own, AgreementPublicKey peer, int ownIndex, int peerIndex)
    {
        var agreed = own.Agree(peer);
        var outbound = Derive(context, agreed, "secagg.encryption", ownIndex, peerIndex, own.PublicKey, peer);
        var inbound = Derive(context, agreed, "secagg.encryption", peerIndex, ownIndex, peer, own.PublicKey);
        CryptographicOperations.ZeroMemory(agreed);
        return (outbound, inbound);
    }

    /// <summary>The seed of a client's self-mask, from its shared secret b.</summary>
    public static byte[] SelfSeed(SecureAggregationContext context, ReadOnlySpan<byte> secret, int index)
    {
        var seed = new byte[SeedLength];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, seed, context.Digest.Span, new WireWriter("secagg.self-mask", 1).Int32(index).Written.Span);
        return seed;
    }

    /// <summary>The sign of a pair's mask at one end: plus at the higher index, minus at the lower (delta in figure 4).</summary>
    public static bool IsSubtracted(int ownIndex, int peerIndex) => ownIndex < peerIndex;

    /// <summary>Adds or subtracts PRG(seed) modulo 2^b, and clears the seed.</summary>
    public static void Apply(SecureAggregationParameters parameters, Span<ulong> vector, byte[] seed, bool subtract)
    {
        using var stream = new AesCtrRandomSource(seed);
        CryptographicOperations.ZeroMemory(seed);
        var bytes = ArrayPool<byte>.Shared.Rent(ChunkWords * sizeof(ulong));
        try
        {
            for (var start = 0; start < vector.Length; start += ChunkWords)
            {
                var words = vector.Slice(start, Math.Min(ChunkWords, vector.Length - start));
                var chunk = bytes.AsSpan(0, words.Length * parameters.WordBytes);
                stream.Fill(chunk);
                Combine(parameters, words, chunk, subtract);
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <summary>Adds or subtracts packed words modulo 2^b.</summary>
    public static void Combine(SecureAggregationParameters parameters, Span<ulong> words, ReadOnlySpan<byte> packed, bool subtract)
    {
        var mask = parameters.WordMask;
        if (parameters.WordBytes == sizeof(ulong) && BitConverter.IsLittleEndian)
        {
            var operands = MemoryMarshal.Cast<byte, ulong>(packed);
            for (var i = 0; i < words.Length; i++)
            {
                words[i] = unchecked(subtract ? words[i] - operands[i] : words[i] + operands[i]);
            }
        }
        else if (parameters.WordBytes == sizeof(uint) && BitConverter.IsLittleEndian)
        {
            var operands = MemoryMarshal.Cast<byte, uint>(packed);
            for (var i = 0; i < words.Length; i++)
            {
                words[i] = unchecked(subtract ? words[i] - operands[i] : words[i] + operands[i]) & mask;
            }
        }
        else
        {
            for (var i = 0; i < words.Length; i++)
            {
                var operand = ReadWord(packed.Slice(i * parameters.WordBytes, parameters.WordBytes));
                words[i] = unchecked(subtract ? words[i] - operand : words[i] + operand) & mask;
            }
        }
    }

    /// <summary>Packs words of b bits, little-endian.</summary>
    public static byte[] Pack(SecureAggregationParameters parameters, ReadOnlySpan<ulong> words)
    {
        var packed = new byte[checked(words.Length * parameters.WordBytes)];
        Span<byte> word = stackalloc byte[sizeof(ulong)];
        for (var i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(word, words[i]);
            word[..parameters.WordBytes].CopyTo(packed.AsSpan(i * parameters.WordBytes));
        }

        return packed;
    }

    private static ulong ReadWord(ReadOnlySpan<byte> bytes)
    {
        Span<byte> word = stackalloc byte[sizeof(ulong)];
        word.Clear();
        bytes.CopyTo(word);
        return BinaryPrimitives.ReadUInt64LittleEndian(word);
    }

    private static byte[] Derive(
        SecureAggregationContext context, ReadOnlySpan<byte> agreed, string purpose, int first, int second, AgreementPublicKey firstKey, AgreementPublicKey secondKey)
    {
        var info = new WireWriter(purpose, 1).Int32(first).Int32(second).Bytes(firstKey.Point.Span).Bytes(secondKey.Point.Span).Written;
        var derived = new byte[SeedLength];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, agreed, derived, context.Digest.Span, info.Span);
        return derived;
    }
}
