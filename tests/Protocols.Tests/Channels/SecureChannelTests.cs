using FsCheck;
using FsCheck.Fluent;
using PrivacyGrains.Protocols.Channels;
using PrivacyGrains.Protocols.Rosters;
using PrivacyGrains.Protocols.Tests.Rosters;

namespace PrivacyGrains.Protocols.Tests.Channels;

public sealed class SecureChannelTests : IDisposable
{
    private readonly Parties _parties = new(3);
    private readonly List<IDisposable> _owned = [];

    public void Dispose()
    {
        _owned.ForEach(owned => owned.Dispose());
        _parties.Dispose();
    }

    [Fact]
    public void Open_EveryPairInBothDirections_GivesWhatWasSealed()
    {
        var roster = _parties.Roster();
        var sessions = _parties.Names.Select(party => Begin(roster, party)).ToArray();
        for (var i = 0; i < sessions.Length; i++)
        {
            for (var j = i + 1; j < sessions.Length; j++)
            {
                var (a, b) = (Connect(sessions[i], sessions[j]), Connect(sessions[j], sessions[i]));
                for (byte n = 0; n < 3; n++)
                {
                    Assert.Equal([n], b.Open(a.Seal([n])).Value);
                    Assert.Equal([n, n], a.Open(b.Seal([n, n])).Value);
                }

                Assert.Equal((3ul, 3ul), (a.Sent, a.Received));
            }
        }

        Assert.All(sessions, session => Assert.Empty(session.Missing(RosterRoles.Compute)));
    }

