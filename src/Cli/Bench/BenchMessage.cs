using System.Buffers.Binary;
using System.Runtime.InteropServices;
using PrivacyGrains.Protocols.Channels;

namespace PrivacyGrains.Cli.Bench;

/// <summary>Writes a run of a message's words from a place on.</summary>
internal delegate void WordWriter(int from, Span<ulong> destination);

/// <summary>One message of a primitive that is measured by itself: a mark, round and count, the words.</summary>
internal sealed class BenchMessage(int round, int words, WordWriter write) : IOutboundMessage
{
    private const ulong Mark = 0x6863_6e65_62; // the text "bench"
    private const int HeaderLength = 2 * sizeof(ulong);

    /// <inheritdoc/>
    public int Length { get; } = checked((int)LengthOf(words));

    /// <summary>The length of a message of so many words.</summary>
    public static long LengthOf(int words) => HeaderLength + ((long)words * sizeof(ulong));

    /// <summary>A message's words; throws where it is not the one that is wanted.</summary>
    public static ReadOnlyMemory<ulong> Words(SecretBuffer message, int round, int words)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        Write(header, round, words);
        return message.Length == LengthOf(words) && message.Bytes[..HeaderLength].SequenceEqual(header)
            ? message.Words[(HeaderLength / sizeof(ulong))..]
            : throw new InvalidOperationException($"A message of round {round} with {words} words is wanted.");
    }

    /// <inheritdoc/>
    public void CopyTo(int from, Span<byte> destination)
    {
        if (from == 0)
        {
            Write(destination, round, words);
            from = HeaderLength;
            destination = destination[HeaderLength..];
        }

        write((from - HeaderLength) / sizeof(ulong), MemoryMarshal.Cast<byte, ulong>(destination));
    }

    private static void Write(Span<byte> header, int round, int words)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(header, Mark);
        BinaryPrimitives.WriteInt32LittleEndian(header[sizeof(ulong)..], round);
        BinaryPrimitives.WriteInt32LittleEndian(header[(sizeof(ulong) + sizeof(int))..], words);
    }
}
