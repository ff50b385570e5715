using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Rosters;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Sessions;

/// <summary>What a lot of correlated randomness may serve: one list of correlations, among these parties in this order, made by this dealer.</summary>
/// <remarks>
/// <para>A <b>lot</b> is all that one run of a plan needs, dealt ahead under a name of its own. A <b>pool</b> is the lots that are alike: same terms, consortium and epoch.
/// A lot is of use only where every compute party holds its part, so each party that remembers having given its part away keeps all of it from serving twice.</para>
/// <para>The pool is a roster as a session's is (<see cref="MakeRoster"/>): offers, seals and signatures of <c>Protocols.Channels</c> bind to it, and with it to consortium, epoch, members and their keys.
/// Public: it says sizes and names, no secret.</para>
/// </remarks>
/// <param name="Preprocessing">What one lot holds.</param>
/// <param name="ComputeParties">Ascending: the order of their share index.</param>
/// <param name="Dealer">Who makes it.</param>
public sealed record StockTerms(PreprocessingPlan Preprocessing, ImmutableArray<PartyId> ComputeParties, PartyId Dealer)
{
    private const string LotPrefix = "lot.";

    /// <summary>SHA-256 over the canonical form.</summary>
    public byte[] Digest()
    {
        var writer = new WireWriter("stock.terms", 1).Bytes(Preprocessing.Digest()).Text(Dealer.Value).Int32(ComputeParties.Length);
        foreach (var party in ComputeParties)
        {
            writer.Text(party.Value);
        }

        return SHA256.HashData(writer.Written.Span);
    }

    /// <summary>The pool's name: equal exactly where consortium, epoch and terms are.</summary>
    /// <param name="consortium">The consortium's name.</param>
    /// <param name="epoch">Its epoch.</param>
    public SessionId Pool(string consortium, long epoch) =>
        SessionId.Create("stock." + Convert.ToHexStringLower(
            SHA256.HashData(new WireWriter("stock.pool", 1).Text(consortium).UInt64(checked((ulong)epoch)).Bytes(Digest()).Written.Span), 0, 16));

    /// <summary>The roster that lots of the pool are sealed under.</summary>
    /// <param name="consortium">The consortium's name.</param>
    /// <param name="epoch">Its epoch.</param>
    /// <param name="keys">The members' pinned keys.</param>
    /// <returns>The roster, or the fault: a party without a key, a dealer who also computes, parties out of order or of another number than the scheme's.</returns>
    public Checked<Roster> MakeRoster(string consortium, long epoch, IReadOnlyDictionary<PartyId, VerificationKey> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        if (ComputeParties.Length != Preprocessing.Scheme.Parties || ComputeParties.Zip(ComputeParties.Skip(1)).Any(pair => pair.First >= pair.Second))
        {
            return new ProtocolFault("stock.invalid-parties", null, $"{Preprocessing.Scheme.Parties} different compute parties in ascending order", $"{ComputeParties.Length} names");
        }

        if (ComputeParties.Contains(Dealer))
        {
            return new ProtocolFault("stock.dealer-has-another-role", Dealer, "a dealer that does not compute", "one that does");
        }

        var members = new List<RosterMember>();
        foreach (var party in ComputeParties.Append(Dealer))
        {
            if (!keys.TryGetValue(party, out var key))
            {
                return new ProtocolFault("roster.unknown-member", party, "a member of the consortium", "another party");
            }

            members.Add(new RosterMember(party, party == Dealer ? RosterRoles.Dealer : RosterRoles.Compute, key));
        }

        return Roster.Check(
            new RosterTerms
            {
                Consortium = consortium,
                Epoch = epoch,
                Session = Pool(consortium, epoch),
                Purpose = "stock",
                ReconstructionThreshold = ComputeParties.Length,
                CorruptionThreshold = ComputeParties.Length - 1,
                MinimumCohort = 0,
                ComputationDigest = Digest(),
            },
            members);
    }

    /// <summary>A lot's name: the dealer's counter, which says whether a party has met it, and 128 random bits, so that a dealer that was rolled back cannot deal a name twice.</summary>
    /// <param name="counter">The dealer's, from 1.</param>
    /// <param name="random">Uniform bytes.</param>
    public static SessionId NewLot(long counter, IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(counter, 1);
        var tail = new byte[16];
        random.Fill(tail);
        return SessionId.Create(string.Create(CultureInfo.InvariantCulture, $"{LotPrefix}{counter}.{Convert.ToHexStringLower(tail)}"));
    }

    /// <summary>Reads a lot's name, from text that may be hostile.</summary>
    /// <param name="text">The name as it came.</param>
    /// <param name="lot">The name, checked.</param>
    /// <param name="counter">The dealer's counter in it.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TryReadLot(string? text, out SessionId lot, out long counter)
    {
        counter = 0;
        return SessionId.TryCreate(text, out lot) && text!.StartsWith(LotPrefix, StringComparison.Ordinal) && text.Split('.') is [_, var number, { Length: 32 } tail]
            && number is { Length: <= 18 } && number[0] is >= '1' and <= '9' && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out counter)
            && tail.All(char.IsAsciiHexDigitLower);
    }
}
