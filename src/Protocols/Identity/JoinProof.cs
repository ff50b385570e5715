using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Identity;

/// <summary>What an invited party signs to show that it holds the key that it wants pinned.</summary>
/// <remarks>
/// Proof of possession in the sense of RFC 4211, section 4: without it, a party could have another's key pinned under its own name. Bound to the consortium, the
/// party and the invitation, so that it serves nowhere else; whoever replays it pins the same key again.
/// </remarks>
public static class JoinProof
{
    private const string Domain = "privacygrains/join/v1";

    /// <summary>Signs the proof.</summary>
    /// <param name="key">The key that is to be pinned.</param>
    /// <param name="consortium">The consortium's name.</param>
    /// <param name="party">The joining party's name.</param>
    /// <param name="tokenHash">Lower-case hex of SHA-256 over the invitation's secret.</param>
    /// <returns><see cref="VerificationKey.SignatureLength"/> bytes.</returns>
    public static byte[] Sign(SigningKey key, string consortium, string party, string tokenHash)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Sign(Domain, Body(consortium, party, tokenHash));
    }

    /// <summary>Checks the proof.</summary>
    /// <param name="key">The key that is to be pinned.</param>
    /// <param name="consortium">The consortium's name.</param>
    /// <param name="party">The joining party's name, as it came.</param>
    /// <param name="tokenHash">The invitation's hash, as it came.</param>
    /// <param name="proof">The signature, as it came.</param>
    public static bool Verify(VerificationKey key, string consortium, string party, string tokenHash, ReadOnlySpan<byte> proof)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Verify(Domain, Body(consortium, party, tokenHash), proof);
    }

    private static ReadOnlySpan<byte> Body(string consortium, string party, string tokenHash) =>
        new WireWriter("consortium.join", 1).Text(consortium).Text(party).Text(tokenHash).Written.Span;
}
