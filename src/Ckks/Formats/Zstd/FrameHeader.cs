using System.Buffers.Binary;

namespace PrivacyGrains.Ckks.Formats.Zstd;

/// <summary>What a frame says before its blocks.</summary>
/// <param name="Window">The farthest back that a match may lie, in bytes.</param>
/// <param name="ContentSize">Of what it unpacks to, or -1.</param>
/// <param name="HasChecksum">Whether four bytes of XXH64 end it.</param>
/// <remarks>RFC 8878, section 3.1.1.1. Without dictionaries, and with the window that the RFC asks decoders to bear (section 3.1.1.1.2: 8 MiB): what a frame makes a reader hold is bounded by it.</remarks>
internal readonly record struct FrameHeader(long Window, long ContentSize, bool HasChecksum)
{
    /// <summary>The largest window.</summary>
    public const int LargestWindow = 8 * 1024 * 1024;

    /// <summary>The most bytes that a block may hold, packed or not.</summary>
    public int LargestBlock => (int)Math.Min(Window, StoredFrame.LargestBlock);

    /// <summary>Reads one.</summary>
    /// <param name="source">Untrusted.</param>
    /// <returns>The header.</returns>
    /// <exception cref="InvalidDataException">It is none, or not one that is read here.</exception>
    public static FrameHeader Read(Stream source)
    {
        Span<byte> bytes = stackalloc byte[14];
        Fill(source, bytes[..5]);
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) != StoredFrame.Magic)
        {
            throw new InvalidDataException("it is no Zstandard frame");
        }

        var descriptor = bytes[4];
        var isSingle = (descriptor & 0x20) != 0;
        if ((descriptor & 8) != 0)
        {
            throw new InvalidDataException("a reserved bit is set");
        }

        // Bytes of a dictionary's id, and of the content's size.
        var (idLength, sizeLength) = (descriptor & 3, descriptor >> 6);
        (idLength, sizeLength) = (idLength == 3 ? 4 : idLength, sizeLength == 0 ? (isSingle ? 1 : 0) : 1 << sizeLength);
        var rest = bytes[..((isSingle ? 0 : 1) + idLength + sizeLength)];
        Fill(source, rest);
        var window = 0L;
        if (!isSingle)
        {
            var power = 1L << (10 + (rest[0] >> 3));
            window = power + (power / 8 * (rest[0] & 7));
            rest = rest[1..];
        }

        if (rest[..idLength].ContainsAnyExcept((byte)0))
        {
            throw new InvalidDataException("it needs a dictionary: compress without one");
        }

        rest = rest[idLength..];
        var size = sizeLength switch
        {
            1 => rest[0],
            2 => BinaryPrimitives.ReadUInt16LittleEndian(rest) + 256,
            4 => BinaryPrimitives.ReadUInt32LittleEndian(rest),
            8 => (long)Math.Min(BinaryPrimitives.ReadUInt64LittleEndian(rest), long.MaxValue),
            _ => -1L,
        };
        window = isSingle ? size : window;
        return window <= LargestWindow
            ? new FrameHeader(window, size, (descriptor & 4) != 0)
            : throw new InvalidDataException($"its window is larger than {LargestWindow} bytes: compress at a lower level");
    }

    /// <summary>Fills a span, or says that the frame ends early.</summary>
    public static void Fill(Stream source, Span<byte> bytes)
    {
        if (source.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
        {
            throw new InvalidDataException("it ends early");
        }
    }
}
