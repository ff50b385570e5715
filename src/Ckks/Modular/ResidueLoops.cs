using System.Runtime.Intrinsics;
using PrivacyGrains.Ckks.Modular.Lanes;

namespace PrivacyGrains.Ckks.Modular;

/// <summary>Arithmetic on spans of residues modulo one prime, at the widest lanes that the machine has: what ciphertext operations spend their time in, beside the transforms.</summary>
/// <remarks>A destination may be an operand. Lengths are multiples of 8, operands at least as long as the destination. Every width gives the same words where they are residues.</remarks>
internal static class ResidueLoops
{
    public static void Add(Modulus modulus, ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> destination)
    {
        if (Lanes512.IsSupported)
        {
            LaneLoops<Vector512<ulong>, Lanes512>.Add(modulus, a, b, destination);
        }
        else if (Lanes256.IsSupported)
        {
            LaneLoops<Vector256<ulong>, Lanes256>.Add(modulus, a, b, destination);
        }
        else
        {
            LaneLoops<ulong, Lanes64>.Add(modulus, a, b, destination);
        }
    }

    public static void Subtract(Modulus modulus, ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> destination)
    {
        if (Lanes512.IsSupported)
        {
            LaneLoops<Vector512<ulong>, Lanes512>.Subtract(modulus, a, b, destination);
        }
        else if (Lanes256.IsSupported)
        {
            LaneLoops<Vector256<ulong>, Lanes256>.Subtract(modulus, a, b, destination);
        }
        else
        {
            LaneLoops<ulong, Lanes64>.Subtract(modulus, a, b, destination);
        }
    }

    public static void Negate(Modulus modulus, ReadOnlySpan<ulong> a, Span<ulong> destination)
    {
        if (Lanes512.IsSupported)
        {
            LaneLoops<Vector512<ulong>, Lanes512>.Negate(modulus, a, destination);
        }
        else if (Lanes256.IsSupported)
        {
            LaneLoops<Vector256<ulong>, Lanes256>.Negate(modulus, a, destination);
        }
        else
        {
            LaneLoops<ulong, Lanes64>.Negate(modulus, a, destination);
        }
    }

    public static void AddScalar(Modulus modulus, ReadOnlySpan<ulong> a, ulong scalar, Span<ulong> destination)
    {
        if (Lanes512.IsSupported)
        {
            LaneLoops<Vector512<ulong>, Lanes512>.AddScalar(modulus, a, scalar, destination);
        }
        else if (Lanes256.IsSupported)
        {
            LaneLoops<Vector256<ulong>, Lanes256>.AddScalar(modulus, a, scalar, destination);
        }
        else
        {
            LaneLoops<ulong, Lanes64>.AddScalar(modulus, a, scalar, destination);
        }
    }

    public static void Multiply(Modulus modulus, ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> destination)
    {
        if (Lanes512.IsSupported)
        {
            LaneLoops<Vector512<ulong>, Lanes512>.Multiply(modulus, a, b, destination);
        }
        else if (Lanes256.IsSupported)
        {
            LaneLoops<Vector256<ulong>, Lanes256>.Multiply(modulus, a, b, destination);
        }
        else
        {
            LaneLoops<ulong, Lanes64>.Multiply(modulus, a, b, destination);
        }
    }

    /// <summary>destination += a b.</summary>
    public static void MultiplyAdd(Modulus modulus, ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> destination)
    {
        if (Lanes512.IsSupported)
        {
            LaneLoops<Vector512<ulong>, Lanes512>.MultiplyAdd(modulus, a, b, destination);
        }
        else if (Lanes256.IsSupported)
        {
            LaneLoops<Vector256<ulong>, Lanes256>.MultiplyAdd(modulus, a, b, destination);
        }
        else
        {
            LaneLoops<ulong, Lanes64>.MultiplyAdd(modulus, a, b, destination);
        }
    }

    public static void MultiplyScalar(Modulus modulus, ReadOnlySpan<ulong> a, ulong scalar, Span<ulong> destination)
    {
        if (Lanes512.IsSupported)
        {
            LaneLoops<Vector512<ulong>, Lanes512>.MultiplyScalar(modulus, a, scalar, destination);
        }
        else if (Lanes256.IsSupported)
        {
            LaneLoops<Vector256<ulong>, Lanes256>.MultiplyScalar(modulus, a, scalar, destination);
        }
        else
        {
            LaneLoops<ulong, Lanes64>.MultiplyScalar(modulus, a, scalar, destination);
        }
    }

