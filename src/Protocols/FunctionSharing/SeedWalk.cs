using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using PrivacyGrains.Arithmetic.Randomness;

namespace PrivacyGrains.Protocols.FunctionSharing;

/// <summary>One party's way down the trees of a tile of functions, level by level, along the bits of public points.</summary>
/// <remarks>
/// A party's tree is that of Boyle, Gilboa, Ishai, CCS 2016 (eprint 2018/707), figure 1, which the comparison functions of Boyle et al., EUROCRYPT 2021, keep: a seed and a control bit for each node, and on each level one correction
/// that both parties have. A tile's seeds, control bits and blocks stay in the first caches through all levels.
/// </remarks>
/// <param name="size">The most functions in the tile.</param>
/// <param name="blocks">Blocks that a seed is expanded to for one side: the child, and what its function takes beside it.</param>
internal readonly struct SeedWalk(int size, int blocks)
{
    private readonly Vector128<ulong>[] _seeds = new Vector128<ulong>[size];
    private readonly ulong[] _control = new ulong[size]; // all ones where the control bit is 1
    private readonly Vector128<ulong>[] _blocks = new Vector128<ulong>[size * blocks]; // all first blocks, then all second ones, and so on

    /// <summary>For each function all ones where this party's control bit is 1.</summary>
    internal ReadOnlySpan<ulong> Control => _control;

    /// <summary>Begins at the roots.</summary>
    internal void Begin(int party, ReadOnlySpan<ulong> roots)
    {
        var own = MemoryMarshal.Cast<ulong, Vector128<ulong>>(roots);
        for (var i = 0; i < own.Length; i++)
        {
            _seeds[i] = own[i] & SeedExpansion.SeedBits;
        }

        _control.AsSpan(0, own.Length).Fill(party == 0 ? 0 : ulong.MaxValue);
    }

    /// <summary>One block of all functions as they were expanded last.</summary>
    internal ReadOnlySpan<Vector128<ulong>> Block(int block, int count) => _blocks.AsSpan(block * count, count);

    /// <summary>G of every seed, on the side that the point's bit names.</summary>
    internal void Expand(ReadOnlySpan<ulong> points, int bit)
    {
        var seeds = _seeds.AsSpan(0, points.Length);
        for (var block = 0; block < blocks; block++)
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

    /// <summary>G of every seed on the left, from a block on: for Convert of the last seeds.</summary>
    internal void ExpandLeaves(int count, int firstBlock)
    {
        for (var block = 0; block < blocks; block++)
        {
            for (var i = 0; i < count; i++)
            {
                _blocks[(block * count) + i] = _seeds[i] ^ Vector128.CreateScalar(2 * (ulong)(firstBlock + block));
            }
        }

        Hash(count);
    }

    /// <summary>Goes down to the children, which <see cref="Expand"/> made.</summary>
    internal void Descend(ReadOnlySpan<ulong> points, int bit, ReadOnlySpan<ulong> correctionWords)
    {
        Span<Vector128<ulong>> seeds = _seeds.AsSpan(0, points.Length), children = _blocks.AsSpan(0, points.Length);
        var controls = _control.AsSpan(0, points.Length);
        var corrections = MemoryMarshal.Cast<ulong, Vector128<ulong>>(correctionWords)[..points.Length];
        for (var i = 0; i < points.Length; i++)
        {
            var (child, correction, control) = (children[i], corrections[i], controls[i]);
            var left = (int)(~(points[i] >> bit) & 1);
            var flip = (correction.ToScalar() >> left) & control;
            seeds[i] = (child ^ (correction & Vector128.Create(control))) & SeedExpansion.SeedBits;
            controls[i] = unchecked(0 - ((child.ToScalar() ^ flip) & 1));
        }
    }

    private void Hash(int count)
    {
        var words = MemoryMarshal.Cast<Vector128<ulong>, ulong>(_blocks.AsSpan(0, blocks * count));
        FixedKeyHash.Hash(words, words);
    }
}
