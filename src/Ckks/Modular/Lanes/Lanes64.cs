using System.Runtime.CompilerServices;

namespace PrivacyGrains.Ckks.Modular.Lanes;

/// <summary>One word: where there are no vector instructions that serve.</summary>
internal readonly struct Lanes64 : IWordLanes<ulong>
{
    public static int Count => 1;

    public static ulong Of(ulong word) => word;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Load(ref ulong first, nuint at) => Unsafe.Add(ref first, at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(ulong words, ref ulong first, nuint at) => Unsafe.Add(ref first, at) = words;

    public static ulong Add(ulong a, ulong b) => unchecked(a + b);

    public static ulong Subtract(ulong a, ulong b) => unchecked(a - b);

    public static ulong Min(ulong a, ulong b) => Math.Min(a, b);

    public static ulong ShiftLeft(ulong a, int bits) => a << bits;

    public static ulong HighHalf(ulong a) => a >> 32;

    public static ulong MultiplyLow(ulong a, ulong b) => unchecked(a * b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong MultiplyHigh(ulong a, ulong b, ulong bHigh) => Math.BigMul(a, b, out _);

    public static ulong Xor(ulong a, ulong b) => a ^ b;

    public static ulong RotateRight(ulong a, int bits) => System.Numerics.BitOperations.RotateRight(a, bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Gather(ref ulong first, ref int places, nuint at) => Unsafe.Add(ref first, Unsafe.Add(ref places, at));
}
