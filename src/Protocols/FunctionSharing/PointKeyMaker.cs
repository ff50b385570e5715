namespace PrivacyGrains.Protocols.FunctionSharing;

/// <summary>Makes the keys of a batch of distributed point functions, as the dealer.</summary>
/// <remarks>
/// Source: Boyle, Gilboa, Ishai, "Function Secret Sharing: Improvements and Extensions", CCS 2016 (eprint 2018/707), figure 1, algorithm Gen, with its early termination: 128 bits of a last seed's expansion hold the values of two
/// neighbouring points, so that there is one level less than a point has bits.
/// </remarks>
internal static class PointKeyMaker
{
    private const int Tile = 256;

    /// <summary>Makes the words that both parties get.</summary>
    /// <param name="layout">The batch.</param>
    /// <param name="roots">The roots that each of the two parties draws for itself.</param>
    /// <param name="alpha">The hidden points, below 2^bits: a function is its value there and zero elsewhere.</param>
    /// <param name="beta">The values.</param>
    internal static ulong[] Make(PointKeyLayout layout, ulong[][] roots, ReadOnlySpan<ulong> alpha, ReadOnlySpan<ulong> beta)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(roots.Length, 2);
        ArgumentOutOfRangeException.ThrowIfNotEqual(alpha.Length, layout.Count);
        ArgumentOutOfRangeException.ThrowIfNotEqual(beta.Length, layout.Count);
        var common = new ulong[layout.CommonWords];
        var trees = new SeedGrowth(Math.Min(Tile, layout.Count), 1);
        for (var first = 0; first < layout.Count; first += Tile)
        {
            var count = Math.Min(Tile, layout.Count - first);
            trees.Begin(roots, first, count);
            for (var level = 0; level < layout.Levels; level++)
            {
                trees.Expand(count);
                for (var i = 0; i < count; i++)
                {
                    trees.Correct(count, i, (alpha[first + i] >> (layout.PointBits - 1 - level)) & 1, common.AsSpan(layout.LevelAt(level) + (2 * (first + i)), 2));
                }
            }

            trees.Expand(count, firstBlock: 1);
            for (var i = 0; i < count; i++)
            {
                Finish(layout, trees, count, i, alpha[first + i], beta[first + i], common.AsSpan(layout.LevelAt(layout.Levels) + first + i));
            }
        }

        return common;
    }

    // CW_(n+1) = (-1)^t1 (beta e - Convert(s0) + Convert(s1)), e the unit vector of the point's last bit.
    private static void Finish(PointKeyLayout layout, SeedGrowth trees, int count, int i, ulong alpha, ulong beta, Span<ulong> correction)
    {
        for (var place = 0; place < 2; place++)
        {
            unchecked
            {
                var wanted = ((alpha & 1) == (ulong)place ? 1UL : 0) * beta;
                correction[place * layout.Count] = trees.Sign(count, i) * (wanted - trees.Block(count, 0, 0, i)[place] + trees.Block(count, 1, 0, i)[place]);
            }
        }
    }
}
