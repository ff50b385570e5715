using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace PrivacyGrains.Grains.Consortium;

/// <summary>Lower-case hex of a SHA-256, as it stands in requests and entries.</summary>
internal static class Sha256Hex
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    /// <summary>64 digits of 0-9 and a-f.</summary>
    public static bool IsOne(string? text) => text is { Length: 64 } && !text.AsSpan().ContainsAnyExcept(Digits);

    /// <summary>Compares two hashes in time that depends on their lengths only.</summary>
    public static bool Same(string left, string right) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(left), Encoding.UTF8.GetBytes(right));

    /// <summary>The hash of some bytes.</summary>
    public static string Of(ReadOnlySpan<byte> data) => Convert.ToHexStringLower(SHA256.HashData(data));
}
