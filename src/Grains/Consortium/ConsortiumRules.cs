using System.Collections.Immutable;
using PrivacyGrains.Engine;
using PrivacyGrains.Grains.Journaling;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Storage;

namespace PrivacyGrains.Grains.Consortium;

/// <summary>Who may become a member, and when a membership ends. Pure: each rule answers entries, nothing (done already), or a refusal.</summary>
internal static class ConsortiumRules
{
    private static readonly ImmutableArray<string> Roles = ["data", "compute", "dealer"];

    /// <summary>Founds the consortium; the operator credential stands for good.</summary>
    public static Decision<ConsortiumEntry> Found(this ConsortiumBook book, ConsortiumFounding founding, string by, DateTimeOffset now)
    {
        if (!CredentialRules.IsId(founding.OperatorCredentialId) || !Sha256Hex.IsOne(founding.OperatorSecretHash))
        {
            return Invalid("consortium.bad-credential", "An operator credential is an id (1 to 64 of a-z, 0-9, hyphen) and the lower-case hex of a SHA-256.");
        }

        if (!VerificationKey.TryCreate(founding.CoordinatorKey.Span, out _))
        {
            return Invalid("consortium.bad-key", "The coordinator's key is not a P-256 public key as SubjectPublicKeyInfo.");
        }

        if (!IsTitle(founding.DisplayName))
        {
            return Invalid("consortium.bad-name", "A display name has 1 to 200 characters.");
        }

        if (book.Founding is not { } stands)
        {
            return new ConsortiumFounded(
                founding.DisplayName, founding.OperatorCredentialId, founding.OperatorSecretHash, founding.CoordinatorKey.ToArray(), by, now);
        }

        return stands.OperatorCredentialId == founding.OperatorCredentialId
            && Sha256Hex.Same(stands.OperatorSecretHash, founding.OperatorSecretHash)
            && stands.CoordinatorKey.AsSpan().SequenceEqual(founding.CoordinatorKey.Span)
                ? Decision<ConsortiumEntry>.Nothing
                : new Refusal("consortium.founded-otherwise", "The consortium has another operator credential or coordinator key. Start with those that it was founded with.");
    }

    /// <summary>Invites a party. A further invitation replaces one that was not used.</summary>
    public static Decision<ConsortiumEntry> Invite(this ConsortiumBook book, Invitation invitation, string by, DateTimeOffset now)
    {
        if (book.Founding is null)
        {
            return NotFounded;
        }

        if (!PartyId.TryCreate(invitation.Party, out _) || invitation.Party is IStores.ConsortiumOwner or EngineSiloOptions.CoordinatorParty)
        {
            return Invalid("consortium.bad-party", "A party is named by 1 to 64 characters of a-z, 0-9 and hyphen, beginning with a letter; 'consortium' and 'coordinator' are reserved.");
        }

        if (!IsTitle(invitation.DisplayName))
        {
            return Invalid("consortium.bad-name", "A display name has 1 to 200 characters.");
        }

        if (invitation.Roles.IsDefaultOrEmpty || invitation.Roles.Distinct().Count() != invitation.Roles.Length || !invitation.Roles.All(Roles.Contains)
            || (invitation.Roles.Contains("dealer") && invitation.Roles.Length > 1))
        {
            return Invalid("consortium.bad-roles", "Roles are data, compute or dealer, each once; a dealer has no other role.");
        }

        if (!Sha256Hex.IsOne(invitation.TokenHash))
        {
            return Invalid("consortium.bad-token", "An invitation carries the lower-case hex of a SHA-256 of its secret.");
        }

        var known = book.Members.GetValueOrDefault(invitation.Party);
        var repeated = known is not null && known.Status != MemberStatus.Revoked && Sha256Hex.Same(known.TokenHash, invitation.TokenHash)
            && known.DisplayName == invitation.DisplayName && known.Roles.SequenceEqual(invitation.Roles);
        return repeated ? Decision<ConsortiumEntry>.Nothing
            : known?.Status == MemberStatus.Member
                ? new Refusal("consortium.already-member", $"{invitation.Party} is a member. Revoke it before it is invited anew.")
            : new MemberInvited(invitation.Party, invitation.DisplayName, invitation.Roles, invitation.TokenHash, by, now);
    }

