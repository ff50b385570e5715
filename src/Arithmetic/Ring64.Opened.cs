using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PrivacyGrains.Arithmetic;

/// <content>Steps on words that are opened under masks, in one pass: over a million words each pass more costs as much again, since the memory's streams begin anew.</content>
public static partial class Ring64
{
    /// <summary>x - mask + others: what is opened of x where the own share and those of others are masked by it.</summary>
    /// <param name="x">The own share.</param>
    /// <param name="mask">The own share of the mask.</param>
    /// <param name="others">What the others' masked shares add up to.</param>
    /// <param name="destination">As many words; may be an operand.</param>
    /// <exception cref="ArgumentException">Lengths differ.</exception>
    public static void OpenMasked(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> mask, ReadOnlySpan<ulong> others, Span<ulong> destination)
    {
        WordLoops.RequireSameLength(x.Length, mask.Length, destination.Length);
        WordLoops.RequireSameLength(others.Length, mask.Length, destination.Length);
        var i = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            ref var first = ref MemoryMarshal.GetReference(x);
            ref var second = ref MemoryMarshal.GetReference(mask);
            ref var third = ref MemoryMarshal.GetReference(others);
            ref var to = ref MemoryMarshal.GetReference(destination);
            for (; i + Vector512<ulong>.Count <= destination.Length; i += Vector512<ulong>.Count)
            {
                var at = (nuint)i;
                (Vector512.LoadUnsafe(ref first, at) - Vector512.LoadUnsafe(ref second, at) + Vector512.LoadUnsafe(ref third, at)).StoreUnsafe(ref to, at);
            }
        }

        OpenMaskedScalar(x[i..], mask[i..], others[i..], destination[i..]);
    }

    /// <summary>Adds to a sum one party's share of x * y, from what is opened of both: e a + d (b + e), with d = x - a + p and e = y - b + q, the last e only where this party adds constants.</summary>
    /// <param name="factors">The own shares of x and y.</param>
    /// <param name="masks">The own shares of a and b.</param>
    /// <param name="others">p and q: what the others' masked shares add up to.</param>
    /// <param name="sum">The own share of a b; that of x y afterwards.</param>
    /// <param name="addsConstants">Whether this party adds d e.</param>
    /// <exception cref="ArgumentException">Lengths differ.</exception>
    public static void AddOpenedProduct(WordPair factors, WordPair masks, WordPair others, Span<ulong> sum, bool addsConstants)
    {
        factors.Require(sum.Length);
        masks.Require(sum.Length);
        others.Require(sum.Length);
        var done = Vector512.IsHardwareAccelerated ? Product512(factors, masks, others, sum, addsConstants)
            : Vector256.IsHardwareAccelerated ? Product256(factors, masks, others, sum, addsConstants)
            : 0;
        AddOpenedProductScalar(factors.From(done), masks.From(done), others.From(done), sum[done..], addsConstants);
    }

    /// <summary>The scalar twin of <see cref="OpenMasked"/>.</summary>
    internal static void OpenMaskedScalar(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> mask, ReadOnlySpan<ulong> others, Span<ulong> destination)
    {
        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = unchecked(x[i] - mask[i] + others[i]);
        }
    }

    /// <summary>The scalar twin of <see cref="AddOpenedProduct"/>.</summary>
    internal static void AddOpenedProductScalar(WordPair factors, WordPair masks, WordPair others, Span<ulong> sum, bool addsConstants)
    {
        for (var i = 0; i < sum.Length; i++)
        {
            unchecked
            {
                var d = factors.First[i] - masks.First[i] + others.First[i];
                var e = factors.Second[i] - masks.Second[i] + others.Second[i];
                sum[i] += (e * masks.First[i]) + (d * (addsConstants ? masks.Second[i] + e : masks.Second[i]));
            }
        }
    }

    /// <summary>As many whole vectors as there are.</summary>
    /// <returns>How many words that were.</returns>
    internal static int Product512(WordPair factors, WordPair masks, WordPair others, Span<ulong> sum, bool addsConstants)
    {
        ref var x = ref MemoryMarshal.GetReference(factors.First);
        ref var y = ref MemoryMarshal.GetReference(factors.Second);
        ref var a = ref MemoryMarshal.GetReference(masks.First);
        ref var b = ref MemoryMarshal.GetReference(masks.Second);
        ref var p = ref MemoryMarshal.GetReference(others.First);
        ref var q = ref MemoryMarshal.GetReference(others.Second);
        ref var c = ref MemoryMarshal.GetReference(sum);
        var kept = addsConstants ? Vector512<ulong>.AllBitsSet : Vector512<ulong>.Zero;
        var i = 0;
        for (; i + Vector512<ulong>.Count <= sum.Length; i += Vector512<ulong>.Count)
        {
            var at = (nuint)i;
            var left = Vector512.LoadUnsafe(ref a, at);
            var right = Vector512.LoadUnsafe(ref b, at);
            var d = Vector512.LoadUnsafe(ref x, at) - left + Vector512.LoadUnsafe(ref p, at);
            var e = Vector512.LoadUnsafe(ref y, at) - right + Vector512.LoadUnsafe(ref q, at);
            (Vector512.LoadUnsafe(ref c, at) + (e * left) + (d * (right + (e & kept)))).StoreUnsafe(ref c, at);
        }

        return i;
    }

    /// <summary>As many whole vectors as there are.</summary>
    /// <returns>How many words that were.</returns>
    internal static int Product256(WordPair factors, WordPair masks, WordPair others, Span<ulong> sum, bool addsConstants)
    {
        ref var x = ref MemoryMarshal.GetReference(factors.First);
        ref var y = ref MemoryMarshal.GetReference(factors.Second);
        ref var a = ref MemoryMarshal.GetReference(masks.First);
        ref var b = ref MemoryMarshal.GetReference(masks.Second);
        ref var p = ref MemoryMarshal.GetReference(others.First);
        ref var q = ref MemoryMarshal.GetReference(others.Second);
        ref var c = ref MemoryMarshal.GetReference(sum);
        var kept = addsConstants ? Vector256<ulong>.AllBitsSet : Vector256<ulong>.Zero;
        var i = 0;
        for (; i + Vector256<ulong>.Count <= sum.Length; i += Vector256<ulong>.Count)
        {
            var at = (nuint)i;
            var left = Vector256.LoadUnsafe(ref a, at);
            var right = Vector256.LoadUnsafe(ref b, at);
            var d = Vector256.LoadUnsafe(ref x, at) - left + Vector256.LoadUnsafe(ref p, at);
            var e = Vector256.LoadUnsafe(ref y, at) - right + Vector256.LoadUnsafe(ref q, at);
            (Vector256.LoadUnsafe(ref c, at) + (e * left) + (d * (right + (e & kept)))).StoreUnsafe(ref c, at);
        }

        return i;
    }
}

/// <summary>Two runs of words that belong together.</summary>
public readonly ref struct WordPair
{
    /// <summary>Puts two runs together.</summary>
    /// <param name="first">One.</param>
    /// <param name="second">The other.</param>
    public WordPair(ReadOnlySpan<ulong> first, ReadOnlySpan<ulong> second)
    {
        First = first;
        Second = second;
    }

    /// <summary>One.</summary>
    public ReadOnlySpan<ulong> First { get; }

    /// <summary>The other.</summary>
    public ReadOnlySpan<ulong> Second { get; }

    internal WordPair From(int at) => new(First[at..], Second[at..]);

    internal void Require(int length) => WordLoops.RequireSameLength(First.Length, Second.Length, length);
}
