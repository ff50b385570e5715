using System.Buffers.Binary;

namespace PrivacyGrains.Ckks.Formats.Zstd;

/// <summary>The literals of a block; keeps the last Huffman tree for the blocks that say no new one.</summary>
/// <remarks>RFC 8878, section 3.1.1.3.1.</remarks>
/// <param name="buffer">Room for the largest block.</param>
internal sealed class Literals(byte[] buffer)
{
    private readonly HuffmanTable _huffman = new();
    private int _count;

    /// <summary>Those of the block that was read last.</summary>
    public ReadOnlySpan<byte> Bytes => buffer.AsSpan(0, _count);

    /// <summary>Reads the literals section.</summary>
    /// <param name="block">Untrusted.</param>
    /// <param name="most">The most literals of a block.</param>
    /// <returns>The section's bytes.</returns>
    /// <exception cref="InvalidDataException">It is no such section.</exception>
    public int Read(ReadOnlySpan<byte> block, int most)
    {
        if (block.IsEmpty)
        {
            throw new InvalidDataException("a block is empty");
        }

        var (kind, format) = (block[0] & 3, (block[0] >> 2) & 3);
        return kind < 2 ? Stored(block, kind == 1, format, most) : Compressed(block, kind == 3, format, most);
    }

    private int Stored(ReadOnlySpan<byte> block, bool isRepeated, int format, int most)
    {
        var header = format switch { 1 => 2, 3 => 3, _ => 1 };
        _count = (int)(format is 1 or 3 ? Number(block, header) >> 4 : Number(block, header) >> 3);
        var length = isRepeated ? 1 : _count;
        if (_count > most || header + length > block.Length)
        {
            throw new InvalidDataException("literals are too many");
        }

        if (isRepeated)
        {
            buffer.AsSpan(0, _count).Fill(block[header]);
        }
        else
        {
            block.Slice(header, length).CopyTo(buffer);
        }

        return header + length;
    }

    private int Compressed(ReadOnlySpan<byte> block, bool isTreeless, int format, int most)
    {
        var (header, width) = format switch { 2 => (4, 14), 3 => (5, 18), _ => (3, 10) };
        var number = Number(block, header) >> 4;
        _count = (int)(number & ((1UL << width) - 1));
        var length = (int)(number >> width);
        if (_count > most || header + length > block.Length)
        {
            throw new InvalidDataException("literals are too many");
        }

        var streams = block.Slice(header, length);
        if (!isTreeless)
        {
            streams = streams[_huffman.Read(streams)..];
        }
        else if (!_huffman.IsSet)
        {
            throw new InvalidDataException("literals take up a tree that was never given");
        }

        if (format == 0)
        {
            _huffman.Decode(streams, buffer.AsSpan(0, _count));
        }
        else
        {
            _huffman.DecodeFour(streams, buffer.AsSpan(0, _count));
        }

        return header + length;
    }

    private static ulong Number(ReadOnlySpan<byte> block, int length)
    {
        if (block.Length < length)
        {
            throw new InvalidDataException("a literals header ends early");
        }

        Span<byte> number = stackalloc byte[8];
        number.Clear();
        block[..length].CopyTo(number);
        return BinaryPrimitives.ReadUInt64LittleEndian(number);
    }
}
