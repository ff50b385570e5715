using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Rosters;

namespace PrivacyGrains.Protocols.Tests.Rosters;

public sealed class RosterTests : IDisposable
{
    private readonly Parties _parties = new(4);

    public void Dispose() => _parties.Dispose();

    [Fact]
    public void Decode_Encoded_GivesTheSameRoster()
    {
        var roster = _parties.Roster();
        var again = Roster.Decode(roster.Encoded.Span).Value;
        Assert.Equal(roster.Encoded.ToArray(), again.Encoded.ToArray());
        Assert.Equal(roster.Digest.ToArray(), again.Digest.ToArray());
        Assert.Equal(roster.Members.AsEnumerable(), again.Members);
        Assert.Equal((roster.Terms.Session, roster.Terms.Epoch), (again.Terms.Session, again.Terms.Epoch));
    }

    [Fact]
    public void Create_MembersInAnyOrder_GivesOneDigest()
    {
        var reversed = Roster.Create(_parties.Terms(), _parties.Members().Reverse());
        Assert.Equal(_parties.Roster().Digest.ToArray(), reversed.Digest.ToArray());
        Assert.Equal(2, reversed.IndexOf(_parties.Names[2]));
        Assert.Equal(-1, reversed.IndexOf(PartyId.Create("stranger")));
    }

    [Fact]
    public void Digest_AnyTermChanged_IsAnother()
    {
        var terms = _parties.Terms();
        RosterTerms[] changed =
        [
            terms with { Consortium = "other" }, terms with { Epoch = 4 }, terms with { Session = SessionId.Create("s-2") }, terms with { Purpose = "x" },
            terms with { ReconstructionThreshold = 3, CorruptionThreshold = 2 }, terms with { CorruptionThreshold = 1 }, terms with { MinimumCohort = 3 },
            terms with { ComputationDigest = Enumerable.Repeat((byte)1, 32).ToArray() },
        ];
        var digests = changed.Prepend(terms).Select(t => Convert.ToHexString(Roster.Create(t, _parties.Members()).Digest.Span))
            .Append(Convert.ToHexString(Roster.Create(terms, _parties.Members(RosterRoles.Compute)).Digest.Span))
            .Append(Convert.ToHexString(Roster.Create(terms with { ReconstructionThreshold = 3, CorruptionThreshold = 2, MinimumCohort = 3 }, _parties.Members().Skip(1)).Digest.Span))
            .ToArray();
        Assert.Equal(digests.Length, digests.Distinct().Count());
    }

    [Fact]
    public void Check_TermOutOfRange_ReturnsFault()
    {
        var terms = _parties.Terms();
        RosterTerms[] wrong =
        [
            terms with { Consortium = "" }, terms with { Consortium = "Über" }, terms with { Epoch = -1 }, terms with { Session = default },
            terms with { Suite = "none" }, terms with { Purpose = "" }, terms with { Purpose = "a\n" }, terms with { ReconstructionThreshold = 5 },
            terms with { ReconstructionThreshold = -1 }, terms with { CorruptionThreshold = 4 }, terms with { CorruptionThreshold = -1 },
            terms with { MinimumCohort = 5 }, terms with { MinimumCohort = -1 }, terms with { ComputationDigest = new byte[31] },
        ];
        Assert.All(wrong, t => Assert.Equal("roster.invalid", Roster.Check(t, _parties.Members()).Fault.Code()));
        Assert.Throws<ArgumentException>(() => Roster.Create(wrong[0], _parties.Members()));
    }

    [Fact]
    public void Check_DoubledMemberOrKeyOrImpossibleRole_ReturnsFault()
    {
        var members = _parties.Members().ToArray();
        RosterMember[][] wrong =
        [
            [], [.. members, members[0]], [.. members, members[0] with { Party = PartyId.Create("again") }],
            [members[0] with { Roles = RosterRoles.None }, .. members[1..]], [members[0] with { Roles = (RosterRoles)128 }, .. members[1..]],
            [members[0] with { Roles = RosterRoles.Dealer | RosterRoles.Compute }, .. members[1..]],
            [members[0] with { Roles = RosterRoles.Dealer | RosterRoles.Coordinator }, .. members[1..]],
            [members[0] with { Roles = RosterRoles.Dealer | RosterRoles.Gateway }, .. members[1..]],
        ];
        Assert.All(wrong, m => Assert.Equal("roster.invalid", Roster.Check(_parties.Terms(), m).Fault.Code()));
        Assert.True(Roster.Check(_parties.Terms(), [members[0] with { Roles = RosterRoles.Dealer | RosterRoles.Witness }, .. members[1..]]).IsOk);
    }

