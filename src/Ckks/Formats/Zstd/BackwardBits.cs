using System.Buffers.Binary;
using System.Numerics;

namespace PrivacyGrains.Ckks.Formats.Zstd;

/// <summary>A bit stream read from its last bit to its first. Bits before the first are zeros, and leave <see cref="Left"/> negative.</summary>
/// <remarks>RFC 8878, section 4.1: the highest one of the last byte ends the stream and belongs to none of it.</remarks>
internal ref struct BackwardBits
{
    private readonly ReadOnlySpan<byte> _bytes;

    /// <summary>Finds the end.</summary>
    /// <param name="bytes">Untrusted.</param>
    /// <exception cref="InvalidDataException">No bytes, or the last one is zero.</exception>
    public BackwardBits(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty || bytes[^1] == 0)
        {
            throw new InvalidDataException("a bit stream has no end");
        }

        _bytes = bytes;
        Left = (8 * (bytes.Length - 1)) + BitOperations.Log2(bytes[^1]);
    }

    /// <summary>How many bits were not read yet.</summary>
    public int Left { get; private set; }

    /// <summary>Reads bits, the last one of the stream the most significant.</summary>
    /// <param name="count">0 to 32.</param>
    /// <returns>The number.</returns>
    public uint Read(int count)
    {
        Left -= count;
        return Bits(Left, count);
    }

    /// <summary>The next bits, without reading them.</summary>
    /// <param name="count">1 to 32.</param>
    /// <returns>The number.</returns>
    public readonly uint Peek(int count) => Bits(Left - count, count);

    /// <summary>Goes on by bits that were peeked at.</summary>
    /// <param name="count">How many.</param>
    public void Skip(int count) => Left -= count;

    private readonly uint Bits(int at, int count)
    {
        if (at < 0)
        {
            return at + count <= 0 ? 0 : unchecked(Bits(0, at + count) << -at);
        }

        var rest = _bytes[(at >> 3)..];
        ulong word = 0;
        if (rest.Length >= 8)
        {
            word = BinaryPrimitives.ReadUInt64LittleEndian(rest);
        }
        else
        {
            for (var i = rest.Length - 1; i >= 0; i--)
            {
                word = (word << 8) | rest[i];
            }
        }

        return (uint)((word >> (at & 7)) & ((1UL << count) - 1));
    }
}
