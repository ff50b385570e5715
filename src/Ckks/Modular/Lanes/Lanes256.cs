using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PrivacyGrains.Ckks.Modular.Lanes;

/// <summary>Four words, by AVX2.</summary>
internal readonly struct Lanes256 : IWordLanes<Vector256<ulong>>
{
    public static bool IsSupported => Avx2.IsSupported;

    public static int Count => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Of(ulong word) => Vector256.Create(word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Load(ref ulong first, nuint at) => Vector256.LoadUnsafe(ref first, at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<ulong> words, ref ulong first, nuint at) => words.StoreUnsafe(ref first, at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Add(Vector256<ulong> a, Vector256<ulong> b) => Avx2.Add(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Subtract(Vector256<ulong> a, Vector256<ulong> b) => Avx2.Subtract(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Min(Vector256<ulong> a, Vector256<ulong> b) => Vector256.Min(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> ShiftLeft(Vector256<ulong> a, int bits) => Vector256.ShiftLeft(a, bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> HighHalf(Vector256<ulong> a) => Avx2.ShiftRightLogical(a, 32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> MultiplyLow(Vector256<ulong> a, Vector256<ulong> b)
    {
        var low = Avx2.Multiply(a.AsUInt32(), b.AsUInt32());
        var first = Avx2.Multiply(Avx2.ShiftRightLogical(a, 32).AsUInt32(), b.AsUInt32());
        var second = Avx2.Multiply(a.AsUInt32(), Avx2.ShiftRightLogical(b, 32).AsUInt32());
        return Avx2.Add(low, Avx2.ShiftLeftLogical(Avx2.Add(first, second), 32));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> MultiplyHigh(Vector256<ulong> a, Vector256<ulong> b, Vector256<ulong> bHigh)
    {
        var aHigh = Avx2.ShiftRightLogical(a, 32);
        var top = Avx2.Multiply(aHigh.AsUInt32(), bHigh.AsUInt32());
        var first = Avx2.Multiply(a.AsUInt32(), bHigh.AsUInt32());
        var second = Avx2.Multiply(aHigh.AsUInt32(), b.AsUInt32());
        return Avx2.Add(Avx2.Add(top, Avx2.ShiftRightLogical(first, 32)), Avx2.ShiftRightLogical(second, 32));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Xor(Vector256<ulong> a, Vector256<ulong> b) => a ^ b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> RotateRight(Vector256<ulong> a, int bits) => bits switch
    {
        // Whole bytes are moved in one instruction, its table taken from memory: registers are short where this is used. Callers' constants are folded.
        32 => Avx2.Shuffle(a.AsUInt32(), 0b10_11_00_01).AsUInt64(),
        24 => Avx2.Shuffle(a.AsByte(), Vector256.LoadUnsafe(in MemoryMarshal.GetReference(RightBy24))).AsUInt64(),
        16 => Avx2.Shuffle(a.AsByte(), Vector256.LoadUnsafe(in MemoryMarshal.GetReference(RightBy16))).AsUInt64(),
        63 => Vector256.ShiftRightLogical(a, 63) | Avx2.Add(a, a),
        _ => Vector256.ShiftRightLogical(a, bits) | Vector256.ShiftLeft(a, 64 - bits),
    };

    private static ReadOnlySpan<byte> RightBy24 => [3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10, 3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10];

    private static ReadOnlySpan<byte> RightBy16 => [2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9, 2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Gather(ref ulong first, ref int places, nuint at)
    {
        unsafe
        {
            fixed (ulong* words = &first)
            {
                return Avx2.GatherVector256(words, Vector128.LoadUnsafe(ref places, at), 8);
            }
        }
    }
}
