namespace PrivacyGrains.Arithmetic;

/// <summary>Z_2 over packed words: bit i of a vector is bit i mod 64 of word i / 64.</summary>
/// <remarks>Bits beyond the vector's length in its last word are padding; operations treat them like any other.</remarks>
public static class PackedBits
{
    /// <summary>Bits in one word.</summary>
    public const int WordBits = 64;

    /// <summary>Words that hold so many bits.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative.</exception>
    public static int WordsFor(int bits)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bits);
        return (int)(((long)bits + WordBits - 1) / WordBits);
    }

    /// <summary>x XOR y: addition in Z_2.</summary>
    public static void Xor(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> y, Span<ulong> destination) => WordLoops.Apply<XorWords>(x, y, destination);

    /// <summary>x AND y: multiplication in Z_2.</summary>
    public static void And(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> y, Span<ulong> destination) => WordLoops.Apply<AndWords>(x, y, destination);

    /// <summary>NOT x.</summary>
    public static void Not(ReadOnlySpan<ulong> x, Span<ulong> destination) => WordLoops.Apply<XorWords>(x, ulong.MaxValue, destination);

    /// <summary>One bit.</summary>
    public static bool Get(ReadOnlySpan<ulong> words, int index) => ((words[index / WordBits] >> (index % WordBits)) & 1) != 0;

    /// <summary>Sets or clears one bit.</summary>
    public static void Set(Span<ulong> words, int index, bool value)
    {
        var mask = 1UL << (index % WordBits);
        words[index / WordBits] = value ? words[index / WordBits] | mask : words[index / WordBits] & ~mask;
    }

    /// <summary>Clears the padding after so many bits.</summary>
    public static void ClearPadding(Span<ulong> words, int bits)
    {
        if (bits % WordBits != 0)
        {
            words[bits / WordBits] &= (1UL << (bits % WordBits)) - 1;
        }
    }

    /// <summary>Turns a row of words into planes: bit b of word i becomes bit i of plane b.</summary>
    /// <param name="words">Any number of words.</param>
    /// <param name="planes">
    /// <paramref name="planeCount"/> planes of <see cref="WordsFor"/>(words.Length) words each, one after the other; overwritten, padding zero.
    /// </param>
    /// <param name="planeCount">1 to 64: how many low bits of each word to keep.</param>
    /// <exception cref="ArgumentException">The planes have another length.</exception>
    public static void ToPlanes(ReadOnlySpan<ulong> words, Span<ulong> planes, int planeCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(planeCount, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(planeCount, WordBits);
        var width = WordsFor(words.Length);
        if (planes.Length != (long)planeCount * width)
        {
            throw new ArgumentException($"{planeCount} planes of {width} words are wanted; {planes.Length} words came.", nameof(planes));
        }

        Span<ulong> block = stackalloc ulong[WordBits];
        for (var w = 0; w < width; w++)
        {
            block.Clear();
            words[(w * WordBits)..Math.Min(words.Length, (w + 1) * WordBits)].CopyTo(block);
            Transpose(block);
            for (var b = 0; b < planeCount; b++)
            {
                planes[(b * width) + w] = block[b];
            }
        }
    }

    /// <summary>Spreads packed bits to words that are 0 or 1.</summary>
    /// <param name="bits">At least <see cref="WordsFor"/>(destination.Length) words.</param>
    /// <param name="destination">One word per bit.</param>
    public static void Spread(ReadOnlySpan<ulong> bits, Span<ulong> destination)
    {
        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = (bits[i / WordBits] >> (i % WordBits)) & 1;
        }
    }

    // A 64 x 64 bit matrix in place: Warren, Hacker's Delight, section 7-3, mirrored for bit 0 as the first column.
    private static void Transpose(Span<ulong> block)
    {
        var mask = 0x00000000FFFFFFFFUL;
        for (var step = 32; step != 0; step >>= 1, mask ^= mask << step)
        {
            for (var i = 0; i < WordBits; i = ((i | step) + 1) & ~step)
            {
                var swap = ((block[i] >> step) ^ block[i | step]) & mask;
                block[i] ^= swap << step;
                block[i | step] ^= swap;
            }
        }
    }
}
