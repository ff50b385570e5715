using System.Runtime.Intrinsics;

namespace PrivacyGrains.Arithmetic;

internal readonly struct AddWords : IWordOperation
{
    public static Vector512<ulong> Apply(Vector512<ulong> x, Vector512<ulong> y) => x + y;

    public static Vector256<ulong> Apply(Vector256<ulong> x, Vector256<ulong> y) => x + y;

    public static ulong Apply(ulong x, ulong y) => unchecked(x + y);
}

internal readonly struct SubtractWords : IWordOperation
{
    public static Vector512<ulong> Apply(Vector512<ulong> x, Vector512<ulong> y) => x - y;

    public static Vector256<ulong> Apply(Vector256<ulong> x, Vector256<ulong> y) => x - y;

    public static ulong Apply(ulong x, ulong y) => unchecked(x - y);
}

internal readonly struct MultiplyWords : IWordOperation
{
    public static Vector512<ulong> Apply(Vector512<ulong> x, Vector512<ulong> y) => x * y;

    public static Vector256<ulong> Apply(Vector256<ulong> x, Vector256<ulong> y) => x * y;

    public static ulong Apply(ulong x, ulong y) => unchecked(x * y);
}

internal readonly struct XorWords : IWordOperation
{
    public static Vector512<ulong> Apply(Vector512<ulong> x, Vector512<ulong> y) => x ^ y;

    public static Vector256<ulong> Apply(Vector256<ulong> x, Vector256<ulong> y) => x ^ y;

    public static ulong Apply(ulong x, ulong y) => x ^ y;
}

internal readonly struct AndWords : IWordOperation
{
    public static Vector512<ulong> Apply(Vector512<ulong> x, Vector512<ulong> y) => x & y;

    public static Vector256<ulong> Apply(Vector256<ulong> x, Vector256<ulong> y) => x & y;

    public static ulong Apply(ulong x, ulong y) => x & y;
}

/// <summary>Addition in F_p, p = 2^61 - 1, of two reduced words.</summary>
internal readonly struct AddField61 : IWordOperation
{
    // x + y < 2p, and subtracting p wraps to a huge word exactly where the sum was already reduced: the minimum is the reduced one.
    public static Vector512<ulong> Apply(Vector512<ulong> x, Vector512<ulong> y) =>
        Vector512.Min(x + y, x + y - Vector512.Create(Field61.Modulus));

    public static Vector256<ulong> Apply(Vector256<ulong> x, Vector256<ulong> y) =>
        Vector256.Min(x + y, x + y - Vector256.Create(Field61.Modulus));

    public static ulong Apply(ulong x, ulong y) => Field61.Add(x, y);
}

/// <summary>Subtraction in F_p, p = 2^61 - 1, of two reduced words.</summary>
internal readonly struct SubtractField61 : IWordOperation
{
    public static Vector512<ulong> Apply(Vector512<ulong> x, Vector512<ulong> y) =>
        Vector512.Min(x - y, x - y + Vector512.Create(Field61.Modulus));

    public static Vector256<ulong> Apply(Vector256<ulong> x, Vector256<ulong> y) =>
        Vector256.Min(x - y, x - y + Vector256.Create(Field61.Modulus));

    public static ulong Apply(ulong x, ulong y) => Field61.Subtract(x, y);
}
