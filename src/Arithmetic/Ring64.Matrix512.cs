using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PrivacyGrains.Arithmetic;

/// <content>Matrix products in vectors of eight words: four rows by two vectors of columns are held in registers over the whole inner dimension.</content>
/// <remarks>
/// Where the columns are no whole number of vectors, the last vector begins so that it ends with the row, and writes some columns twice: 10 columns take two
/// vectors and no copy, mask or loop over single words. It needs a vector's columns.
/// </remarks>
public static partial class Ring64
{
    private static void MultiplyWide(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, Span<ulong> destination, int m, int k, int n)
    {
        var lanes = Vector512<ulong>.Count;
        var i = 0;
        for (; i + 4 <= m; i += 4)
        {
            var a = left.Slice(i * k, 4 * k);
            var c = destination.Slice(i * n, 4 * n);
            for (var j = 0; j < n; j += 2 * lanes)
            {
                FourByTwo512(a, right, c, k, n, Math.Min(j, n - lanes), Math.Min(j + lanes, n - lanes));
            }
        }

        for (; i < m; i++)
        {
            for (var j = 0; j < n; j += 2 * lanes)
            {
                OneByTwo512(left.Slice(i * k, k), right, destination.Slice(i * n, n), n, Math.Min(j, n - lanes), Math.Min(j + lanes, n - lanes));
            }
        }
    }

    private static void FourByTwo512(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> c, int k, int n, int first, int second)
    {
        ref var row0 = ref MemoryMarshal.GetReference(a);
        ref var row1 = ref Unsafe.Add(ref row0, k);
        ref var row2 = ref Unsafe.Add(ref row1, k);
        ref var row3 = ref Unsafe.Add(ref row2, k);
        ref var left = ref Unsafe.Add(ref MemoryMarshal.GetReference(b), first);
        ref var right = ref Unsafe.Add(ref MemoryMarshal.GetReference(b), second);
        Vector512<ulong> c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default, c30 = default, c31 = default;
        for (var l = 0; l < k; l++)
        {
            var at = (nuint)l * (nuint)n;
            var b0 = Vector512.LoadUnsafe(ref left, at);
            var b1 = Vector512.LoadUnsafe(ref right, at);
            var factor = Vector512.Create(Unsafe.Add(ref row0, l));
            c00 += factor * b0;
            c01 += factor * b1;
            factor = Vector512.Create(Unsafe.Add(ref row1, l));
            c10 += factor * b0;
            c11 += factor * b1;
            factor = Vector512.Create(Unsafe.Add(ref row2, l));
            c20 += factor * b0;
            c21 += factor * b1;
            factor = Vector512.Create(Unsafe.Add(ref row3, l));
            c30 += factor * b0;
            c31 += factor * b1;
        }

        c00.CopyTo(c[first..]);
        c01.CopyTo(c[second..]);
        c10.CopyTo(c[(n + first)..]);
        c11.CopyTo(c[(n + second)..]);
        c20.CopyTo(c[((2 * n) + first)..]);
        c21.CopyTo(c[((2 * n) + second)..]);
        c30.CopyTo(c[((3 * n) + first)..]);
        c31.CopyTo(c[((3 * n) + second)..]);
    }

    private static void OneByTwo512(ReadOnlySpan<ulong> row, ReadOnlySpan<ulong> b, Span<ulong> c, int n, int first, int second)
    {
        ref var left = ref Unsafe.Add(ref MemoryMarshal.GetReference(b), first);
        ref var right = ref Unsafe.Add(ref MemoryMarshal.GetReference(b), second);
        Vector512<ulong> c0 = default, c1 = default;
        for (var l = 0; l < row.Length; l++)
        {
            var at = (nuint)l * (nuint)n;
            var factor = Vector512.Create(row[l]);
            c0 += factor * Vector512.LoadUnsafe(ref left, at);
            c1 += factor * Vector512.LoadUnsafe(ref right, at);
        }

        c0.CopyTo(c[first..]);
        c1.CopyTo(c[second..]);
    }
}