    /// <summary>Turns an invited party into a member: pins its key and its first credential.</summary>
    public static Decision<ConsortiumEntry> Join(this ConsortiumBook book, string consortium, JoinRequest request, DateTimeOffset now)
    {
        if (book.Founding is null)
        {
            return NotFounded;
        }

        if (!CredentialRules.IsId(request.CredentialId) || !Sha256Hex.IsOne(request.SecretHash))
        {
            return Invalid("consortium.bad-credential", "A credential is an id (1 to 64 of a-z, 0-9, hyphen) and the lower-case hex of a SHA-256.");
        }

        if (!VerificationKey.TryCreate(request.VerificationKey.Span, out var key))
        {
            return Invalid("consortium.bad-key", "The verification key is not a P-256 public key as SubjectPublicKeyInfo.");
        }

        // One answer for an unknown party and for a wrong token: whoever guesses learns neither.
        var member = book.Members.GetValueOrDefault(request.Party);
        if (member is null || !Sha256Hex.Same(member.TokenHash, request.TokenHash))
        {
            return new Refusal("consortium.not-invited", "No open invitation goes with this party and token. Ask the operator for one.", RefusalKind.Forbidden);
        }

        if (!JoinProof.Verify(key, consortium, request.Party, request.TokenHash, request.Proof.Span))
        {
            return new Refusal("consortium.bad-proof", "The proof is not a signature by the given key over this consortium, party and token.", RefusalKind.Forbidden);
        }

        if (member.Status == MemberStatus.Member)
        {
            return member.VerificationKey.AsSpan().SequenceEqual(request.VerificationKey.Span)
                && book.Credentials.TryGetValue(request.CredentialId, out var first) && first.Party == request.Party && Sha256Hex.Same(first.SecretHash, request.SecretHash)
                    ? Decision<ConsortiumEntry>.Nothing
                    : new Refusal("consortium.already-member", $"{request.Party} has joined already, with another key or credential. The invitation is used up.");
        }

        if (member.Status == MemberStatus.Revoked)
        {
            return new Refusal("consortium.revoked", $"{request.Party} was revoked. Ask the operator for a new invitation.", RefusalKind.Forbidden);
        }

        return book.Credentials.ContainsKey(request.CredentialId)
            ? new Refusal("consortium.credential-taken", $"A credential is called {request.CredentialId} already. Choose another id.")
            : book.Members.Values.Any(m => m.Fingerprint == key.Fingerprint)
                ? new Refusal("consortium.key-taken", "Another member, now or earlier, has this key. Make a fresh one.")
                : new MemberJoined(
                    request.Party, request.VerificationKey.ToArray(), key.Fingerprint, request.Proof.ToArray(), request.CredentialId, request.SecretHash, request.Party, now);
    }

    /// <summary>Ends a membership or an invitation.</summary>
    public static Decision<ConsortiumEntry> Revoke(this ConsortiumBook book, string party, string reason, string by, DateTimeOffset now) =>
        book.Founding is null ? NotFounded
        : book.Members.GetValueOrDefault(party) is not { } member ? new Refusal("consortium.unknown-party", $"There is no member or invitation called {party}.", RefusalKind.NotFound)
        : member.Status == MemberStatus.Revoked ? Decision<ConsortiumEntry>.Nothing
        : new MemberRevoked(party, reason.Length <= 500 ? reason : reason[..500], by, now);

    /// <summary>Begins a new epoch, as after a restored backup: named by the epoch that it follows, so that asking twice begins one.</summary>
    public static Decision<ConsortiumEntry> BeginEpoch(this ConsortiumBook book, long after, string reason, string by, DateTimeOffset now) =>
        book.Founding is null ? NotFounded
        : book.Epoch == after ? new EpochBegun(reason.Length <= 500 ? reason : reason[..500], by, now)
        : book.Epoch == after + 1 ? Decision<ConsortiumEntry>.Nothing
        : new Refusal("consortium.other-epoch", $"The consortium is in epoch {book.Epoch}, not {after}. Look at it anew.");

    /// <summary>Enters a thing into the catalogue, once.</summary>
    public static Decision<ConsortiumEntry> Catalogue(this ConsortiumBook book, CatalogueEntry entry, string by, DateTimeOffset now) =>
        book.Catalogued.Contains((entry.Kind, entry.Id))
            ? Decision<ConsortiumEntry>.Nothing
            : new Catalogued(entry.Kind, entry.Id, entry.Title, entry.CreatedAt == default ? now : entry.CreatedAt, by, now);

    /// <summary>What is answered before the founding.</summary>
    public static Refusal NotFounded { get; } = new("consortium.not-founded", "The consortium does not exist yet. Start the coordinator with its operator credential.", RefusalKind.NotFound);

    private static bool IsTitle(string? text) => text is { Length: >= 1 and <= 200 };

    private static Refusal Invalid(string code, string message) => new(code, message, RefusalKind.Invalid);
}