    [Fact]
    public void Open_RandomMessagesInOrder_GivesThemAll()
    {
        var (a, b) = Pair();
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), ArbMap.Default.ArbFor<bool>(), (message, upwards) =>
        {
            var (from, to) = upwards ? (a, b) : (b, a);
            var frame = from.Seal(message);
            return frame.Length == message.Length + SecureChannel.Overhead && to.Open(frame).Value.AsSpan().SequenceEqual(message);
        }).QuickCheckThrowOnFailure();
        Assert.Null(b.VerifyTranscript(a.SignTranscript(_parties.Key(a.Self)), _parties.Key(a.Self).PublicKey));
    }

    [Fact]
    public void Seal_SameMessageTwice_GivesOtherBytes()
    {
        var (a, _) = Pair();
        Assert.NotEqual(a.Seal([1]), a.Seal([1]));
    }

    [Fact]
    public void Open_Replayed_NamesThePeerAndGoesOn()
    {
        var (a, b) = Pair();
        var first = a.Seal([1]);
        Assert.True(b.Open(first).IsOk);
        var fault = b.Open(first).Fault;
        Assert.Equal(("channel.replayed", a.Self), (fault.Code(), fault!.Party));
        Assert.Equal([2], b.Open(a.Seal([2])).Value);
    }

    [Fact]
    public void Open_FrameMissingBefore_IsOutOfOrder()
    {
        var (a, b) = Pair();
        var (first, second) = (a.Seal([1]), a.Seal([2]));
        Assert.Equal("channel.out-of-order", b.Open(second).Fault.Code());
        Assert.Equal([1], b.Open(first).Value);
        Assert.Equal([2], b.Open(second).Value);
    }

    [Fact]
    public void Open_OwnFrame_IsReflected()
    {
        var (a, _) = Pair();
        Assert.Equal("channel.reflected", a.Open(a.Seal([1])).Fault.Code());
    }

    [Fact]
    public void Open_FrameOfAnotherSessionOrPair_IsForeign()
    {
        var (_, b) = Pair();
        var (other, _) = Pair("s-2");
        Assert.Equal("channel.foreign-session", b.Open(other.Seal([1])).Fault.Code());
        var roster = _parties.Roster("s-3");
        var sessions = _parties.Names.Select(party => Begin(roster, party)).ToArray();
        var fromC = Connect(sessions[2], sessions[1]);
        var fromA = Connect(sessions[1], sessions[0]);
        Assert.Equal("channel.foreign-session", fromA.Open(fromC.Seal([1])).Fault.Code());
    }

    [Fact]
    public void Open_AnyByteChangedOrMissing_IsRefusedAndChangesNothing()
    {
        var (a, b) = Pair();
        var frame = a.Seal([1, 2, 3]);
        for (var i = 0; i < frame.Length; i++)
        {
            frame[i] ^= 1;
            Assert.False(b.Open(frame).IsOk);
            frame[i] ^= 1;
            Assert.Equal("channel.malformed", b.Open(frame.AsSpan(0, i)).Fault.Code());
        }

        frame[^1] ^= 1;
        Assert.Equal("channel.tampered", b.Open(frame).Fault.Code());
        frame[^1] ^= 1;
        Assert.Equal("channel.malformed", b.Open([.. frame, 0]).Fault.Code());
        Assert.Equal([1, 2, 3], b.Open(frame).Value);
    }

    [Fact]
    public void Connect_TwiceOrSecondOfferOrOwnOffer_IsRefused()
    {
        var roster = _parties.Roster();
        var a = Begin(roster, _parties.Names[0]);
        var b = Begin(roster, _parties.Names[1]);
        var bAgain = Begin(roster, _parties.Names[1]);
        Connect(a, b);
        Assert.Equal("channel.already-connected", a.Connect(Accepted(roster, b)).Fault.Code());
        Assert.Equal("channel.equivocation", a.Connect(Accepted(roster, bAgain)).Fault.Code());
        Assert.Equal("channel.reflected", a.Connect(Accepted(roster, a)).Fault.Code());
        Assert.Equal([_parties.Names[2]], a.Missing(RosterRoles.Compute));
    }

    [Fact]
    public void Connect_MemberThatSignsAPeersKeyAsItsOwn_SharesNoKeyWithAnybody()
    {
        // Identity misbinding: c offers b's channel key under its own name; a's channel "with c" must not open what b seals for a.
        var roster = _parties.Roster();
        var (a, b) = (Begin(roster, _parties.Names[0]), Begin(roster, _parties.Names[1]));
        using var unrelated = Protocols.Identity.AgreementKey.Create();
        var c = _parties.Names[2];
        var stolen = SessionOffer.Sign(roster, c, _parties.Key(c), b.Offer.ChannelKey, unrelated.PublicKey);
        var withC = Own(a.Connect(stolen).Value);
        var fromB = Connect(b, a);
        Assert.Equal("channel.foreign-session", withC.Open(fromB.Seal([1])).Fault.Code());
    }

    [Fact]
    public void Connect_OfferOfAnotherRoster_IsForeign()
    {
        var a = Begin(_parties.Roster(), _parties.Names[0]);
        var other = _parties.Roster("s-2");
        Assert.Equal("channel.foreign-session", a.Connect(Accepted(other, Begin(other, _parties.Names[1]))).Fault.Code());
    }

    [Fact]
    public void Connect_AfterTheExchangeEnded_Throws()
    {
        var roster = _parties.Roster();
        var (a, b) = (Begin(roster, _parties.Names[0]), Begin(roster, _parties.Names[1]));
        a.EndExchange();
        Assert.Throws<InvalidOperationException>(() => a.Connect(Accepted(roster, b)));
    }

    [Fact]
    public void VerifyTranscript_SameHistory_HoldsOnBothSides()
    {
        var (a, b) = Pair();
        b.Open(a.Seal([1]));
        a.Open(b.Seal([2]));
        Assert.Null(b.VerifyTranscript(a.SignTranscript(_parties.Key(a.Self)), _parties.Key(a.Self).PublicKey));
        Assert.Null(a.VerifyTranscript(b.SignTranscript(_parties.Key(b.Self)), _parties.Key(b.Self).PublicKey));
    }

    [Fact]
    public void VerifyTranscript_LastFrameDropped_IsAMismatch()
    {
        var (a, b) = Pair();
        b.Open(a.Seal([1]));
        a.Seal([2]);
        Assert.Equal("channel.transcript-mismatch", b.VerifyTranscript(a.SignTranscript(_parties.Key(a.Self)), _parties.Key(a.Self).PublicKey).Code());
    }

    [Fact]
    public void VerifyTranscript_OtherKeyOwnTranscriptOrTruncated_IsRefused()
    {
        var (a, b) = Pair();
        var signed = a.SignTranscript(_parties.Key(a.Self));
        Assert.Equal("channel.wrong-signature", b.VerifyTranscript(signed, _parties.Key(b.Self).PublicKey).Code());
        Assert.Equal("channel.transcript-mismatch", a.VerifyTranscript(signed, _parties.Key(a.Self).PublicKey).Code());
        Assert.Equal("channel.malformed", b.VerifyTranscript(signed.AsSpan(1), _parties.Key(a.Self).PublicKey).Code());
    }

    private (SecureChannel A, SecureChannel B) Pair(string session = "s-1")
    {
        var roster = _parties.Roster(session);
        var (a, b) = (Begin(roster, _parties.Names[0]), Begin(roster, _parties.Names[1]));
        return (Connect(a, b), Connect(b, a));
    }

    private LocalSession Begin(Roster roster, PartyId party) => Own(LocalSession.Begin(roster, party, _parties.Key(party)));

    private SecureChannel Connect(LocalSession own, LocalSession peer) => Own(own.Connect(Accepted(own.Roster, peer)).Value);

    private static SessionOffer Accepted(Roster roster, LocalSession peer) => SessionOffer.Accept(roster, peer.Offer.Encoded.Span).Value;

    private T Own<T>(T owned)
        where T : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }
}
