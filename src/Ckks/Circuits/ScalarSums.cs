using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using PrivacyGrains.Ckks.Modular;
using PrivacyGrains.Ckks.Modular.Lanes;

namespace PrivacyGrains.Ckks.Circuits;

/// <summary>Sums of ciphertexts times whole numbers: the same words as one MultiplyScalar and Add after the other. Thread-safe for different parts.</summary>
/// <remarks>
/// A number is the same residue in every place, so it is one Shoup constant for each prime (Harvey 2014, section 2). Sums stay below 8 q until all sources of a tile are in, and are reduced once; a tile stays in the first cache, and its sources are read once, four at a time.
/// </remarks>
internal sealed class ScalarSums
{
    private const int Tile = 2048;
    private const int Together = 4;

    private readonly CkksContext _context;
    private readonly int _count;
    private readonly ulong[] _words; // for each prime and source: factor, quotient

    /// <summary>Reduces the factors.</summary>
    /// <param name="context">The parameters.</param>
    /// <param name="level">The primes of the sum.</param>
    /// <param name="factors">Whole numbers.</param>
    public ScalarSums(CkksContext context, int level, ReadOnlySpan<double> factors)
    {
        (_context, _count, _words) = (context, factors.Length, new ulong[2 * level * factors.Length]);
        for (var prime = 0; prime < level; prime++)
        {
            for (var i = 0; i < factors.Length; i++)
            {
                var factor = Encoding.ExactResidues.Of(context.Moduli[prime], factors[i]);
                var at = 2 * ((prime * factors.Length) + i);
                (_words[at], _words[at + 1]) = (factor, context.Moduli[prime].ShoupQuotient(factor));
            }
        }
    }

    /// <summary>One polynomial modulo one prime.</summary>
    /// <param name="sources">As many as factors; at the level or above it.</param>
    /// <param name="polynomial">Which.</param>
    /// <param name="prime">Which.</param>
    /// <param name="adds">Whether the destination's residues begin the sum.</param>
    /// <param name="destination">Apart from the sources.</param>
    public void Part(ReadOnlySpan<Ciphertext> sources, int polynomial, int prime, bool adds, Ciphertext destination)
    {
        if (Lanes512.IsSupported)
        {
            Part<Vector512<ulong>, Lanes512>(sources, polynomial, prime, adds, destination);
        }
        else if (Lanes256.IsSupported)
        {
            Part<Vector256<ulong>, Lanes256>(sources, polynomial, prime, adds, destination);
        }
        else
        {
            Part<ulong, Lanes64>(sources, polynomial, prime, adds, destination);
        }
    }

    internal void Part<TVector, TLanes>(ReadOnlySpan<Ciphertext> sources, int polynomial, int prime, bool adds, Ciphertext destination)
        where TVector : struct
        where TLanes : struct, IWordLanes<TVector>
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(sources.Length, _count);
        var modulus = _context.Moduli[prime];
        var constants = _words.AsSpan(2 * prime * _count, 2 * _count);
        var whole = destination.Residues(polynomial, prime);
        for (var start = 0; start < whole.Length; start += Tile)
        {
            var sum = whole.Slice(start, Math.Min(Tile, whole.Length - start));
            if (!adds)
            {
                sum.Clear();
            }

            var i = 0;
            for (; i + Together <= _count; i += Together)
            {
                AddFour<TVector, TLanes>(
                    modulus, constants[(2 * i)..],
                    ref At(sources[i], polynomial, prime, start), ref At(sources[i + 1], polynomial, prime, start),
                    ref At(sources[i + 2], polynomial, prime, start), ref At(sources[i + 3], polynomial, prime, start), sum);
            }

            for (; i < _count; i++)
            {
                LaneLoops<TVector, TLanes>.MultiplyScalarAddLazily(modulus, sources[i].Residues(polynomial, prime)[start..], constants[2 * i], sum);
            }

            LaneLoops<TVector, TLanes>.Settle(modulus, sum);
        }
    }

    private static ref ulong At(Ciphertext source, int polynomial, int prime, int start) => ref MemoryMarshal.GetReference(source.Residues(polynomial, prime)[start..]);

    private static void AddFour<TVector, TLanes>(Modulus modulus, ReadOnlySpan<ulong> constants, ref ulong x0, ref ulong x1, ref ulong x2, ref ulong x3, Span<ulong> sums)
        where TVector : struct
        where TLanes : struct, IWordLanes<TVector>
    {
        var (q, eight) = (TLanes.Of(modulus.Value), TLanes.Of(unchecked(8 * modulus.Value)));
        var (f0, r0) = (TLanes.Of(constants[0]), TLanes.Of(constants[1]));
        var (f1, r1) = (TLanes.Of(constants[2]), TLanes.Of(constants[3]));
        var (f2, r2) = (TLanes.Of(constants[4]), TLanes.Of(constants[5]));
        var (f3, r3) = (TLanes.Of(constants[6]), TLanes.Of(constants[7]));
        var (h0, h1, h2, h3) = (TLanes.HighHalf(r0), TLanes.HighHalf(r1), TLanes.HighHalf(r2), TLanes.HighHalf(r3));
        ref var z = ref MemoryMarshal.GetReference(sums);
        for (nuint i = 0; i < (nuint)sums.Length; i += (nuint)TLanes.Count)
        {
            var sum = TLanes.Load(ref z, i);
            sum = Add<TVector, TLanes>(sum, TLanes.Load(ref x0, i), f0, r0, h0, q, eight);
            sum = Add<TVector, TLanes>(sum, TLanes.Load(ref x1, i), f1, r1, h1, q, eight);
            sum = Add<TVector, TLanes>(sum, TLanes.Load(ref x2, i), f2, r2, h2, q, eight);
            sum = Add<TVector, TLanes>(sum, TLanes.Load(ref x3, i), f3, r3, h3, q, eight);
            TLanes.Store(sum, ref z, i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Add<TVector, TLanes>(TVector sum, TVector word, TVector factor, TVector quotient, TVector high, TVector q, TVector eight)
        where TVector : struct
        where TLanes : struct, IWordLanes<TVector>
    {
        // The product is below 4 q (its quotient is at most 3 short), the sum below 12 q before it is brought below 8 q.
        var estimate = TLanes.MultiplyHigh(word, quotient, high);
        var product = TLanes.Subtract(TLanes.MultiplyLow(word, factor), TLanes.MultiplyLow(estimate, q));
        sum = TLanes.Add(sum, product);
        return TLanes.Min(sum, TLanes.Subtract(sum, eight));
    }
}
