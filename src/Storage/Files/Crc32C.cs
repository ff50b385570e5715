using System.Buffers.Binary;
using System.Numerics;

namespace PrivacyGrains.Storage.Files;

/// <summary>CRC-32C (Castagnoli), as in RFC 3720 appendix B.4. It finds accidents, not forgeries.</summary>
internal static class Crc32C
{
    /// <summary>Extends a checksum over more bytes; begin with 0.</summary>
    public static uint Append(uint checksum, ReadOnlySpan<byte> bytes)
    {
        var crc = ~checksum;
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var b in bytes)
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        return ~crc;
    }
}
