using System.Security.Cryptography;
using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Transparency;

/// <summary>Where a party's budget ledger stands: its version and the hash of its chain, signed by the party, countersigned by witnesses.</summary>
/// <remarks>
/// A witness keeps the last head that it countersigned and refuses one that lies behind it (<c>ledger.rolled-back</c>) or contradicts it
/// (<c>ledger.forked</c>), so that whoever administers the party's database cannot quietly restore an older ledger. Between two heads nobody but the party
/// sees the entries: <see cref="Follows(SignedLedgerHead, IEnumerable{ReadOnlyMemory{byte}})"/> checks them where they are shown. Public and immutable.
/// </remarks>
public sealed class SignedLedgerHead
{
    private const string Domain = "ledger.head";
    private const string WitnessDomain = "ledger.witness";

    private SignedLedgerHead(PartyId party, string budget, long version, byte[] hash, byte[] signature)
    {
        Party = party;
        Budget = budget;
        Version = version;
        Hash = hash;
        Signature = signature;
    }

    /// <summary>Whose data the ledger guards.</summary>
    public PartyId Party { get; }

    /// <summary>The budget's name.</summary>
    public string Budget { get; }

    /// <summary>Entries in the ledger.</summary>
    public long Version { get; }

    /// <summary>Hash of the chain over these entries, <see cref="HashChain.HashLength"/> bytes.</summary>
    public ReadOnlyMemory<byte> Hash { get; }

    /// <summary>The party's signature, <see cref="VerificationKey.SignatureLength"/> bytes.</summary>
    public ReadOnlyMemory<byte> Signature { get; }

    /// <summary>The chain's domain for a party's budget, to be given to <see cref="HashChain"/>.</summary>
    /// <param name="party">Whose data the ledger guards.</param>
    /// <param name="budget">The budget's name.</param>
    public static string ChainDomain(PartyId party, string budget) => $"ledger/{party.Value}/{budget}";

