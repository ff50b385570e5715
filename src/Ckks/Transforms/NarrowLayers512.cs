using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using PrivacyGrains.Ckks.Modular.Lanes;

namespace PrivacyGrains.Ckks.Transforms;

/// <summary>The layers of gaps 4, 2 and 1 in vectors of eight words: sixteen words stay in two registers, and the roots lie in the order in which they are loaded.</summary>
internal static class NarrowLayers512
{
    private static readonly Vector512<ulong> LowFours = Vector512.Create(0UL, 1, 2, 3, 8, 9, 10, 11);
    private static readonly Vector512<ulong> HighFours = Vector512.Create(4UL, 5, 6, 7, 12, 13, 14, 15);
    private static readonly Vector512<ulong> LowTwos = Vector512.Create(0UL, 1, 8, 9, 4, 5, 12, 13);
    private static readonly Vector512<ulong> HighTwos = Vector512.Create(2UL, 3, 10, 11, 6, 7, 14, 15);
    private static readonly Vector512<ulong> FirstEight = Vector512.Create(0UL, 1, 8, 9, 2, 3, 10, 11);
    private static readonly Vector512<ulong> LastEight = Vector512.Create(4UL, 5, 12, 13, 6, 7, 14, 15);
    private static readonly Vector512<ulong> PairsApart = Vector512.Create(0UL, 1, 4, 5, 8, 9, 12, 13);
    private static readonly Vector512<ulong> OtherPairsApart = Vector512.Create(2UL, 3, 6, 7, 10, 11, 14, 15);
    private static readonly Vector512<ulong> EachTwice = Vector512.Create(0UL, 0, 1, 1, 2, 2, 3, 3);
    private static readonly Vector512<ulong> EachFourTimes = Vector512.Create(0UL, 0, 0, 0, 1, 1, 1, 1);

    /// <summary>Forward: values below 16 q to residues.</summary>
    public static void Forward(TransformTables tables, Span<ulong> values)
    {
        var q = Vector512.Create(tables.Modulus.Value);
        var (two, four, eight) = (q + q, Vector512.Create(4 * tables.Modulus.Value), Vector512.Create(8 * tables.Modulus.Value));
        ref var data = ref MemoryMarshal.GetReference(values);
        ref var roots = ref MemoryMarshal.GetArrayDataReference(tables.Roots);
        ref var quotients = ref MemoryMarshal.GetArrayDataReference(tables.RootQuotients);
        var (lowFours, highFours, lowTwos, highTwos, first, last) = (LowFours, HighFours, LowTwos, HighTwos, FirstEight, LastEight);
        var (eachTwice, eachFourTimes) = (EachTwice, EachFourTimes);
        var degree = (nuint)tables.Degree;
        for (nuint i = 0; i < degree; i += 16)
        {
            var (a, b) = (Vector512.LoadUnsafe(ref data, i), Vector512.LoadUnsafe(ref data, i + 8));

            // Gap 4: the roots are those of N/8 blocks, two for sixteen words.
            var x = Avx512F.PermuteVar8x64x2(a, lowFours, b);
            var y = Avx512F.PermuteVar8x64x2(a, highFours, b);
            x = Avx512F.Min(x, x - eight);
            var at = (degree + i) / 8;
            y = Product(y, Spread(ref roots, at, eachFourTimes, 2), Spread(ref quotients, at, eachFourTimes, 2), q);
            (a, b) = (x + y, x - y + four);

            // Gap 2: four roots.
            x = Avx512F.PermuteVar8x64x2(a, lowTwos, b);
            y = Avx512F.PermuteVar8x64x2(a, highTwos, b);
            at = (degree + i) / 4;
            y = Product(y, Spread(ref roots, at, eachTwice, 4), Spread(ref quotients, at, eachTwice, 4), q);
            (a, b) = (x + y, x - y + four);

            // Gap 1: eight roots.
            x = Avx512F.UnpackLow(a, b);
            y = Avx512F.UnpackHigh(a, b);
            x = Avx512F.Min(x, x - eight);
            at = (degree + i) / 2;
            y = Product(y, Vector512.LoadUnsafe(ref roots, at), Vector512.LoadUnsafe(ref quotients, at), q);
            (x, y) = (x + y, x - y + four);
            x = Settle(x, q, two, four, eight);
            y = Settle(y, q, two, four, eight);
            (a, b) = (Avx512F.UnpackLow(x, y), Avx512F.UnpackHigh(x, y));
            Avx512F.PermuteVar8x64x2(a, first, b).StoreUnsafe(ref data, i);
            Avx512F.PermuteVar8x64x2(a, last, b).StoreUnsafe(ref data, i + 8);
        }
    }

