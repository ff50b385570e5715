using System.Runtime.Intrinsics;
using PrivacyGrains.Ckks.Modular;
using PrivacyGrains.Ckks.Modular.Lanes;

namespace PrivacyGrains.Ckks.Transforms;

/// <summary>The negacyclic number-theoretic transform modulo one prime: natural order in, bit-reversed order out. Value i is a(psi^(2 bitrev(i) + 1)), psi the smallest primitive 2N-th root. Thread-safe.</summary>
/// <remarks>Sources: Longa, Naehrig, "Speeding up the number theoretic transform", 2016, algorithms 1 and 2 (twist merged, tables bit-reversed); Harvey 2014, section 3 (lazy butterflies with Shoup's quotients).</remarks>
public sealed class NumberTheoreticTransform
{
    private readonly TransformTables _tables;

    /// <summary>Makes the tables: 4 N words.</summary>
    /// <param name="modulus">A prime that is 1 modulo 2N.</param>
    /// <param name="degree">N, a power of two, at least 32.</param>
    public NumberTheoreticTransform(Modulus modulus, int degree)
    {
        Root = Primes.SmallestRoot(modulus, degree);
        _tables = new TransformTables(modulus, degree, Root);
    }

    /// <summary>The prime.</summary>
    public Modulus Modulus => _tables.Modulus;

    /// <summary>N.</summary>
    public int Degree => _tables.Degree;

    /// <summary>psi: the smallest primitive 2N-th root of unity.</summary>
    public ulong Root { get; }

    /// <summary>Coefficients to values, in place.</summary>
    /// <param name="values">N words, each less than 16 times the prime; residues afterwards.</param>
    public void Forward(Span<ulong> values)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, Degree);
        if (Lanes512.IsSupported)
        {
            Forward512(values);
        }
        else if (Lanes256.IsSupported)
        {
            Forward256(values);
        }
        else
        {
            Forward64(values);
        }
    }

    /// <summary>Values to coefficients, in place.</summary>
    /// <param name="values">N words, each less than 4 times the prime; residues afterwards.</param>
    public void Inverse(Span<ulong> values)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, Degree);
        if (Lanes512.IsSupported)
        {
            Inverse512(values);
        }
        else if (Lanes256.IsSupported)
        {
            Inverse256(values);
        }
        else
        {
            Inverse64(values);
        }
    }

    internal void Forward512(Span<ulong> values)
    {
        TransformKernel<Vector512<ulong>, Lanes512>.Forward(_tables, values, 8);
        NarrowLayers512.Forward(_tables, values);
    }

    internal void Inverse512(Span<ulong> values)
    {
        NarrowLayers512.Inverse(_tables, values);
        TransformKernel<Vector512<ulong>, Lanes512>.Inverse(_tables, values, 8);
    }

    internal void Forward256(Span<ulong> values)
    {
        TransformKernel<Vector256<ulong>, Lanes256>.Forward(_tables, values, 4);
        NarrowLayers256.Forward(_tables, values);
    }

    internal void Inverse256(Span<ulong> values)
    {
        NarrowLayers256.Inverse(_tables, values);
        TransformKernel<Vector256<ulong>, Lanes256>.Inverse(_tables, values, 4);
    }

    internal void Forward64(Span<ulong> values)
    {
        TransformKernel<ulong, Lanes64>.Forward(_tables, values, 1);
        LaneLoops<ulong, Lanes64>.Settle(Modulus, values);
    }

    internal void Inverse64(Span<ulong> values) => TransformKernel<ulong, Lanes64>.Inverse(_tables, values, 1);
}
