using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using X86Aes = System.Runtime.Intrinsics.X86.Aes;

namespace PrivacyGrains.Arithmetic.Randomness;

/// <summary>A correlation-robust hash of 128-bit blocks from AES-128 under one fixed public key.</summary>
/// <remarks>
/// H(x) = AES_K(s(x)) XOR s(x), s(x_high, x_low) = (x_high XOR x_low, x_high): Guo, Katz, Wang, Yu, "Efficient and Secure Multiparty Computation from
/// Fixed-Key Block Ciphers", IEEE S&amp;P 2020 (eprint 2019/074), section 7. Circular correlation robust, hence correlation robust, where AES under a known key behaves as a random
/// permutation: for a secret uniform x and public distinct offsets d, the values H(x XOR d) are pseudorandom. It is no hash of messages. The key is
/// the first half of SHA-256 of a fixed text. Where the processor has AES instructions they are used, elsewhere the platform's AES; both give the same
/// blocks.
/// </remarks>
public static class FixedKeyHash
{
    /// <summary>Words of one block: the low half first.</summary>
    public const int BlockWords = 2;

    private const int Rounds = 10;
    private const int Lanes = 8;

    private static readonly byte[] Key = SHA256.HashData("PrivacyGrains fixed-key hash v1"u8)[..16];
    private static readonly Vector128<byte>[] RoundKeys = X86Aes.IsSupported && BitConverter.IsLittleEndian ? Expand() : [];

    /// <summary>Hashes every block.</summary>
    /// <param name="input">Pairs of words, the low half of a block first; secret.</param>
    /// <param name="destination">As many words; may be the input itself.</param>
    /// <exception cref="ArgumentException">The lengths differ or are odd.</exception>
    public static void Hash(ReadOnlySpan<ulong> input, Span<ulong> destination)
    {
        RequirePairs(input, destination);
        if (RoundKeys.Length != 0)
        {
            HashVector(input, destination);
        }
        else
        {
            HashPortable(input, destination);
        }
    }

    /// <summary>The same by the platform's AES.</summary>
    internal static void HashPortable(ReadOnlySpan<ulong> input, Span<ulong> destination)
    {
        RequirePairs(input, destination);
        for (var i = 0; i < input.Length; i += BlockWords)
        {
            var (low, high) = (input[i], input[i + 1]);
            destination[i] = Little(high);
            destination[i + 1] = Little(high ^ low);
        }

        var bytes = MemoryMarshal.AsBytes(destination);
        var encrypted = new byte[bytes.Length];
        using var aes = Aes.Create();
        aes.SetKey(Key);
        aes.EncryptEcb(bytes, encrypted, PaddingMode.None);
        var words = MemoryMarshal.Cast<byte, ulong>(encrypted);
        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = Little(destination[i] ^ words[i]);
        }

