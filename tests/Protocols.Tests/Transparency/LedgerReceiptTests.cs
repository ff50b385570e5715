using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Transparency;

namespace PrivacyGrains.Protocols.Tests.Transparency;

public sealed class LedgerReceiptTests
{
    private static readonly PartyId Party = PartyId.Create("hospital-1");
    private static readonly LedgerReceipt Receipt = new(
        Party, "records", "round-3", "charge", "training", "committed", new string('a', 64), 0.5, 7.5, 4, new string('b', 64));

    [Fact]
    public void Verify_UnderTheSignersKeyOnly()
    {
        using var key = SigningKey.Create();
        using var other = SigningKey.Create();
        var signature = Receipt.Sign(key);
        Assert.Null(Receipt.Verify(key.PublicKey, signature));
        Assert.Equal("ledger.wrong-receipt", Receipt.Verify(other.PublicKey, signature).Code());
        Assert.Equal("ledger.wrong-receipt", Receipt.Verify(key.PublicKey, []).Code());
    }

    [Fact]
    public void Verify_AnyPartChanged_IsRefused()
    {
        using var key = SigningKey.Create();
        var signature = Receipt.Sign(key);
        LedgerReceipt[] changed =
        [
            Receipt with { Party = PartyId.Create("hospital-2") }, Receipt with { Budget = "other" }, Receipt with { ChargeId = "round-4" },
            Receipt with { Kind = "disclosure" }, Receipt with { Purpose = "query" }, Receipt with { Status = "reserved" },
            Receipt with { Binding = new string('c', 64) }, Receipt with { EpsilonSoFar = 0.4 }, Receipt with { EpsilonLeft = 7.6 },
            Receipt with { Version = 5 }, Receipt with { HeadHash = new string('c', 64) },
        ];
        Assert.All(changed, receipt => Assert.Equal("ledger.wrong-receipt", receipt.Verify(key.PublicKey, signature).Code()));
    }

    [Theory]
    [InlineData("reserved", false)]
    [InlineData("committed", true)]
    [InlineData("refunded", false)]
    [InlineData("aborted-committed", false)]
    public void PaysFor_OnlyCommittedAndBoundToTheRelease(string status, bool pays)
    {
        var receipt = Receipt with { Status = status };
        Assert.Equal(pays, receipt.PaysFor(Receipt.Binding));
        Assert.False(receipt.PaysFor(new string('d', 64)));
    }

    [Fact]
    public void Heads_FromParts_VerifyLikeDecodedOnes_AndRefuseMalformedParts()
    {
        using var key = SigningKey.Create();
        var head = SignedLedgerHead.Sign(key, Party, "records", 3, new byte[HashChain.HashLength]);
        var hex = Convert.ToHexStringLower(head.Hash.Span);
        Assert.Null(SignedLedgerHead.FromParts("hospital-1", "records", 3, hex, head.Signature.Span).Value.Verify(key.PublicKey));
        Assert.Equal("ledger.malformed", SignedLedgerHead.FromParts("Hospital", "records", 3, hex, head.Signature.Span).Fault.Code());
        Assert.Equal("ledger.malformed", SignedLedgerHead.FromParts("hospital-1", "records", 3, hex[1..], head.Signature.Span).Fault.Code());
        Assert.Equal("ledger.malformed", SignedLedgerHead.FromParts("hospital-1", "records", -1, hex, head.Signature.Span).Fault.Code());

        var tree = SignedTreeHead.Sign(key, "log", new MerkleTree(), 5);
        var root = Convert.ToHexStringLower(tree.Root.Span);
        Assert.Null(SignedTreeHead.FromParts("log", 0, root, 5, tree.Signature.Span).Value.Verify(key.PublicKey));
        Assert.Equal("audit.malformed", SignedTreeHead.FromParts("log", 0, root + "00", 5, tree.Signature.Span).Fault.Code());
    }
}
