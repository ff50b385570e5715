using System.Collections.Immutable;
using System.Security.Cryptography;
using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Rosters;

/// <summary>Who takes part in a session or round, in which role, with which keys, under which terms: checked, ordered, with one encoding.</summary>
/// <remarks>
/// Public and immutable. Everything later is bound to <see cref="Digest"/>: offers, channels, rounds, charges. A roster by itself is nobody's word; see
/// <see cref="SignedRoster"/>. It does not say that a member is honest or online.
/// </remarks>
public sealed class Roster
{
    /// <summary>Length of a digest in bytes.</summary>
    public const int DigestLength = SHA256.HashSizeInBytes;

    /// <summary>The most members that a roster names.</summary>
    public const int MaximumMembers = 1024;

    internal const string Kind = "roster";
    private readonly byte[] _encoded;
    private readonly byte[] _digest;

    private Roster(RosterTerms terms, ImmutableArray<RosterMember> members)
    {
        Terms = terms with { ComputationDigest = terms.ComputationDigest.ToArray() };
        Members = members;
        _encoded = Write(Terms, members);
        _digest = SHA256.HashData(_encoded);
    }

    /// <summary>What the members agree on, checked.</summary>
    public RosterTerms Terms { get; }

    /// <summary>The members in the ordinal order of their names; a member's index is its place here.</summary>
    public ImmutableArray<RosterMember> Members { get; }

    /// <summary>SHA-256 of <see cref="Encoded"/>, <see cref="DigestLength"/> bytes.</summary>
    public ReadOnlyMemory<byte> Digest => _digest;

    /// <summary>The one canonical encoding.</summary>
    public ReadOnlyMemory<byte> Encoded => _encoded;

    /// <summary>Makes a roster of terms that should be right.</summary>
    /// <param name="terms">The terms.</param>
    /// <param name="members">The members in any order.</param>
    /// <returns>The roster.</returns>
    /// <exception cref="ArgumentException">A term is out of range, or a member is doubled or has roles that exclude each other.</exception>
    public static Roster Create(RosterTerms terms, IEnumerable<RosterMember> members) =>
        Check(terms, members).Try(out var roster, out var fault) ? roster : throw new ArgumentException(fault.ToString(), nameof(terms));

    /// <summary>Makes a roster of terms that came from outside.</summary>
    /// <param name="terms">The terms.</param>
    /// <param name="members">The members in any order.</param>
    /// <returns>The roster, or <c>roster.invalid</c> with what is wrong.</returns>
    public static Checked<Roster> Check(RosterTerms terms, IEnumerable<RosterMember> members)
    {
        ArgumentNullException.ThrowIfNull(terms);
        ArgumentNullException.ThrowIfNull(members);
        var ordered = members.OrderBy(member => member.Party).ToImmutableArray();
        return (WrongTerm(terms, ordered.Length) ?? WrongMember(ordered)) is { } fault ? fault : new Roster(terms, ordered);
    }

    /// <summary>Reads a roster that may be hostile. It must have exactly the canonical encoding.</summary>
    /// <param name="bytes">What <see cref="Encoded"/> holds.</param>
    /// <returns>The roster, or <c>roster.malformed</c> or <c>roster.invalid</c>.</returns>
    public static Checked<Roster> Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new WireReader(bytes, Kind, 1);
        var (consortium, epoch, session) = (reader.Text(64), reader.UInt64(), reader.Text(96));
        var (suite, purpose) = (reader.Text(64), reader.Text(128));
        var (reconstruction, corruption, cohort) = (reader.Int32(), reader.Int32(), reader.Int32());
        var computation = reader.Bytes(DigestLength).ToArray();
        var count = reader.Int32();
        var members = new List<RosterMember>();
        for (var i = 0; i < count && i < MaximumMembers && reader.Failure is null; i++)
        {
            var named = PartyId.TryCreate(reader.Text(64), out var party);
            var roles = (RosterRoles)reader.Int32();
            if (!VerificationKey.TryCreate(reader.Bytes(VerificationKey.SpkiLength), out var key) || !named)
            {
                return Malformed($"a name or key that is none at index {i}");
            }

            members.Add(new RosterMember(party, roles, key));
        }

        if (!reader.Finish() || members.Count != count || epoch > long.MaxValue || !SessionId.TryCreate(session, out var sessionId))
        {
            return Malformed(reader.Failure ?? "a name or number that is none");
        }

