using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Transparency;

namespace PrivacyGrains.Protocols.Tests.Transparency;

public sealed class SignedHeadTests
{
    private static readonly PartyId Party = PartyId.Create("hospital-a");

    [Fact]
    public void TreeHead_EncodedAndDecoded_VerifiesUnderItsKeyOnly()
    {
        using var key = SigningKey.Create();
        using var other = SigningKey.Create();
        var tree = new MerkleTree();
        tree.Append("first"u8);
        var head = SignedTreeHead.Decode(SignedTreeHead.Sign(key, "breast", tree, 1_700_000_000_000).Encode()).Value;
        Assert.Equal(("breast", 1, 1_700_000_000_000), (head.LogId, head.Size, head.TimestampMilliseconds));
        Assert.Equal(tree.Root(), head.Root.ToArray());
        Assert.Null(head.Verify(key.PublicKey));
        Assert.Equal("audit.wrong-signature", head.Verify(other.PublicKey)!.Code);
    }

    [Fact]
    public void TreeHead_AnyByteChanged_IsRefused()
    {
        using var key = SigningKey.Create();
        var bytes = SignedTreeHead.Sign(key, "log", new MerkleTree(), 5).Encode();
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= 0x40;
            var decoded = SignedTreeHead.Decode(bytes);
            Assert.False(decoded.IsOk && decoded.Value.Verify(key.PublicKey) is null);
            bytes[i] ^= 0x40;
        }

        Assert.Equal("audit.malformed", SignedTreeHead.Decode(bytes.AsSpan(0, bytes.Length - 1)).Fault!.Code);
        Assert.Equal("audit.malformed", SignedTreeHead.Decode([.. bytes, 0]).Fault!.Code);
    }

    [Fact]
    public void Extends_GrownForkedShrunkOrForeignLog_TellsWhich()
    {
        using var key = SigningKey.Create();
        var (tree, fork) = (new MerkleTree(), new MerkleTree());
        var empty = SignedTreeHead.Sign(key, "log", tree, 0);
        foreach (var i in Enumerable.Range(0, 5))
        {
            tree.Append([(byte)i]);
            fork.Append([(byte)(i + 1)]);
        }

        var earlier = SignedTreeHead.Sign(key, "log", tree, 1);
        tree.Append("more"u8);
        fork.Append("more"u8);
        var later = SignedTreeHead.Sign(key, "log", tree, 2);
        Assert.Null(later.Extends(earlier, tree.ConsistencyProof(5, 6)));
        Assert.Null(earlier.Extends(empty, []));
        Assert.Null(empty.Extends(empty, []));
        Assert.Null(earlier.Extends(earlier, []));
        Assert.Equal("audit.rolled-back", earlier.Extends(later, []).Code());
        Assert.Equal("audit.not-consistent", SignedTreeHead.Sign(key, "log", fork, 2).Extends(earlier, fork.ConsistencyProof(5, 6)).Code());
        Assert.Equal("audit.not-consistent", SignedTreeHead.Sign(key, "log", fork, 2).Extends(later, []).Code());
        Assert.Equal("audit.foreign-log", SignedTreeHead.Sign(key, "other", tree, 2).Extends(earlier, []).Code());
    }

    [Fact]
    public void LedgerHead_GrownForkedShrunkOrForeign_TellsWhich()
    {
        using var key = SigningKey.Create();
        var domain = SignedLedgerHead.ChainDomain(Party, "b");
        byte[][] entries = [[1], [2], [3]];
        List<SignedLedgerHead> heads = [];
        var hash = HashChain.Start(domain);
        heads.Add(SignedLedgerHead.Sign(key, Party, "b", 0, hash));
        foreach (var entry in entries)
        {
            hash = HashChain.Next(domain, hash, entry);
            heads.Add(SignedLedgerHead.Sign(key, Party, "b", heads.Count, hash));
        }

        Assert.All(heads, head => Assert.Null(head.Verify(key.PublicKey)));
        Assert.Null(heads[3].Follows(heads[1]));
        Assert.Null(heads[3].Follows(heads[1], [entries[1], entries[2]]));
        Assert.Equal("ledger.forked", heads[3].Follows(heads[1], [entries[2], entries[1]]).Code());
        Assert.Equal("ledger.forked", heads[3].Follows(heads[1], [entries[1]]).Code());
        Assert.Equal("ledger.rolled-back", heads[1].Follows(heads[3]).Code());
        Assert.Equal("ledger.forked", SignedLedgerHead.Sign(key, Party, "b", 3, new byte[32]).Follows(heads[3]).Code());
        Assert.Equal("ledger.foreign", SignedLedgerHead.Sign(key, Party, "c", 4, hash).Follows(heads[3]).Code());
        Assert.Equal("ledger.foreign", SignedLedgerHead.Sign(key, PartyId.Create("x"), "b", 4, hash).Follows(heads[3]).Code());
    }

    [Fact]
    public void LedgerHead_Witnessed_CountersignatureIsNoOwnersSignature()
    {
        using var owner = SigningKey.Create();
        using var witness = SigningKey.Create();
        var head = SignedLedgerHead.Sign(owner, Party, "b", 7, new byte[32]);
        var countersignature = head.Witness(witness);
        var again = SignedLedgerHead.Decode(head.Encode()).Value;
        Assert.True(again.IsWitnessedBy(witness.PublicKey, countersignature));
        Assert.False(again.IsWitnessedBy(owner.PublicKey, countersignature));
        Assert.False(again.IsWitnessedBy(owner.PublicKey, head.Signature.Span));
        Assert.Equal("ledger.wrong-signature", again.Verify(witness.PublicKey)!.Code);
    }

    [Fact]
    public void LedgerHead_TruncatedOrLengthened_IsMalformed()
    {
        using var key = SigningKey.Create();
        var bytes = SignedLedgerHead.Sign(key, Party, "b", 1, new byte[32]).Encode();
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Equal("ledger.malformed", SignedLedgerHead.Decode(bytes.AsSpan(0, length)).Fault.Code());
        }

        Assert.Equal("ledger.malformed", SignedLedgerHead.Decode([.. bytes, 1]).Fault.Code());
    }
}
