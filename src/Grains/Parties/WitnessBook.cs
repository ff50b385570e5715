using System.Collections.Immutable;
using System.Text.Json;
using PrivacyGrains.Grains.Journaling;
using PrivacyGrains.Protocols.Transparency;

namespace PrivacyGrains.Grains.Parties;

/// <summary>The newest ledger head of each other party's budget that this party has witnessed, and the witness's rule. Pure and immutable.</summary>
internal sealed record WitnessBook(ImmutableDictionary<(string Party, string Budget), HeadWitnessed> Heads)
{
    /// <summary>No head yet.</summary>
    public static WitnessBook Empty { get; } = new(ImmutableDictionary<(string Party, string Budget), HeadWitnessed>.Empty);

    /// <summary>How the book is written down whole: it stays small while its stream grows with every charge of the others.</summary>
    public static JournalSnapshots<WitnessBook> Snapshots { get; } = new(
        "party.witnessed-heads.v1",
        Every: 256,
        static book => JsonSerializer.SerializeToUtf8Bytes([.. book.Heads.Values.OrderBy(h => h.Party, StringComparer.Ordinal).ThenBy(h => h.Budget, StringComparer.Ordinal)], PartyJson.Default.HeadWitnessedArray),
        static bytes => JsonSerializer.Deserialize(bytes.Span, PartyJson.Default.HeadWitnessedArray)!.Aggregate(Empty, static (book, head) => book.Apply(head)));

    /// <summary>The book after one durable head.</summary>
    public WitnessBook Apply(HeadWitnessed head) => new(Heads.SetItem((head.Party, head.Budget), head));

    /// <summary>The head that is kept of a ledger, or null.</summary>
    public HeadWitnessed? Find(string party, string budget) => Heads.GetValueOrDefault((party, budget));

    /// <summary>Keeps a head whose signature was checked; refuses one that lies behind the kept one, or beside it.</summary>
    public Decision<HeadWitnessed> Witness(SignedLedgerHead head, DateTimeOffset now)
    {
        var hash = Convert.ToHexStringLower(head.Hash.Span);
        var fresh = new HeadWitnessed(head.Party.Value, head.Budget, head.Version, hash, head.Signature.ToArray(), now);
        return Find(fresh.Party, fresh.Budget) is not { } kept || head.Version > kept.Version ? fresh
            : head.Version < kept.Version
                ? new Refusal("witness.rollback", $"The head of {fresh.Party}/{fresh.Budget} is at version {head.Version}, and version {kept.Version} was witnessed: the ledger was rolled back.")
            : hash != kept.HeadHash
                ? new Refusal("witness.fork", $"Version {kept.Version} of {fresh.Party}/{fresh.Budget} was witnessed with another hash: the ledger was rewritten.")
            : Decision<HeadWitnessed>.Nothing;
    }
}