        var terms = new RosterTerms
        {
            Consortium = consortium,
            Epoch = (long)epoch,
            Session = sessionId,
            Suite = suite,
            Purpose = purpose,
            ReconstructionThreshold = reconstruction,
            CorruptionThreshold = corruption,
            MinimumCohort = cohort,
            ComputationDigest = computation,
        };
        return !Check(terms, members).Try(out var roster, out var fault) ? fault
            : roster._encoded.AsSpan().SequenceEqual(bytes) ? roster
            : Malformed("members out of order");
    }

    /// <summary>A member's place, or -1.</summary>
    /// <param name="party">Whom to look for.</param>
    public int IndexOf(PartyId party)
    {
        for (var i = 0; i < Members.Length; i++)
        {
            if (Members[i].Party == party)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>A member, or null.</summary>
    /// <param name="party">Whom to look for.</param>
    public RosterMember? Find(PartyId party) => IndexOf(party) is >= 0 and var index ? Members[index] : null;

    /// <summary>The members that have a role, in the roster's order.</summary>
    /// <param name="role">The role.</param>
    public ImmutableArray<RosterMember> With(RosterRoles role) => [.. Members.Where(member => (member.Roles & role) == role)];

    /// <summary>The session's name and the digest's first digits.</summary>
    public override string ToString() => $"{Terms.Session} ({Convert.ToHexStringLower(_digest, 0, 4)})";

    private static byte[] Write(RosterTerms terms, ImmutableArray<RosterMember> members)
    {
        var writer = new WireWriter(Kind, 1)
            .Text(terms.Consortium).UInt64((ulong)terms.Epoch).Text(terms.Session.Value).Text(terms.Suite).Text(terms.Purpose)
            .Int32(terms.ReconstructionThreshold).Int32(terms.CorruptionThreshold).Int32(terms.MinimumCohort)
            .Bytes(terms.ComputationDigest.Span)
            .Int32(members.Length);
        foreach (var member in members)
        {
            writer.Text(member.Party.Value).Int32((int)member.Roles).Bytes(member.Key.Spki.Span);
        }

        return writer.ToArray();
    }

    private static ProtocolFault? WrongTerm(RosterTerms terms, int members) =>
        !PartyId.TryCreate(terms.Consortium, out _) ? Invalid("a consortium's name", "another text")
        : terms.Epoch < 0 ? Invalid("an epoch from 0", $"{terms.Epoch}")
        : terms.Session == default ? Invalid("a session", "none")
        : terms.Suite != RosterTerms.P256Suite ? Invalid($"the suite {RosterTerms.P256Suite}", "another suite")
        : terms.Purpose is not { Length: >= 1 and <= 128 } || !Ascii(terms.Purpose) ? Invalid("a purpose of 1 to 128 printable ASCII characters", "another text")
        : terms.ComputationDigest.Length != DigestLength ? Invalid($"a computation digest of {DigestLength} bytes", $"{terms.ComputationDigest.Length} bytes")
        : members is < 1 or > MaximumMembers ? Invalid($"1 to {MaximumMembers} members", $"{members}")
        : terms.ReconstructionThreshold < 0 || terms.ReconstructionThreshold > members
            ? Invalid($"a reconstruction threshold of 0 to {members}", $"{terms.ReconstructionThreshold}")
        : terms.CorruptionThreshold < 0 || terms.CorruptionThreshold >= Math.Max(1, terms.ReconstructionThreshold > 0 ? terms.ReconstructionThreshold : members)
            ? Invalid("a corruption threshold from 0 to below the reconstruction threshold", $"{terms.CorruptionThreshold}")
        : terms.MinimumCohort < 0 || terms.MinimumCohort > members ? Invalid($"a minimum cohort of 0 to {members}", $"{terms.MinimumCohort}")
        : null;

    private static ProtocolFault? WrongMember(ImmutableArray<RosterMember> members)
    {
        const RosterRoles BesideADealer = RosterRoles.Compute | RosterRoles.Coordinator | RosterRoles.Gateway;
        var keys = new HashSet<VerificationKey>();
        for (var i = 0; i < members.Length; i++)
        {
            var member = members[i];
            if (member.Party == default || (i > 0 && member.Party == members[i - 1].Party) || !keys.Add(member.Key))
            {
                return Invalid("each party and each key once", $"{member.Party} again, or its key");
            }

            if (member.Roles == RosterRoles.None || (member.Roles & ~RosterMember.AllRoles) != RosterRoles.None)
            {
                return Invalid($"a role of {member.Party}", $"{(int)member.Roles}");
            }

            if ((member.Roles & RosterRoles.Dealer) != RosterRoles.None && (member.Roles & BesideADealer) != RosterRoles.None)
            {
                return Invalid($"{member.Party} as dealer only", $"{member.Roles}");
            }
        }

        return null;
    }

    private static bool Ascii(string text) => text.All(c => c is >= ' ' and <= '~');

    private static ProtocolFault Invalid(string expected, string received) => new("roster.invalid", null, expected, received);

    private static ProtocolFault Malformed(string received) => new("roster.malformed", null, "a canonical roster", received);
}
