using System.Buffers;
using System.Buffers.Binary;

namespace PrivacyGrains.Ckks.Formats.Zstd;

/// <summary>Writes a Zstandard frame of raw blocks.</summary>
/// <remarks>RFC 8878, sections 3.1.1.1 (header: content size in 8 bytes, window 128 KiB) and 3.1.1.2 (blocks).</remarks>
internal sealed class StoredFrame
{
    internal const uint Magic = 0xFD2FB528;
    internal const int LargestBlock = 128 * 1024;

    // Content size flag 3 (8 bytes), not a single segment: a window descriptor follows.
    private const byte Descriptor = 3 << 6;
    // 2^(10 + 7) bytes: a raw block needs no history, and none is larger.
    private const byte Window = 7 << 3;
    private const int HeaderLength = 14;
    private const int BlockHeader = 3;

    private readonly IBufferWriter<byte> _destination;
    private long _left;
    private int _leftInBlock;

    /// <summary>Begins a frame.</summary>
    /// <param name="length">Of the content: exactly as much is to be written.</param>
    /// <param name="destination">Written in order.</param>
    public StoredFrame(long length, IBufferWriter<byte> destination)
    {
        (_left, _destination) = (length, destination);
        var header = destination.GetSpan(HeaderLength);
        BinaryPrimitives.WriteUInt32LittleEndian(header, Magic);
        (header[4], header[5]) = (Descriptor, Window);
        BinaryPrimitives.WriteInt64LittleEndian(header[6..], length);
        destination.Advance(HeaderLength);
        BeginBlock();
    }

    /// <summary>The frame's length.</summary>
    /// <param name="length">Of the content.</param>
    /// <returns>Bytes.</returns>
    public static long LengthOf(long length) => HeaderLength + length + (BlockHeader * Math.Max(1, (length + LargestBlock - 1) / LargestBlock));

    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_leftInBlock == 0)
            {
                BeginBlock();
            }

            var now = bytes[..Math.Min(bytes.Length, _leftInBlock)];
            _destination.Write(now);
            (_leftInBlock, _left) = (_leftInBlock - now.Length, _left - now.Length);
            bytes = bytes[now.Length..];
        }
    }

    private void BeginBlock()
    {
        _leftInBlock = (int)Math.Min(_left, LargestBlock);
        var isLast = _leftInBlock == _left ? 1 : 0;
        var header = _destination.GetSpan(BlockHeader);
        var value = isLast | (_leftInBlock << 3);
        (header[0], header[1], header[2]) = ((byte)(value & 0xFF), (byte)((value >> 8) & 0xFF), (byte)(value >> 16));
        _destination.Advance(BlockHeader);
    }
}
