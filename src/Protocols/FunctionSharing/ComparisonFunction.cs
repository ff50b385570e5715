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
        private readonly ulong[] _seeds = new ulong[size * ComparisonKeyLayout.SeedWords];
        private readonly ulong[] _control = new ulong[size]; // all ones where the control bit is 1
        private readonly ulong[] _sums = new ulong[size * layout.Payload];
        private readonly ulong[] _blocks = new ulong[size * layout.Blocks * FixedKeyHash.BlockWords];

        internal void Run(int party, ReadOnlySpan<ulong> roots, ReadOnlySpan<ulong> common, ReadOnlySpan<ulong> points, Span<ulong> shares, int first, int count)
        {
            for (var i = 0; i < count; i++)
            {
                _seeds[2 * i] = roots[2 * (first + i)] & SeedExpansion.SeedMask;
                _seeds[(2 * i) + 1] = roots[(2 * (first + i)) + 1];
            }

            _control.AsSpan(0, count).Fill(party == 0 ? 0 : ulong.MaxValue);
            _sums.AsSpan().Clear();
            for (var level = 0; level < layout.Levels; level++)
            {
                Expand(points.Slice(first, count), layout.Levels - 1 - level);
                Descend(
                    points.Slice(first, count), layout.Levels - 1 - level, common[(layout.SeedsAt(level) + (2 * first))..],
                    common[(layout.PayloadAt(level) + (layout.Payload * first))..]);
            }

            Expand(points.Slice(first, count), bit: -1);
            Collect(count, common[(layout.PayloadAt(layout.Levels) + (layout.Payload * first))..]);
            for (var i = 0; i < count; i++)
            {
                for (var word = 0; word < layout.Payload; word++)
                {
                    var sum = _sums[(i * layout.Payload) + word];
                    shares[(word * layout.Count) + first + i] = unchecked(party == 0 ? sum : 0 - sum);
                }
            }
        }

        // G of every seed, on the side that the point's bit names; at the leaves on the left.
        private void Expand(ReadOnlySpan<ulong> points, int bit)
        {
            var stride = layout.Blocks * FixedKeyHash.BlockWords;
            for (var i = 0; i < points.Length; i++)
            {
                var side = bit < 0 ? 0 : (points[i] >> bit) & 1;
                SeedExpansion.Place(_blocks.AsSpan(i * stride, stride), _seeds[2 * i], _seeds[(2 * i) + 1], side);
            }

            var used = _blocks.AsSpan(0, points.Length * stride);
            FixedKeyHash.Hash(used, used);
        }

        private void Descend(ReadOnlySpan<ulong> points, int bit, ReadOnlySpan<ulong> seedCorrections, ReadOnlySpan<ulong> payloadCorrections)
        {
            Collect(points.Length, payloadCorrections);
            var stride = layout.Blocks * FixedKeyHash.BlockWords;
            for (var i = 0; i < points.Length; i++)
            {
                var right = (points[i] >> bit) & 1;
                var (low, high) = (_blocks[i * stride], _blocks[(i * stride) + 1]);
                var (correctLow, correctHigh) = (seedCorrections[2 * i], seedCorrections[(2 * i) + 1]);
                var control = _control[i];
                var flip = (correctLow >> (right == 0 ? 1 : 0)) & control;
                _seeds[2 * i] = (low ^ (correctLow & control)) & SeedExpansion.SeedMask;
                _seeds[(2 * i) + 1] = high ^ (correctHigh & control);
                _control[i] = unchecked(0 - ((low ^ flip) & 1));
            }
        }

        // V += Convert(v) + t * V_CW; the sign (-1)^b is common to all summands and is put at the end.
        private void Collect(int count, ReadOnlySpan<ulong> corrections)
        {
            var stride = layout.Blocks * FixedKeyHash.BlockWords;
            var payload = layout.Payload;
            for (var i = 0; i < count; i++)
            {
                var control = _control[i];
                for (var word = 0; word < payload; word++)
                {
                    _sums[(i * payload) + word] = unchecked(
                        _sums[(i * payload) + word] + _blocks[(i * stride) + FixedKeyHash.BlockWords + word] + (corrections[(i * payload) + word] & control));
                }
            }
        }
    }
}
