using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Rosters;

namespace PrivacyGrains.Protocols.Tests.Rosters;

/// <summary>A handful of members with keys, and rosters over them.</summary>
internal sealed class Parties : IDisposable
{
    private readonly Dictionary<PartyId, SigningKey> _keys = [];

    public Parties(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _keys.Add(PartyId.Create($"party-{(char)('a' + i)}"), SigningKey.Create());
        }

        Names = [.. _keys.Keys];
    }

    public IReadOnlyList<PartyId> Names { get; }

    public IReadOnlyDictionary<PartyId, VerificationKey> PublicKeys => _keys.ToDictionary(pair => pair.Key, pair => pair.Value.PublicKey);

    public SigningKey Key(PartyId party) => _keys[party];

    public RosterTerms Terms(string session = "s-1") => new()
    {
        Consortium = "breast-cancer",
        Epoch = 3,
        Session = SessionId.Create(session),
        Purpose = "inference",
        ReconstructionThreshold = _keys.Count,
        CorruptionThreshold = _keys.Count - 1,
        MinimumCohort = _keys.Count,
        ComputationDigest = new byte[32],
    };

    public IEnumerable<RosterMember> Members(RosterRoles roles = RosterRoles.Compute | RosterRoles.Contributor) =>
        _keys.Select(pair => new RosterMember(pair.Key, roles, pair.Value.PublicKey));

    public Roster Roster(string session = "s-1") => Protocols.Rosters.Roster.Create(Terms(session), Members());

    public RosterSignature Sign(Roster roster, PartyId party) => RosterSignature.Sign(roster, party, _keys[party]);

    public SignedRoster SignAll(Roster roster) => new(roster, Names.Select(party => Sign(roster, party)));

    public void Dispose()
    {
        foreach (var key in _keys.Values)
        {
            key.Dispose();
        }
    }
}
