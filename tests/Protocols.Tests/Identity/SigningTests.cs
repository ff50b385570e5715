using System.Security.Cryptography;
using PrivacyGrains.Protocols.Identity;

namespace PrivacyGrains.Protocols.Tests.Identity;

public sealed class SigningTests
{
    private static readonly byte[] Text = [1, 2, 3];

    [Fact]
    public void Verify_SameTextAndDomain_Holds()
    {
        using var key = SigningKey.Create();
        var signature = key.Sign("roster", Text);
        Assert.Equal(VerificationKey.SignatureLength, signature.Length);
        Assert.True(key.PublicKey.Verify("roster", Text, signature));
    }

    [Fact]
    public void Verify_OtherDomainTextKeyOrSignature_Fails()
    {
        using var key = SigningKey.Create();
        using var other = SigningKey.Create();
        var signature = key.Sign("roster", Text);
        Assert.False(key.PublicKey.Verify("offer", Text, signature));
        Assert.False(key.PublicKey.Verify("roster", [1, 2, 4], signature));
        Assert.False(other.PublicKey.Verify("roster", Text, signature));
        Assert.False(key.PublicKey.Verify("roster", Text, signature.AsSpan(1)));
        Assert.False(key.PublicKey.Verify("roster", Text, []));
        for (var i = 0; i < signature.Length; i++)
        {
            signature[i] ^= 1;
            Assert.False(key.PublicKey.Verify("roster", Text, signature));
            signature[i] ^= 1;
        }
    }

    [Fact]
    public void Verify_DomainRunsIntoText_Fails()
    {
        using var key = SigningKey.Create();
        Assert.False(key.PublicKey.Verify("ab", "c"u8, key.Sign("a", "bc"u8)));
    }

    [Fact]
    public void ImportPem_ExportedKey_SignsAsBefore()
    {
        using var key = SigningKey.Create();
        using var again = SigningKey.ImportPem(key.ExportPem());
        Assert.Equal(key.PublicKey, again.PublicKey);
        Assert.True(key.PublicKey.Verify("x", Text, again.Sign("x", Text)));
        Assert.StartsWith("-----BEGIN PRIVATE KEY-----", key.ExportPem(), StringComparison.Ordinal);
    }

    [Fact]
    public void ImportPem_OtherText_RefusesWithoutRepeatingIt()
    {
        using var rsa = RSA.Create(2048);
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var right = SigningKey.Create();
        var publicOnly = PemEncoding.WriteString("PUBLIC KEY", right.PublicKey.Spki.Span);
        foreach (var wrong in new[] { "", "secret-words", rsa.ExportPkcs8PrivateKeyPem(), p384.ExportPkcs8PrivateKeyPem(), publicOnly })
        {
            var refused = Assert.Throws<ArgumentException>(() => SigningKey.ImportPem(wrong));
            Assert.DoesNotContain("secret-words", refused.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void TryCreate_WrongSpki_Refuses()
    {
        using var key = SigningKey.Create();
        var spki = key.PublicKey.Spki.ToArray();
        Assert.True(VerificationKey.TryCreate(spki, out _));
        Assert.False(VerificationKey.TryCreate(spki.AsSpan(1), out _));
        Assert.False(VerificationKey.TryCreate([.. spki, 0], out _));
        Assert.False(VerificationKey.TryCreate([], out _));
        for (var i = 0; i < spki.Length; i++)
        {
            spki[i] ^= 1;
            Assert.False(VerificationKey.TryCreate(spki, out _));
            spki[i] ^= 1;
        }
    }

    [Fact]
    public void Fingerprint_IsSha256OfSpki()
    {
        using var key = SigningKey.Create();
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(key.PublicKey.Spki.Span)), key.PublicKey.Fingerprint);
    }

    [Fact]
    public void Verify_Rfc6979Example_HoldsUnderThePlatformsRules()
    {
        // RFC 6979 appendix A.2.5, P-256 with SHA-256 over "sample": shows that the key form and the curve are the published ones.
        var point = Convert.FromHexString("0460FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB67903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299");
        var spki = Convert.FromHexString("3059301306072A8648CE3D020106082A8648CE3D030107034200").Concat(point).ToArray();
        Assert.True(VerificationKey.TryCreate(spki, out var key));
        using var platform = ECDsa.Create();
        platform.ImportSubjectPublicKeyInfo(key.Spki.Span, out _);
        var signature = Convert.FromHexString("EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8");
        Assert.True(platform.VerifyData("sample"u8, signature, HashAlgorithmName.SHA256));
    }

    [Fact]
    public void ToString_OfAPrivateKey_ShowsThePublicHalfOnly()
    {
        using var key = SigningKey.Create();
        Assert.Equal($"SigningKey({key.PublicKey.Fingerprint[..16]})", key.ToString());
    }
}
