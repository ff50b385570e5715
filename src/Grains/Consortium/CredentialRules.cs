using System.Collections.Immutable;
using PrivacyGrains.Grains.Journaling;

namespace PrivacyGrains.Grains.Consortium;

/// <summary>Who a presented secret belongs to, and which credentials there may be. Pure.</summary>
/// <remarks>
/// Secrets are 256 random bits, so SHA-256 without salt or stretching is enough: there is nothing to guess. The secret itself never comes here.
/// </remarks>
internal static class CredentialRules
{
    private static readonly ImmutableArray<string> Known = [Scopes.Operator, Scopes.Party, Scopes.Analyst, Scopes.Auditor];
    private static readonly string Nobody = new('0', 64);

    /// <summary>1 to 64 of a-z, 0-9 and hyphen.</summary>
    public static bool IsId(string? id) => id is { Length: >= 1 and <= 64 } && id.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-');

    /// <summary>Adds a credential. Its id is never used for another, not even after its end.</summary>
    public static Decision<ConsortiumEntry> AddCredential(this ConsortiumBook book, CredentialGrant grant, string by, DateTimeOffset now)
    {
        if (book.Founding is null)
        {
            return ConsortiumRules.NotFounded;
        }

        if (!IsId(grant.CredentialId) || !Sha256Hex.IsOne(grant.SecretHash))
        {
            return new Refusal(
                "consortium.bad-credential", "A credential is an id (1 to 64 of a-z, 0-9, hyphen) and the lower-case hex of a SHA-256.", RefusalKind.Invalid);
        }

        if (grant.Scopes.IsDefaultOrEmpty || !grant.Scopes.All(Known.Contains) || grant.Scopes.Contains(Scopes.Party) != (grant.Party is not null))
        {
            return new Refusal(
                "consortium.bad-scopes", "Scopes are operator, party, analyst or auditor, at least one; the scope party goes with a party's name, and only with one.", RefusalKind.Invalid);
        }

        if (grant.Party is { } party && book.Members.GetValueOrDefault(party)?.Status != MemberStatus.Member)
        {
            return new Refusal("consortium.unknown-party", $"There is no member called {party}.", RefusalKind.NotFound);
        }

        if (book.Credentials.TryGetValue(grant.CredentialId, out var stands))
        {
            return !stands.Revoked && Sha256Hex.Same(stands.SecretHash, grant.SecretHash) && stands.Party == grant.Party
                && stands.Scopes.SequenceEqual(grant.Scopes) && stands.ExpiresAt == grant.ExpiresAt
                    ? Decision<ConsortiumEntry>.Nothing
                    : new Refusal("consortium.credential-taken", $"A credential is called {grant.CredentialId} already. Choose another id.");
        }

        return grant.ExpiresAt <= now
            ? new Refusal("consortium.expired", "The credential would have expired already. Choose a later time.", RefusalKind.Invalid)
            : new CredentialAdded(grant.CredentialId, grant.SecretHash, grant.Party, grant.Scopes, grant.ExpiresAt, by, now);
    }

    /// <summary>Ends a credential. The operator's founding credential ends only when another operator's stands.</summary>
    public static Decision<ConsortiumEntry> RevokeCredential(this ConsortiumBook book, string credentialId, string by, DateTimeOffset now)
    {
        if (!book.Credentials.TryGetValue(credentialId, out var credential))
        {
            return new Refusal("consortium.unknown-credential", $"There is no credential called {credentialId}.", RefusalKind.NotFound);
        }

        if (credential.Revoked)
        {
            return Decision<ConsortiumEntry>.Nothing;
        }

        var lastOperator = credential.Scopes.Contains(Scopes.Operator)
            && !book.Credentials.Any(c => c.Key != credentialId && Refuse(c.Value, now) is null && c.Value.Scopes.Contains(Scopes.Operator));
        return lastOperator
            ? new Refusal("consortium.last-operator", "This is the last operator credential. Add another before you revoke it.")
            : new CredentialRevoked(credentialId, by, now);
    }

    /// <summary>Who a presented secret belongs to. Time does not depend on which part is wrong, nor on how much of the hash is right.</summary>
    public static Reply<Principal> Authenticate(this ConsortiumBook book, string credentialId, string secretHash, DateTimeOffset now)
    {
        var credential = book.Credentials.GetValueOrDefault(credentialId);
        var same = Sha256Hex.Same(credential?.SecretHash ?? Nobody, secretHash);
        if (credential is null || !same)
        {
            return new Refusal("auth.unknown", "The credential is not known, or its secret is another.", RefusalKind.Forbidden);
        }

        return Refuse(credential, now) is { } refusal ? refusal : new Principal(credentialId, credential.Party, credential.Scopes);
    }

    private static Refusal? Refuse(Credential credential, DateTimeOffset now) =>
        credential.Revoked ? new Refusal("auth.revoked", "The credential was revoked. Ask the operator for another.", RefusalKind.Forbidden)
        : credential.ExpiresAt <= now ? new Refusal("auth.expired", "The credential has expired. Ask the operator for another.", RefusalKind.Forbidden)
        : null;
}
