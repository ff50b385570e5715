using PrivacyGrains.Protocols.Channels;
using PrivacyGrains.Protocols.Rosters;
using PrivacyGrains.Protocols.Tests.Rosters;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Tests.Channels;

public sealed class SealedInputTests : IDisposable
{
    private const string Purpose = "inference.input";
    private static readonly byte[] Plaintext = [1, 2, 3];
    private readonly Parties _parties = new(3);
    private readonly Roster _roster;
    private readonly LocalSession _receiver;

    public SealedInputTests()
    {
        _roster = _parties.Roster();
        _receiver = LocalSession.Begin(_roster, _parties.Names[0], _parties.Key(_parties.Names[0]));
    }

    private PartyId Sender => _parties.Names[1];

    public void Dispose()
    {
        _receiver.Dispose();
        _parties.Dispose();
    }

    [Fact]
    public void Open_Sealed_GivesTheMessage() => Assert.Equal(Plaintext, SealedInput.Open(_receiver, Sender, Purpose, Seal()).Value);

    [Fact]
    public void Open_OtherPurposeSenderReceiverOrSession_IsForeign()
    {
        using var other = LocalSession.Begin(_roster, _parties.Names[2], _parties.Key(_parties.Names[2]));
        var second = _parties.Roster("s-2");
        using var later = LocalSession.Begin(second, _parties.Names[0], _parties.Key(_parties.Names[0]));
        Assert.Equal("input.foreign-session", SealedInput.Open(_receiver, Sender, "stored-share", Seal()).Fault.Code());
        Assert.Equal("input.foreign-session", SealedInput.Open(_receiver, _parties.Names[2], Purpose, Seal()).Fault.Code());
        Assert.Equal("input.foreign-session", SealedInput.Open(other, Sender, Purpose, Seal()).Fault.Code());
        Assert.Equal("input.foreign-session", SealedInput.Open(later, Sender, Purpose, Seal()).Fault.Code());
        Assert.Equal("input.unknown-party", SealedInput.Open(_receiver, PartyId.Create("stranger"), Purpose, Seal()).Fault.Code());
    }

    [Fact]
    public void Open_AnyByteChangedOrMissing_IsRefused()
    {
        var message = Seal();
        for (var i = 0; i < message.Length; i++)
        {
            message[i] ^= 1;
            Assert.False(SealedInput.Open(_receiver, Sender, Purpose, message).IsOk);
            message[i] ^= 1;
            Assert.Equal("input.malformed", SealedInput.Open(_receiver, Sender, Purpose, message.AsSpan(0, i)).Fault.Code());
        }
    }

    [Fact]
    public void Open_CiphertextPassedOnUnderAnotherName_DoesNotOpen()
    {
        // The third member strips the signature, rebinds the ciphertext to itself and signs it.
        var thief = _parties.Names[2];
        var outer = new WireReader(Seal(), "session.sealed-input", 1);
        var inner = new WireReader(outer.Bytes(), "session.input", 1);
        inner.Bytes();
        var content = new WireWriter("session.input", 1)
            .Bytes(SessionBinding.Of(_roster, Purpose, thief, _parties.Names[0])).Bytes(inner.Bytes()).ToArray();
        var message = new WireWriter("session.sealed-input", 1).Bytes(content).Bytes(_parties.Key(thief).Sign("session.sealed-input", content)).ToArray();
        Assert.Equal("hpke.not-opened", SealedInput.Open(_receiver, thief, Purpose, message).Fault.Code());
    }

    [Fact]
    public void Open_SignedByAnother_IsAWrongSignature()
    {
        var outer = new WireReader(Seal(), "session.sealed-input", 1);
        var content = outer.Bytes().ToArray();
        var forged = new WireWriter("session.sealed-input", 1)
            .Bytes(content).Bytes(_parties.Key(_parties.Names[2]).Sign("session.sealed-input", content)).ToArray();
        Assert.Equal("input.wrong-signature", SealedInput.Open(_receiver, Sender, Purpose, forged).Fault.Code());
        Assert.Throws<ArgumentException>(() => SealedInput.Seal(_roster, Sender, _parties.Key(_parties.Names[2]), _receiver.Offer, Purpose, Plaintext));
    }

    private byte[] Seal() => SealedInput.Seal(_roster, Sender, _parties.Key(Sender), _receiver.Offer, Purpose, Plaintext);
}
