using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;

namespace PrivacyGrains.Protocols.Identity;

/// <summary>What is fixed about NIST P-256: lengths, encodings and the test that a point lies on the curve.</summary>
/// <remarks>
/// Source: NIST SP 800-186 section 3.2.1.3 (domain parameters); SEC 1 v2 section 2.3.3 (uncompressed points) and 3.2.2.1 (public key validation);
/// RFC 5480 section 2 (SubjectPublicKeyInfo). The cofactor is one, so a point on the curve that is not infinity has full order. Works on public values only.
/// </remarks>
internal static class P256Curve
{
    /// <summary>Length of an uncompressed point: 0x04, x, y.</summary>
    public const int PointLength = 65;

    /// <summary>Length of a coordinate and of a private scalar.</summary>
    public const int ScalarLength = 32;

    /// <summary>Length of the one SubjectPublicKeyInfo that is accepted for a point: named curve, uncompressed.</summary>
    public const int SpkiLength = 91;

    private static readonly byte[] SpkiPrefix = Convert.FromHexString("3059301306072A8648CE3D020106082A8648CE3D030107034200");
    private static readonly BigInteger Prime = Hex("FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF");
    private static readonly BigInteger B = Hex("5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B");
    private static readonly byte[] Order = Convert.FromHexString("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");

    /// <summary>Whether these bytes are the uncompressed form of a point on the curve.</summary>
    public static bool IsPoint(ReadOnlySpan<byte> point)
    {
        if (point.Length != PointLength || point[0] != 4)
        {
            return false;
        }

        var x = new BigInteger(point.Slice(1, ScalarLength), isUnsigned: true, isBigEndian: true);
        var y = new BigInteger(point.Slice(1 + ScalarLength, ScalarLength), isUnsigned: true, isBigEndian: true);
        return x < Prime && y < Prime && (((y * y) - (x * x * x) + (3 * x) - B) % Prime).IsZero;
    }

    /// <summary>Whether these bytes are a private scalar: 1 to the order less one. Time depends on the length only.</summary>
    public static bool IsScalar(ReadOnlySpan<byte> scalar)
    {
        if (scalar.Length != ScalarLength)
        {
            return false;
        }

        // scalar - order borrows exactly where the scalar is smaller.
        var (borrow, any) = (0, 0);
        for (var i = ScalarLength - 1; i >= 0; i--)
        {
            any |= scalar[i];
            borrow = ((scalar[i] - Order[i] - borrow) >> 8) & 1;
        }

        return (borrow & (any != 0 ? 1 : 0)) == 1;
    }

    /// <summary>The point inside a SubjectPublicKeyInfo, or empty where it is of another form.</summary>
    public static ReadOnlySpan<byte> PointOf(ReadOnlySpan<byte> spki) =>
        spki.Length == SpkiLength && spki.StartsWith(SpkiPrefix) ? spki[SpkiPrefix.Length..] : [];

    /// <summary>Splits a point for the platform.</summary>
    public static ECPoint ToPlatform(ReadOnlySpan<byte> point) =>
        new() { X = point.Slice(1, ScalarLength).ToArray(), Y = point.Slice(1 + ScalarLength, ScalarLength).ToArray() };

    /// <summary>Joins a point of the platform.</summary>
    public static byte[] FromPlatform(ECPoint point) => [4, .. point.X!, .. point.Y!];

    private static BigInteger Hex(string digits) => BigInteger.Parse("0" + digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
