using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Transparency;

/// <summary>What a party's ledger states about one charge or disclosure: what whoever gives an output share or an unmasking answer checks first.</summary>
/// <param name="Party">Whose data the ledger guards.</param>
/// <param name="Budget">The budget's name.</param>
/// <param name="ChargeId">Which charge or disclosure.</param>
/// <param name="Kind"><c>charge</c> or <c>disclosure</c>.</param>
/// <param name="Purpose">What for.</param>
/// <param name="Status"><c>reserved</c>, <c>committed</c>, <c>refunded</c> or <c>aborted-committed</c>.</param>
/// <param name="Binding">Digest of the release that it pays for, lower-case hex.</param>
/// <param name="EpsilonSoFar">The ledger's loss after the entry that made this state, rounded up.</param>
/// <param name="EpsilonLeft">What was left then, rounded down.</param>
/// <param name="Version">The ledger's version that made this state.</param>
/// <param name="HeadHash">The chain's hash at that version, lower-case hex.</param>
/// <remarks>
/// The party's signature is over the canonical bytes of all of the above, under the domain <c>ledger.receipt</c>. A receipt says how the charge stood at its
/// version: a committed charge stays spent, but it may be marked aborted later. It does not show that the ledger was not rolled back: that is what
/// <see cref="SignedLedgerHead"/>s in other hands are for.
/// </remarks>
public sealed record LedgerReceipt(
    PartyId Party,
    string Budget,
    string ChargeId,
    string Kind,
    string Purpose,
    string Status,
    string Binding,
    double EpsilonSoFar,
    double EpsilonLeft,
    long Version,
    string HeadHash)
{
    private const string Domain = "ledger.receipt";

    /// <summary>The canonical bytes; doubles as their IEEE 754 bits.</summary>
    public byte[] Canonical() =>
        new WireWriter("ledger.receipt", 1)
            .Text(Party.Value).Text(Budget).Text(ChargeId).Text(Kind).Text(Purpose).Text(Status).Text(Binding)
            .UInt64(BitConverter.DoubleToUInt64Bits(EpsilonSoFar)).UInt64(BitConverter.DoubleToUInt64Bits(EpsilonLeft))
            .UInt64((ulong)Version).Text(HeadHash).ToArray();

    /// <summary>Signs the receipt.</summary>
    /// <param name="key">The party's key.</param>
    /// <returns><see cref="VerificationKey.SignatureLength"/> bytes.</returns>
    public byte[] Sign(SigningKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Sign(Domain, Canonical());
    }

    /// <summary>Checks the party's signature.</summary>
    /// <param name="owner">The party's key, from the consortium's roster.</param>
    /// <param name="signature">The signature as it came.</param>
    /// <returns>Null, or <c>ledger.wrong-receipt</c>.</returns>
    public ProtocolFault? Verify(VerificationKey owner, ReadOnlySpan<byte> signature)
    {
        ArgumentNullException.ThrowIfNull(owner);
        return owner.Verify(Domain, Canonical(), signature)
            ? null
            : new ProtocolFault("ledger.wrong-receipt", Party, $"a receipt for {ChargeId} signed by {owner}", "another signature");
    }

    /// <summary>Whether this pays for a release: committed, neither refunded nor aborted, and bound to exactly that release.</summary>
    /// <param name="binding">The digest that the checking side computed itself.</param>
    public bool PaysFor(string binding) => Status == "committed" && Binding == binding;
}
