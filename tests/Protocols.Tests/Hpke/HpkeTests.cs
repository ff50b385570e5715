using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using PrivacyGrains.Protocols.Hpke;
using PrivacyGrains.Protocols.Identity;
using Suite = PrivacyGrains.Protocols.Hpke.Hpke;

namespace PrivacyGrains.Protocols.Tests.HpkeRoom;

public sealed class HpkeTests
{
    private static readonly byte[] Info = [1, 2];
    private static readonly byte[] Aad = [3];
    private static readonly byte[] Plaintext = [4, 5, 6];

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void KnownAnswers_Rfc9180AppendixA3_Hold(int mode)
    {
        using var vectors = Vectors.Read("hpke/rfc9180/a3-p256-sha256-aes128gcm.json");
        var v = vectors.RootElement.GetProperty("vectors").EnumerateArray().Single(vector => vector.GetProperty("mode").GetInt32() == mode);
        using var ephemeral = Derived(v, "E");
        using var recipient = Derived(v, "R");
        using var sender = mode == 0 ? null : Derived(v, "S");
        Assert.Equal(v.Hex("shared_secret"), HpkeKem.Encapsulate(recipient.PublicKey, ephemeral, sender));

        using var sealing = Suite.CreateSender(recipient.PublicKey, v.Hex("info"), sender, ephemeral);
        using var opening = Suite.CreateRecipient(recipient, v.Hex("enc"), v.Hex("info"), sender?.PublicKey).Value;
        Assert.Equal(v.Hex("enc"), sealing.Encapsulated.ToArray());
        foreach (var side in new HpkeContext[] { sealing, opening })
        {
            Assert.Equal(v.Hex("key"), side.Key);
            Assert.Equal(v.Hex("base_nonce"), side.BaseNonce);
            Assert.Equal(v.Hex("exporter_secret"), side.ExporterSecret.ToArray());
            foreach (var export in v.GetProperty("exports").EnumerateArray())
            {
                Assert.Equal(export.Hex("exported_value"), side.Export(export.Hex("exporter_context"), export.GetProperty("L").GetInt32()));
            }
        }

        var known = v.GetProperty("encryptions").EnumerateArray().ToDictionary(e => e.GetProperty("sequence").GetInt32());
        Assert.Equal([0, 1, 2, 4, 255, 256], known.Keys.Order());
        for (var sequence = 0; sequence <= 256; sequence++)
        {
            var aad = known.TryGetValue(sequence, out var e) ? e.Hex("aad") : [];
            var ciphertext = sealing.Seal(aad, known.ContainsKey(sequence) ? e.Hex("pt") : []);
            if (known.ContainsKey(sequence))
            {
                Assert.Equal(e.Hex("ct"), ciphertext);
                Assert.Equal(e.Hex("pt"), opening.Open(aad, ciphertext).Value);
            }
            else
            {
                Assert.Empty(opening.Open(aad, ciphertext).Value);
            }
        }
    }

