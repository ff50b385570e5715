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

/// <summary>Multiplication in F_p, p = 2^61 - 1, of two reduced words.</summary>
/// <remarks>
/// Vectors have no 128-bit product, so both factors are split at 31 bits: x y = x1 y1 2^62 + (x1 y0 + x0 y1) 2^31 + x0 y0. With 2^61 = 1 and the middle sum
/// m = m1 2^30 + m0 that is 2 x1 y1 + m1 + m0 2^31 + x0 y0, below 2^61 + 2^32 + 2^61 + 2^62 and so within a word; one fold and one subtraction reduce it.
/// </remarks>
internal readonly struct MultiplyField61 : IWordOperation
{
    private const ulong Low31 = (1UL << 31) - 1;
    private const ulong Low30 = (1UL << 30) - 1;

    public static Vector512<ulong> Apply(Vector512<ulong> x, Vector512<ulong> y)
    {
        var (x0, x1, y0, y1) = (x & Vector512.Create(Low31), x >>> 31, y & Vector512.Create(Low31), y >>> 31);
        var middle = (x1 * y0) + (x0 * y1);
        var sum = ((x1 * y1) << 1) + (middle >>> 30) + ((middle & Vector512.Create(Low30)) << 31) + (x0 * y0);
        var almost = (sum & Vector512.Create(Field61.Modulus)) + (sum >>> 61);
        return Vector512.Min(almost, almost - Vector512.Create(Field61.Modulus));
    }

    public static Vector256<ulong> Apply(Vector256<ulong> x, Vector256<ulong> y)
    {
        var (x0, x1, y0, y1) = (x & Vector256.Create(Low31), x >>> 31, y & Vector256.Create(Low31), y >>> 31);
        var middle = (x1 * y0) + (x0 * y1);
        var sum = ((x1 * y1) << 1) + (middle >>> 30) + ((middle & Vector256.Create(Low30)) << 31) + (x0 * y0);
        var almost = (sum & Vector256.Create(Field61.Modulus)) + (sum >>> 61);
        return Vector256.Min(almost, almost - Vector256.Create(Field61.Modulus));
    }

    public static ulong Apply(ulong x, ulong y) => Field61.Multiply(x, y);
}
