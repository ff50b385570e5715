using System.Buffers.Binary;

namespace PrivacyGrains.Protocols.Channels;

/// <summary>What stands in the open before a frame's ciphertext: which direction, which number, and how much of its message is still to come.</summary>
/// <remarks>
/// Layout, little-endian: kind and version (8 bytes), direction (8), number (8), bytes of the message that remain, this frame's included (4), bytes of this
/// frame (4); then the ciphertext and the tag. A message goes in parts of <see cref="PartLength"/> bytes, the last part holding what is left, so that a part is
/// encrypted while the one before is under way and stays in the second-level cache on its way. The whole header is associated data of the part's encryption.
/// </remarks>
public readonly record struct ChannelFrame
{
    /// <summary>Bytes before the ciphertext.</summary>
    public const int HeaderLength = 32;

    /// <summary>Bytes of a message in one frame, at most: with header and tag 256 KiB.</summary>
    public const int PartLength = MaximumLength - HeaderLength - ChannelDirection.TagLength;

    /// <summary>The greatest length of a frame.</summary>
    public const int MaximumLength = 256 * 1024;

    private const ulong KindAndVersion = 0x0002_6863_0000_0002; // the text "ch" with its length, version 2, zero

    internal ChannelFrame(ulong direction, ulong number, int remaining)
    {
        Direction = direction;
        Number = number;
        Remaining = remaining;
    }

    /// <summary>The public label of the direction.</summary>
    public ulong Direction { get; }

    /// <summary>The frame's number in its direction, from 0.</summary>
    public ulong Number { get; }

    /// <summary>Bytes of the message that are still to come, this frame's included.</summary>
    public int Remaining { get; }

    /// <summary>Bytes of the message in this frame.</summary>
    public int Part => Math.Min(Remaining, PartLength);

    /// <summary>The frame's length in bytes: header, ciphertext and tag.</summary>
    public int Length => HeaderLength + Part + ChannelDirection.TagLength;

    /// <summary>Reads a header from bytes that may be hostile: whoever receives a stream learns from it how much to read, at most <see cref="MaximumLength"/>.</summary>
    /// <param name="bytes">At least a header's bytes, or what came.</param>
    /// <returns>The header, or null where it is none.</returns>
    public static ChannelFrame? TryRead(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderLength || BinaryPrimitives.ReadUInt64LittleEndian(bytes) != KindAndVersion)
        {
            return null;
        }

        var header = new ChannelFrame(
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]), BinaryPrimitives.ReadInt32LittleEndian(bytes[24..]));
        return header.Remaining >= 0 && BinaryPrimitives.ReadInt32LittleEndian(bytes[28..]) == header.Part ? header : null;
    }

    internal void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, KindAndVersion);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], Direction);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], Number);
        BinaryPrimitives.WriteInt32LittleEndian(destination[24..], Remaining);
        BinaryPrimitives.WriteInt32LittleEndian(destination[28..], Part);
    }
}
