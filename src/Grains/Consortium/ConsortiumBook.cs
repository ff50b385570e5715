using System.Collections.Immutable;

namespace PrivacyGrains.Grains.Consortium;

/// <summary>What a consortium's entries amount to. Immutable; <see cref="ConsortiumRules"/> decides on it.</summary>
internal sealed record ConsortiumBook
{
    /// <summary>No consortium yet.</summary>
    public static ConsortiumBook Empty { get; } = new();

    /// <summary>What the operator fixed; null before the founding.</summary>
    public ConsortiumFounded? Founding { get; private init; }

    /// <summary>0 before the founding, then 1, and one more with every member that joins or leaves, and whenever the operator begins one.</summary>
    public long Epoch { get; private init; }

    /// <summary>The epoch that an operator began last, the first where none did: what outlasts a change of members is void before it.</summary>
    public long VoidBefore { get; private init; }

    /// <summary>By party, ordinal.</summary>
    public ImmutableSortedDictionary<string, Member> Members { get; private init; } = ImmutableSortedDictionary.Create<string, Member>(StringComparer.Ordinal);

    /// <summary>By id, ordinal, revoked ones included: an id is never used twice.</summary>
    public ImmutableSortedDictionary<string, Credential> Credentials { get; private init; } =
        ImmutableSortedDictionary.Create<string, Credential>(StringComparer.Ordinal);

    /// <summary>In order of entry.</summary>
    public ImmutableList<CatalogueEntry> Catalogue { get; private init; } = [];

    /// <summary>Kind and id of what the catalogue holds.</summary>
    public ImmutableHashSet<(string Kind, string Id)> Catalogued { get; private init; } = [];

    /// <summary>The book after one durable entry.</summary>
    public ConsortiumBook Apply(ConsortiumEntry entry) => entry switch
    {
        ConsortiumFounded e => this with
        {
            Founding = e,
            Epoch = 1,
            VoidBefore = 1,
            Credentials = Credentials.SetItem(e.OperatorCredentialId, new Credential(e.OperatorSecretHash, null, [Scopes.Operator], null, Revoked: false)),
        },
        MemberInvited e => this with { Members = Members.SetItem(e.Party, new Member(e.DisplayName, e.Roles, e.TokenHash, MemberStatus.Invited, [], "")) },
        MemberJoined e => this with
        {
            Epoch = Epoch + 1,
            Members = Members.SetItem(e.Party, Members[e.Party] with { Status = MemberStatus.Member, VerificationKey = [.. e.VerificationKey], Fingerprint = e.Fingerprint }),
            Credentials = Credentials.SetItem(e.CredentialId, new Credential(e.SecretHash, e.Party, [Scopes.Party], null, Revoked: false)),
        },
        MemberRevoked e => this with
        {
            Epoch = Epoch + 1,
            Members = Members.SetItem(e.Party, Members[e.Party] with { Status = MemberStatus.Revoked }),
            Credentials = Credentials.SetItems(Credentials.Where(c => c.Value.Party == e.Party).Select(c => KeyValuePair.Create(c.Key, c.Value with { Revoked = true }))),
        },
        EpochBegun => this with { Epoch = Epoch + 1, VoidBefore = Epoch + 1 },
        CredentialAdded e => this with { Credentials = Credentials.SetItem(e.CredentialId, new Credential(e.SecretHash, e.Party, e.Scopes, e.ExpiresAt, Revoked: false)) },
        CredentialRevoked e => this with { Credentials = Credentials.SetItem(e.CredentialId, Credentials[e.CredentialId] with { Revoked = true }) },
        Catalogued e => this with
        {
            Catalogue = Catalogue.Add(new CatalogueEntry(e.Kind, e.Id, e.Title, e.CreatedAt)),
            Catalogued = Catalogued.Add((e.Kind, e.Id)),
        },
        _ => throw new ArgumentOutOfRangeException(nameof(entry), entry.GetType().Name, "No such entry."),
    };

    /// <summary>What a member may see.</summary>
    public ConsortiumView View(string consortium) => new(
        consortium, Founding!.DisplayName, Epoch, Founding.CoordinatorKey, [.. Members.Select(m => m.Value.View(m.Key))], VoidBefore);
}

/// <summary>The states of a membership.</summary>
internal static class MemberStatus
{
    public const string Invited = "invited";
    public const string Member = "member";
    public const string Revoked = "revoked";
}

/// <summary>One party's membership.</summary>
internal sealed record Member(
    string DisplayName, ImmutableArray<string> Roles, string TokenHash, string Status, ImmutableArray<byte> VerificationKey, string Fingerprint)
{
    public MemberView View(string party) => new(party, DisplayName, Roles, Status, VerificationKey.AsMemory(), Fingerprint);
}

/// <summary>One credential. Its hash stays in the book and its journal; the secret was never here.</summary>
internal sealed record Credential(string SecretHash, string? Party, ImmutableArray<string> Scopes, DateTimeOffset? ExpiresAt, bool Revoked)
{
    public CredentialView View(string id) => new(id, Party, Scopes, ExpiresAt, Revoked);

    /// <inheritdoc/>
    public override string ToString() => $"Credential(party {Party ?? "-"}, {string.Join(' ', Scopes)})";
}
