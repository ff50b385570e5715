using System.Buffers.Binary;
using System.Security.Cryptography;

namespace PrivacyGrains.Protocols.Hpke;

/// <summary>HKDF-SHA256 with RFC 9180's labels.</summary>
/// <remarks>Source: RFC 9180 section 4, LabeledExtract and LabeledExpand; RFC 5869.</remarks>
internal static class HpkeKdf
{
    /// <summary>Nh: length of an extracted key.</summary>
    public const int HashLength = SHA256.HashSizeInBytes;

    /// <summary>suite_id inside the KEM (section 4.1): "KEM", DHKEM(P-256, HKDF-SHA256).</summary>
    public static ReadOnlySpan<byte> KemSuite => "KEM\x00\x10"u8;

    /// <summary>suite_id of the whole suite (section 5.1): "HPKE", 0x0010, HKDF-SHA256 0x0001, AES-128-GCM 0x0001.</summary>
    public static ReadOnlySpan<byte> HpkeSuite => "HPKE\x00\x10\x00\x01\x00\x01"u8;

    private static ReadOnlySpan<byte> Version => "HPKE-v1"u8;

    /// <summary>Extract(salt, "HPKE-v1" || suite_id || label || ikm).</summary>
    public static byte[] LabeledExtract(ReadOnlySpan<byte> suite, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> label, ReadOnlySpan<byte> ikm)
    {
        byte[] labeled = [.. Version, .. suite, .. label, .. ikm];
        try
        {
            var key = new byte[HashLength];
            HKDF.Extract(HashAlgorithmName.SHA256, labeled, salt, key);
            return key;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(labeled);
        }
    }

    /// <summary>Expand(prk, I2OSP(L, 2) || "HPKE-v1" || suite_id || label || info, L).</summary>
    public static byte[] LabeledExpand(ReadOnlySpan<byte> suite, ReadOnlySpan<byte> key, ReadOnlySpan<byte> label, ReadOnlySpan<byte> info, int length)
    {
        Span<byte> encodedLength = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(encodedLength, checked((ushort)length));
        byte[] labeled = [.. encodedLength, .. Version, .. suite, .. label, .. info];
        var output = new byte[length];
        HKDF.Expand(HashAlgorithmName.SHA256, key, output, labeled);
        return output;
    }
}
