using PrivacyGrains.Arithmetic.Randomness;

namespace PrivacyGrains.Protocols.FunctionSharing;

/// <summary>Makes the keys of a batch of distributed comparison functions, as the dealer.</summary>
/// <remarks>
/// Source: Boyle et al., EUROCRYPT 2021 (eprint 2020/1392), section 3, figure 1, algorithm Gen of the distributed comparison function; the comments name
/// its variables. The trees are <see cref="SeedGrowth"/>.
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
        private readonly SeedGrowth _trees = new(size, layout.Blocks);
        private readonly ulong[] _path = new ulong[size * layout.Payload]; // V_alpha

        internal void Run(ulong[][] roots, ReadOnlySpan<ulong> alpha, ReadOnlySpan<ulong> beta, Span<ulong> common, int first, int count)
        {
            _trees.Begin(roots, first, count);
            _path.AsSpan().Clear();
            for (var level = 0; level < layout.Levels; level++)
            {
                _trees.Expand(count);
                for (var i = 0; i < count; i++)
                {
                    var keep = (alpha[first + i] >> (layout.Levels - 1 - level)) & 1;
                    CorrectPayload(count, i, keep, beta, first + i, common[(layout.PayloadAt(level) + first + i)..]);
                    _trees.Correct(count, i, keep, common.Slice(layout.SeedsAt(level) + (2 * (first + i)), 2));
                }
            }

            _trees.Expand(count);
            for (var i = 0; i < count; i++)
            {
                Finish(count, i, common[(layout.PayloadAt(layout.Levels) + first + i)..]);
            }
        }

        // V_CW = (-1)^t1 (v1^Lose - v0^Lose - V_alpha + [Lose = L] beta); V_alpha += v0^Keep - v1^Keep + (-1)^t1 V_CW.
        private void CorrectPayload(int count, int i, ulong keep, ReadOnlySpan<ulong> beta, int function, Span<ulong> correction)
        {
            unchecked
            {
                var sign = _trees.Sign(count, i);
                for (var word = 0; word < layout.Payload; word++)
                {
                    var at = FixedKeyHash.BlockWords + word;
                    ref var path = ref _path[(i * layout.Payload) + word];
                    var lost = _trees.Block(count, 1, 1 - keep, i)[at] - _trees.Block(count, 0, 1 - keep, i)[at];
                    var corrected = sign * (lost - path + (keep * beta[(word * layout.Count) + function]));
                    correction[word * layout.Count] = corrected;
                    path += _trees.Block(count, 0, keep, i)[at] - _trees.Block(count, 1, keep, i)[at] + (sign * corrected);
                }
            }
        }

        // CW_(n+1) = (-1)^t1 (Convert(s1) - Convert(s0) - V_alpha).
        private void Finish(int count, int i, Span<ulong> correction)
        {
            unchecked
            {
                var sign = _trees.Sign(count, i);
                for (var word = 0; word < layout.Payload; word++)
                {
                    var at = FixedKeyHash.BlockWords + word;
                    correction[word * layout.Count] = sign * (_trees.Block(count, 1, 0, i)[at] - _trees.Block(count, 0, 0, i)[at] - _path[(i * layout.Payload) + word]);
                }
            }
        }
    }
}
