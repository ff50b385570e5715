using System.Security.Cryptography;
using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Rosters;

/// <summary>A member's fresh keys for one session, signed with its roster key: one for channels, one for HPKE.</summary>
/// <remarks>
/// The signature covers consortium, epoch, session, roster digest, suite, party and role beside both keys, so an offer serves in no other session and for no
/// other member. An instance was either made here or checked by <see cref="Accept"/>. Public and immutable.
/// </remarks>
public sealed class SessionOffer
{
    private const string Domain = "session.offer";

    private SessionOffer(PartyId party, AgreementPublicKey channelKey, AgreementPublicKey hpkeKey, byte[] encoded)
    {
        Party = party;
        ChannelKey = channelKey;
        HpkeKey = hpkeKey;
        Encoded = encoded;
    }

    /// <summary>Whose offer it is.</summary>
    public PartyId Party { get; }

    /// <summary>The ephemeral key for channels with this member.</summary>
    public AgreementPublicKey ChannelKey { get; }

    /// <summary>The session's key that inputs for this member are sealed to.</summary>
    public AgreementPublicKey HpkeKey { get; }

    /// <summary>The canonical bytes, signature included.</summary>
    public ReadOnlyMemory<byte> Encoded { get; }

    /// <summary>SHA-256 of what was offered, without the signature, <see cref="Roster.DigestLength"/> bytes.</summary>
    /// <param name="roster">The session's roster.</param>
    public byte[] Digest(Roster roster)
    {
        ArgumentNullException.ThrowIfNull(roster);
        return SHA256.HashData(Body(roster, roster.Find(Party)!, ChannelKey, HpkeKey));
    }

    /// <summary>Signs an offer.</summary>
    /// <param name="roster">The session's roster, verified.</param>
    /// <param name="self">The member that offers.</param>
    /// <param name="key">Its roster key.</param>
    /// <param name="channelKey">The public half of a fresh key.</param>
    /// <param name="hpkeKey">The public half of another fresh key.</param>
    /// <returns>The offer.</returns>
    /// <exception cref="ArgumentException">The roster does not name this party with this key, or both keys are one.</exception>
    public static SessionOffer Sign(Roster roster, PartyId self, SigningKey key, AgreementPublicKey channelKey, AgreementPublicKey hpkeKey)
    {
        ArgumentNullException.ThrowIfNull(roster);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(channelKey);
        ArgumentNullException.ThrowIfNull(hpkeKey);
        if (channelKey.Equals(hpkeKey))
        {
            throw new ArgumentException("A key serves one purpose.", nameof(hpkeKey));
        }

        if (roster.Find(self) is not { } member || !member.Key.Equals(key.PublicKey))
        {
            throw new ArgumentException($"The roster does not name {self} with this key.", nameof(self));
        }

        var body = Body(roster, member, channelKey, hpkeKey);
        return new SessionOffer(self, channelKey, hpkeKey, new WireWriter("session.signed-offer", 1).Bytes(body).Bytes(key.Sign(Domain, body)).ToArray());
    }

    /// <summary>Reads and checks a member's offer.</summary>
    /// <param name="roster">The session's roster, verified.</param>
    /// <param name="bytes">The bytes as they came.</param>
    /// <returns>
    /// The offer, or <c>offer.malformed</c>, <c>offer.unknown-party</c>, <c>offer.foreign-session</c> (another consortium, epoch, session, roster, suite or
    /// role), <c>offer.invalid-point</c> or <c>offer.wrong-signature</c>.
    /// </returns>
    public static Checked<SessionOffer> Accept(Roster roster, ReadOnlySpan<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(roster);
        var outer = new WireReader(bytes, "session.signed-offer", 1);
        var body = outer.Bytes(4096);
        var signature = outer.Bytes(VerificationKey.SignatureLength);
        if (!outer.Finish())
        {
            return new ProtocolFault("offer.malformed", null, "a signed offer", outer.Failure!);
        }

        var reader = new WireReader(body, Domain, 1);
        var named = PartyId.TryCreate(reader.Text(64), out var party);
        var channel = reader.Bytes(AgreementPublicKey.Length);
        var hpke = reader.Bytes(AgreementPublicKey.Length);
        if (reader.Failure is not null || !named)
        {
            return new ProtocolFault("offer.malformed", null, "a signed offer", reader.Failure ?? "a name that is none");
        }

        if (roster.Find(party) is not { } member)
        {
            return new ProtocolFault("offer.unknown-party", party, "a member of the roster", "another party");
        }

        if (!AgreementPublicKey.TryCreate(channel, out var channelKey) || !AgreementPublicKey.TryCreate(hpke, out var hpkeKey) || channelKey.Equals(hpkeKey))
        {
            return new ProtocolFault("offer.invalid-point", party, "two different uncompressed points on P-256", "other bytes");
        }

        // What is left must be exactly what this session's roster says, so it is written anew and compared.
        if (!Body(roster, member, channelKey, hpkeKey).AsSpan().SequenceEqual(body))
        {
            return new ProtocolFault("offer.foreign-session", party, $"an offer for {roster}", "one for another consortium, epoch, session, roster, suite or role");
        }

        return member.Key.Verify(Domain, body, signature)
            ? new SessionOffer(party, channelKey, hpkeKey, bytes.ToArray())
            : new ProtocolFault("offer.wrong-signature", null, $"a signature by {party} ({member.Key})", "another signature");
    }

    private static byte[] Body(Roster roster, RosterMember member, AgreementPublicKey channelKey, AgreementPublicKey hpkeKey) =>
        new WireWriter(Domain, 1)
            .Text(member.Party.Value).Bytes(channelKey.Point.Span).Bytes(hpkeKey.Point.Span).Int32((int)member.Roles)
            .Text(roster.Terms.Consortium).UInt64((ulong)roster.Terms.Epoch).Text(roster.Terms.Session.Value)
            .Bytes(roster.Digest.Span).Text(roster.Terms.Suite).ToArray();
}
