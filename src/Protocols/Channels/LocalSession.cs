using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Rosters;

namespace PrivacyGrains.Protocols.Channels;

/// <summary>A member's own side of a session's key exchange: holds its ephemeral keys, and makes one channel with each peer.</summary>
/// <remarks>
/// <para>
/// Steps: (1) <see cref="Begin"/> makes two fresh P-256 keys and signs an offer; (2) offers are exchanged, in the open; (3) <see cref="Connect"/> turns each
/// peer's offer into a <see cref="SecureChannel"/>; (4) <see cref="EndExchange"/> erases the exchange key; (5) before output each side signs the channel's
/// transcript; (6) dispose at the session's end.
/// </para>
/// <para>
/// Source: a signed ephemeral Diffie-Hellman exchange of the family of SIGMA (Krawczyk, CRYPTO 2003) with the key schedule in the manner of TLS 1.3
/// (RFC 8446 section 7.1): keys are bound to both signed offers and so to identities, session and roster. Differences, in full: a member uses one ephemeral
/// key with all peers of one session (n offers rather than n^2); the signature covers the own key and the session, and the pair's transcript is signed at the
/// end rather than in the handshake, so a peer's possession of its key shows with the first frame that opens (implicit key confirmation).
/// </para>
/// <para>
/// Gives: secrecy and integrity against whoever reads and alters the network, mutual authentication by roster keys, forward secrecy once the session's keys are
/// erased. Does not give: protection where a member's machine is taken during the session, hiding of lengths or timing, deniability, post-quantum secrecy.
/// Not thread-safe.
/// </para>
/// </remarks>
public sealed class LocalSession : IDisposable
{
    private readonly Dictionary<PartyId, byte[]> _connected = [];
    private AgreementKey? _channelKey;

    private LocalSession(Roster roster, SessionOffer offer, AgreementKey channelKey, AgreementKey hpkeKey)
    {
        Roster = roster;
        Offer = offer;
        _channelKey = channelKey;
        HpkeKey = hpkeKey;
    }

    /// <summary>The session's roster, as the caller verified it.</summary>
    public Roster Roster { get; }

    /// <summary>The own offer, to be sent to every peer.</summary>
    public SessionOffer Offer { get; }

    /// <summary>The session's key pair that inputs are sealed to; owned and disposed by this session.</summary>
    public AgreementKey HpkeKey { get; }

    /// <summary>Members with a role in common use that no channel exists with yet.</summary>
    /// <param name="role">The role whose members are meant, as <see cref="RosterRoles.Compute"/>.</param>
    public IReadOnlyList<PartyId> Missing(RosterRoles role) =>
        [.. Roster.With(role).Select(member => member.Party).Where(party => party != Offer.Party && !_connected.ContainsKey(party))];

    /// <summary>Makes the session's keys and signs the offer.</summary>
    /// <param name="roster">The session's roster, verified by the caller.</param>
    /// <param name="self">The member that this side is.</param>
    /// <param name="key">Its roster key.</param>
    /// <returns>The session's own side; its owner disposes it.</returns>
    /// <exception cref="ArgumentException">The roster does not name this party with this key.</exception>
    public static LocalSession Begin(Roster roster, PartyId self, SigningKey key)
    {
        var (channelKey, hpkeKey) = (AgreementKey.Create(), AgreementKey.Create());
        try
        {
            return new LocalSession(roster, SessionOffer.Sign(roster, self, key, channelKey.PublicKey, hpkeKey.PublicKey), channelKey, hpkeKey);
        }
        catch
        {
            channelKey.Dispose();
            hpkeKey.Dispose();
            throw;
        }
    }

    /// <summary>Makes the channel with a peer, once.</summary>
    /// <param name="peer">The peer's offer, from <see cref="SessionOffer.Accept"/> under the same roster.</param>
    /// <returns>
    /// The channel; its owner disposes it. Or <c>channel.already-connected</c> for the same offer again, <c>channel.equivocation</c> for a second offer by that
    /// peer, <c>channel.reflected</c> for the own offer, <c>channel.foreign-session</c> for an offer that was accepted under another roster.
    /// </returns>
    /// <exception cref="InvalidOperationException">The exchange has ended.</exception>
    public Checked<SecureChannel> Connect(SessionOffer peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        var own = _channelKey ?? throw new InvalidOperationException("The exchange has ended; its key is erased.");
        if (peer.Party == Offer.Party || peer.ChannelKey.Equals(Offer.ChannelKey))
        {
            return new ProtocolFault("channel.reflected", peer.Party, "a peer's offer", "the own one");
        }

        // The offer may have been accepted under a roster that this session does not have.
        if (!SessionOffer.Accept(Roster, peer.Encoded.Span).IsOk)
        {
            return new ProtocolFault("channel.foreign-session", peer.Party, $"an offer for {Roster}", "one for another session");
        }

        var digest = peer.Digest(Roster);
        if (_connected.TryGetValue(peer.Party, out var before))
        {
            return before.AsSpan().SequenceEqual(digest)
                ? new ProtocolFault("channel.already-connected", peer.Party, "one offer", "the same again")
                : new ProtocolFault("channel.equivocation", peer.Party, "one offer", "a second one");
        }

        _connected.Add(peer.Party, digest);
        return SecureChannel.Establish(Roster, Offer, peer, own);
    }

    /// <summary>Erases the exchange key; called when all channels are made, so that what comes later cannot be decrypted from it.</summary>
    public void EndExchange()
    {
        _channelKey?.Dispose();
        _channelKey = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        EndExchange();
        HpkeKey.Dispose();
    }

    /// <summary>Party and session; never a key.</summary>
    public override string ToString() => $"LocalSession({Offer.Party} in {Roster})";
}
