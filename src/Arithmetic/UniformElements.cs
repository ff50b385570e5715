using System.Buffers.Binary;
using System.Runtime.InteropServices;
using PrivacyGrains.Arithmetic.Randomness;

namespace PrivacyGrains.Arithmetic;

/// <summary>Draws uniform elements of Z_2^64 and F_p from a random source.</summary>
/// <remarks>
/// Words are read little-endian, eight bytes each, so that one seed gives one sequence on every machine. F_p draws by rejection: the low 61 bits of a
/// word, drawn again where they are p itself (once in 2^61 words); the number of words read depends on the drawn words, not on any secret.
/// </remarks>
public static class UniformElements
{
    /// <summary>Fills a span with uniform words.</summary>
    /// <param name="random">Where the bytes come from.</param>
    /// <param name="destination">Any length; secret afterwards.</param>
    public static void FillRing64(IRandomSource random, Span<ulong> destination)
    {
        ArgumentNullException.ThrowIfNull(random);
        random.Fill(MemoryMarshal.AsBytes(destination));
        if (!BitConverter.IsLittleEndian)
        {
            BinaryPrimitives.ReverseEndianness(destination, destination);
        }
    }

    /// <summary>Fills a span with uniform elements of F_p, p = 2^61 - 1.</summary>
    /// <param name="random">Where the bytes come from.</param>
    /// <param name="destination">Any length; secret afterwards.</param>
    /// <remarks>
    /// The span is drawn at once; a rejected place takes the next words of the source, in the order of places.
    /// </remarks>
    public static void FillField61(IRandomSource random, Span<ulong> destination)
    {
        FillRing64(random, destination);
        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] &= Field61.Modulus;
            while (destination[i] == Field61.Modulus)
            {
                FillRing64(random, destination.Slice(i, 1));
                destination[i] &= Field61.Modulus;
            }
        }
    }
}
