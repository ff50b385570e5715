using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PrivacyGrains.Arithmetic;

/// <summary>One operation on 64-bit words in the three widths that <see cref="WordLoops"/> runs.</summary>
internal interface IWordOperation
{
    /// <summary>Eight lanes.</summary>
    static abstract Vector512<ulong> Apply(Vector512<ulong> x, Vector512<ulong> y);

    /// <summary>Four lanes.</summary>
    static abstract Vector256<ulong> Apply(Vector256<ulong> x, Vector256<ulong> y);

    /// <summary>One word; wraps.</summary>
    static abstract ulong Apply(ulong x, ulong y);
}

/// <summary>Runs a word operation over spans, with the widest vectors that the machine accelerates.</summary>
/// <remarks>
/// <see cref="Scalar{T}(ReadOnlySpan{ulong}, ReadOnlySpan{ulong}, Span{ulong})"/> is the twin that a test holds equal. The destination may be
/// either operand itself; it may not overlap one at another offset.
/// </remarks>
internal static class WordLoops
{
    internal static void Apply<T>(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> y, Span<ulong> destination)
        where T : struct, IWordOperation
    {
        RequireSameLength(x.Length, y.Length, destination.Length);
        if (Vector512.IsHardwareAccelerated && x.Length >= Vector512<ulong>.Count)
        {
            Wide<T>(x, y, destination);
        }
        else if (Vector256.IsHardwareAccelerated && x.Length >= Vector256<ulong>.Count)
        {
            Half<T>(x, y, destination);
        }
        else
        {
            Scalar<T>(x, y, destination);
        }
    }

    internal static void Apply<T>(ReadOnlySpan<ulong> x, ulong y, Span<ulong> destination)
        where T : struct, IWordOperation
    {
        RequireSameLength(x.Length, x.Length, destination.Length);
        var done = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            var from = MemoryMarshal.Cast<ulong, Vector512<ulong>>(x);
            var to = MemoryMarshal.Cast<ulong, Vector512<ulong>>(destination);
            var factor = Vector512.Create(y);
            for (var i = 0; i < from.Length; i++)
            {
                to[i] = T.Apply(from[i], factor);
            }

            done = from.Length * Vector512<ulong>.Count;
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            var from = MemoryMarshal.Cast<ulong, Vector256<ulong>>(x);
            var to = MemoryMarshal.Cast<ulong, Vector256<ulong>>(destination);
            var factor = Vector256.Create(y);
            for (var i = 0; i < from.Length; i++)
            {
                to[i] = T.Apply(from[i], factor);
            }

            done = from.Length * Vector256<ulong>.Count;
        }

        Scalar<T>(x[done..], y, destination[done..]);
    }

    internal static void Scalar<T>(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> y, Span<ulong> destination)
        where T : struct, IWordOperation
    {
        RequireSameLength(x.Length, y.Length, destination.Length);
        for (var i = 0; i < x.Length; i++)
        {
            destination[i] = T.Apply(x[i], y[i]);
        }
    }

    internal static void Scalar<T>(ReadOnlySpan<ulong> x, ulong y, Span<ulong> destination)
        where T : struct, IWordOperation
    {
        for (var i = 0; i < x.Length; i++)
        {
            destination[i] = T.Apply(x[i], y);
        }
    }

    internal static void RequireSameLength(int x, int y, int destination)
    {
        if (x != y || x != destination)
        {
            throw new ArgumentException($"Operands and destination have one length; these have {x}, {y} and {destination}.");
        }
    }

    private static void Wide<T>(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> y, Span<ulong> destination)
        where T : struct, IWordOperation
    {
        var left = MemoryMarshal.Cast<ulong, Vector512<ulong>>(x);
        var right = MemoryMarshal.Cast<ulong, Vector512<ulong>>(y);
        var to = MemoryMarshal.Cast<ulong, Vector512<ulong>>(destination);
        for (var i = 0; i < left.Length && i < right.Length && i < to.Length; i++)
        {
            to[i] = T.Apply(left[i], right[i]);
        }

        var done = left.Length * Vector512<ulong>.Count;
        Scalar<T>(x[done..], y[done..], destination[done..]);
    }

    private static void Half<T>(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> y, Span<ulong> destination)
        where T : struct, IWordOperation
    {
        var left = MemoryMarshal.Cast<ulong, Vector256<ulong>>(x);
        var right = MemoryMarshal.Cast<ulong, Vector256<ulong>>(y);
        var to = MemoryMarshal.Cast<ulong, Vector256<ulong>>(destination);
        for (var i = 0; i < left.Length && i < right.Length && i < to.Length; i++)
        {
            to[i] = T.Apply(left[i], right[i]);
        }

        var done = left.Length * Vector256<ulong>.Count;
        Scalar<T>(x[done..], y[done..], destination[done..]);
    }
}