    [Fact]
    public void Open_WhatWasSealed_GivesItBack() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), ArbMap.Default.ArbFor<byte[]>(), ArbMap.Default.ArbFor<byte[]>(), (info, aad, plaintext) =>
        {
            using var key = AgreementKey.Create();
            var message = Suite.Seal(key.PublicKey, info, aad, plaintext);
            return message.Length == plaintext.Length + Suite.Overhead && Suite.Open(key, info, aad, message).Value.AsSpan().SequenceEqual(plaintext);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Open_OtherKeyInfoOrAad_ReturnsFault()
    {
        using var key = AgreementKey.Create();
        using var other = AgreementKey.Create();
        var message = Suite.Seal(key.PublicKey, Info, Aad, Plaintext);
        Assert.Equal("hpke.not-opened", Suite.Open(other, Info, Aad, message).Fault.Code());
        Assert.Equal("hpke.not-opened", Suite.Open(key, [1], Aad, message).Fault.Code());
        Assert.Equal("hpke.not-opened", Suite.Open(key, Info, [], message).Fault.Code());
    }

    [Fact]
    public void Open_AnyByteChangedOrMissing_ReturnsFault()
    {
        using var key = AgreementKey.Create();
        var message = Suite.Seal(key.PublicKey, Info, Aad, Plaintext);
        for (var i = 0; i < message.Length; i++)
        {
            message[i] ^= 1;
            Assert.Equal(i < AgreementPublicKey.Length ? "hpke.invalid-point" : "hpke.not-opened", Suite.Open(key, Info, Aad, message).Fault.Code());
            message[i] ^= 1;
        }

        Assert.Equal("hpke.malformed", Suite.Open(key, Info, Aad, []).Fault.Code());
        Assert.Equal("hpke.malformed", Suite.Open(key, Info, Aad, message.AsSpan(0, Suite.Overhead - 1)).Fault.Code());
        Assert.Equal("hpke.not-opened", Suite.Open(key, Info, Aad, message.AsSpan(0, message.Length - 1)).Fault.Code());
        Assert.Equal("hpke.not-opened", Suite.Open(key, Info, Aad, [.. message, 0]).Fault.Code());
        Assert.Equal(Plaintext, Suite.Open(key, Info, Aad, message).Value);
    }

    [Fact]
    public void Open_SameMessageTwiceOrSwapped_ReturnsFaultAndKeepsItsPlace()
    {
        using var key = AgreementKey.Create();
        using var sender = Suite.CreateSender(key.PublicKey, Info);
        using var recipient = Suite.CreateRecipient(key, sender.Encapsulated.Span, Info).Value;
        var (first, second) = (sender.Seal(Aad, [1]), sender.Seal(Aad, [2]));
        Assert.Equal("hpke.not-opened", recipient.Open(Aad, second).Fault.Code());
        Assert.Equal([1], recipient.Open(Aad, first).Value);
        Assert.Equal("hpke.not-opened", recipient.Open(Aad, first).Fault.Code());
        Assert.Equal([2], recipient.Open(Aad, second).Value);
        Assert.Equal("hpke.malformed", recipient.Open(Aad, [1, 2]).Fault.Code());
    }

    [Fact]
    public void Open_AuthModeFromAnotherSender_ReturnsFault()
    {
        using var key = AgreementKey.Create();
        using var alice = AgreementKey.Create();
        using var mallory = AgreementKey.Create();
        using var sender = Suite.CreateSender(key.PublicKey, Info, mallory);
        using var asAlice = Suite.CreateRecipient(key, sender.Encapsulated.Span, Info, alice.PublicKey).Value;
        using var asBase = Suite.CreateRecipient(key, sender.Encapsulated.Span, Info).Value;
        var message = sender.Seal(Aad, Plaintext);
        Assert.Equal("hpke.not-opened", asAlice.Open(Aad, message).Fault.Code());
        Assert.Equal("hpke.not-opened", asBase.Open(Aad, message).Fault.Code());
    }

    [Fact]
    public void CreateRecipient_PointOffTheCurve_ReturnsFault()
    {
        using var key = AgreementKey.Create();
        var point = key.PublicKey.Point.ToArray();
        point[64] ^= 1;
        Assert.Equal("hpke.invalid-point", Suite.CreateRecipient(key, point, Info).Fault.Code());
        Assert.Equal("hpke.invalid-point", Suite.CreateRecipient(key, new byte[65], Info).Fault.Code());
        Assert.Equal("hpke.invalid-point", Suite.CreateRecipient(key, [], Info).Fault.Code());
    }

    [Fact]
    public void DeriveKeyPair_TooLittleMaterial_Throws() => Assert.Throws<ArgumentException>(() => Suite.DeriveKeyPair(new byte[31]));

    [Fact]
    public void ToString_OfAContext_ShowsNoKey()
    {
        using var key = AgreementKey.Create();
        using var sender = Suite.CreateSender(key.PublicKey, Info);
        Assert.Equal("HpkeSender", sender.ToString());
    }

    private static AgreementKey Derived(JsonElement vector, string who)
    {
        var key = Suite.DeriveKeyPair(vector.Hex($"ikm{who}"));
        Assert.Equal(vector.Hex($"sk{who}m"), key.ExportScalar());
        Assert.Equal(vector.Hex($"pk{who}m"), key.PublicKey.Point.ToArray());
        return key;
    }
}
