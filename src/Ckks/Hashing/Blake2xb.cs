using System.Buffers.Binary;
using System.Runtime.Intrinsics;
using PrivacyGrains.Ckks.Modular.Lanes;

namespace PrivacyGrains.Ckks.Hashing;

/// <summary>BLAKE2Xb with an output of 4,096 bytes, keyed by a 64-byte seed: the stream cipher of SEAL's seeded objects.</summary>
/// <remarks>"BLAKE2X" (Aumasson, Neves, Wilcox-O'Hearn, Winnerlein 2016), section 2: one keyed root over the message, then unkeyed blocks over the root, each with its own node offset: independent of one another, so many go side by side.</remarks>
internal static class Blake2xb
{
    private const int Blocks = SeedExpansion.PieceLength / Blake2b.LongestDigest;

    /// <summary>Expands one piece.</summary>
    /// <param name="seed">64 bytes.</param>
    /// <param name="counter">Which piece.</param>
    /// <param name="destination">512 words: 4,096 bytes, little-endian.</param>
    public static void Expand(ReadOnlySpan<byte> seed, ulong counter, Span<ulong> destination)
    {
        Span<ulong> root = stackalloc ulong[8];
        Root(seed, counter, root);
        if (Lanes512.IsSupported)
        {
            Expand<Vector512<ulong>, Lanes512>(root, destination);
        }
        else if (Lanes256.IsSupported)
        {
            Expand<Vector256<ulong>, Lanes256>(root, destination);
        }
        else
        {
            Expand<ulong, Lanes64>(root, destination);
        }

        root.Clear();
    }

    /// <summary>The keyed digest that all blocks hash.</summary>
    internal static void Root(ReadOnlySpan<byte> seed, ulong counter, Span<ulong> root)
    {
        Span<byte> parameters = stackalloc byte[Blake2b.ParameterLength];
        Span<byte> digest = stackalloc byte[Blake2b.LongestDigest];
        Span<byte> message = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(message, counter);
        parameters.Clear();
        (parameters[0], parameters[1], parameters[2], parameters[3]) = (Blake2b.LongestDigest, (byte)seed.Length, 1, 1);
        BinaryPrimitives.WriteInt32LittleEndian(parameters[12..], SeedExpansion.PieceLength);
        Blake2b.Hash(parameters, seed, message, digest);
        for (var i = 0; i < 8; i++)
        {
            root[i] = BinaryPrimitives.ReadUInt64LittleEndian(digest[(8 * i)..]);
        }

        digest.Clear();
    }

    /// <summary>All blocks over a root, as many side by side as there are lanes.</summary>
    internal static void Expand<TVector, TLanes>(ReadOnlySpan<ulong> root, Span<ulong> destination)
        where TVector : struct
        where TLanes : struct, IWordLanes<TVector>
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination.Length, SeedExpansion.PieceLength / 8);
        // Parameter words: digest 64, key 0, fanout 0, depth 0, leaf length 64 | node offset, xof length | node depth 0, inner length 64.
        const ulong First = Blake2b.LongestDigest | ((ulong)Blake2b.LongestDigest << 32);
        const ulong Second = (ulong)SeedExpansion.PieceLength << 32;
        const ulong Third = (ulong)Blake2b.LongestDigest << 8;
        Span<TVector> state = new TVector[16];
        Span<TVector> start = new TVector[8];
        Span<ulong> lanes = stackalloc ulong[8];
        var iv = Blake2b.InitialValue;
        for (var block = 0; block < Blocks; block += TLanes.Count)
        {
            for (var lane = 0; lane < TLanes.Count; lane++)
            {
                lanes[lane] = iv[1] ^ (Second | (uint)(block + lane));
            }

            for (var i = 0; i < 8; i++)
            {
                start[i] = i switch { 0 => TLanes.Of(iv[0] ^ First), 1 => TLanes.Load(ref lanes[0], 0), 2 => TLanes.Of(iv[2] ^ Third), _ => TLanes.Of(iv[i]) };
                (state[i], state[i + 8]) = (start[i], TLanes.Of(iv[i]));
            }

            // The one block of 64 bytes is the last.
            (state[12], state[14]) = (TLanes.Of(iv[4] ^ Blake2b.LongestDigest), TLanes.Of(~iv[6]));
            Rounds<TVector, TLanes>(state, root);
            for (var i = 0; i < 8; i++)
            {
                TLanes.Store(TLanes.Xor(start[i], TLanes.Xor(state[i], state[i + 8])), ref lanes[0], 0);
                for (var lane = 0; lane < TLanes.Count; lane++)
                {
                    destination[(8 * (block + lane)) + i] = lanes[lane];
                }
            }
        }
    }

    private static void Rounds<TVector, TLanes>(Span<TVector> state, ReadOnlySpan<ulong> root)
        where TVector : struct
        where TLanes : struct, IWordLanes<TVector>
    {
        Span<ulong> message = stackalloc ulong[16];
        message.Clear();
        root.CopyTo(message);
        var (v0, v1, v2, v3, v4, v5, v6, v7) = (state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7]);
        var (v8, v9, v10, v11, v12, v13, v14, v15) = (state[8], state[9], state[10], state[11], state[12], state[13], state[14], state[15]);
        for (var round = 0; round < 12; round++)
        {
            var s = Blake2b.Schedule.Slice(16 * (round % 10), 16);
            Mix<TVector, TLanes>(ref v0, ref v4, ref v8, ref v12, message[s[0]], message[s[1]]);
            Mix<TVector, TLanes>(ref v1, ref v5, ref v9, ref v13, message[s[2]], message[s[3]]);
            Mix<TVector, TLanes>(ref v2, ref v6, ref v10, ref v14, message[s[4]], message[s[5]]);
            Mix<TVector, TLanes>(ref v3, ref v7, ref v11, ref v15, message[s[6]], message[s[7]]);
            Mix<TVector, TLanes>(ref v0, ref v5, ref v10, ref v15, message[s[8]], message[s[9]]);
            Mix<TVector, TLanes>(ref v1, ref v6, ref v11, ref v12, message[s[10]], message[s[11]]);
            Mix<TVector, TLanes>(ref v2, ref v7, ref v8, ref v13, message[s[12]], message[s[13]]);
            Mix<TVector, TLanes>(ref v3, ref v4, ref v9, ref v14, message[s[14]], message[s[15]]);
        }

        (state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7]) = (v0, v1, v2, v3, v4, v5, v6, v7);
        (state[8], state[9], state[10], state[11], state[12], state[13], state[14], state[15]) = (v8, v9, v10, v11, v12, v13, v14, v15);
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveInlining)]
    private static void Mix<TVector, TLanes>(ref TVector a, ref TVector b, ref TVector c, ref TVector d, ulong x, ulong y)
        where TVector : struct
        where TLanes : struct, IWordLanes<TVector>
    {
        a = TLanes.Add(TLanes.Add(a, b), TLanes.Of(x));
        d = TLanes.RotateRight(TLanes.Xor(d, a), 32);
        c = TLanes.Add(c, d);
        b = TLanes.RotateRight(TLanes.Xor(b, c), 24);
        a = TLanes.Add(TLanes.Add(a, b), TLanes.Of(y));
        d = TLanes.RotateRight(TLanes.Xor(d, a), 16);
        c = TLanes.Add(c, d);
        b = TLanes.RotateRight(TLanes.Xor(b, c), 63);
    }
}
