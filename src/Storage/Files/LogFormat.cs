using System.Buffers.Binary;
using System.Security.Cryptography;

namespace PrivacyGrains.Storage.Files;

/// <summary>What stands before a record's body.</summary>
internal readonly record struct RecordHeader(bool IsMark, int BodyLength, uint BodyChecksum);

/// <summary>The bytes of <c>journal.log</c>, little-endian.</summary>
/// <remarks>
/// <para>File: magic (8), format (4), identity (16, random), checksum (4); then records.</para>
/// <para>
/// Record: kind (4), body length (4), checksum of the body (4), checksum of identity, offset and the preceding 12 bytes (4); body. An append is one record
/// whatever the number of its entries, so it stands or falls as one. A mark has no body and says that everything before it was durable when it was written:
/// damage before a mark touches what may have been acknowledged, an unfinished record after the last mark does not.
/// </para>
/// <para>
/// The identity and the offset in the checksum keep a record that was copied from elsewhere, or bytes within a payload, from being taken for a record of this place.
/// </para>
/// </remarks>
internal static class LogFormat
{
    public const int FileHeaderLength = 32;
    public const int RecordHeaderLength = 16;
    private const uint Format = 1;
    private const uint AppendKind = 0x444E5041; // "APND"
    private const uint MarkKind = 0x4B52414D; // "MARK"

    public static ReadOnlySpan<byte> MarkBytes => "MARK"u8;

    private static ReadOnlySpan<byte> Magic => "PGJOURNL"u8;

    public static byte[] NewFileHeader()
    {
        var header = new byte[FileHeaderLength];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(8), Format);
        RandomNumberGenerator.Fill(header.AsSpan(12, 16));
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(28), Crc32C.Append(0, header.AsSpan(0, 28)));
        return header;
    }

    /// <summary>Reads a file's header: the seed of its checksums, or what is wrong with it.</summary>
    public static (uint Seed, string? Trouble) ReadFileHeader(ReadOnlySpan<byte> header)
    {
        if (header.Length < FileHeaderLength || !header.StartsWith(Magic)
            || BinaryPrimitives.ReadUInt32LittleEndian(header[28..]) != Crc32C.Append(0, header[..28]))
        {
            return (0, "the file's header is not one.");
        }

        var format = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        return format == Format ? (Crc32C.Append(0, header[12..28]), null) : (0, $"the file has format {format}; this program reads format {Format}.");
    }

    public static void WriteRecordHeader(Span<byte> target, uint seed, long offset, RecordHeader header)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(target, header.IsMark ? MarkKind : AppendKind);
        BinaryPrimitives.WriteInt32LittleEndian(target[4..], header.BodyLength);
        BinaryPrimitives.WriteUInt32LittleEndian(target[8..], header.BodyChecksum);
        BinaryPrimitives.WriteUInt32LittleEndian(target[12..], HeaderChecksum(target, seed, offset));
    }

    /// <summary>Reads a record's header; null where there is none at this place.</summary>
    public static RecordHeader? ReadRecordHeader(ReadOnlySpan<byte> source, uint seed, long offset)
    {
        if (source.Length < RecordHeaderLength || BinaryPrimitives.ReadUInt32LittleEndian(source[12..]) != HeaderChecksum(source, seed, offset))
        {
            return null;
        }

        var kind = BinaryPrimitives.ReadUInt32LittleEndian(source);
        var length = BinaryPrimitives.ReadInt32LittleEndian(source[4..]);
        return kind is AppendKind or MarkKind && length >= 0
            ? new RecordHeader(kind == MarkKind, length, BinaryPrimitives.ReadUInt32LittleEndian(source[8..]))
            : null;
    }

    private static uint HeaderChecksum(ReadOnlySpan<byte> header, uint seed, long offset)
    {
        Span<byte> place = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(place, offset);
        return Crc32C.Append(Crc32C.Append(seed, place), header[..12]);
    }
}
