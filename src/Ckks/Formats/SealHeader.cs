using System.Buffers.Binary;

namespace PrivacyGrains.Ckks.Formats;

/// <summary>The 16 bytes before every object of SEAL's, nested ones too (<c>SEALHeader</c> of serialization.h). Public.</summary>
/// <param name="Framing">Dialect and packing.</param>
/// <param name="Size">Bytes in all, these 16 counted.</param>
public readonly record struct SealHeader(SealFraming Framing, long Size)
{
    /// <summary>Its length in bytes.</summary>
    public const int Length = 16;

    private const ushort Magic = 0xA15E;

    /// <summary>Reads one, so that a caller knows how many bytes belong to the object.</summary>
    /// <param name="bytes">Untrusted; at least 16, else it is refused.</param>
    /// <param name="header">What it says.</param>
    /// <returns>Null, or why not.</returns>
    public static FormatFault? TryRead(ReadOnlySpan<byte> bytes, out SealHeader header) => TryRead(bytes, new FieldPath("header"), "", out header);

    internal static FormatFault? TryRead(ReadOnlySpan<byte> bytes, FieldPath path, string field, out SealHeader header)
    {
        header = default;
        if (bytes.Length < Length)
        {
            return path.Fault("ckks.truncated", field, $"{bytes.Length} bytes are left where a header of {Length} stands: send the whole object.");
        }

        var size = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
        if (BinaryPrimitives.ReadUInt16LittleEndian(bytes) != Magic || bytes[2] != Length || bytes[6] != 0 || bytes[7] != 0 || size < Length || size > int.MaxValue * 1024UL)
        {
            return path.Fault("ckks.header", field, "It is no header of SEAL's: send what SEAL's save wrote, byte by byte (not base64).");
        }

        var version = new SealVersion(bytes[3], bytes[4]);
        if (!version.IsSupported)
        {
            return path.Fault("ckks.version", field, $"It is SEAL {version}'s: 3.6 and later, and 4, are read.");
        }

        if (bytes[5] > (byte)SealCompression.Zstd)
        {
            return path.Fault("ckks.compression", field, $"Compression mode {bytes[5]} is unknown: save with none, zlib or zstd.");
        }

        header = new SealHeader(new SealFraming(version, (SealCompression)bytes[5]), (long)size);
        return null;
    }

    /// <summary>Reads the header of an object within another: the same dialect, not packed, and of a length that is known.</summary>
    internal static FormatFault? TryReadNested(ReadOnlySpan<byte> bytes, SealVersion version, long size, FieldPath path, string field) =>
        TryRead(bytes, path, field, out var header) is { } fault ? fault
            : header.Framing.Version != version ? path.Fault("ckks.version", field, $"It is SEAL {header.Framing.Version}'s within an object of {version}.")
            : header.Framing.Compression != SealCompression.None ? path.Fault("ckks.compression", field, "An object within another is not compressed by itself.")
            : header.Size != size ? path.Fault("ckks.length", field, $"It says {header.Size} bytes where {size} belong.")
            : null;

    internal void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(destination, Magic);
        (destination[2], destination[3], destination[4], destination[5]) = (Length, Framing.Version.Major, Framing.Version.Minor, (byte)Framing.Compression);
        (destination[6], destination[7]) = (0, 0);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], (ulong)Size);
    }

    internal static void WriteNested(Span<byte> destination, SealVersion version, long size) =>
        new SealHeader(new SealFraming(version, SealCompression.None), size).Write(destination);
}
