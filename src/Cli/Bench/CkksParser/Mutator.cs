using System.Buffers.Binary;

namespace PrivacyGrains.Cli.Bench.CkksParser;

/// <summary>Spoils objects, the same way for the same seed. Not thread-safe.</summary>
/// <param name="seed">Any.</param>
internal sealed class Mutator(ulong seed)
{
    private const int Extra = 64;
    private const int HeaderLength = 16;

    // Where parsers go wrong: signs, powers of two, degrees, counts, and one beside them.
    private static readonly ulong[] Odd =
    [
        0, 1, 2, 3, 4, 16, 24, 81, 255, 256, 1023, 1024, 1025, 2047, 2048, 2049, 4096, 8192, 32768, 65536, int.MaxValue, 1UL << 31, uint.MaxValue, 1UL << 32, 1UL << 60, long.MaxValue,
        1UL << 63, ulong.MaxValue - 7, ulong.MaxValue,
    ];

    private ulong _state = seed;

    /// <summary>A number below a bound (splitmix64, Steele, Lea, Flood 2014): chance, but no secret.</summary>
    /// <param name="bound">At least 1.</param>
    /// <returns>0 to bound - 1.</returns>
    public int Below(int bound)
    {
        unchecked
        {
            _state += 0x9E3779B97F4A7C15;
            var z = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return (int)(((z ^ (z >> 31)) >> 32) * (ulong)bound >> 32);
        }
    }

    /// <summary>Spoils a copy of an object.</summary>
    /// <param name="source">The object.</param>
    /// <param name="other">Another, to take pieces from.</param>
    /// <param name="buffer">Longer than the object by 64 bytes.</param>
    /// <returns>The length in the buffer.</returns>
    public int Spoil(ReadOnlySpan<byte> source, ReadOnlySpan<byte> other, byte[] buffer)
    {
        source.CopyTo(buffer);
        var length = source.Length;
        for (var i = Below(3); i >= 0; i--)
        {
            length = Spoil(buffer, length, other);
        }

        // Half of them lie about their length no more: what is wrong must be found farther in.
        if (length >= HeaderLength && Below(2) == 0)
        {
            BinaryPrimitives.WriteInt64LittleEndian(buffer.AsSpan(8), length);
        }

        return length;
    }

    private int Spoil(byte[] buffer, int length, ReadOnlySpan<byte> other)
    {
        if (length == 0)
        {
            return 0;
        }

        var at = Place(length);
        switch (Below(10))
        {
            case 0 or 1:
                buffer[at] ^= (byte)(1 << Below(8));
                return length;
            case 2:
                buffer[at] = (byte)Below(256);
                return length;
            case 3 or 4:
                BinaryPrimitives.WriteUInt64LittleEndian(buffer.AsSpan(at), Odd[Below(Odd.Length)]);
                return Math.Max(length, Math.Min(at + 8, length + 8));
            case 5:
                // One more, or one less.
                var word = BinaryPrimitives.ReadUInt64LittleEndian(buffer.AsSpan(at));
                BinaryPrimitives.WriteUInt64LittleEndian(buffer.AsSpan(at), unchecked(word + (Below(2) == 0 ? 1UL : ulong.MaxValue)));
                return length;
            case 6:
                return Below(4) == 0 ? Below(length) : Math.Max(0, length - 1 - Below(24));
            case 7:
                var more = Below(Extra / 4);
                buffer.AsSpan(length, more).Fill((byte)Below(256));
                return length + more;
            case 8:
                var piece = Math.Min(Below(64), Math.Min(length - at, other.Length));
                other.Slice(Below(other.Length - piece + 1), piece).CopyTo(buffer.AsSpan(at));
                return length;
            default:
                buffer.AsSpan(at, Math.Min(Below(64), length - at)).Fill((byte)(Below(2) == 0 ? 0 : 255));
                return length;
        }
    }

    /// <summary>Mostly where the fields are: at the front, and the seed at the end.</summary>
    private int Place(int length) => Math.Min(length - 1, Below(8) switch
    {
        0 or 1 => Below(HeaderLength),
        2 or 3 or 4 => Below(144),
        5 => Math.Max(0, length - 1 - Below(100)),
        _ => Below(length),
    });
}
