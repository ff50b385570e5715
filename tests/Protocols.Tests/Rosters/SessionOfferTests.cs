using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Rosters;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Tests.Rosters;

public sealed class SessionOfferTests : IDisposable
{
    private readonly Parties _parties = new(3);
    private readonly AgreementKey _channel = AgreementKey.Create();
    private readonly AgreementKey _hpke = AgreementKey.Create();

    public void Dispose()
    {
        _parties.Dispose();
        _channel.Dispose();
        _hpke.Dispose();
    }

    [Fact]
    public void Accept_SignedOffer_GivesItsKeys()
    {
        var roster = _parties.Roster();
        var offer = SessionOffer.Accept(roster, Offer(roster).Encoded.Span).Value;
        Assert.Equal((_parties.Names[0], _channel.PublicKey, _hpke.PublicKey), (offer.Party, offer.ChannelKey, offer.HpkeKey));
    }

    [Fact]
    public void Accept_OfferOfAnotherSessionEpochOrRole_IsForeign()
    {
        var roster = _parties.Roster();
        Roster[] others =
        [
            _parties.Roster("s-2"), Roster.Create(_parties.Terms() with { Epoch = 4 }, _parties.Members()),
            Roster.Create(_parties.Terms() with { Consortium = "other" }, _parties.Members()),
            Roster.Create(_parties.Terms(), _parties.Members(RosterRoles.Compute)),
        ];
        Assert.All(others, other => Assert.Equal("offer.foreign-session", SessionOffer.Accept(roster, Offer(other).Encoded.Span).Fault.Code()));
    }

    [Fact]
    public void Accept_OfferOfAStranger_IsRefused()
    {
        using var larger = new Parties(4);
        var big = larger.Roster();
        var stranger = larger.Names[3];
        var offer = SessionOffer.Sign(big, stranger, larger.Key(stranger), _channel.PublicKey, _hpke.PublicKey);
        Assert.Equal("offer.unknown-party", SessionOffer.Accept(_parties.Roster(), offer.Encoded.Span).Fault.Code());
    }

    [Fact]
    public void Accept_AnyByteChangedOrMissing_IsRefused()
    {
        var roster = _parties.Roster();
        var bytes = Offer(roster).Encoded.ToArray();
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= 1;
            Assert.False(SessionOffer.Accept(roster, bytes).IsOk);
            bytes[i] ^= 1;
            Assert.Equal("offer.malformed", SessionOffer.Accept(roster, bytes.AsSpan(0, i)).Fault.Code());
        }
    }

    [Fact]
    public void Accept_PointsOffTheCurve_NamesTheFault()
    {
        var roster = _parties.Roster();
        var body = new WireWriter("session.offer", 1).Text(_parties.Names[0].Value).Bytes(new byte[65]).Bytes(_hpke.PublicKey.Point.Span).ToArray();
        var bytes = new WireWriter("session.signed-offer", 1).Bytes(body).Bytes(_parties.Key(_parties.Names[0]).Sign("session.offer", body)).ToArray();
        Assert.Equal("offer.invalid-point", SessionOffer.Accept(roster, bytes).Fault.Code());
    }

    [Fact]
    public void Accept_SignedByAnotherMember_IsAWrongSignature()
    {
        var roster = _parties.Roster();
        var reader = new WireReader(Offer(roster).Encoded.Span, "session.signed-offer", 1);
        var body = reader.Bytes().ToArray();
        var bytes = new WireWriter("session.signed-offer", 1).Bytes(body).Bytes(_parties.Key(_parties.Names[1]).Sign("session.offer", body)).ToArray();
        Assert.Equal("offer.wrong-signature", SessionOffer.Accept(roster, bytes).Fault.Code());
    }

    [Fact]
    public void Sign_OneKeyForBothUses_Throws()
    {
        var party = _parties.Names[0];
        Assert.Throws<ArgumentException>(() => SessionOffer.Sign(_parties.Roster(), party, _parties.Key(party), _channel.PublicKey, _channel.PublicKey));
    }

    private SessionOffer Offer(Roster roster) =>
        SessionOffer.Sign(roster, _parties.Names[0], _parties.Key(_parties.Names[0]), _channel.PublicKey, _hpke.PublicKey);
}
