using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PrivacyGrains.Ckks.Modular.Lanes;

/// <summary>Eight words, by AVX-512 F and DQ.</summary>
internal readonly struct Lanes512 : IWordLanes<Vector512<ulong>>
{
    public static bool IsSupported => Avx512F.IsSupported && Avx512DQ.IsSupported;

    public static int Count => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Of(ulong word) => Vector512.Create(word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Load(ref ulong first, nuint at) => Vector512.LoadUnsafe(ref first, at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<ulong> words, ref ulong first, nuint at) => words.StoreUnsafe(ref first, at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Add(Vector512<ulong> a, Vector512<ulong> b) => Avx512F.Add(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Subtract(Vector512<ulong> a, Vector512<ulong> b) => Avx512F.Subtract(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Min(Vector512<ulong> a, Vector512<ulong> b) => Avx512F.Min(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> ShiftLeft(Vector512<ulong> a, int bits) => Vector512.ShiftLeft(a, bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> HighHalf(Vector512<ulong> a) => Avx512F.ShiftRightLogical(a, 32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> MultiplyLow(Vector512<ulong> a, Vector512<ulong> b) => Avx512DQ.MultiplyLow(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> MultiplyHigh(Vector512<ulong> a, Vector512<ulong> b, Vector512<ulong> bHigh)
    {
        var aHigh = Avx512F.ShiftRightLogical(a, 32);
        var top = Avx512F.Multiply(aHigh.AsUInt32(), bHigh.AsUInt32());
        var first = Avx512F.Multiply(a.AsUInt32(), bHigh.AsUInt32());
        var second = Avx512F.Multiply(aHigh.AsUInt32(), b.AsUInt32());
        return Avx512F.Add(Avx512F.Add(top, Avx512F.ShiftRightLogical(first, 32)), Avx512F.ShiftRightLogical(second, 32));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Xor(Vector512<ulong> a, Vector512<ulong> b) => a ^ b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> RotateRight(Vector512<ulong> a, int bits) => Avx512F.RotateRightVariable(a, Vector512.Create((ulong)bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Gather(ref ulong first, ref int places, nuint at)
    {
        // No 512-bit gather stands in the runtime's intrinsics: two of 256 bits.
        unsafe
        {
            fixed (ulong* words = &first)
            {
                var low = Avx2.GatherVector256(words, Vector128.LoadUnsafe(ref places, at), 8);
                var high = Avx2.GatherVector256(words, Vector128.LoadUnsafe(ref places, at + 4), 8);
                return Vector512.Create(low, high);
            }
        }
    }
}
