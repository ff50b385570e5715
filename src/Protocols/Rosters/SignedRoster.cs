using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Rosters;

/// <summary>One member's signature under a roster.</summary>
/// <param name="Party">Who signed.</param>
/// <param name="Signature"><see cref="VerificationKey.SignatureLength"/> bytes; not yet checked.</param>
public sealed record RosterSignature(PartyId Party, ReadOnlyMemory<byte> Signature)
{
    private const string Domain = "roster";

    /// <summary>Signs a roster as one of its members.</summary>
    /// <param name="roster">The roster, which the signer has read and agrees to.</param>
    /// <param name="party">The signer.</param>
    /// <param name="key">The signer's key.</param>
    /// <returns>The signature.</returns>
    /// <exception cref="ArgumentException">The roster does not name this party with this key.</exception>
    public static RosterSignature Sign(Roster roster, PartyId party, SigningKey key)
    {
        ArgumentNullException.ThrowIfNull(roster);
        ArgumentNullException.ThrowIfNull(key);
        return roster.Find(party) is { } member && member.Key.Equals(key.PublicKey)
            ? new RosterSignature(party, key.Sign(Domain, roster.Encoded.Span))
            : throw new ArgumentException($"The roster does not name {party} with this key.", nameof(party));
    }

    internal bool Holds(Roster roster, VerificationKey key) => key.Verify(Domain, roster.Encoded.Span, Signature.Span);
}

/// <summary>A roster with the signatures of its members: what a party checks before it sends anything of a session.</summary>
/// <remarks>
/// The keys that count are the ones that the verifier brings along (from its consortium's journal), never the roster's own: nobody, the coordinator
/// included, can invent a member. Gives no freshness by itself: the verifier refuses a session that it has seen before, or another epoch.
/// </remarks>
public sealed class SignedRoster
{
    private readonly Dictionary<PartyId, RosterSignature> _signatures;

    /// <summary>Puts signatures to a roster, unchecked.</summary>
    /// <param name="roster">The roster.</param>
    /// <param name="signatures">Signatures as they came; of two by one party the last is kept.</param>
    public SignedRoster(Roster roster, IEnumerable<RosterSignature> signatures)
    {
        ArgumentNullException.ThrowIfNull(roster);
        ArgumentNullException.ThrowIfNull(signatures);
        Unverified = roster;
        _signatures = [];
        foreach (var signature in signatures)
        {
            _signatures[signature.Party] = signature;
        }
    }

    /// <summary>The roster before any signature is checked: for showing it and for asking who has not signed.</summary>
    public Roster Unverified { get; }

    /// <summary>Members without a signature.</summary>
    public IReadOnlyList<PartyId> Missing => [.. Unverified.Members.Select(member => member.Party).Where(party => !_signatures.ContainsKey(party))];

    /// <summary>Checks that the members are known under their keys and that every one signed.</summary>
    /// <param name="expectedKeys">The consortium's members and their keys as the verifier knows them; may hold more members than the roster.</param>
    /// <returns>The roster, or <c>roster.unknown-member</c>, <c>roster.wrong-key</c>, <c>roster.missing-signature</c> or <c>roster.wrong-signature</c>.</returns>
    public Checked<Roster> Verify(IReadOnlyDictionary<PartyId, VerificationKey> expectedKeys)
    {
        ArgumentNullException.ThrowIfNull(expectedKeys);
        foreach (var member in Unverified.Members)
        {
            if (!expectedKeys.TryGetValue(member.Party, out var key))
            {
                return new ProtocolFault("roster.unknown-member", member.Party, "a member of the consortium", "another party");
            }

            if (!key.Equals(member.Key))
            {
                return new ProtocolFault("roster.wrong-key", member.Party, $"key {key}", $"key {member.Key}");
            }

            if (!_signatures.TryGetValue(member.Party, out var signature))
            {
                return new ProtocolFault("roster.missing-signature", member.Party, "every member's signature", $"none of {string.Join(", ", Missing)}");
            }

            if (!signature.Holds(Unverified, key))
            {
                return new ProtocolFault("roster.wrong-signature", member.Party, "a signature over this roster", "another signature");
            }
        }

        return Unverified;
    }

    /// <summary>The canonical bytes of roster and signatures, in the roster's order.</summary>
    public byte[] Encode()
    {
        var present = Unverified.Members.Where(member => _signatures.ContainsKey(member.Party)).ToArray();
        var writer = new WireWriter("roster.signed", 1).Bytes(Unverified.Encoded.Span).Int32(present.Length);
        foreach (var member in present)
        {
            writer.Text(member.Party.Value).Bytes(_signatures[member.Party].Signature.Span);
        }

        return writer.ToArray();
    }

    /// <summary>Reads what <see cref="Encode"/> wrote, from bytes that may be hostile. No signature is checked yet.</summary>
    /// <param name="bytes">The bytes as they came.</param>
    /// <returns>The signed roster, or <c>roster.malformed</c> or <c>roster.invalid</c>.</returns>
    public static Checked<SignedRoster> Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new WireReader(bytes, "roster.signed", 1);
        var encoded = reader.Bytes().ToArray();
        var count = reader.Int32();
        var signatures = new List<RosterSignature>();
        for (var i = 0; i < count && i < Roster.MaximumMembers && reader.Failure is null; i++)
        {
            var named = PartyId.TryCreate(reader.Text(64), out var party);
            var signature = reader.Bytes(VerificationKey.SignatureLength).ToArray();
            if (named)
            {
                signatures.Add(new RosterSignature(party, signature));
            }
        }

        return !reader.Finish() || signatures.Count != count
            ? new ProtocolFault("roster.malformed", null, "a signed roster", reader.Failure ?? "a name or count that is none")
            : Roster.Decode(encoded).Try(out var roster, out var fault) ? new SignedRoster(roster, signatures) : fault;
    }
}
