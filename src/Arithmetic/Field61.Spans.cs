using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PrivacyGrains.Arithmetic;

public static partial class Field61
{
    /// <summary>x + y, element by element.</summary>
    public static void Add(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> y, Span<ulong> destination) =>
        WordLoops.Apply<AddField61>(x, y, destination);

    /// <summary>x - y, element by element.</summary>
    public static void Subtract(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> y, Span<ulong> destination) =>
        WordLoops.Apply<SubtractField61>(x, y, destination);

    /// <summary>-x, element by element.</summary>
    public static void Negate(ReadOnlySpan<ulong> x, Span<ulong> destination)
    {
        WordLoops.RequireSameLength(x.Length, x.Length, destination.Length);
        for (var i = 0; i < x.Length; i++)
        {
            destination[i] = Negate(x[i]);
        }
    }

    /// <summary>x * y, element by element.</summary>
    public static void Multiply(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> y, Span<ulong> destination) =>
        WordLoops.Apply<MultiplyField61>(x, y, destination);

    /// <summary>x times one factor.</summary>
    public static void Scale(ReadOnlySpan<ulong> x, ulong factor, Span<ulong> destination) =>
        WordLoops.Apply<MultiplyField61>(x, factor, destination);

    /// <summary>The scalar twin of <see cref="Multiply(ReadOnlySpan{ulong}, ReadOnlySpan{ulong}, Span{ulong})"/>.</summary>
    internal static void MultiplyScalar(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> y, Span<ulong> destination) =>
        WordLoops.Scalar<MultiplyField61>(x, y, destination);

    /// <summary>Adds x times one factor to what the sums hold.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void MultiplyAdd(ReadOnlySpan<ulong> x, ulong factor, Span<ulong> sums)
    {
        WordLoops.RequireSameLength(x.Length, x.Length, sums.Length);
        const int Run = 512;
        Span<ulong> terms = stackalloc ulong[Run];
        for (var at = 0; at < x.Length; at += Run)
        {
            var length = Math.Min(Run, x.Length - at);
            Scale(x.Slice(at, length), factor, terms[..length]);
            Add(sums.Slice(at, length), terms[..length], sums.Slice(at, length));
        }
    }

    /// <summary>x plus one summand.</summary>
    public static void AddConstant(ReadOnlySpan<ulong> x, ulong summand, Span<ulong> destination) =>
        WordLoops.Apply<AddField61>(x, summand, destination);

    /// <summary>Whether every word is below p. Stops at the first that is not: use it on public or masked words.</summary>
    public static bool AreElements(ReadOnlySpan<ulong> words)
    {
        var done = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            foreach (var vector in MemoryMarshal.Cast<ulong, Vector512<ulong>>(words))
            {
                if (Vector512.GreaterThanOrEqualAny(vector, Vector512.Create(Modulus)))
                {
                    return false;
                }
            }

            done = words.Length - (words.Length % Vector512<ulong>.Count);
        }

        foreach (var word in words[done..])
        {
            if (word >= Modulus)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The matrix product of an m x k and a k x n matrix, all row-major.</summary>
    /// <param name="left">m * k elements.</param>
    /// <param name="right">k * n elements.</param>
    /// <param name="destination">m * n elements, overwritten; may not overlap an operand.</param>
    /// <param name="m">Rows of the left factor, at least 0.</param>
    /// <param name="k">The inner dimension, at least 0.</param>
    /// <param name="n">Columns of the right factor, at least 0.</param>
    /// <exception cref="ArgumentException">A span has another length than its shape.</exception>
    public static void MultiplyMatrix(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, Span<ulong> destination, int m, int k, int n)
    {
        MatrixShape.Require(left.Length, right.Length, destination.Length, m, k, n);
        for (var i = 0; i < m; i++)
        {
            for (var j = 0; j < n; j++)
            {
                destination[(i * n) + j] = Dot(left.Slice(i * k, k), right, n, j);
            }
        }
    }

    // A product is below 2^122, so that 32 of them stay below 2^127 and fold once: 61 + 66 bits.
    private static ulong Dot(ReadOnlySpan<ulong> row, ReadOnlySpan<ulong> matrix, int stride, int column)
    {
        var total = 0UL;
        for (var start = 0; start < row.Length; start += 32)
        {
            var end = Math.Min(start + 32, row.Length);
            UInt128 sum = 0;
            for (var l = start; l < end; l++)
            {
                sum = unchecked(sum + Math.BigMul(row[l], matrix[(l * stride) + column]));
            }

            total = Add(total, FoldWide(sum));
        }

        return total;
    }

    // Any 128-bit number: 61 low bits, 61 middle bits, 6 high bits.
    private static ulong FoldWide(UInt128 value)
    {
        var low = unchecked((ulong)value) & Modulus;
        var middle = unchecked((ulong)(value >> 61)) & Modulus;
        var high = (ulong)(value >> 122);
        return Reduce(unchecked(low + middle + high));
    }
}
