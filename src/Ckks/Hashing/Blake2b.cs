using System.Buffers.Binary;
using System.Numerics;

namespace PrivacyGrains.Ckks.Hashing;

/// <summary>The hash BLAKE2b with all its parameters: RFC 7693, and the parameter block of "BLAKE2: simpler, smaller, fast as MD5" (Aumasson et al. 2013), section 2.8.</summary>
/// <remarks>SEAL's formats name parameters by it, and expand seeds by BLAKE2Xb, which is built from it. Not constant-time in the length of its input, which is public.</remarks>
internal static class Blake2b
{
    public const int BlockLength = 128;
    public const int LongestDigest = 64;
    public const int ParameterLength = 64;

    internal static ReadOnlySpan<ulong> InitialValue =>
    [
        0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
        0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
    ];

    internal static ReadOnlySpan<byte> Schedule =>
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3,
        11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4,
        7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8,
        9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13,
        2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9,
        12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11,
        13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10,
        6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5,
        10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0,
    ];

    /// <summary>An unkeyed digest in sequential mode.</summary>
    /// <param name="message">Any length.</param>
    /// <param name="digest">1 to 64 bytes, overwritten.</param>
    public static void Hash(ReadOnlySpan<byte> message, Span<byte> digest)
    {
        Span<byte> parameters = stackalloc byte[ParameterLength];
        (parameters[0], parameters[2], parameters[3]) = ((byte)digest.Length, 1, 1);
        Hash(parameters, [], message, digest);
    }

    /// <summary>A digest under a given parameter block.</summary>
    /// <param name="parameters">64 bytes; its first two are the lengths of digest and key.</param>
    /// <param name="key">At most 64 bytes.</param>
    /// <param name="message">Any length.</param>
    /// <param name="digest">As long as the block says, overwritten.</param>
    public static void Hash(ReadOnlySpan<byte> parameters, ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, Span<byte> digest)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(parameters.Length, ParameterLength);
        ArgumentOutOfRangeException.ThrowIfNotEqual((int)parameters[0], digest.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual((int)parameters[1], key.Length);
        Span<ulong> state = stackalloc ulong[8];
        for (var i = 0; i < 8; i++)
        {
            state[i] = InitialValue[i] ^ BinaryPrimitives.ReadUInt64LittleEndian(parameters[(8 * i)..]);
        }

        Span<byte> block = stackalloc byte[BlockLength];
        ulong counter = 0;
        if (!key.IsEmpty)
        {
            block.Clear();
            key.CopyTo(block);
            counter = BlockLength;
            Compress(state, block, counter, message.IsEmpty);
        }

        for (; message.Length > BlockLength; message = message[BlockLength..])
        {
            counter += BlockLength;
            Compress(state, message[..BlockLength], counter, false);
        }

        if (!message.IsEmpty || key.IsEmpty)
        {
            block.Clear();
            message.CopyTo(block);
            Compress(state, block, counter + (ulong)message.Length, true);
        }

        block.Clear();
        Span<byte> whole = block[..LongestDigest];
        for (var i = 0; i < 8; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(whole[(8 * i)..], state[i]);
        }

        whole[..digest.Length].CopyTo(digest);
        whole.Clear();
        state.Clear();
    }

    /// <summary>The compression function F: RFC 7693, section 3.2.</summary>
    internal static void Compress(Span<ulong> state, ReadOnlySpan<byte> block, ulong counter, bool last)
    {
        Span<ulong> m = stackalloc ulong[16];
        Span<ulong> v = stackalloc ulong[16];
        for (var i = 0; i < 16; i++)
        {
            m[i] = BinaryPrimitives.ReadUInt64LittleEndian(block[(8 * i)..]);
            v[i] = i < 8 ? state[i] : InitialValue[i - 8];
        }

        v[12] ^= counter;
        v[14] = last ? ~v[14] : v[14];
        for (var round = 0; round < 12; round++)
        {
            var s = Schedule.Slice(16 * (round % 10), 16);
            Mix(v, 0, 4, 8, 12, m[s[0]], m[s[1]]);
            Mix(v, 1, 5, 9, 13, m[s[2]], m[s[3]]);
            Mix(v, 2, 6, 10, 14, m[s[4]], m[s[5]]);
            Mix(v, 3, 7, 11, 15, m[s[6]], m[s[7]]);
            Mix(v, 0, 5, 10, 15, m[s[8]], m[s[9]]);
            Mix(v, 1, 6, 11, 12, m[s[10]], m[s[11]]);
            Mix(v, 2, 7, 8, 13, m[s[12]], m[s[13]]);
            Mix(v, 3, 4, 9, 14, m[s[14]], m[s[15]]);
        }

        for (var i = 0; i < 8; i++)
        {
            state[i] ^= v[i] ^ v[i + 8];
        }
    }

    private static void Mix(Span<ulong> v, int a, int b, int c, int d, ulong x, ulong y)
    {
        unchecked
        {
            v[a] += v[b] + x;
            v[d] = BitOperations.RotateRight(v[d] ^ v[a], 32);
            v[c] += v[d];
            v[b] = BitOperations.RotateRight(v[b] ^ v[c], 24);
            v[a] += v[b] + y;
            v[d] = BitOperations.RotateRight(v[d] ^ v[a], 16);
            v[c] += v[d];
            v[b] = BitOperations.RotateRight(v[b] ^ v[c], 63);
        }
    }
}
