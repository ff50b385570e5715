using System.Collections.Immutable;
using PrivacyGrains.Arithmetic;
using PrivacyGrains.Protocols.Beaver;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Comparison;

/// <summary>The carry of c + NOT r into the sign bit, on XOR shares of generate and propagate bits, combined pairwise until one is left.</summary>
/// <remarks>
/// c is public and r is XOR-shared, so g = c AND NOT r and p = c XOR NOT r are local. (g, p) after (g', p') is (g XOR p g', p p'). In Z_2^64,
/// x = c - r = c + NOT r + 1: the carry in is 1. In F_p, x' = c - r + w (2^61 - 1) with w = r60 AND NOT c60 (docs/protocols/truncation.md), and modulo
/// 2^61 that is c + NOT r + 1 - w: the carry in is NOT w, a position of its own. A lane is one bit position of all comparisons, packed.
/// </remarks>
internal sealed class CarryTree
{
    private readonly int _lane;
    private readonly int _positions; // bits below the top one, and in F_p the carry in
    private readonly ulong[] _generate;
    private readonly ulong[] _propagate;
    private readonly ulong[] _top;

    private CarryTree(int lane, int positions, ulong[] generate, ulong[] propagate, ulong[] top)
    {
        _lane = lane;
        _positions = positions;
        _generate = generate;
        _propagate = propagate;
        _top = top;
    }

    /// <summary>AND gates per comparison, level by level: 61, 31, 15, 7, 3, 1 in Z_2^64 and 59, 29, 15, 7, 3, 1 in F_p; fewer where fewer bits matter.</summary>
    internal static ImmutableArray<int> GatesPerLevel(SharingScheme scheme, int bits)
    {
        var gates = ImmutableArray.CreateBuilder<int>();
        for (var positions = Positions(scheme.Algebra, bits); positions > 1; positions = (positions + 1) / 2)
        {
            gates.Add((2 * (positions / 2)) - 1); // the lowest pair needs no propagate bit
        }

        return gates.ToImmutable();
    }

    /// <summary>The lowest level, from the opened words and this party's share of the mask's bits.</summary>
    /// <param name="committee">Who computes.</param>
    /// <param name="opened">The numbers under their masks.</param>
    /// <param name="maskPlanes">This party's share of the masks' low bits, plane by plane.</param>
    /// <param name="thresholds">What to compare with.</param>
    /// <param name="bits">k: arithmetic is modulo 2^k in Z_2^64, of whose bits the top one is the sign; 61 in F_p.</param>
    internal static CarryTree Plant(Committee committee, ulong[] opened, ReadOnlySpan<ulong> maskPlanes, ImmutableArray<long> thresholds, int bits)
    {
        var algebra = committee.Scheme.Algebra;
        var width = PackedBits.WordsFor(opened.Length);
        var lane = width * thresholds.Length;
        var positions = Positions(algebra, bits);
        var isFirst = committee.Self == 0;
        var tree = new CarryTree(lane, positions, new ulong[positions * lane], new ulong[positions * lane], new ulong[lane]);
        var shifted = new ulong[opened.Length];
        var planes = new ulong[bits * width];
        for (var t = 0; t < thresholds.Length; t++)
        {
            algebra.AddConstant(opened, algebra.FromSigned(-thresholds[t]), shifted);
            PackedBits.ToPlanes(shifted, planes, bits);
            for (var w = 0; w < width; w++)
            {
                tree.PlantColumn(algebra.Bits == 64, planes.AsSpan(w), maskPlanes[w..], width, (t * width) + w, isFirst);
            }
        }

        return tree;
    }

    /// <summary>One level: pairs of neighbouring positions become one, in one round.</summary>
    internal AwaitingPeers<CarryTree> Combine(Committee committee, BitTriple triple)
    {
        var pairs = _positions / 2;
        var gates = (2 * pairs) - 1;
        var x = new ulong[gates * _lane];
        var y = new ulong[gates * _lane];
        for (var q = 0; q < pairs; q++)
        {
            Lane(_propagate, (2 * q) + 1).CopyTo(Lane(x, q));
            Lane(_generate, 2 * q).CopyTo(Lane(y, q));
            if (q > 0)
            {
                Lane(_propagate, (2 * q) + 1).CopyTo(Lane(x, pairs + q - 1));
                Lane(_propagate, 2 * q).CopyTo(Lane(y, pairs + q - 1));
            }
        }

        var (outbound, finish) = BitMultiplication.Begin(committee, x, y, triple);
        return AwaitingPeers<CarryTree>.Broadcast(committee, Combination.OpenBits, outbound, opened => Grow(pairs, finish(opened)));
    }

    /// <summary>The bits x >= threshold, once one position is left.</summary>
    internal ImmutableArray<BitShares> Harvest(Committee committee, int count, int thresholds)
    {
        PackedBits.Xor(_top, _generate, _top);
        var width = PackedBits.WordsFor(count);
        return
        [
            .. Enumerable.Range(0, thresholds).Select(t =>
                BitShares.Own(committee.Scheme.Parties, committee.Self, count, _top.AsSpan(t * width, width).ToArray())),
        ];
    }

    private static int Positions(WordAlgebra algebra, int bits) => algebra.Bits == 64 ? bits - 1 : 60;

    // Column `at` of every lane, for 64 comparisons. Bit b of both operands lies b * width words further on.
    private void PlantColumn(bool isRing, ReadOnlySpan<ulong> open, ReadOnlySpan<ulong> mask, int width, int at, bool isFirst)
    {
        var flip = isFirst ? ulong.MaxValue : 0;
        var first = 0;
        if (!isRing)
        {
            _generate[at] = (mask[60 * width] & ~open[60 * width]) ^ flip;
            first = 1;
        }

        for (var position = first; position < _positions; position++)
        {
            var bit = (position - first) * width;
            var inverted = mask[bit] ^ flip;
            _generate[(position * _lane) + at] = open[bit] & inverted;
            _propagate[(position * _lane) + at] = inverted ^ (open[bit] & flip);
        }

        if (isRing)
        {
            _generate[at] ^= _propagate[at]; // the carry in is 1: the lowest position carries where it generates or propagates, never both
        }

        // Z_2^k: x >= 0 where the top bit is 0, that is c_top xor r_top xor carry. F_p: where bit 59 of x' is 1, that is its complement.
        var top = (isRing ? _positions : 59) * width;
        _top[at] = mask[top] ^ (isFirst ? (isRing ? open[top] : ~open[top]) : 0);
    }

    private CarryTree Grow(int pairs, ulong[] products)
    {
        var positions = (_positions + 1) / 2;
        var next = new CarryTree(_lane, positions, new ulong[positions * _lane], new ulong[positions * _lane], _top);
        for (var q = 0; q < pairs; q++)
        {
            PackedBits.Xor(Lane(_generate, (2 * q) + 1), Lane(products, q), Lane(next._generate, q));
            if (q > 0)
            {
                Lane(products, pairs + q - 1).CopyTo(Lane(next._propagate, q));
            }
        }

        if (positions > pairs)
        {
            Lane(_generate, _positions - 1).CopyTo(Lane(next._generate, pairs));
            Lane(_propagate, _positions - 1).CopyTo(Lane(next._propagate, pairs));
        }

        return next;
    }

    private Span<ulong> Lane(ulong[] words, int position) => words.AsSpan(position * _lane, _lane);
}
