using System.Runtime.Intrinsics;

namespace PrivacyGrains.Protocols.FunctionSharing;

/// <summary>Evaluates distributed point functions: additive shares over Z_2^64 of a hidden value at a hidden point, and of zero everywhere else.</summary>
/// <remarks>
/// Source: Boyle, Gilboa, Ishai, CCS 2016 (eprint 2018/707), figure 1, algorithm Eval, with early termination (<see cref="PointKeyMaker"/>): one AES block a level and one for the leaf. One party's key reveals neither the point nor the
/// value (the paper's theorem on figure 1, from the generator; see <see cref="SeedExpansion"/>). A key may be evaluated at any number of public points. Two parties only. Time does not depend on keys; the points are public.
/// </remarks>
internal static class PointFunction
{
    private const int Tile = 256;

    /// <summary>Evaluates every function of a batch at a point of its own.</summary>
    /// <param name="party">0 or 1.</param>
    /// <param name="layout">The batch.</param>
    /// <param name="roots">This party's roots.</param>
    /// <param name="common">What both parties have.</param>
    /// <param name="points">One point for each function, below 2^bits; public.</param>
    /// <param name="shares">Overwritten with this party's shares.</param>
    internal static void Evaluate(int party, PointKeyLayout layout, ReadOnlySpan<ulong> roots, ReadOnlySpan<ulong> common, ReadOnlySpan<ulong> points, Span<ulong> shares)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(roots.Length, layout.RootWords);
        ArgumentOutOfRangeException.ThrowIfNotEqual(common.Length, layout.CommonWords);
        ArgumentOutOfRangeException.ThrowIfNotEqual(points.Length, layout.Count);
        ArgumentOutOfRangeException.ThrowIfNotEqual(shares.Length, layout.Count);
        var walk = new SeedWalk(Math.Min(Tile, layout.Count), 1);
        for (var first = 0; first < layout.Count; first += Tile)
        {
            var count = Math.Min(Tile, layout.Count - first);
            var own = points.Slice(first, count);
            walk.Begin(party, roots.Slice(2 * first, 2 * count));
            for (var level = 0; level < layout.Levels; level++)
            {
                var bit = layout.PointBits - 1 - level;
                walk.Expand(own, bit);
                walk.Descend(own, bit, common.Slice(layout.LevelAt(level) + (2 * first), 2 * count));
            }

            walk.ExpandLeaves(count, 1);
            var last = common[(layout.LevelAt(layout.Levels) + first)..];
            Finish(party, own, walk.Block(0, count), walk.Control[..count], last[..count], last.Slice(layout.Count, count), shares.Slice(first, count));
        }
    }

    // (-1)^b (Convert(s) + t CW_(n+1)), of the two values the one that the point's last bit names.
    private static void Finish(
        int party, ReadOnlySpan<ulong> points, ReadOnlySpan<Vector128<ulong>> leaves, ReadOnlySpan<ulong> controls, ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, Span<ulong> shares)
    {
        unchecked
        {
            for (var i = 0; i < points.Length; i++)
            {
                var isRight = 0 - (points[i] & 1);
                var value = (leaves[i].ToScalar() & ~isRight) | (leaves[i].GetElement(1) & isRight);
                var correction = ((left[i] & ~isRight) | (right[i] & isRight)) & controls[i];
                shares[i] = party == 0 ? value + correction : 0 - (value + correction);
            }
        }
    }
}
