using PrivacyGrains.Arithmetic.Randomness;

namespace PrivacyGrains.Protocols.FunctionSharing;

/// <summary>Both parties' trees of a tile of functions as the dealer grows them, level by level, along the hidden points.</summary>
/// <remarks>
/// Source: Boyle, Gilboa, Ishai, CCS 2016 (eprint 2018/707), figure 1, algorithm Gen, steps 4 to 10, whose variables the comments name; the same in Boyle et al., EUROCRYPT 2021. The two control bits of a correction word
/// lie in the low bits of its seed: bit 1 for the left child, bit 0 for the right.
/// </remarks>
/// <param name="size">The most functions in the tile.</param>
/// <param name="blocks">Blocks that a seed is expanded to for one side.</param>
internal readonly struct SeedGrowth(int size, int blocks)
{
    private readonly int _stride = blocks * FixedKeyHash.BlockWords;
    private readonly ulong[] _seeds = new ulong[2 * size * ComparisonKeyLayout.SeedWords]; // party 0's, then party 1's
    private readonly ulong[] _control = new ulong[2 * size]; // all ones where t is 1
    private readonly ulong[] _blocks = new ulong[4 * size * blocks * FixedKeyHash.BlockWords]; // party 0 left, right, party 1 left, right

    /// <summary>Begins at the roots: t0 = 0, t1 = 1.</summary>
    internal void Begin(ulong[][] roots, int first, int count)
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
    }

    /// <summary>G of every seed on both sides, from a block on.</summary>
    internal void Expand(int count, int firstBlock = 0)
    {
        for (var party = 0; party < 2; party++)
        {
            for (var side = 0; side < 2; side++)
            {
                for (var i = 0; i < count; i++)
                {
                    var seed = 2 * ((party * count) + i);
                    SeedExpansion.Place(Block(count, party, (ulong)side, i), _seeds[seed], _seeds[seed + 1], (ulong)((2 * firstBlock) + side));
                }
            }
        }

        var used = _blocks.AsSpan(0, 4 * count * _stride);
        FixedKeyHash.Hash(used, used);
    }

    /// <summary>s_CW = s0^Lose XOR s1^Lose; t_CW^L = t0^L XOR t1^L XOR alpha XOR 1; t_CW^R = t0^R XOR t1^R XOR alpha. Both parties go on to the side that is kept.</summary>
    internal void Correct(int count, int i, ulong keep, Span<ulong> correction)
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

    /// <summary>(-1)^t1.</summary>
    internal ulong Sign(int count, int i) => unchecked(1 - (2 * (_control[count + i] & 1)));

    /// <summary>What one seed was expanded to on one side.</summary>
    internal Span<ulong> Block(int count, int party, ulong side, int i) => _blocks.AsSpan(((((2 * party) + (int)side) * count) + i) * _stride, _stride);
}