    [Fact]
    public void Decode_AnythingElse_ReturnsFaultOrAnotherDigest()
    {
        var roster = _parties.Roster();
        var bytes = roster.Encoded.ToArray();
        for (var i = 0; i < bytes.Length; i++)
        {
            Assert.False(Roster.Decode(bytes.AsSpan(0, i)).IsOk);
            bytes[i] ^= 0x10;
            var decoded = Roster.Decode(bytes);
            Assert.False(decoded.IsOk && decoded.Value.Digest.Span.SequenceEqual(roster.Digest.Span));
            bytes[i] ^= 0x10;
        }

        Assert.Equal("roster.malformed", Roster.Decode([.. bytes, 0]).Fault.Code());
    }

    [Fact]
    public void Verify_AllSigned_GivesTheRoster()
    {
        var signed = SignedRoster.Decode(_parties.SignAll(_parties.Roster()).Encode()).Value;
        Assert.Empty(signed.Missing);
        Assert.Equal(_parties.Roster().Digest.ToArray(), signed.Verify(_parties.PublicKeys).Value.Digest.ToArray());
    }

    [Fact]
    public void Verify_OneMissing_NamesWhom()
    {
        var roster = _parties.Roster();
        var signed = new SignedRoster(roster, _parties.Names.Where(p => p != _parties.Names[2]).Select(p => _parties.Sign(roster, p)));
        Assert.Equal([_parties.Names[2]], signed.Missing);
        var fault = signed.Verify(_parties.PublicKeys).Fault;
        Assert.Equal("roster.missing-signature", fault.Code());
        Assert.Equal(_parties.Names[2], fault!.Party);
        Assert.Equal("roster.missing-signature", SignedRoster.Decode(signed.Encode()).Value.Verify(_parties.PublicKeys).Fault.Code());
    }

    [Fact]
    public void Verify_SignatureOverAnotherRoster_NamesWhom()
    {
        var (roster, other) = (_parties.Roster(), _parties.Roster("s-2"));
        var signed = new SignedRoster(roster, _parties.Names.Select(p => _parties.Sign(p == _parties.Names[1] ? other : roster, p)));
        var fault = signed.Verify(_parties.PublicKeys).Fault;
        Assert.Equal(("roster.wrong-signature", _parties.Names[1]), (fault.Code(), fault!.Party));
    }

    [Fact]
    public void Verify_InventedMemberOrKey_IsRefused()
    {
        using var invented = SigningKey.Create();
        var sybil = PartyId.Create("sybil");
        var withSybil = Roster.Create(_parties.Terms(), _parties.Members().Append(new RosterMember(sybil, RosterRoles.Compute, invented.PublicKey)));
        var signatures = _parties.Names.Select(p => _parties.Sign(withSybil, p)).Append(RosterSignature.Sign(withSybil, sybil, invented));
        Assert.Equal("roster.unknown-member", new SignedRoster(withSybil, signatures).Verify(_parties.PublicKeys).Fault.Code());

        var victim = _parties.Names[0];
        var swapped = Roster.Create(_parties.Terms(), _parties.Members().Select(m => m.Party == victim ? m with { Key = invented.PublicKey } : m));
        var swappedSignatures = _parties.Names.Select(p => RosterSignature.Sign(swapped, p, p == victim ? invented : _parties.Key(p)));
        Assert.Equal("roster.wrong-key", new SignedRoster(swapped, swappedSignatures).Verify(_parties.PublicKeys).Fault.Code());
    }

    [Fact]
    public void Sign_ByWhoIsNotNamed_Throws()
    {
        using var stranger = SigningKey.Create();
        Assert.Throws<ArgumentException>(() => RosterSignature.Sign(_parties.Roster(), _parties.Names[0], stranger));
    }

    [Fact]
    public void SignedRosterDecode_Truncated_ReturnsFault()
    {
        var bytes = _parties.SignAll(_parties.Roster()).Encode();
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Equal("roster.malformed", SignedRoster.Decode(bytes.AsSpan(0, length)).Fault.Code());
        }
    }
}