        CryptographicOperations.ZeroMemory(encrypted);
    }

    private static ulong Little(ulong word) => BitConverter.IsLittleEndian ? word : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(word);

    private static void RequirePairs(ReadOnlySpan<ulong> input, Span<ulong> destination)
    {
        if (destination.Length != input.Length || input.Length % BlockWords != 0)
        {
            throw new ArgumentException($"Whole blocks and as many are wanted; these are {input.Length} and {destination.Length} words.", nameof(destination));
        }
    }

    private static void HashVector(ReadOnlySpan<ulong> input, Span<ulong> destination)
    {
        var from = MemoryMarshal.Cast<ulong, Vector128<ulong>>(input);
        var to = MemoryMarshal.Cast<ulong, Vector128<ulong>>(destination);
        var keys = RoundKeys.AsSpan();
        var i = 0;
        for (; i <= from.Length - Lanes; i += Lanes)
        {
            Eight(from[i..], to[i..], keys);
        }

        for (; i < from.Length; i++)
        {
            var x = Orthomorphism(from[i]);
            var y = x ^ keys[0];
            for (var round = 1; round < Rounds; round++)
            {
                y = X86Aes.Encrypt(y, keys[round]);
            }

            to[i] = (X86Aes.EncryptLast(y, keys[Rounds]) ^ x).AsUInt64();
        }
    }

    // Eight blocks in flight hide the latency of one round.
    private static void Eight(ReadOnlySpan<Vector128<ulong>> from, Span<Vector128<ulong>> to, ReadOnlySpan<Vector128<byte>> keys)
    {
        var k = keys[0];
        Vector128<byte> x0 = Orthomorphism(from[0]), x1 = Orthomorphism(from[1]), x2 = Orthomorphism(from[2]), x3 = Orthomorphism(from[3]);
        Vector128<byte> x4 = Orthomorphism(from[4]), x5 = Orthomorphism(from[5]), x6 = Orthomorphism(from[6]), x7 = Orthomorphism(from[7]);
        Vector128<byte> y0 = x0 ^ k, y1 = x1 ^ k, y2 = x2 ^ k, y3 = x3 ^ k, y4 = x4 ^ k, y5 = x5 ^ k, y6 = x6 ^ k, y7 = x7 ^ k;
        for (var round = 1; round < Rounds; round++)
        {
            k = keys[round];
            (y0, y1, y2, y3) = (X86Aes.Encrypt(y0, k), X86Aes.Encrypt(y1, k), X86Aes.Encrypt(y2, k), X86Aes.Encrypt(y3, k));
            (y4, y5, y6, y7) = (X86Aes.Encrypt(y4, k), X86Aes.Encrypt(y5, k), X86Aes.Encrypt(y6, k), X86Aes.Encrypt(y7, k));
        }

        k = keys[Rounds];
        to[0] = (X86Aes.EncryptLast(y0, k) ^ x0).AsUInt64();
        to[1] = (X86Aes.EncryptLast(y1, k) ^ x1).AsUInt64();
        to[2] = (X86Aes.EncryptLast(y2, k) ^ x2).AsUInt64();
        to[3] = (X86Aes.EncryptLast(y3, k) ^ x3).AsUInt64();
        to[4] = (X86Aes.EncryptLast(y4, k) ^ x4).AsUInt64();
        to[5] = (X86Aes.EncryptLast(y5, k) ^ x5).AsUInt64();
        to[6] = (X86Aes.EncryptLast(y6, k) ^ x6).AsUInt64();
        to[7] = (X86Aes.EncryptLast(y7, k) ^ x7).AsUInt64();
    }

    // (low, high) becomes (high, high XOR low).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Orthomorphism(Vector128<ulong> x)
    {
        var swapped = Vector128.Shuffle(x, Vector128.Create(1UL, 0UL));
        return (swapped ^ (x & Vector128.Create(0UL, ulong.MaxValue))).AsByte();
    }

    // FIPS 197, section 5.2. The key is public, so the last byte's substitution by the platform's instruction is all that matters.
    private static Vector128<byte>[] Expand()
    {
        byte[] constants = [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0x1B, 0x36];
        var keys = new Vector128<byte>[Rounds + 1];
        var words = new uint[4 * (Rounds + 1)];
        MemoryMarshal.Cast<byte, uint>(Key).CopyTo(words);
        for (var i = 4; i < words.Length; i++)
        {
            var word = words[i - 1];
            if (i % 4 == 0)
            {
                // Word 1 of the instruction's answer is RotWord(SubWord(word 1 of its operand)).
                word = X86Aes.KeygenAssist(Vector128.Create(0u, word, 0u, 0u).AsByte(), 0).AsUInt32()[1] ^ constants[(i / 4) - 1];
            }

            words[i] = words[i - 4] ^ word;
        }

        for (var round = 0; round <= Rounds; round++)
        {
            keys[round] = Vector128.Create(words[4 * round], words[(4 * round) + 1], words[(4 * round) + 2], words[(4 * round) + 3]).AsByte();
        }

        return keys;
    }
}
