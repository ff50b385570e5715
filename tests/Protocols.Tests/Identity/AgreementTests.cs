using PrivacyGrains.Protocols.Identity;

namespace PrivacyGrains.Protocols.Tests.Identity;

public sealed class AgreementTests
{
    [Fact]
    public void Agree_BothSides_GiveOneSecret()
    {
        using var a = AgreementKey.Create();
        using var b = AgreementKey.Create();
        Assert.Equal(a.Agree(b.PublicKey), b.Agree(a.PublicKey));
        Assert.Equal(AgreementKey.Length, a.Agree(b.PublicKey).Length);
    }

    [Fact]
    public void TryImport_ExportedScalar_GivesTheSamePoint()
    {
        using var key = AgreementKey.Create();
        Assert.True(AgreementKey.TryImport(key.ExportScalar(), out var again));
        using (again)
        {
            Assert.Equal(key.PublicKey, again.PublicKey);
        }
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551")]
    [InlineData("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF")]
    [InlineData("01")]
    public void TryImport_ScalarOutOfRange_Refuses(string hex) => Assert.False(AgreementKey.TryImport(Convert.FromHexString(hex), out _));

    [Theory]
    [InlineData("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632550")]
    [InlineData("00000000000000000000000000000000000000000000000000000000000000FF")]
    [InlineData("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC6324FF")]
    public void TryImport_ScalarAtTheEdgeOfTheRange_Accepts(string hex)
    {
        Assert.True(AgreementKey.TryImport(Convert.FromHexString(hex), out var key));
        key.Dispose();
    }

    [Fact]
    public void TryImport_ScalarOne_GivesTheGenerator()
    {
        // NIST SP 800-186 section 3.2.1.3.
        var one = new byte[32];
        one[^1] = 1;
        Assert.True(AgreementKey.TryImport(one, out var key));
        using (key)
        {
            Assert.Equal(
                "046B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C2964FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5",
                Convert.ToHexString(key.PublicKey.Point.Span));
        }
    }

    [Fact]
    public void TryCreate_PointOffTheCurveOrInAnotherForm_Refuses()
    {
        using var key = AgreementKey.Create();
        var point = key.PublicKey.Point.ToArray();
        for (var i = 0; i < point.Length; i++)
        {
            point[i] ^= 1;
            Assert.False(AgreementPublicKey.TryCreate(point, out _));
            point[i] ^= 1;
        }

        Assert.False(AgreementPublicKey.TryCreate(new byte[65], out _));
        Assert.False(AgreementPublicKey.TryCreate([0], out _));
        Assert.False(AgreementPublicKey.TryCreate([2, .. point.AsSpan(1, 32)], out _));
        Assert.False(AgreementPublicKey.TryCreate([4, .. Enumerable.Repeat((byte)0xFF, 64)], out _));
    }

    [Fact]
    public void TryCreate_CoordinateAboveThePrime_Refuses()
    {
        // x = p + 5 reduces to x = 5, which has a point; the encoding must still be refused (SEC 1, section 2.3.4).
        var x = Convert.FromHexString("FFFFFFFF00000001000000000000000000000001000000000000000000000004");
        var y = Convert.FromHexString("459243B9AA581806FE913BCE99817ADE11CA503C64D9A3C533415C083248FBCC");
        byte[] reduced = new byte[32];
        reduced[^1] = 5;
        Assert.True(AgreementPublicKey.TryCreate([4, .. reduced, .. y], out _));
        Assert.False(AgreementPublicKey.TryCreate([4, .. x, .. y], out _));
    }
}
