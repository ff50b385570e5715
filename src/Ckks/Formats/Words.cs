using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace PrivacyGrains.Ckks.Formats;

/// <summary>Residues as little-endian words.</summary>
internal static class Words
{
    /// <summary>Copies the residues of consecutive primes, and finds the first that is none.</summary>
    /// <param name="context">The parameters.</param>
    /// <param name="primeCount">The level.</param>
    /// <param name="bytes">8 for each word.</param>
    /// <param name="destination">Polynomials of N words for each prime of the level.</param>
    /// <returns>-1, or where the first word stands that is not less than its prime.</returns>
    public static int Read(CkksContext context, int primeCount, ReadOnlySpan<byte> bytes, Span<ulong> destination)
    {
        bytes.CopyTo(MemoryMarshal.AsBytes(destination));
        if (!BitConverter.IsLittleEndian)
        {
            BinaryPrimitives.ReverseEndianness(destination, destination);
        }

        var degree = context.Degree;
        for (var at = 0; at < destination.Length; at += degree)
        {
            var prime = context.Moduli[at / degree % primeCount].Value;
            var wrong = destination.Slice(at, degree).IndexOfAnyExceptInRange(0UL, prime - 1);
            if (wrong >= 0)
            {
                return at + wrong;
            }
        }

        return -1;
    }

    public static void Write(ReadOnlySpan<ulong> words, BodySink sink)
    {
        if (BitConverter.IsLittleEndian)
        {
            sink.Write(MemoryMarshal.AsBytes(words));
            return;
        }

        Span<byte> bytes = stackalloc byte[8];
        foreach (var word in words)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, word);
            sink.Write(bytes);
        }
    }
}
