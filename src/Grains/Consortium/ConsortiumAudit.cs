namespace PrivacyGrains.Grains.Consortium;

/// <summary>What the audit log says about a consortium's entries. Names and fingerprints only.</summary>
internal static class ConsortiumAudit
{
    /// <summary>One event for each entry.</summary>
    public static AuditEvent Describe(long version, ConsortiumEntry entry) => entry switch
    {
        ConsortiumFounded e => new(version, "consortium.founded", "consortium", e.By, e.DisplayName, Sha256Hex.Of(e.CoordinatorKey), e.At),
        MemberInvited e => new(version, "member.invited", e.Party, e.By, string.Join(' ', e.Roles), "", e.At),
        MemberJoined e => new(version, "member.joined", e.Party, e.By, $"key {e.Fingerprint}, credential {e.CredentialId}", e.Fingerprint, e.At),
        MemberRevoked e => new(version, "member.revoked", e.Party, e.By, e.Reason, "", e.At),
        EpochBegun e => new(version, "consortium.epoch", "consortium", e.By, e.Reason, "", e.At),
        CredentialAdded e => new(version, "credential.added", e.CredentialId, e.By, $"{e.Party ?? "-"}: {string.Join(' ', e.Scopes)}", "", e.At),
        CredentialRevoked e => new(version, "credential.revoked", e.CredentialId, e.By, "", "", e.At),
        Catalogued e => new(version, "catalogue.entered", $"{e.Kind}/{e.Id}", e.By, e.Title, "", e.At),
        _ => throw new ArgumentOutOfRangeException(nameof(entry), entry.GetType().Name, "No such entry."),
    };
}
