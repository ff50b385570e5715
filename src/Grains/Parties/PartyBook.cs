using System.Collections.Immutable;
using PrivacyGrains.Engine;
using PrivacyGrains.Grains.Consortium;
using PrivacyGrains.Grains.Journaling;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Rosters;

namespace PrivacyGrains.Grains.Parties;

/// <summary>What a party's entries amount to, and its rules. Pure and immutable.</summary>
internal sealed record PartyBook
{
    private const int MaximumColumns = 10_000;

    /// <summary>A party of which nothing is known.</summary>
    public static PartyBook Empty { get; } = new();

    /// <summary>Descriptions of data sets, by name, ordinal.</summary>
    public ImmutableSortedDictionary<string, DataSetView> DataSets { get; private init; } = ImmutableSortedDictionary.Create<string, DataSetView>(StringComparer.Ordinal);

    /// <summary>Digest of the roster that was signed for each session: a session has one.</summary>
    public ImmutableDictionary<string, string> Sessions { get; private init; } = ImmutableDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Heads that were refused, so that the same evidence is written down once.</summary>
    public ImmutableHashSet<(string Party, string Budget, long Version, string Hash, string Code)> Refused { get; private init; } = [];

    /// <summary>The book after one durable entry.</summary>
    public PartyBook Apply(PartyEntry entry) => entry switch
    {
        DataSetDescribed e => this with { DataSets = DataSets.SetItem(e.Name, new DataSetView(e.Name, e.Rows, e.Columns, e.Budget)) },
        RosterSigned e => this with { Sessions = Sessions.SetItem(e.Session, e.Digest) },
        HeadRefused e => this with { Refused = Refused.Add((e.Party, e.Budget, e.Version, e.HeadHash, e.Code)) },
        _ => throw new ArgumentOutOfRangeException(nameof(entry), entry.GetType().Name, "No such entry."),
    };

    /// <summary>Describes a data set, or describes it anew.</summary>
    public Decision<PartyEntry> Describe(DataSetView dataSet, string by, DateTimeOffset now)
    {
        if (!CredentialRules.IsId(dataSet.Name) || !CredentialRules.IsId(dataSet.Budget))
        {
            return Invalid("party.bad-data-set", "A data set and its budget are named by 1 to 64 characters of a-z, 0-9 and hyphen.");
        }

        if (dataSet.Rows < 0)
        {
            return Invalid("party.bad-data-set", $"A data set has a number of rows from 0, not {dataSet.Rows}.");
        }

        if (dataSet.Columns.IsDefaultOrEmpty || dataSet.Columns.Length > MaximumColumns || dataSet.Columns.Any(c => c is not { Length: >= 1 and <= 200 })
            || dataSet.Columns.Distinct(StringComparer.Ordinal).Count() != dataSet.Columns.Length)
        {
            return Invalid("party.bad-data-set", $"A data set has 1 to {MaximumColumns} columns of different names, each of 1 to 200 characters.");
        }

        return DataSets.TryGetValue(dataSet.Name, out var stands) && stands.Rows == dataSet.Rows && stands.Budget == dataSet.Budget && stands.Columns.SequenceEqual(dataSet.Columns)
            ? Decision<PartyEntry>.Nothing
            : new DataSetDescribed(dataSet.Name, dataSet.Rows, dataSet.Columns, dataSet.Budget, by, now);
    }

    /// <summary>Agrees to a roster: of this consortium and epoch, with the members' own keys, and the first one of its session.</summary>
    public Decision<PartyEntry> Agree(Roster roster, PartyId self, ConsortiumView consortium, string by, DateTimeOffset now)
    {
        if (roster.Terms.Consortium != consortium.Consortium || roster.Terms.Epoch != consortium.Epoch)
        {
            return new Refusal("roster.other-epoch", $"The roster is of epoch {roster.Terms.Epoch}; {consortium.Consortium} is in epoch {consortium.Epoch}. Draw it up anew.");
        }

        if (roster.Find(self) is null)
        {
            return new Refusal("roster.not-named", $"The roster does not name {self}.", RefusalKind.Forbidden);
        }

        foreach (var member in roster.Members)
        {
            var known = member.Party.Value == EngineSiloOptions.CoordinatorParty
                ? consortium.CoordinatorKey
                : consortium.Members.FirstOrDefault(m => m.Party == member.Party.Value && m.Status == MemberStatus.Member)?.VerificationKey ?? default;
            if (!known.Span.SequenceEqual(member.Key.Spki.Span))
            {
                return new Refusal("roster.unknown-member", $"{member.Party} is no member with that key.", RefusalKind.Forbidden);
            }
        }

        var (session, digest) = (roster.Terms.Session.Value, Convert.ToHexStringLower(roster.Digest.Span));
        return !Sessions.TryGetValue(session, out var signed) ? new RosterSigned(session, digest, by, now)
            : signed == digest ? Decision<PartyEntry>.Nothing
            : new Refusal("roster.session-reused", $"{self} has signed another roster for {session}. A session has one: choose another name.");
    }

    /// <summary>Writes down a refused head once.</summary>
    public Decision<PartyEntry> NoteRefused(Refusal refusal, LedgerHeadView head, HeadWitnessed kept, string by, DateTimeOffset now) =>
        Refused.Contains((head.Party, head.Budget, head.Version, head.HeadHash, refusal.Code))
            ? Decision<PartyEntry>.Nothing
            : new HeadRefused(refusal.Code, head.Party, head.Budget, head.Version, head.HeadHash, head.Signature.ToArray(), kept.Version, kept.HeadHash, by, now);

    /// <summary>What the audit log says about an entry.</summary>
    public static AuditEvent Audit(string party, long version, PartyEntry entry) => entry switch
    {
        DataSetDescribed e => new(version, "data-set.described", $"{party}/{e.Name}", e.By, $"{e.Rows} rows, {e.Columns.Length} columns, budget {e.Budget}", "", e.At),
        RosterSigned e => new(version, "roster.signed", e.Session, party, "", e.Digest, e.At),
        HeadRefused e => new(version, e.Code, $"{e.Party}/{e.Budget}", party, $"head at version {e.Version}, witnessed {e.KeptVersion} with {e.KeptHash}", e.HeadHash, e.At),
        _ => throw new ArgumentOutOfRangeException(nameof(entry), entry.GetType().Name, "No such entry."),
    };

    private static Refusal Invalid(string code, string message) => new(code, message, RefusalKind.Invalid);
}