    /// <summary>destination += a scalar, below 8 q before and after: see <see cref="Settle"/>.</summary>
    public static void MultiplyScalarAddLazily(Modulus modulus, ReadOnlySpan<ulong> a, ulong scalar, Span<ulong> destination)
    {
        if (Lanes512.IsSupported)
        {
            LaneLoops<Vector512<ulong>, Lanes512>.MultiplyScalarAddLazily(modulus, a, scalar, destination);
        }
        else if (Lanes256.IsSupported)
        {
            LaneLoops<Vector256<ulong>, Lanes256>.MultiplyScalarAddLazily(modulus, a, scalar, destination);
        }
        else
        {
            LaneLoops<ulong, Lanes64>.MultiplyScalarAddLazily(modulus, a, scalar, destination);
        }
    }

    /// <summary>destination += a b with Shoup's quotients of b, below 8 q; the first of a sum overwrites. The words of a may be any.</summary>
    public static void MultiplyShoupAddLazily(
        Modulus modulus, ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, ReadOnlySpan<ulong> quotients, bool isFirst, Span<ulong> destination)
    {
        if (Lanes512.IsSupported)
        {
            LaneLoops<Vector512<ulong>, Lanes512>.MultiplyShoupAddLazily(modulus, a, b, quotients, isFirst, destination);
        }
        else if (Lanes256.IsSupported)
        {
            LaneLoops<Vector256<ulong>, Lanes256>.MultiplyShoupAddLazily(modulus, a, b, quotients, isFirst, destination);
        }
        else
        {
            LaneLoops<ulong, Lanes64>.MultiplyShoupAddLazily(modulus, a, b, quotients, isFirst, destination);
        }
    }

    /// <summary>From below 16 q to residues.</summary>
    public static void Settle(Modulus modulus, Span<ulong> values)
    {
        if (Lanes512.IsSupported)
        {
            LaneLoops<Vector512<ulong>, Lanes512>.Settle(modulus, values);
        }
        else if (Lanes256.IsSupported)
        {
            LaneLoops<Vector256<ulong>, Lanes256>.Settle(modulus, values);
        }
        else
        {
            LaneLoops<ulong, Lanes64>.Settle(modulus, values);
        }
    }

    /// <summary>Any words, reduced to below 4 q, plus a residue: below 5 q.</summary>
    public static void ReduceLazily(Modulus modulus, ReadOnlySpan<ulong> words, ulong addend, Span<ulong> destination)
    {
        if (Lanes512.IsSupported)
        {
            LaneLoops<Vector512<ulong>, Lanes512>.ReduceLazily(modulus, words, addend, destination);
        }
        else if (Lanes256.IsSupported)
        {
            LaneLoops<Vector256<ulong>, Lanes256>.ReduceLazily(modulus, words, addend, destination);
        }
        else
        {
            LaneLoops<ulong, Lanes64>.ReduceLazily(modulus, words, addend, destination);
        }
    }

    /// <summary>(values - others) scalar; the others may be below 4 q.</summary>
    public static void SubtractMultiply(Modulus modulus, ReadOnlySpan<ulong> values, ReadOnlySpan<ulong> others, ulong scalar, Span<ulong> destination)
    {
        if (Lanes512.IsSupported)
        {
            LaneLoops<Vector512<ulong>, Lanes512>.SubtractMultiply(modulus, values, others, scalar, destination);
        }
        else if (Lanes256.IsSupported)
        {
            LaneLoops<Vector256<ulong>, Lanes256>.SubtractMultiply(modulus, values, others, scalar, destination);
        }
        else
        {
            LaneLoops<ulong, Lanes64>.SubtractMultiply(modulus, values, others, scalar, destination);
        }
    }

    /// <summary>(a0 b0, a0 b1 + a1 b0, a1 b1), the destinations apart from the operands.</summary>
    public static void Tensor(
        Modulus modulus, ReadOnlySpan<ulong> a0, ReadOnlySpan<ulong> a1, ReadOnlySpan<ulong> b0, ReadOnlySpan<ulong> b1, Span<ulong> first, Span<ulong> second, Span<ulong> third)
    {
        if (Lanes512.IsSupported)
        {
            LaneLoops<Vector512<ulong>, Lanes512>.Tensor(modulus, a0, a1, b0, b1, first, second, third);
        }
        else if (Lanes256.IsSupported)
        {
            LaneLoops<Vector256<ulong>, Lanes256>.Tensor(modulus, a0, a1, b0, b1, first, second, third);
        }
        else
        {
            LaneLoops<ulong, Lanes64>.Tensor(modulus, a0, a1, b0, b1, first, second, third);
        }
    }

    /// <summary>destination[i] = source[places[i]].</summary>
    public static void Permute(ReadOnlySpan<ulong> source, ReadOnlySpan<int> places, Span<ulong> destination)
    {
        if (Lanes512.IsSupported)
        {
            LaneLoops<Vector512<ulong>, Lanes512>.Permute(source, places, destination);
        }
        else if (Lanes256.IsSupported)
        {
            LaneLoops<Vector256<ulong>, Lanes256>.Permute(source, places, destination);
        }
        else
        {
            LaneLoops<ulong, Lanes64>.Permute(source, places, destination);
        }
    }
}
