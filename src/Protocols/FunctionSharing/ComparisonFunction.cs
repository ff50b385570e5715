using System.Runtime.Intrinsics;

namespace PrivacyGrains.Protocols.FunctionSharing;

/// <summary>Evaluates distributed comparison functions: additive shares over Z_2^64 of a hidden vector where the public point lies below a hidden one, else of zero.</summary>
/// <remarks>
/// Source: Boyle, Chandran, Gilboa, Gupta, Ishai, Kumar, Rathee, "Function Secret Sharing for Mixed-Mode and Fixed-Point Secure Computation", EUROCRYPT 2021
/// (eprint 2020/1392), section 3, figure 1, algorithm Eval of the distributed comparison function. One party's key reveals neither the hidden point
/// nor the vector (theorem 1 there, from the generator; see <see cref="SeedExpansion"/>). A key may be evaluated at any number of public points. Two parties only.
/// Time does not depend on keys; the points are public.
/// </remarks>
internal static class ComparisonFunction
{
    private const int Tile = 256;

    /// <summary>Evaluates every function of a batch at a point of its own.</summary>
    /// <param name="party">0 or 1.</param>
    /// <param name="layout">The batch.</param>
    /// <param name="roots">This party's roots.</param>
    /// <param name="common">What both parties have.</param>
    /// <param name="points">One point for each function, below 2^levels; public.</param>
    /// <param name="shares">Overwritten with this party's shares: the first payload word of all functions, then the second, and so on.</param>
    internal static void Evaluate(
        int party, ComparisonKeyLayout layout, ReadOnlySpan<ulong> roots, ReadOnlySpan<ulong> common, ReadOnlySpan<ulong> points, Span<ulong> shares)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(roots.Length, layout.RootWords);
        ArgumentOutOfRangeException.ThrowIfNotEqual(common.Length, layout.CommonWords);
        ArgumentOutOfRangeException.ThrowIfNotEqual(points.Length, layout.Count);
        ArgumentOutOfRangeException.ThrowIfNotEqual(shares.Length, layout.Count * layout.Payload);
        var tile = new Work(layout, Math.Min(Tile, layout.Count));
        for (var first = 0; first < layout.Count; first += Tile)
        {
            tile.Run(party, roots, common, points, shares, first, Math.Min(Tile, layout.Count - first));
        }
    }

    private readonly struct Work(ComparisonKeyLayout layout, int size)
    {
        private readonly SeedWalk _walk = new(size, layout.Blocks);
        private readonly ulong[] _sums = new ulong[size * layout.Payload]; // word by word, as the corrections

        internal void Run(int party, ReadOnlySpan<ulong> roots, ReadOnlySpan<ulong> common, ReadOnlySpan<ulong> points, Span<ulong> shares, int first, int count)
        {
            points = points.Slice(first, count);
            _walk.Begin(party, roots.Slice(2 * first, 2 * count));
            _sums.AsSpan().Clear();
            for (var level = 0; level < layout.Levels; level++)
            {
                var bit = layout.Levels - 1 - level;
                _walk.Expand(points, bit);
                Collect(count, common[(layout.PayloadAt(level) + first)..]);
                _walk.Descend(points, bit, common.Slice(layout.SeedsAt(level) + (2 * first), 2 * count));
            }

            _walk.ExpandLeaves(count, 0);
            Collect(count, common[(layout.PayloadAt(layout.Levels) + first)..]);
            for (var word = 0; word < layout.Payload; word++)
            {
                var sums = _sums.AsSpan(word * count, count);
                for (var i = 0; i < sums.Length; i++)
                {
                    shares[(word * layout.Count) + first + i] = unchecked(party == 0 ? sums[i] : 0 - sums[i]);
                }
            }
        }

        // V += Convert(v) + t * V_CW; the sign (-1)^b is common to all summands and is put at the end.
        private void Collect(int count, ReadOnlySpan<ulong> corrections)
        {
            var controls = _walk.Control[..count];
            for (var word = 0; word < layout.Payload; word++)
            {
                var plane = _walk.Block(1 + (word / 2), count);
                var sums = _sums.AsSpan(word * count, count);
                var correction = corrections.Slice(word * layout.Count, count);
                var half = word % 2;
                for (var i = 0; i < plane.Length; i++)
                {
                    var value = half == 0 ? plane[i].ToScalar() : plane[i].GetElement(1);
                    sums[i] = unchecked(sums[i] + value + (correction[i] & controls[i]));
                }
            }
        }
    }
}
