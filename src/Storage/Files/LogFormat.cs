using System.Buffers.Binary;
using System.Security.Cryptography;

namespace PrivacyGrains.Storage.Files;

/// <summary>What stands before a record's body.</summary>
internal readonly record struct RecordHeader(bool IsMark, int BodyLength, uint BodyChecksum);

/// <summary>The bytes of <c>journal.log</c>, little-endian.</summary>
/// <remarks>
/// <para>File: magic (8), format (4), identity (16, random), checksum (4); then records.</para>
/// <para>
/// Append: kind (4), body length (4), checksum of the body (4), checksum of identity, offset and the preceding 12 bytes (4); body. An append is one record
/// whatever the number of its entries, so it stands or falls as one.
/// </para>
/// <para>
/// Mark: kind (4), its own offset (8), checksum as above (4). It says that everything before that offset was durable when it was written: damage before a mark
/// touches what may have been acknowledged, an unfinished record after the last mark does not. It tells its offset so that it is known even where bytes before
/// it were taken out or put in.
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

    public static void WriteAppendHeader(Span<byte> target, uint seed, long offset, int bodyLength, uint bodyChecksum)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(target, AppendKind);
        BinaryPrimitives.WriteInt32LittleEndian(target[4..], bodyLength);
        BinaryPrimitives.WriteUInt32LittleEndian(target[8..], bodyChecksum);
        BinaryPrimitives.WriteUInt32LittleEndian(target[12..], HeaderChecksum(target, seed, offset));
    }

    public static void WriteMark(Span<byte> target, uint seed, long offset)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(target, MarkKind);
        BinaryPrimitives.WriteInt64LittleEndian(target[4..], offset);
        BinaryPrimitives.WriteUInt32LittleEndian(target[12..], HeaderChecksum(target, seed, offset));
    }

    /// <summary>Reads the record that begins at an offset; null where there is none.</summary>
    public static RecordHeader? ReadRecordHeader(ReadOnlySpan<byte> source, uint seed, long offset)
    {
        if (ReadMarkOffset(source, seed) == offset)
        {
            return new RecordHeader(IsMark: true, BodyLength: 0, BodyChecksum: 0);
        }

        return source.Length >= RecordHeaderLength
            && BinaryPrimitives.ReadUInt32LittleEndian(source) == AppendKind
            && BinaryPrimitives.ReadUInt32LittleEndian(source[12..]) == HeaderChecksum(source, seed, offset)
            && BinaryPrimitives.ReadInt32LittleEndian(source[4..]) is var length and > 0
                ? new RecordHeader(IsMark: false, length, BinaryPrimitives.ReadUInt32LittleEndian(source[8..]))
                : null;
    }

    /// <summary>The offset that a mark tells, wherever it stands now; null where this is no mark of this journal.</summary>
    public static long? ReadMarkOffset(ReadOnlySpan<byte> source, uint seed)
    {
        if (source.Length < RecordHeaderLength || BinaryPrimitives.ReadUInt32LittleEndian(source) != MarkKind)
        {
            return null;
        }

        var offset = BinaryPrimitives.ReadInt64LittleEndian(source[4..]);
        return BinaryPrimitives.ReadUInt32LittleEndian(source[12..]) == HeaderChecksum(source, seed, offset) ? offset : null;
    }

    private static uint HeaderChecksum(ReadOnlySpan<byte> header, uint seed, long offset)
    {
        Span<byte> place = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(place, offset);
        return Crc32C.Append(Crc32C.Append(seed, place), header[..12]);
    }
}
