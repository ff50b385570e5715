using PrivacyGrains.Arithmetic.Randomness;

namespace PrivacyGrains.Protocols.FunctionSharing;

/// <summary>Makes the keys of a batch of distributed comparison functions, as the dealer.</summary>
/// <remarks>
/// Source: Boyle et al., EUROCRYPT 2021 (eprint 2020/1392), section 3, figure 1, algorithm Gen of the distributed comparison function; the comments name
/// its variables. The two control bits of a correction word lie in the low bits of its seed: bit 1 for the left child, bit 0 for the right.
/// </remarks>
internal static class ComparisonKeyMaker
{
    private const int Tile = 256;

    /// <summary>Makes the words that both parties get.</summary>
    /// <param name="layout">The batch.</param>
    /// <param name="roots">The roots that each of the two parties draws for itself.</param>
    /// <param name="alpha">The hidden points, below 2^levels: a function is its payload below its point and zero from there on.</param>
    /// <param name="beta">The payloads: the first word of all functions, then the second, and so on.</param>
    internal static ulong[] Make(ComparisonKeyLayout layout, ulong[][] roots, ReadOnlySpan<ulong> alpha, ReadOnlySpan<ulong> beta)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(roots.Length, 2);
        ArgumentOutOfRangeException.ThrowIfNotEqual(alpha.Length, layout.Count);
        ArgumentOutOfRangeException.ThrowIfNotEqual(beta.Length, layout.Count * layout.Payload);
        var common = new ulong[layout.CommonWords];
        var work = new Work(layout, Math.Min(Tile, layout.Count));
        for (var first = 0; first < layout.Count; first += Tile)
        {
            work.Run(roots, alpha, beta, common, first, Math.Min(Tile, layout.Count - first));
        }

        return common;
    }

    private readonly struct Work(ComparisonKeyLayout layout, int size)
    {
        private readonly int _stride = layout.Blocks * FixedKeyHash.BlockWords;
        private readonly ulong[] _seeds = new ulong[2 * size * ComparisonKeyLayout.SeedWords]; // party 0's, then party 1's
        private readonly ulong[] _control = new ulong[2 * size]; // all ones where t is 1
        private readonly ulong[] _path = new ulong[size * layout.Payload]; // V_alpha
        private readonly ulong[] _blocks = new ulong[4 * size * layout.Blocks * FixedKeyHash.BlockWords]; // party 0 left, right, party 1 left, right

        internal void Run(ulong[][] roots, ReadOnlySpan<ulong> alpha, ReadOnlySpan<ulong> beta, Span<ulong> common, int first, int count)
        {
            for (var party = 0; party < 2; party++)
            {
                for (var i = 0; i < count; i++)
                {
                    _seeds[2 * ((party * count) + i)] = roots[party][2 * (first + i)] & SeedExpansion.SeedMask;
                    _seeds[(2 * ((party * count) + i)) + 1] = roots[party][(2 * (first + i)) + 1];
                    _control[(party * count) + i] = party == 0 ? 0 : ulong.MaxValue;
                }
            }

            _path.AsSpan().Clear();
            for (var level = 0; level < layout.Levels; level++)
            {
                Expand(count);
                for (var i = 0; i < count; i++)
                {
                    var keep = (alpha[first + i] >> (layout.Levels - 1 - level)) & 1;
                    CorrectPayload(count, i, keep, beta, first + i, common[(layout.PayloadAt(level) + first + i)..]);
                    CorrectSeeds(count, i, keep, common.Slice(layout.SeedsAt(level) + (2 * (first + i)), 2));
                }
            }

            Expand(count);
            for (var i = 0; i < count; i++)
            {
                Finish(count, i, common[(layout.PayloadAt(layout.Levels) + first + i)..]);
            }
        }

        private void Expand(int count)
        {
            for (var party = 0; party < 2; party++)
            {
                for (var side = 0; side < 2; side++)
                {
                    for (var i = 0; i < count; i++)
                    {
                        var seed = 2 * ((party * count) + i);
                        SeedExpansion.Place(Block(count, party, (ulong)side, i), _seeds[seed], _seeds[seed + 1], (ulong)side);
                    }
                }
            }

            var used = _blocks.AsSpan(0, 4 * count * _stride);
            FixedKeyHash.Hash(used, used);
        }

        // V_CW = (-1)^t1 (v1^Lose - v0^Lose - V_alpha + [Lose = L] beta); V_alpha += v0^Keep - v1^Keep + (-1)^t1 V_CW.
        private void CorrectPayload(int count, int i, ulong keep, ReadOnlySpan<ulong> beta, int function, Span<ulong> correction)
        {
            unchecked
            {
                var sign = 1 - (2 * (_control[count + i] & 1));
                for (var word = 0; word < layout.Payload; word++)
                {
                    var at = FixedKeyHash.BlockWords + word;
                    ref var path = ref _path[(i * layout.Payload) + word];
                    var lost = Block(count, 1, 1 - keep, i)[at] - Block(count, 0, 1 - keep, i)[at];
                    var corrected = sign * (lost - path + (keep * beta[(word * layout.Count) + function]));
                    correction[word * layout.Count] = corrected;
                    path += Block(count, 0, keep, i)[at] - Block(count, 1, keep, i)[at] + (sign * corrected);
                }
            }
        }

        // s_CW = s0^Lose XOR s1^Lose; t_CW^L = t0^L XOR t1^L XOR alpha XOR 1; t_CW^R = t0^R XOR t1^R XOR alpha.
        private void CorrectSeeds(int count, int i, ulong keep, Span<ulong> correction)
        {
            Span<ulong> left0 = Block(count, 0, 0, i), right0 = Block(count, 0, 1, i), left1 = Block(count, 1, 0, i), right1 = Block(count, 1, 1, i);
            var left = (left0[0] ^ left1[0] ^ keep ^ 1) & 1;
            var right = (right0[0] ^ right1[0] ^ keep) & 1;
            Span<ulong> lost0 = Block(count, 0, 1 - keep, i), lost1 = Block(count, 1, 1 - keep, i);
            correction[0] = ((lost0[0] ^ lost1[0]) & SeedExpansion.SeedMask) | (left << 1) | right;
            correction[1] = lost0[1] ^ lost1[1];
            var keptControl = keep == 0 ? left : right;
            for (var party = 0; party < 2; party++)
            {
                var kept = Block(count, party, keep, i);
                ref var control = ref _control[(party * count) + i];
                var seed = 2 * ((party * count) + i);
                _seeds[seed] = (kept[0] ^ (correction[0] & control)) & SeedExpansion.SeedMask;
                _seeds[seed + 1] = kept[1] ^ (correction[1] & control);
                control = unchecked(0 - ((kept[0] ^ (keptControl & control)) & 1));
            }
        }

        // CW_(n+1) = (-1)^t1 (Convert(s1) - Convert(s0) - V_alpha).
        private void Finish(int count, int i, Span<ulong> correction)
        {
            unchecked
            {
                var sign = 1 - (2 * (_control[count + i] & 1));
                for (var word = 0; word < layout.Payload; word++)
                {
                    var at = FixedKeyHash.BlockWords + word;
                    correction[word * layout.Count] = sign * (Block(count, 1, 0, i)[at] - Block(count, 0, 0, i)[at] - _path[(i * layout.Payload) + word]);
                }
            }
        }

        private Span<ulong> Block(int count, int party, ulong side, int i) =>
            _blocks.AsSpan(((((2 * party) + (int)side) * count) + i) * _stride, _stride);
    }
}
