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
        if (!Vector512.IsHardwareAccelerated)
        {
            MultiplyMatrixScalar(left, right, destination, m, k, n);
        }
        else if (n < Vector512<ulong>.Count)
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

    // Four rows by sixteen columns are held in registers over the whole inner dimension.
    private static void MultiplyWide(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, Span<ulong> destination, int m, int k, int n)
    {
        var lanes = Vector512<ulong>.Count;
        var i = 0;
        for (; i + 4 <= m; i += 4)
        {
            var a = left.Slice(i * k, 4 * k);
            var c = destination.Slice(i * n, 4 * n);
            var j = 0;
            for (; j + (2 * lanes) <= n; j += 2 * lanes)
            {
                FourByTwo(a, right, c, k, n, j);
            }

            MultiplyRest(a, right, c, 4, k, n, j);
        }

        MultiplyRest(left[(i * k)..], right, destination[(i * n)..], m - i, k, n, 0);
    }

    private static void FourByTwo(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> c, int k, int n, int j)
    {
        var lanes = Vector512<ulong>.Count;
        Vector512<ulong> c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default, c30 = default, c31 = default;
        for (var l = 0; l < k; l++)
        {
            var b0 = Vector512.Create(b.Slice((l * n) + j, lanes));
            var b1 = Vector512.Create(b.Slice((l * n) + j + lanes, lanes));
            var factor = Vector512.Create(a[l]);
            c00 += factor * b0;
            c01 += factor * b1;
            factor = Vector512.Create(a[k + l]);
            c10 += factor * b0;
            c11 += factor * b1;
            factor = Vector512.Create(a[(2 * k) + l]);
            c20 += factor * b0;
            c21 += factor * b1;
            factor = Vector512.Create(a[(3 * k) + l]);
            c30 += factor * b0;
            c31 += factor * b1;
        }

        c00.CopyTo(c[j..]);
        c01.CopyTo(c[(j + lanes)..]);
        c10.CopyTo(c[(n + j)..]);
        c11.CopyTo(c[(n + j + lanes)..]);
        c20.CopyTo(c[((2 * n) + j)..]);
        c21.CopyTo(c[((2 * n) + j + lanes)..]);
        c30.CopyTo(c[((3 * n) + j)..]);
        c31.CopyTo(c[((3 * n) + j + lanes)..]);
    }

    // Columns from `first` on, one row and one vector (or word) at a time.
    private static void MultiplyRest(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> c, int rows, int k, int n, int first)
    {
        var lanes = Vector512<ulong>.Count;
        for (var i = 0; i < rows; i++)
        {
            var row = a.Slice(i * k, k);
            var j = first;
            for (; j + lanes <= n; j += lanes)
            {
                var sum = Vector512<ulong>.Zero;
                for (var l = 0; l < row.Length; l++)
                {
                    sum += Vector512.Create(row[l]) * Vector512.Create(b.Slice((l * n) + j, lanes));
                }

                sum.CopyTo(c[((i * n) + j)..]);
            }

            for (; j < n; j++)
            {
                var sum = 0UL;
                for (var l = 0; l < row.Length; l++)
                {
                    sum = unchecked(sum + (row[l] * b[(l * n) + j]));
                }

                c[(i * n) + j] = sum;
            }
        }
    }
}
