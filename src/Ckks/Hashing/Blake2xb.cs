using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using PrivacyGrains.Ckks.Modular.Lanes;

namespace PrivacyGrains.Ckks.Hashing;

/// <summary>BLAKE2Xb with an output of 4,096 bytes, keyed by a 64-byte seed: the stream cipher of SEAL's seeded objects.</summary>
/// <remarks>"BLAKE2X" (Aumasson, Neves, Wilcox-O'Hearn, Winnerlein 2016), section 2: one keyed root over the message, then unkeyed blocks over the root, each with its own node offset: independent of one another, so many go side by side.</remarks>
internal static class Blake2xb
{
    private const int Blocks = SeedExpansion.PieceLength / Blake2b.LongestDigest;

    /// <summary>What a seed's pieces have in common: the state of their roots once the key's block is in.</summary>
    /// <param name="seed">64 bytes.</param>
    /// <param name="state">8 words, overwritten; as secret as the seed.</param>
    public static void Begin(ReadOnlySpan<byte> seed, Span<ulong> state)
    {
        // Parameter words: digest 64, key, fanout 1, depth 1 | xof length above the node offset.
        Blake2b.InitialValue.CopyTo(state);
        state[0] ^= Blake2b.LongestDigest | ((ulong)seed.Length << 8) | (1UL << 16) | (1UL << 24);
        state[1] ^= (ulong)SeedExpansion.PieceLength << 32;
        Span<ulong> message = stackalloc ulong[16];
        message.Clear();
        for (var i = 0; i < seed.Length / 8; i++)
        {
            message[i] = BinaryPrimitives.ReadUInt64LittleEndian(seed[(8 * i)..]);
        }

        Compress(state, message, Blake2b.BlockLength, false);
        message.Clear();
    }

