using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using PrivacyGrains.Ckks.Modular.Lanes;

namespace PrivacyGrains.Ckks.Transforms;

/// <summary>The layers of gaps 2 and 1 in vectors of four words.</summary>
internal static class NarrowLayers256
{
    /// <summary>Forward: values below 16 q to residues.</summary>
    public static void Forward(TransformTables tables, Span<ulong> values)
    {
        var q = Vector256.Create(tables.Modulus.Value);
        var (two, four, eight) = (q + q, Vector256.Create(4 * tables.Modulus.Value), Vector256.Create(8 * tables.Modulus.Value));
        ref var data = ref MemoryMarshal.GetReference(values);
        ref var roots = ref MemoryMarshal.GetArrayDataReference(tables.Roots);
        ref var quotients = ref MemoryMarshal.GetArrayDataReference(tables.RootQuotients);
        var degree = (nuint)tables.Degree;
        for (nuint i = 0; i < degree; i += 8)
        {
            var (a, b) = (Vector256.LoadUnsafe(ref data, i), Vector256.LoadUnsafe(ref data, i + 4));
            var x = Avx2.Permute2x128(a, b, 0x20);
            var y = Avx2.Permute2x128(a, b, 0x31);
            x = Vector256.Min(x, x - eight);
            var at = (degree + i) / 4;
            y = Product(y, EachTwice(ref roots, at), EachTwice(ref quotients, at), q);
            (a, b) = (x + y, x - y + four);

            x = Avx2.UnpackLow(a, b);
            y = Avx2.UnpackHigh(a, b);
            at = (degree + i) / 2;
            y = Product(y, Vector256.LoadUnsafe(ref roots, at), Vector256.LoadUnsafe(ref quotients, at), q);
            (x, y) = (x + y, x - y + four);
            x = Settle(x, q, two, four, eight);
            y = Settle(y, q, two, four, eight);
            (a, b) = (Avx2.UnpackLow(x, y), Avx2.UnpackHigh(x, y));
            Avx2.Permute2x128(a, b, 0x20).StoreUnsafe(ref data, i);
            Avx2.Permute2x128(a, b, 0x31).StoreUnsafe(ref data, i + 4);
        }
    }

    /// <summary>Inverse: residues, or values below 4 q, to values below 4 q.</summary>
    public static void Inverse(TransformTables tables, Span<ulong> values)
    {
        var (q, four) = (Vector256.Create(tables.Modulus.Value), Vector256.Create(4 * tables.Modulus.Value));
        ref var data = ref MemoryMarshal.GetReference(values);
        ref var roots = ref MemoryMarshal.GetArrayDataReference(tables.Inverses);
        ref var quotients = ref MemoryMarshal.GetArrayDataReference(tables.InverseQuotients);
        var degree = (nuint)tables.Degree;
        for (nuint i = 0; i < degree; i += 8)
        {
            var (a, b) = (Vector256.LoadUnsafe(ref data, i), Vector256.LoadUnsafe(ref data, i + 4));
            var low = Avx2.Permute2x128(a, b, 0x20);
            var high = Avx2.Permute2x128(a, b, 0x31);
            var x = Avx2.UnpackLow(low, high);
            var y = Avx2.UnpackHigh(low, high);
            var at = (degree + i) / 2;
            (x, y) = (x + y, Product(x - y + four, Vector256.LoadUnsafe(ref roots, at), Vector256.LoadUnsafe(ref quotients, at), q));
            x = Vector256.Min(x, x - four);

            (a, b) = (Avx2.UnpackLow(x, y), Avx2.UnpackHigh(x, y));
            at = (degree + i) / 4;
            (x, y) = (a + b, Product(a - b + four, EachTwice(ref roots, at), EachTwice(ref quotients, at), q));
            x = Vector256.Min(x, x - four);
            Avx2.Permute2x128(x, y, 0x20).StoreUnsafe(ref data, i);
            Avx2.Permute2x128(x, y, 0x31).StoreUnsafe(ref data, i + 4);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Product(Vector256<ulong> a, Vector256<ulong> root, Vector256<ulong> quotient, Vector256<ulong> q) =>
        Lanes256.MultiplyLow(a, root) - Lanes256.MultiplyLow(Lanes256.MultiplyHigh(a, quotient, Avx2.ShiftRightLogical(quotient, 32)), q);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> EachTwice(ref ulong table, nuint at) => Avx2.Permute4x64(Vector128.LoadUnsafe(ref table, at).ToVector256Unsafe(), 0b01_01_00_00);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Settle(Vector256<ulong> a, Vector256<ulong> q, Vector256<ulong> two, Vector256<ulong> four, Vector256<ulong> eight)
    {
        a = Vector256.Min(a, a - eight);
        a = Vector256.Min(a, a - four);
        a = Vector256.Min(a, a - two);
        return Vector256.Min(a, a - q);
    }
}
