using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PrivacyGrains.Ckks.Transforms;

/// <summary>Some doubles side by side: eight, four or one. No fused operations: every width gives the same numbers to the last bit.</summary>
/// <typeparam name="TVector">The doubles.</typeparam>
internal interface INumberLanes<TVector>
    where TVector : struct
{
    /// <summary>How many.</summary>
    static abstract int Count { get; }

    static abstract TVector Of(double number);

    static abstract TVector Load(ref double first, nuint at);

    static abstract void Store(TVector numbers, ref double first, nuint at);

    static abstract TVector Add(TVector a, TVector b);

    static abstract TVector Subtract(TVector a, TVector b);

    static abstract TVector Multiply(TVector a, TVector b);

    /// <summary>To the nearest whole number, halves away from zero.</summary>
    static abstract TVector Round(TVector a);

    /// <summary>The larger magnitude; of what is not a number, anything.</summary>
    static abstract TVector LargerMagnitude(TVector largest, TVector a);

    /// <summary>One of the lanes, the largest.</summary>
    static abstract double Largest(TVector a);
}

internal readonly struct NumberLanes512 : INumberLanes<Vector512<double>>
{
    public static int Count => 8;

    public static Vector512<double> Of(double number) => Vector512.Create(number);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Load(ref double first, nuint at) => Vector512.LoadUnsafe(ref first, at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<double> numbers, ref double first, nuint at) => numbers.StoreUnsafe(ref first, at);

    public static Vector512<double> Add(Vector512<double> a, Vector512<double> b) => a + b;

    public static Vector512<double> Subtract(Vector512<double> a, Vector512<double> b) => a - b;

    public static Vector512<double> Multiply(Vector512<double> a, Vector512<double> b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Round(Vector512<double> a)
    {
        var whole = Vector512.Truncate(a);
        return whole + (Vector512.GreaterThanOrEqual(Vector512.Abs(a - whole), Vector512.Create(0.5)) & Vector512.CopySign(Vector512<double>.One, a));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> LargerMagnitude(Vector512<double> largest, Vector512<double> a) => Vector512.MaxNative(largest, Vector512.Abs(a));

    public static double Largest(Vector512<double> a) => NumberLanes256.Largest(Vector256.MaxNative(a.GetLower(), a.GetUpper()));
}

internal readonly struct NumberLanes256 : INumberLanes<Vector256<double>>
{
    public static int Count => 4;

    public static Vector256<double> Of(double number) => Vector256.Create(number);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Load(ref double first, nuint at) => Vector256.LoadUnsafe(ref first, at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<double> numbers, ref double first, nuint at) => numbers.StoreUnsafe(ref first, at);

    public static Vector256<double> Add(Vector256<double> a, Vector256<double> b) => a + b;

    public static Vector256<double> Subtract(Vector256<double> a, Vector256<double> b) => a - b;

    public static Vector256<double> Multiply(Vector256<double> a, Vector256<double> b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Round(Vector256<double> a)
    {
        var whole = Vector256.Truncate(a);
        return whole + (Vector256.GreaterThanOrEqual(Vector256.Abs(a - whole), Vector256.Create(0.5)) & Vector256.CopySign(Vector256<double>.One, a));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> LargerMagnitude(Vector256<double> largest, Vector256<double> a) => Vector256.MaxNative(largest, Vector256.Abs(a));

    public static double Largest(Vector256<double> a) => Math.Max(Math.Max(a[0], a[1]), Math.Max(a[2], a[3]));
}

internal readonly struct NumberLanes64 : INumberLanes<double>
{
    public static int Count => 1;

    public static double Of(double number) => number;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Load(ref double first, nuint at) => Unsafe.Add(ref first, at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(double numbers, ref double first, nuint at) => Unsafe.Add(ref first, at) = numbers;

    public static double Add(double a, double b) => a + b;

    public static double Subtract(double a, double b) => a - b;

    public static double Multiply(double a, double b) => a * b;

    public static double Round(double a) => Math.Round(a, MidpointRounding.AwayFromZero);

    public static double LargerMagnitude(double largest, double a) => Math.Abs(a) > largest ? Math.Abs(a) : largest;

    public static double Largest(double a) => a;
}