    /// <summary>Expands one piece.</summary>
    /// <param name="state">As <see cref="Begin"/> left it.</param>
    /// <param name="counter">Which piece.</param>
    /// <param name="destination">512 words: 4,096 bytes, little-endian.</param>
    public static void Expand(ReadOnlySpan<ulong> state, ulong counter, Span<ulong> destination)
    {
        Span<ulong> root = stackalloc ulong[8];
        Root(state, counter, root);
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

    /// <summary>The keyed digest that all blocks of a piece hash.</summary>
    internal static void Root(ReadOnlySpan<ulong> state, ulong counter, Span<ulong> root)
    {
        state.CopyTo(root);
        Span<ulong> message = stackalloc ulong[16];
        message.Clear();
        message[0] = counter;
        Compress(root, message, Blake2b.BlockLength + sizeof(ulong), true);
    }

    /// <summary>All blocks over a root, as many side by side as there are lanes.</summary>
    internal static void Expand<TVector, TLanes>(ReadOnlySpan<ulong> root, Span<ulong> destination)
        where TVector : unmanaged
        where TLanes : struct, IWordLanes<TVector>
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination.Length, SeedExpansion.PieceLength / 8);
        // Parameter words: digest 64, key 0, fanout 0, depth 0, leaf length 64 | node offset, xof length | node depth 0, inner length 64.
        const ulong First = Blake2b.LongestDigest | ((ulong)Blake2b.LongestDigest << 32);
        const ulong Second = (ulong)SeedExpansion.PieceLength << 32;
        const ulong Third = (ulong)Blake2b.LongestDigest << 8;
        Span<TVector> state = stackalloc TVector[16];
        Span<TVector> start = stackalloc TVector[8];
        Span<ulong> lanes = stackalloc ulong[8];
        // In every lane beforehand: a round then adds it from memory, and all registers are the state's.
        Span<TVector> message = stackalloc TVector[16];
        for (var i = 0; i < 16; i++)
        {
            message[i] = TLanes.Of(i < 8 ? root[i] : 0);
        }

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
            Rounds<TVector, TLanes>(state, message);
            for (var i = 0; i < 8; i++)
            {
                TLanes.Store(TLanes.Xor(start[i], TLanes.Xor(state[i], state[i + 8])), ref lanes[0], 0);
                for (var lane = 0; lane < TLanes.Count; lane++)
                {
                    destination[(8 * (block + lane)) + i] = lanes[lane];
                }
            }
        }

        message.Clear();
    }

    private static void Compress(Span<ulong> state, ReadOnlySpan<ulong> message, ulong counter, bool last)
    {
        Span<ulong> v = stackalloc ulong[16];
        state.CopyTo(v);
        Blake2b.InitialValue.CopyTo(v[8..]);
        v[12] ^= counter;
        v[14] = last ? ~v[14] : v[14];
        Rounds<ulong, Lanes64>(v, message);
        for (var i = 0; i < 8; i++)
        {
            state[i] ^= v[i] ^ v[i + 8];
        }

        v.Clear();
    }

    private static void Rounds<TVector, TLanes>(Span<TVector> state, ReadOnlySpan<TVector> message)
        where TVector : unmanaged
        where TLanes : struct, IWordLanes<TVector>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(message.Length, 16);
        // The schedule's entries are below 16, so nothing is checked again at each of 192 words.
        ref var m = ref MemoryMarshal.GetReference(message);
        var (v0, v1, v2, v3, v4, v5, v6, v7) = (state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7]);
        var (v8, v9, v10, v11, v12, v13, v14, v15) = (state[8], state[9], state[10], state[11], state[12], state[13], state[14], state[15]);
        for (var round = 0; round < 12; round++)
        {
            ref var s = ref MemoryMarshal.GetReference(Blake2b.Schedule.Slice(16 * (round % 10), 16));
            Mix<TVector, TLanes>(ref v0, ref v4, ref v8, ref v12, in Word(ref m, ref s, 0), in Word(ref m, ref s, 1));
            Mix<TVector, TLanes>(ref v1, ref v5, ref v9, ref v13, in Word(ref m, ref s, 2), in Word(ref m, ref s, 3));
            Mix<TVector, TLanes>(ref v2, ref v6, ref v10, ref v14, in Word(ref m, ref s, 4), in Word(ref m, ref s, 5));
            Mix<TVector, TLanes>(ref v3, ref v7, ref v11, ref v15, in Word(ref m, ref s, 6), in Word(ref m, ref s, 7));
            Mix<TVector, TLanes>(ref v0, ref v5, ref v10, ref v15, in Word(ref m, ref s, 8), in Word(ref m, ref s, 9));
            Mix<TVector, TLanes>(ref v1, ref v6, ref v11, ref v12, in Word(ref m, ref s, 10), in Word(ref m, ref s, 11));
            Mix<TVector, TLanes>(ref v2, ref v7, ref v8, ref v13, in Word(ref m, ref s, 12), in Word(ref m, ref s, 13));
            Mix<TVector, TLanes>(ref v3, ref v4, ref v9, ref v14, in Word(ref m, ref s, 14), in Word(ref m, ref s, 15));
        }

        (state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7]) = (v0, v1, v2, v3, v4, v5, v6, v7);
        (state[8], state[9], state[10], state[11], state[12], state[13], state[14], state[15]) = (v8, v9, v10, v11, v12, v13, v14, v15);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref TVector Word<TVector>(ref TVector message, ref byte schedule, nint at) => ref Unsafe.Add(ref message, (nint)Unsafe.Add(ref schedule, at));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix<TVector, TLanes>(ref TVector a, ref TVector b, ref TVector c, ref TVector d, in TVector x, in TVector y)
        where TVector : unmanaged
        where TLanes : struct, IWordLanes<TVector>
    {
        a = TLanes.Add(TLanes.Add(a, b), x);
        d = TLanes.RotateRight(TLanes.Xor(d, a), 32);
        c = TLanes.Add(c, d);
        b = TLanes.RotateRight(TLanes.Xor(b, c), 24);
        a = TLanes.Add(TLanes.Add(a, b), y);
        d = TLanes.RotateRight(TLanes.Xor(d, a), 16);
        c = TLanes.Add(c, d);
        b = TLanes.RotateRight(TLanes.Xor(b, c), 63);
    }
}
