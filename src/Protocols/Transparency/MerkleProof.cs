using System.Numerics;
using System.Security.Cryptography;

namespace PrivacyGrains.Protocols.Transparency;

/// <summary>Verifies what <see cref="MerkleTree"/> proves, from the signed roots alone.</summary>
/// <remarks>Source: RFC 9162 section 2.1.3.2 (inclusion) and 2.1.4.2 (consistency). A proof of a wrong length is refused, as is anything left over.</remarks>
public static class MerkleProof
{
    /// <summary>Checks that an entry is at a place of a tree.</summary>
    /// <param name="leafHash">The entry's leaf hash, from <see cref="MerkleTree.HashLeaf"/>.</param>
    /// <param name="index">The entry's place, from 0.</param>
    /// <param name="size">The tree's size, from a signed head.</param>
    /// <param name="root">The tree's root, from the same head.</param>
    /// <param name="proof">Sibling hashes as they came.</param>
    /// <returns>Null where the proof holds, else <c>audit.not-included</c>.</returns>
    public static ProtocolFault? VerifyInclusion(ReadOnlySpan<byte> leafHash, long index, long size, ReadOnlySpan<byte> root, IReadOnlyList<byte[]> proof)
    {
        ArgumentNullException.ThrowIfNull(proof);
        if (index < 0 || index >= size || !Hashes(proof) || leafHash.Length != MerkleTree.HashLength)
        {
            return NotIncluded($"entry {index} of {size} with {proof.Count} hashes");
        }

        var (fn, sn, hash) = (index, size - 1, leafHash.ToArray());
        foreach (var sibling in proof)
        {
            if (sn == 0)
            {
                return NotIncluded("a proof that is too long");
            }

            if ((fn & 1) == 1 || fn == sn)
            {
                hash = MerkleTree.HashNode(sibling, hash);
                var drop = (fn & 1) == 1 ? 0 : BitOperations.TrailingZeroCount(fn);
                (fn, sn) = (fn >> drop, sn >> drop);
            }
            else
            {
                hash = MerkleTree.HashNode(hash, sibling);
            }

            (fn, sn) = (fn >> 1, sn >> 1);
        }

        return sn == 0 && CryptographicOperations.FixedTimeEquals(hash, root) ? null : NotIncluded("another root");
    }

    /// <summary>Checks that a later tree extends an earlier one: nothing was changed, removed or reordered.</summary>
    /// <param name="earlierSize">The earlier head's size, at least 1.</param>
    /// <param name="earlierRoot">The earlier head's root.</param>
    /// <param name="laterSize">The later head's size.</param>
    /// <param name="laterRoot">The later head's root.</param>
    /// <param name="proof">Hashes as they came.</param>
    /// <returns>Null where the proof holds, else <c>audit.not-consistent</c>.</returns>
    public static ProtocolFault? VerifyConsistency(
        long earlierSize, ReadOnlySpan<byte> earlierRoot, long laterSize, ReadOnlySpan<byte> laterRoot, IReadOnlyList<byte[]> proof)
    {
        ArgumentNullException.ThrowIfNull(proof);
        if (earlierSize < 1 || laterSize < earlierSize || !Hashes(proof))
        {
            return NotConsistent($"sizes {earlierSize} and {laterSize} with {proof.Count} hashes");
        }

        if (earlierSize == laterSize)
        {
            return proof.Count == 0 && CryptographicOperations.FixedTimeEquals(earlierRoot, laterRoot) ? null : NotConsistent("two trees of one size");
        }

        // Step 1: where the earlier tree is complete, its root is the first hash.
        var hashes = BitOperations.IsPow2(earlierSize) ? [earlierRoot.ToArray(), .. proof] : proof;
        if (hashes.Count == 0)
        {
            return NotConsistent("no hashes");
        }

        // Steps 2 to 4.
        var (fn, sn) = (earlierSize - 1, laterSize - 1);
        var drop = BitOperations.TrailingZeroCount(~fn);
        (fn, sn) = (fn >> drop, sn >> drop);
        var (fr, sr) = (hashes[0], hashes[0]);
        for (var i = 1; i < hashes.Count; i++)
        {
            if (sn == 0)
            {
                return NotConsistent("a proof that is too long");
            }

            if ((fn & 1) == 1 || fn == sn)
            {
                fr = MerkleTree.HashNode(hashes[i], fr);
                sr = MerkleTree.HashNode(hashes[i], sr);
                var skip = (fn & 1) == 1 ? 0 : BitOperations.TrailingZeroCount(fn);
                (fn, sn) = (fn >> skip, sn >> skip);
            }
            else
            {
                sr = MerkleTree.HashNode(sr, hashes[i]);
            }

            (fn, sn) = (fn >> 1, sn >> 1);
        }

        return sn == 0 && CryptographicOperations.FixedTimeEquals(fr, earlierRoot) && CryptographicOperations.FixedTimeEquals(sr, laterRoot)
            ? null
            : NotConsistent("another root");
    }

    private static bool Hashes(IReadOnlyList<byte[]> proof) => proof.Count <= 64 && proof.All(hash => hash is { Length: MerkleTree.HashLength });

    private static ProtocolFault NotIncluded(string received) => new("audit.not-included", null, "a proof that the entry is in the tree", received);

    private static ProtocolFault NotConsistent(string received) => new("audit.not-consistent", null, "a proof that the later tree extends the earlier", received);
}
