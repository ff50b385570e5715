using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PrivacyGrains.Arithmetic;

public static partial class Ring64
{
    /// <summary>The matrix product of an m x k and a k x n matrix, all row-major.</summary>
    /// <param name="left">m * k words.</param>
    /// <param name="right">k * n words.</param>
    /// <param name="destination">m * n words, overwritten; may not overlap an operand.</param>
    /// <param name="m">Rows of the left factor, at least 0.</param>
    /// <param name="k">The inner dimension, at least 0.</param>
    /// <param name="n">Columns of the right factor, at least 0.</param>
    /// <exception cref="ArgumentException">A span has another length than its shape.</exception>
    public static void MultiplyMatrix(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, Span<ulong> destination, int m, int k, int n)
    {
        MatrixShape.Require(left.Length, right.Length, destination.Length, m, k, n);
        if (Vector512.IsHardwareAccelerated)
        {
            MultiplyMatrix512(left, right, destination, m, k, n);
        }
        else if (Vector256.IsHardwareAccelerated && n >= Vector256<ulong>.Count)
        {
            MultiplyMatrix256(left, right, destination, m, k, n);
        }
        else
        {
            MultiplyMatrixScalar(left, right, destination, m, k, n);
        }
    }

    /// <summary>The same in vectors of eight words.</summary>
    internal static void MultiplyMatrix512(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, Span<ulong> destination, int m, int k, int n)
    {
        if (n < Vector512<ulong>.Count)
        {
            MultiplyNarrow(left, right, destination, m, k, n);
        }
        else
        {
            MultiplyWide(left, right, destination, m, k, n);
        }
    }

    /// <summary>The scalar twin of <see cref="MultiplyMatrix"/>.</summary>
    internal static void MultiplyMatrixScalar(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, Span<ulong> destination, int m, int k, int n)
    {
        destination.Clear();
        for (var i = 0; i < m; i++)
        {
            var row = destination.Slice(i * n, n);
            for (var l = 0; l < k; l++)
            {
                var factor = left[(i * k) + l];
                var other = right.Slice(l * n, n);
                for (var j = 0; j < row.Length; j++)
                {
                    row[j] = unchecked(row[j] + (factor * other[j]));
                }
            }
        }
    }

    // Few columns: the right factor is transposed once, and every result is one dot product along the inner dimension.
    private static void MultiplyNarrow(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, Span<ulong> destination, int m, int k, int n)
    {
        var rented = ArrayPool<ulong>.Shared.Rent(Math.Max(1, k * n));
        var transposed = rented.AsSpan(0, k * n);
        for (var l = 0; l < k; l++)
        {
            for (var j = 0; j < n; j++)
            {
                transposed[(j * k) + l] = right[(l * n) + j];
            }
        }

        for (var i = 0; i < m; i++)
        {
            for (var j = 0; j < n; j++)
            {
                destination[(i * n) + j] = Dot(left.Slice(i * k, k), transposed.Slice(j * k, k));
            }
        }

        ArrayPool<ulong>.Shared.Return(rented, clearArray: true);
    }

    private static ulong Dot(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> y)
    {
        var left = MemoryMarshal.Cast<ulong, Vector512<ulong>>(x);
        var right = MemoryMarshal.Cast<ulong, Vector512<ulong>>(y);
        var sums = Vector512<ulong>.Zero;
        for (var i = 0; i < left.Length && i < right.Length; i++)
        {
            sums += left[i] * right[i];
        }

        var sum = Vector512.Sum(sums);
        for (var i = left.Length * Vector512<ulong>.Count; i < x.Length; i++)
        {
            sum = unchecked(sum + (x[i] * y[i]));
        }

        return sum;
    }
}