    /// <summary>Inverse: residues, or values below 4 q, to values below 4 q.</summary>
    public static void Inverse(TransformTables tables, Span<ulong> values)
    {
        var q = Vector512.Create(tables.Modulus.Value);
        var four = Vector512.Create(4 * tables.Modulus.Value);
        ref var data = ref MemoryMarshal.GetReference(values);
        ref var roots = ref MemoryMarshal.GetArrayDataReference(tables.Inverses);
        ref var quotients = ref MemoryMarshal.GetArrayDataReference(tables.InverseQuotients);
        var (lowFours, highFours, lowTwos, highTwos) = (LowFours, HighFours, LowTwos, HighTwos);
        var (first, last) = (PairsApart, OtherPairsApart);
        var (eachTwice, eachFourTimes) = (EachTwice, EachFourTimes);
        var degree = (nuint)tables.Degree;
        for (nuint i = 0; i < degree; i += 16)
        {
            var (a, b) = (Vector512.LoadUnsafe(ref data, i), Vector512.LoadUnsafe(ref data, i + 8));

            // To the order that gap 1 wants: the forward way's last exchange, undone. Pairs of pairs, then evens and odds.
            var low = Avx512F.PermuteVar8x64x2(a, first, b);
            var high = Avx512F.PermuteVar8x64x2(a, last, b);
            var x = Avx512F.UnpackLow(low, high);
            var y = Avx512F.UnpackHigh(low, high);
            var at = (degree + i) / 2;
            (x, y) = (x + y, Product(x - y + four, Vector512.LoadUnsafe(ref roots, at), Vector512.LoadUnsafe(ref quotients, at), q));
            x = Avx512F.Min(x, x - four);

            // Gap 2.
            (a, b) = (Avx512F.UnpackLow(x, y), Avx512F.UnpackHigh(x, y));
            at = (degree + i) / 4;
            (x, y) = (a + b, Product(a - b + four, Spread(ref roots, at, eachTwice, 4), Spread(ref quotients, at, eachTwice, 4), q));
            x = Avx512F.Min(x, x - four);

            // Gap 4.
            a = Avx512F.PermuteVar8x64x2(x, lowTwos, y);
            b = Avx512F.PermuteVar8x64x2(x, highTwos, y);
            at = (degree + i) / 8;
            (x, y) = (a + b, Product(a - b + four, Spread(ref roots, at, eachFourTimes, 2), Spread(ref quotients, at, eachFourTimes, 2), q));
            x = Avx512F.Min(x, x - four);
            Avx512F.PermuteVar8x64x2(x, lowFours, y).StoreUnsafe(ref data, i);
            Avx512F.PermuteVar8x64x2(x, highFours, y).StoreUnsafe(ref data, i + 8);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Product(Vector512<ulong> a, Vector512<ulong> root, Vector512<ulong> quotient, Vector512<ulong> q) =>
        Avx512DQ.MultiplyLow(a, root) - Avx512DQ.MultiplyLow(Lanes512.MultiplyHigh(a, quotient, Avx512F.ShiftRightLogical(quotient, 32)), q);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Spread(ref ulong table, nuint at, Vector512<ulong> places, int count) => Avx512F.PermuteVar8x64(
        count == 4 ? Vector256.LoadUnsafe(ref table, at).ToVector512Unsafe() : Vector128.LoadUnsafe(ref table, at).ToVector256Unsafe().ToVector512Unsafe(), places);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Settle(Vector512<ulong> a, Vector512<ulong> q, Vector512<ulong> two, Vector512<ulong> four, Vector512<ulong> eight)
    {
        a = Avx512F.Min(a, a - eight);
        a = Avx512F.Min(a, a - four);
        a = Avx512F.Min(a, a - two);
        return Avx512F.Min(a, a - q);
    }
}