    /// <summary>Signs a head.</summary>
    /// <param name="key">The party's key.</param>
    /// <param name="party">Whose data the ledger guards.</param>
    /// <param name="budget">The budget's name, 1 to 128 bytes.</param>
    /// <param name="version">Entries in the ledger, not negative.</param>
    /// <param name="hash">Hash of the chain, <see cref="HashChain.HashLength"/> bytes.</param>
    /// <returns>The signed head.</returns>
    public static SignedLedgerHead Sign(SigningKey key, PartyId party, string budget, long version, ReadOnlySpan<byte> hash)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentException.ThrowIfNullOrEmpty(budget);
        ArgumentOutOfRangeException.ThrowIfNegative(version);
        ArgumentOutOfRangeException.ThrowIfNotEqual(hash.Length, HashChain.HashLength);
        return new SignedLedgerHead(party, budget, version, hash.ToArray(), key.Sign(Domain, Body(party, budget, version, hash)));
    }

    /// <summary>Puts a head together from parts that may be hostile; its signature is not checked yet.</summary>
    /// <param name="party">The party's name.</param>
    /// <param name="budget">The budget's name.</param>
    /// <param name="version">Entries in the ledger.</param>
    /// <param name="hashHex">Hash of the chain, 64 lower-case hexadecimal digits.</param>
    /// <param name="signature">The party's signature.</param>
    /// <returns>The head, or <c>ledger.malformed</c>.</returns>
    public static Checked<SignedLedgerHead> FromParts(string party, string budget, long version, string hashHex, ReadOnlySpan<byte> signature)
    {
        var fits = PartyId.TryCreate(party, out var id) && budget is { Length: >= 1 and <= 128 } && version >= 0
            && hashHex is { Length: 2 * HashChain.HashLength } && hashHex.All(char.IsAsciiHexDigitLower) && signature.Length == VerificationKey.SignatureLength;
        return fits
            ? new SignedLedgerHead(id, budget, version, Convert.FromHexString(hashHex), signature.ToArray())
            : new ProtocolFault("ledger.malformed", null, "a signed ledger head", "a name, number or length out of range");
    }

    /// <summary>Reads a head that may be hostile; its signature is not checked yet.</summary>
    /// <param name="bytes">What <see cref="Encode"/> wrote.</param>
    /// <returns>The head, or <c>ledger.malformed</c>.</returns>
    public static Checked<SignedLedgerHead> Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new WireReader(bytes, "ledger.signed-head", 1);
        var named = PartyId.TryCreate(reader.Text(64), out var party);
        var budget = reader.Text(128);
        var version = reader.UInt64();
        var hash = reader.Bytes(HashChain.HashLength).ToArray();
        var signature = reader.Bytes(VerificationKey.SignatureLength).ToArray();
        var fits = reader.Finish() && named && budget.Length > 0 && version <= long.MaxValue && hash.Length == HashChain.HashLength;
        return fits
            ? new SignedLedgerHead(party, budget, (long)version, hash, signature)
            : new ProtocolFault("ledger.malformed", null, "a signed ledger head", reader.Failure ?? "a name, number or length out of range");
    }

    /// <summary>The canonical bytes, the party's signature included.</summary>
    public byte[] Encode() =>
        new WireWriter("ledger.signed-head", 1).Text(Party.Value).Text(Budget).UInt64((ulong)Version).Bytes(Hash.Span).Bytes(Signature.Span).ToArray();

    /// <summary>Checks the party's signature.</summary>
    /// <param name="owner">The party's key, from the consortium's roster.</param>
    /// <returns>Null, or <c>ledger.wrong-signature</c>.</returns>
    public ProtocolFault? Verify(VerificationKey owner)
    {
        ArgumentNullException.ThrowIfNull(owner);
        return owner.Verify(Domain, Body(Party, Budget, Version, Hash.Span), Signature.Span)
            ? null
            : new ProtocolFault("ledger.wrong-signature", Party, $"a head of {Budget} signed by {owner}", $"another signature over version {Version}");
    }

    /// <summary>Countersigns this head as a witness, after checking it against the last one.</summary>
    /// <param name="witness">The witness's key.</param>
    /// <returns><see cref="VerificationKey.SignatureLength"/> bytes.</returns>
    public byte[] Witness(SigningKey witness)
    {
        ArgumentNullException.ThrowIfNull(witness);
        return witness.Sign(WitnessDomain, Body(Party, Budget, Version, Hash.Span));
    }

    /// <summary>Whether a witness countersigned this head.</summary>
    /// <param name="witness">The witness's key.</param>
    /// <param name="signature">The countersignature as it came.</param>
    public bool IsWitnessedBy(VerificationKey witness, ReadOnlySpan<byte> signature)
    {
        ArgumentNullException.ThrowIfNull(witness);
        return witness.Verify(WitnessDomain, Body(Party, Budget, Version, Hash.Span), signature);
    }

    /// <summary>Checks this head against an earlier one without seeing entries: the witness's rule.</summary>
    /// <param name="earlier">The last head that was accepted.</param>
    /// <returns>Null, or <c>ledger.foreign</c>, <c>ledger.rolled-back</c> or <c>ledger.forked</c>.</returns>
    public ProtocolFault? Follows(SignedLedgerHead earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        if (Party != earlier.Party || Budget != earlier.Budget)
        {
            return new ProtocolFault("ledger.foreign", Party, $"{earlier.Party}/{earlier.Budget}", $"{Party}/{Budget}");
        }

        if (Version < earlier.Version)
        {
            return new ProtocolFault("ledger.rolled-back", Party, $"version {earlier.Version} or later", $"version {Version}");
        }

        return Version == earlier.Version && !CryptographicOperations.FixedTimeEquals(Hash.Span, earlier.Hash.Span)
            ? new ProtocolFault("ledger.forked", Party, $"the hash that was seen at version {Version}", "another hash")
            : null;
    }

    /// <summary>Checks this head against an earlier one and the entries between them.</summary>
    /// <param name="earlier">The last head that was accepted.</param>
    /// <param name="entriesBetween">The canonical entries after the earlier head, in order.</param>
    /// <returns>Null, or a fault as of <see cref="Follows(SignedLedgerHead)"/>.</returns>
    public ProtocolFault? Follows(SignedLedgerHead earlier, IEnumerable<ReadOnlyMemory<byte>> entriesBetween)
    {
        ArgumentNullException.ThrowIfNull(entriesBetween);
        if (Follows(earlier) is { } fault)
        {
            return fault;
        }

        var (hash, version) = (earlier.Hash.ToArray(), earlier.Version);
        foreach (var entry in entriesBetween)
        {
            hash = HashChain.Next(ChainDomain(Party, Budget), hash, entry.Span);
            version++;
        }

        return version == Version && CryptographicOperations.FixedTimeEquals(hash, Hash.Span)
            ? null
            : new ProtocolFault("ledger.forked", Party, $"the hash of version {Version}", $"another hash after {version - earlier.Version} entries");
    }

    private static byte[] Body(PartyId party, string budget, long version, ReadOnlySpan<byte> hash) =>
        new WireWriter("ledger.head", 1).Text(party.Value).Text(budget).UInt64((ulong)version).Bytes(hash).ToArray();
}
