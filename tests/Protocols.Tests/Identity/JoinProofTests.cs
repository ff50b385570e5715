using PrivacyGrains.Protocols.Identity;

namespace PrivacyGrains.Protocols.Tests.Identity;

public sealed class JoinProofTests
{
    [Fact]
    public void Verify_ForItsConsortiumPartyTokenAndKeyOnly()
    {
        using var key = SigningKey.Create();
        using var other = SigningKey.Create();
        var token = new string('a', 64);
        var proof = JoinProof.Sign(key, "breast", "hospital-1", token);
        Assert.True(JoinProof.Verify(key.PublicKey, "breast", "hospital-1", token, proof));
        Assert.False(JoinProof.Verify(other.PublicKey, "breast", "hospital-1", token, proof));
        Assert.False(JoinProof.Verify(key.PublicKey, "lung", "hospital-1", token, proof));
        Assert.False(JoinProof.Verify(key.PublicKey, "breast", "hospital-2", token, proof));
        Assert.False(JoinProof.Verify(key.PublicKey, "breast", "hospital-1", new string('b', 64), proof));
        Assert.False(JoinProof.Verify(key.PublicKey, "breast", "hospital-1", token, proof.AsSpan(1)));
    }

    [Fact]
    public void Verify_TextsThatRunTogether_AreKeptApart()
    {
        using var key = SigningKey.Create();
        var proof = JoinProof.Sign(key, "ab", "c", "d");
        Assert.False(JoinProof.Verify(key.PublicKey, "a", "bc", "d", proof));
    }
}
