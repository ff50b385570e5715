using System.Runtime.Intrinsics;
using PrivacyGrains.Arithmetic.Randomness;

namespace PrivacyGrains.Protocols.FunctionSharing;

/// <summary>The generator that grows a tree of seeds.</summary>
/// <remarks>
/// G(s) on one side is H(s XOR side), H(s XOR (2 + side)), H(s XOR (4 + side)) and so on, with the <see cref="FixedKeyHash"/> H: the child first, then payload words. The two
/// low bits of a seed are zero; those of the child's block give its control bit, so that a seed has 126 bits of secrecy.
/// </remarks>
internal static class SeedExpansion
{
    /// <summary>The bits of a seed's low word.</summary>
    internal const ulong SeedMask = ~3UL;

    /// <summary>The bits of a seed.</summary>
    internal static Vector128<ulong> SeedBits => Vector128.Create(SeedMask, ulong.MaxValue);

    /// <summary>Writes the hash's inputs for one seed and one side.</summary>
    internal static void Place(Span<ulong> blocks, ulong low, ulong high, ulong side)
    {
        var offset = side;
        for (var at = 0; at < blocks.Length; at += FixedKeyHash.BlockWords)
        {
            blocks[at] = low ^ offset;
            blocks[at + 1] = high;
            offset += 2;
        }
    }
}
