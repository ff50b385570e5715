using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using PrivacyGrains.Arithmetic.Randomness;

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

    // A tile's seeds, control bits and sums stay in the first caches through all levels.
    private readonly struct Work(ComparisonKeyLayout layout, int size)
    {
        private readonly Vector128<ulong>[] _seeds = new Vector128<ulong>[size];
        private readonly ulong[] _control = new ulong[size]; // all ones where the control bit is 1
        private readonly ulong[] _sums = new ulong[size * layout.Payload]; // word by word, as the corrections
        private readonly Vector128<ulong>[] _blocks = new Vector128<ulong>[size * layout.Blocks]; // all first blocks, then all second ones, and so on

        internal void Run(int party, ReadOnlySpan<ulong> roots, ReadOnlySpan<ulong> common, ReadOnlySpan<ulong> points, Span<ulong> shares, int first, int count)
        {
            points = points.Slice(first, count);
            var own = MemoryMarshal.Cast<ulong, Vector128<ulong>>(roots.Slice(2 * first, 2 * count));
            for (var i = 0; i < own.Length; i++)
            {
                _seeds[i] = own[i] & SeedExpansion.SeedBits;
            }

            _control.AsSpan(0, count).Fill(party == 0 ? 0 : ulong.MaxValue);
            _sums.AsSpan().Clear();
            for (var level = 0; level < layout.Levels; level++)
            {
                var bit = layout.Levels - 1 - level;
                Expand(points, bit);
                Collect(count, common[(layout.PayloadAt(level) + first)..]);
                Descend(points, bit, MemoryMarshal.Cast<ulong, Vector128<ulong>>(common.Slice(layout.SeedsAt(level) + (2 * first), 2 * count)));
            }

            ExpandLeaves(count);
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

        // G of every seed, on the side that the point's bit names.
        private void Expand(ReadOnlySpan<ulong> points, int bit)
        {
            var seeds = _seeds.AsSpan(0, points.Length);
            for (var block = 0; block < layout.Blocks; block++)
            {
                var plane = _blocks.AsSpan(block * points.Length, points.Length);
                var offset = 2 * (ulong)block;
                for (var i = 0; i < points.Length; i++)
                {
                    plane[i] = seeds[i] ^ Vector128.CreateScalar(((points[i] >> bit) & 1) | offset);
                }
            }

            Hash(points.Length);
        }

        // On the left, for Convert of the last seeds.
        private void ExpandLeaves(int count)
        {
            for (var block = 0; block < layout.Blocks; block++)
            {
                for (var i = 0; i < count; i++)
                {
                    _blocks[(block * count) + i] = _seeds[i] ^ Vector128.CreateScalar(2 * (ulong)block);
                }
            }

            Hash(count);
        }

        private void Hash(int count)
        {
            var words = MemoryMarshal.Cast<Vector128<ulong>, ulong>(_blocks.AsSpan(0, layout.Blocks * count));
            FixedKeyHash.Hash(words, words);
        }

        private void Descend(ReadOnlySpan<ulong> points, int bit, ReadOnlySpan<Vector128<ulong>> corrections)
        {
            Span<Vector128<ulong>> seeds = _seeds.AsSpan(0, points.Length), children = _blocks.AsSpan(0, points.Length);
            var controls = _control.AsSpan(0, points.Length);
            corrections = corrections[..points.Length];
            for (var i = 0; i < points.Length; i++)
            {
                var (child, correction, control) = (children[i], corrections[i], controls[i]);
                var left = (int)(~(points[i] >> bit) & 1);
                var flip = (correction.ToScalar() >> left) & control;
                seeds[i] = (child ^ (correction & Vector128.Create(control))) & SeedExpansion.SeedBits;
                controls[i] = unchecked(0 - ((child.ToScalar() ^ flip) & 1));
            }
        }

        // V += Convert(v) + t * V_CW; the sign (-1)^b is common to all summands and is put at the end.
        private void Collect(int count, ReadOnlySpan<ulong> corrections)
        {
            var controls = _control.AsSpan(0, count);
            for (var word = 0; word < layout.Payload; word++)
            {
                var plane = _blocks.AsSpan((1 + (word / 2)) * count, count);
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
