using FsCheck;
using FsCheck.Fluent;
using PrivacyGrains.Protocols.Transparency;

namespace PrivacyGrains.Protocols.Tests.Transparency;

public sealed class MerkleTests
{
    [Fact]
    public void Root_OfPublishedEntries_IsThePublishedRoot()
    {
        using var vectors = Vectors.Read("transparency/rfc6962/merkle.json");
        var (entries, roots) = (vectors.RootElement.HexArray("entries"), vectors.RootElement.HexArray("roots"));
        var tree = new MerkleTree();
        Assert.Equal(roots[0], tree.Root());
        for (var i = 0; i < entries.Length; i++)
        {
            Assert.Equal(i, tree.Append(entries[i]));
            Assert.Equal(roots[i + 1], tree.Root());
        }

        Assert.All(Enumerable.Range(0, roots.Length), size => Assert.Equal(roots[size], tree.Root(size)));
    }

    [Fact]
    public void HashLeafAndNode_PublishedInputs_GivePublishedHashes()
    {
        // From Certificate Transparency's hasher tests.
        Assert.Equal("395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56", Convert.ToHexStringLower(MerkleTree.HashLeaf("L123456"u8)));
        Assert.Equal("aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb", Convert.ToHexStringLower(MerkleTree.HashNode("N123"u8, "N456"u8)));
    }

    [Fact]
    public void InclusionProof_KnownTrees_IsTheKnownProofAndVerifies()
    {
        using var vectors = Vectors.Read("transparency/rfc6962/merkle.json");
        var tree = Build(vectors.RootElement.HexArray("entries"));
        foreach (var known in vectors.RootElement.GetProperty("inclusion").EnumerateArray())
        {
            var (index, size) = (known.GetProperty("index").GetInt64(), known.GetProperty("size").GetInt64());
            var proof = tree.InclusionProof(index, size);
            Assert.Equal(known.HexArray("proof"), proof);
            Assert.Null(MerkleProof.VerifyInclusion(tree.Leaf(index), index, size, tree.Root(size), proof));
        }
    }

    [Fact]
    public void ConsistencyProof_KnownTrees_IsTheKnownProofAndVerifies()
    {
        using var vectors = Vectors.Read("transparency/rfc6962/merkle.json");
        var tree = Build(vectors.RootElement.HexArray("entries"));
        foreach (var known in vectors.RootElement.GetProperty("consistency").EnumerateArray())
        {
            var (earlier, later) = (known.GetProperty("earlier").GetInt64(), known.GetProperty("later").GetInt64());
            var proof = tree.ConsistencyProof(earlier, later);
            Assert.Equal(known.HexArray("proof"), proof);
            Assert.Null(MerkleProof.VerifyConsistency(earlier, tree.Root(earlier), later, tree.Root(later), proof));
        }
    }

    [Fact]
    public void VerifyInclusion_AnyOtherStatement_Fails()
    {
        var tree = Build(Enumerable.Range(0, 13).Select(i => new[] { (byte)i }));
        for (var size = 1; size <= 13; size++)
        {
            for (var index = 0; index < size; index++)
            {
                var (leaf, root, proof) = (tree.Leaf(index), tree.Root(size), tree.InclusionProof(index, size));
                var wrongs = new List<ProtocolFault?>
                {
                    MerkleProof.VerifyInclusion(MerkleTree.HashLeaf("other"u8), index, size, root, proof),
                    MerkleProof.VerifyInclusion(leaf, index, size, MerkleTree.HashLeaf("other"u8), proof),
                    MerkleProof.VerifyInclusion(leaf, -1, size, root, proof),
                    MerkleProof.VerifyInclusion(leaf, index, index, root, proof),
                    MerkleProof.VerifyInclusion(leaf, index, size, root, [.. proof, leaf]),
                    MerkleProof.VerifyInclusion(leaf, index, size, root, [leaf, .. proof]),
                    MerkleProof.VerifyInclusion(leaf, index, size, root, [.. Enumerable.Repeat(leaf, 65)]),
                    MerkleProof.VerifyInclusion(leaf, index, size, root, [.. proof, []]),
                };
                if (proof.Length > 0)
                {
                    wrongs.Add(MerkleProof.VerifyInclusion(leaf, index, size, root, proof[..^1]));
                    wrongs.Add(MerkleProof.VerifyInclusion(leaf, index ^ 1, size, root, proof));
                    wrongs.Add(MerkleProof.VerifyInclusion(leaf, index, size, root, [MerkleTree.HashLeaf("x"u8), .. proof[1..]]));
                }

                Assert.All(wrongs, wrong => Assert.Equal("audit.not-included", wrong!.Code));
            }
        }
    }

    [Fact]
    public void VerifyConsistency_AnyOtherStatement_Fails()
    {
        var tree = Build(Enumerable.Range(0, 13).Select(i => new[] { (byte)i }));
        var changed = Build(Enumerable.Range(0, 13).Select(i => new[] { (byte)(i == 2 ? 99 : i) }));
        for (var later = 4; later <= 13; later++)
        {
            for (var earlier = 3; earlier < later; earlier++)
            {
                var (first, second, proof) = (tree.Root(earlier), tree.Root(later), tree.ConsistencyProof(earlier, later));
                ProtocolFault?[] wrongs =
                [
                    MerkleProof.VerifyConsistency(earlier, second, later, first, proof),
                    MerkleProof.VerifyConsistency(earlier, first, later, changed.Root(later), changed.ConsistencyProof(earlier, later)),
                    MerkleProof.VerifyConsistency(earlier, first, later, changed.Root(later), proof),
                    MerkleProof.VerifyConsistency(earlier, first, later, second, proof[..^1]),
                    MerkleProof.VerifyConsistency(earlier, first, later, second, [.. proof, first]),
                    MerkleProof.VerifyConsistency(earlier, first, later, second, [first, .. proof]),
                    MerkleProof.VerifyConsistency(earlier, first, later, second, []),
                    MerkleProof.VerifyConsistency(later, first, earlier, second, proof),
                    MerkleProof.VerifyConsistency(0, first, later, second, proof),
                    MerkleProof.VerifyConsistency(earlier, first, earlier, second, []),
                ];
                Assert.All(wrongs, wrong => Assert.Equal("audit.not-consistent", wrong!.Code));
            }
        }
    }

    [Fact]
    public void Proofs_RandomTrees_Verify() =>
        Prop.ForAll(
            Gen.Choose(1, 300).SelectMany(later => Gen.Choose(1, later).SelectMany(earlier => Gen.Choose(0, later - 1).Select(index => (later, earlier, index)))).ToArbitrary(),
            pick =>
            {
                var tree = Build(Enumerable.Range(0, pick.later).Select(BitConverter.GetBytes));
                return MerkleProof.VerifyInclusion(tree.Leaf(pick.index), pick.index, pick.later, tree.Root(), tree.InclusionProof(pick.index, pick.later)) is null
                    && MerkleProof.VerifyConsistency(
                        pick.earlier, tree.Root(pick.earlier), pick.later, tree.Root(), tree.ConsistencyProof(pick.earlier, pick.later)) is null;
            }).QuickCheckThrowOnFailure();

    private static MerkleTree Build(IEnumerable<byte[]> entries)
    {
        var tree = new MerkleTree();
        foreach (var entry in entries)
        {
            tree.Append(entry);
        }

        return tree;
    }
}
