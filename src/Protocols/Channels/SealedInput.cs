using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Rosters;
using PrivacyGrains.Protocols.Wire;
using Suite = PrivacyGrains.Protocols.Hpke.Hpke;

namespace PrivacyGrains.Protocols.Channels;

/// <summary>Carries one message to a member that cannot take part in an exchange now: sealed to its session key, signed by the sender.</summary>
/// <remarks>
/// HPKE in base mode to the key of the member's <see cref="SessionOffer"/>, then the sender's signature. The info binds consortium, epoch, session, roster,
/// suite, purpose, sender and receiver, so that nobody can pass the ciphertext on under another name or in another session. Secret from all but the receiver
/// while the session's key lives; forward secret once it is erased. A replay within the session is not noticed here: the receiver takes one message for each
/// sender and purpose.
/// </remarks>
public static class SealedInput
{
    private const string Domain = "session.sealed-input";

    /// <summary>Seals and signs a message.</summary>
    /// <param name="roster">The session's roster, verified; names the sender.</param>
    /// <param name="sender">Who sends.</param>
    /// <param name="signer">Its roster key.</param>
    /// <param name="receiver">The receiver's offer, accepted under the same roster.</param>
    /// <param name="purpose">What the message is, as <c>inference.input</c>.</param>
    /// <param name="plaintext">The message's canonical bytes; secret.</param>
    /// <returns>The bytes to send.</returns>
    /// <exception cref="ArgumentException">The roster does not name the sender with this key.</exception>
    public static byte[] Seal(Roster roster, PartyId sender, SigningKey signer, SessionOffer receiver, string purpose, ReadOnlySpan<byte> plaintext)
    {
        ArgumentNullException.ThrowIfNull(receiver);
        return Seal(roster, sender, signer, receiver.Party, receiver.HpkeKey, purpose, plaintext);
    }

    /// <summary>Seals and signs a message to a member whose session key came another way, as the receiver of an inference, whose key stands in the statement that it signed.</summary>
    /// <param name="roster">The session's roster, verified; names the sender.</param>
    /// <param name="sender">Who sends.</param>
    /// <param name="signer">Its roster key.</param>
    /// <param name="receiver">To whom.</param>
    /// <param name="receiverKey">The receiver's key of this session, verified.</param>
    /// <param name="purpose">What the message is.</param>
    /// <param name="plaintext">The message's canonical bytes; secret.</param>
    /// <returns>The bytes to send.</returns>
    /// <exception cref="ArgumentException">The roster does not name the sender with this key.</exception>
    public static byte[] Seal(
        Roster roster, PartyId sender, SigningKey signer, PartyId receiver, AgreementPublicKey receiverKey, string purpose, ReadOnlySpan<byte> plaintext)
    {
        ArgumentNullException.ThrowIfNull(roster);
        ArgumentNullException.ThrowIfNull(signer);
        ArgumentNullException.ThrowIfNull(receiverKey);
        if (roster.Find(sender) is not { } member || !member.Key.Equals(signer.PublicKey))
        {
            throw new ArgumentException($"The roster does not name {sender} with this key.", nameof(sender));
        }

        var binding = SessionBinding.Of(roster, purpose, sender, receiver);
        var content = new WireWriter("session.input", 1).Bytes(binding).Bytes(Suite.Seal(receiverKey, binding, [], plaintext)).Written;
        return new WireWriter(Domain, 1).Bytes(content.Span).Bytes(signer.Sign(Domain, content.Span)).ToArray();
    }

    /// <summary>Checks and opens a message.</summary>
    /// <param name="session">The receiver's own side of the session.</param>
    /// <param name="sender">Who should have sent it; a member of the roster.</param>
    /// <param name="purpose">What it should be.</param>
    /// <param name="message">The bytes as they came.</param>
    /// <returns>
    /// The message, or <c>input.malformed</c>, <c>input.unknown-party</c>, <c>input.foreign-session</c> (another session, purpose, sender or receiver),
    /// <c>input.wrong-signature</c>, <c>hpke.invalid-point</c> or <c>hpke.not-opened</c>.
    /// </returns>
    public static Checked<byte[]> Open(LocalSession session, PartyId sender, string purpose, ReadOnlySpan<byte> message)
    {
        ArgumentNullException.ThrowIfNull(session);
        return Open(session.Roster, session.Offer.Party, session.HpkeKey, sender, purpose, message);
    }

    /// <summary>Checks and opens a message with a session key that stands in no offer.</summary>
    /// <param name="roster">The session's roster.</param>
    /// <param name="receiver">Oneself.</param>
    /// <param name="key">One's own key of this session.</param>
    /// <param name="sender">Who should have sent it; a member of the roster.</param>
    /// <param name="purpose">What it should be.</param>
    /// <param name="message">The bytes as they came.</param>
    /// <returns>The message, or a fault as above.</returns>
    public static Checked<byte[]> Open(Roster roster, PartyId receiver, AgreementKey key, PartyId sender, string purpose, ReadOnlySpan<byte> message)
    {
        ArgumentNullException.ThrowIfNull(roster);
        ArgumentNullException.ThrowIfNull(key);
        var outer = new WireReader(message, Domain, 1);
        var content = outer.Bytes();
        var signature = outer.Bytes(VerificationKey.SignatureLength);
        var reader = new WireReader(content, "session.input", 1);
        var binding = reader.Bytes(4096);
        var sealedMessage = reader.Bytes();
        if (!outer.Finish() || !reader.Finish())
        {
            return new ProtocolFault("input.malformed", null, $"a sealed input by {sender}", outer.Failure ?? reader.Failure!);
        }

        if (roster.Find(sender) is not { } member)
        {
            return new ProtocolFault("input.unknown-party", sender, "a member of the roster", "another party");
        }

        return !binding.SequenceEqual(SessionBinding.Of(roster, purpose, sender, receiver))
            ? new ProtocolFault("input.foreign-session", null, $"{purpose} by {sender} in {roster}", "a message bound to something else")
            : !member.Key.Verify(Domain, content, signature)
            ? new ProtocolFault("input.wrong-signature", null, $"a message signed by {sender}", "another signature")
            : Suite.Open(key, binding, [], sealedMessage);
    }
}
