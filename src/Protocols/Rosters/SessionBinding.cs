using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Rosters;

/// <summary>The one way to say what a message or release belongs to: for HPKE's info, associated data and digests.</summary>
public static class SessionBinding
{
    /// <summary>Binds to a session, a purpose and two parties.</summary>
    /// <param name="roster">The session's roster, verified.</param>
    /// <param name="purpose">What the message is, as <c>inference.input</c>; not empty.</param>
    /// <param name="sender">Who sends it.</param>
    /// <param name="receiver">Who may read it.</param>
    /// <returns>Canonical bytes over consortium, epoch, session, roster digest, suite, purpose, sender and receiver; public.</returns>
    public static byte[] Of(Roster roster, string purpose, PartyId sender, PartyId receiver)
    {
        ArgumentNullException.ThrowIfNull(roster);
        ArgumentException.ThrowIfNullOrEmpty(purpose);
        return new WireWriter("session.binding", 1)
            .Text(roster.Terms.Consortium).UInt64((ulong)roster.Terms.Epoch).Text(roster.Terms.Session.Value).Bytes(roster.Digest.Span)
            .Text(roster.Terms.Suite).Text(purpose).Text(sender.Value).Text(receiver.Value).ToArray();
    }
}
