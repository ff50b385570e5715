using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using PrivacyGrains.Ckks.Modular;

namespace PrivacyGrains.Ckks.Hashing;

/// <summary>How SEAL expands a seed into bytes.</summary>
public enum SeedExpander
{
    /// <summary>BLAKE2Xb in pieces of 4,096 bytes: the default.</summary>
    Blake2xb = 1,

    /// <summary>SHAKE256 in pieces of 4,096 bytes.</summary>
    Shake256 = 2,
}

/// <summary>The uniform polynomials that SEAL 3.6 and later expand from a 64-byte seed, so that half of a fresh ciphertext or key need not travel.</summary>
/// <remarks>
/// The stream is the concatenation over c = 0, 1, 2, ... of BLAKE2Xb with 4,096 bytes of output, keyed by the seed, of c as eight little-endian bytes ("BLAKE2X", Aumasson et al. 2016, section 2); or of SHAKE256(seed, c).
/// Words are rejected at or above the largest multiple of the prime, and replaced by the next of the stream: only after the words of all primes have been taken.
/// </remarks>
internal static class SeedExpansion
{
    public const int SeedLength = 64;
    public const int PieceLength = 4096;

    /// <summary>Expands a seed into residues.</summary>
    /// <param name="context">The parameters.</param>
    /// <param name="expander">How.</param>
    /// <param name="seed">64 bytes; public once sent.</param>
    /// <param name="primeCount">The level.</param>
    /// <param name="destination">N words for each of the level's primes.</param>
    public static void Expand(CkksContext context, SeedExpander expander, ReadOnlySpan<byte> seed, int primeCount, Span<ulong> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(seed.Length, SeedLength);
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination.Length, primeCount * context.Degree);
        Span<ulong> piece = stackalloc ulong[PieceLength / 8];
        Span<ulong> state = stackalloc ulong[8];
        var stream = new Stream(expander, seed, state, piece);
        stream.Read(destination);
        for (var prime = 0; prime < primeCount; prime++)
        {
            var modulus = context.Moduli[prime];
            // SEAL's bound: 2^64 - 1 less its residue, less 1.
            var bound = unchecked(ulong.MaxValue - modulus.Reduce(ulong.MaxValue) - 1);
            var words = destination.Slice(prime * context.Degree, context.Degree);
            foreach (ref var word in words)
            {
                while (word >= bound)
                {
                    word = stream.Next();
                }
            }

            ResidueLoops.ReduceLazily(modulus, words, 0, words);
            ResidueLoops.Settle(modulus, words);
        }

        state.Clear();
    }

    private static void Piece(SeedExpander expander, ReadOnlySpan<byte> seed, ReadOnlySpan<ulong> state, ulong counter, Span<ulong> destination)
    {
        if (expander == SeedExpander.Blake2xb)
        {
            Blake2xb.Expand(state, counter, destination);
            return;
        }

        Span<byte> message = stackalloc byte[SeedLength + 8];
        seed.CopyTo(message);
        BinaryPrimitives.WriteUInt64LittleEndian(message[SeedLength..], counter);
        Shake256.HashData(message, MemoryMarshal.AsBytes(destination));
        if (!BitConverter.IsLittleEndian)
        {
            BinaryPrimitives.ReverseEndianness(destination, destination);
        }
    }

    private ref struct Stream
    {
        private readonly SeedExpander _expander;
        private readonly ReadOnlySpan<byte> _seed;
        private readonly ReadOnlySpan<ulong> _state;
        private readonly Span<ulong> _piece;
        private ulong _counter;
        private int _used;

        // The memory is the caller's.
        public Stream(SeedExpander expander, ReadOnlySpan<byte> seed, Span<ulong> state, Span<ulong> piece)
        {
            _expander = expander;
            _seed = seed;
            _piece = piece;
            _used = piece.Length;
            Blake2xb.Begin(seed, state);
            _state = state;
        }

        public void Read(Span<ulong> words)
        {
            for (; words.Length >= PieceLength / 8; words = words[(PieceLength / 8)..])
            {
                Piece(_expander, _seed, _state, _counter++, words[..(PieceLength / 8)]);
            }

            foreach (ref var word in words)
            {
                word = Next();
            }
        }

        public ulong Next()
        {
            if (_used == _piece.Length)
            {
                Piece(_expander, _seed, _state, _counter++, _piece);
                _used = 0;
            }

            return _piece[_used++];
        }
    }
}
