using System.Security.Cryptography;

namespace PrivacyGrains.Protocols.Transparency;

/// <summary>An append-only Merkle tree over log entries: its root, and proofs that an entry is in it and that it only grew.</summary>
/// <remarks>
/// Source: RFC 6962 section 2.1 (the same tree as RFC 9162 section 2.1): a leaf is SHA-256(0x00 || entry), a node SHA-256(0x01 || left || right), the empty
/// tree SHA-256 of nothing. Keeps the hashes of all complete subtrees (64 bytes an entry), so a root or proof costs O(log^2 n) and an append amortised O(1).
/// Hides nothing: hashes of guessable entries can be guessed. Not thread-safe.
/// </remarks>
public sealed class MerkleTree
{
    /// <summary>Length of a hash in bytes.</summary>
    public const int HashLength = SHA256.HashSizeInBytes;

    // Level k holds, for each i, the hash of the complete subtree over leaves i * 2^k to (i + 1) * 2^k - 1.
    private readonly List<List<byte[]>> _levels = [[]];

    /// <summary>Entries so far.</summary>
    public long Count => _levels[0].Count;

    /// <summary>The hash of a leaf.</summary>
    /// <param name="entry">The canonical entry, also empty.</param>
    /// <returns>SHA-256(0x00 || entry).</returns>
    public static byte[] HashLeaf(ReadOnlySpan<byte> entry) => Hash(0x00, entry, []);

    /// <summary>The hash of an inner node.</summary>
    /// <param name="left">The left child's hash.</param>
    /// <param name="right">The right child's hash.</param>
    /// <returns>SHA-256(0x01 || left || right).</returns>
    public static byte[] HashNode(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) => Hash(0x01, left, right);

    /// <summary>Appends an entry.</summary>
    /// <param name="entry">The canonical entry.</param>
    /// <returns>The entry's index, from 0.</returns>
    public long Append(ReadOnlySpan<byte> entry) => AppendLeaf(HashLeaf(entry));

    /// <summary>Appends an entry whose leaf hash is known, as on replay.</summary>
    /// <param name="leafHash"><see cref="HashLength"/> bytes; copied.</param>
    /// <returns>The entry's index, from 0.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The hash has another length.</exception>
    public long AppendLeaf(ReadOnlySpan<byte> leafHash)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(leafHash.Length, HashLength);
        var index = Count;
        _levels[0].Add(leafHash.ToArray());
        for (var level = 0; _levels[level].Count % 2 == 0; level++)
        {
            if (level + 1 == _levels.Count)
            {
                _levels.Add([]);
            }

            _levels[level + 1].Add(HashNode(_levels[level][^2], _levels[level][^1]));
        }

        return index;
    }

    /// <summary>The leaf hash of an entry.</summary>
    /// <param name="index">From 0 to below <see cref="Count"/>.</param>
    /// <returns>A copy.</returns>
    public byte[] Leaf(long index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return [.. _levels[0][checked((int)index)]];
    }

    /// <summary>The root over all entries.</summary>
    /// <returns><see cref="HashLength"/> bytes.</returns>
    public byte[] Root() => Root(Count);

    /// <summary>The root that the tree had when it held its first <paramref name="size"/> entries.</summary>
    /// <param name="size">From 0 to <see cref="Count"/>.</param>
    /// <returns><see cref="HashLength"/> bytes.</returns>
    public byte[] Root(long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, Count);
        return size == 0 ? SHA256.HashData([]) : [.. Range(0, size)];
    }

    /// <summary>Proves that an entry is in the tree (RFC 6962 section 2.1.1, PATH).</summary>
    /// <param name="index">The entry, from 0 to below <paramref name="size"/>.</param>
    /// <param name="size">The tree's size that the proof is for, from 1 to <see cref="Count"/>.</param>
    /// <returns>Sibling hashes from the leaf upwards; at most log2 of the size, rounded up.</returns>
    public byte[][] InclusionProof(long index, long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, Count);
        List<byte[]> path = [];
        var (start, end) = (0L, size);
        while (end - start > 1)
        {
            var middle = start + LargestPowerBelow(end - start);
            if (index < middle)
            {
                path.Add([.. Range(middle, end)]);
                end = middle;
            }
            else
            {
                path.Add([.. Range(start, middle)]);
                start = middle;
            }
        }

        path.Reverse();
        return [.. path];
    }

    /// <summary>Proves that the tree of a later size extends the one of an earlier size (RFC 6962 section 2.1.2, PROOF).</summary>
    /// <param name="earlier">The earlier size, from 1 to <paramref name="later"/>.</param>
    /// <param name="later">The later size, up to <see cref="Count"/>.</param>
    /// <returns>Hashes in the RFC's order; none where the sizes are equal.</returns>
    public byte[][] ConsistencyProof(long earlier, long later)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(earlier, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(earlier, later);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(later, Count);
        List<byte[]> proof = [];
        var (start, end, whole) = (0L, later, true);
        while (earlier != end)
        {
            var middle = start + LargestPowerBelow(end - start);
            if (earlier <= middle)
            {
                proof.Add([.. Range(middle, end)]);
                end = middle;
            }
            else
            {
                proof.Add([.. Range(start, middle)]);
                start = middle;
                whole = false;
            }
        }

        if (!whole)
        {
            proof.Add([.. Range(start, end)]);
        }

        proof.Reverse();
        return [.. proof];
    }

    /// <summary>The largest power of two below n, where n is at least 2.</summary>
    private static long LargestPowerBelow(long n) => 1L << (63 - System.Numerics.BitOperations.LeadingZeroCount((ulong)(n - 1)));

    private static byte[] Hash(byte prefix, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([prefix]);
        hash.AppendData(first);
        hash.AppendData(second);
        return hash.GetHashAndReset();
    }

    /// <summary>MTH over leaves start to end - 1; start is a multiple of the largest power of two in the range, as it is everywhere in the RFC's recursion.</summary>
    private byte[] Range(long start, long end)
    {
        var length = end - start;
        if (System.Numerics.BitOperations.IsPow2(length))
        {
            var level = System.Numerics.BitOperations.Log2((ulong)length);
            return _levels[level][checked((int)(start >> level))];
        }

        var middle = start + LargestPowerBelow(length);
        return HashNode(Range(start, middle), Range(middle, end));
    }
}
