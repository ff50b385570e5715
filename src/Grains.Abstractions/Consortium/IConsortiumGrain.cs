using System.Collections.Immutable;

namespace PrivacyGrains.Grains;

/// <summary>The consortium's book: members, their keys and credentials, the epoch, and a catalogue of what exists. Key: the consortium's name.</summary>
[Alias("pg.consortium")]
public interface IConsortiumGrain : IGrainWithStringKey
{
    /// <summary>Makes sure that the consortium exists with this operator credential. Idempotent; a second operator credential is refused.</summary>
    [Alias("ensure")]
    Task<Reply<ConsortiumView>> EnsureCreatedAsync(ConsortiumFounding founding);

    /// <summary>Who belongs to it, in which epoch.</summary>
    [Alias("get")]
    Task<Reply<ConsortiumView>> GetAsync();

    /// <summary>Puts a party on the list of those who may join. The invitation's secret stays with the caller; only its hash comes here.</summary>
    [Alias("invite")]
    Task<Reply<MemberView>> InviteAsync(Invitation invitation);

    /// <summary>Turns an invited party into a member: pins its verification key and its first credential. Idempotent for the same content.</summary>
    [Alias("join")]
    Task<Reply<MemberView>> JoinAsync(JoinRequest request);

    /// <summary>Ends a membership: bumps the epoch and revokes the party's credentials.</summary>
    [Alias("revoke")]
    Task<Reply<ConsortiumView>> RevokeMemberAsync(string party, string reason);

    /// <summary>Begins a new epoch after this one, as after a restored backup: all stock of the old one is void. Idempotent.</summary>
    [Alias("begin-epoch")]
    Task<Reply<ConsortiumView>> BeginEpochAsync(long after, string reason);

    /// <summary>Adds a credential (its hash).</summary>
    [Alias("add-credential")]
    Task<Reply<CredentialView>> AddCredentialAsync(CredentialGrant grant);

    /// <summary>Ends a credential.</summary>
    [Alias("revoke-credential")]
    Task<Reply<Done>> RevokeCredentialAsync(string credentialId);

    /// <summary>All credentials, without their hashes.</summary>
    [Alias("credentials")]
    Task<ImmutableArray<CredentialView>> ListCredentialsAsync();

    /// <summary>Who a presented secret belongs to, by its hash; a refusal where it is unknown, expired or revoked.</summary>
    [Alias("authenticate")]
    [AlwaysInterleave]
    Task<Reply<Principal>> AuthenticateAsync(string credentialId, string secretHash);

    /// <summary>Enters a thing into the catalogue. Idempotent.</summary>
    [Alias("register")]
    Task RegisterAsync(CatalogueEntry entry);

    /// <summary>What the catalogue holds of one kind (<see cref="CatalogueKinds"/>), oldest first.</summary>
    [Alias("list")]
    Task<ImmutableArray<CatalogueEntry>> ListAsync(string kind);
}

/// <summary>The kinds of a catalogue entry.</summary>
public static class CatalogueKinds
{
    /// <summary>A training job.</summary>
    public const string Training = "training";

    /// <summary>A joint inference.</summary>
    public const string Inference = "inference";

    /// <summary>A model whose weights compute parties hold, named by its opening.</summary>
    public const string Weights = "weights";

    /// <summary>A statistics query.</summary>
    public const string Query = "query";

    /// <summary>A model.</summary>
    public const string Model = "model";

    /// <summary>A model that scores encrypted rows.</summary>
    public const string EncryptedModel = "encrypted-model";

    /// <summary>A budget, named <c>party/budget</c>.</summary>
    public const string Budget = "budget";
}

/// <summary>What an operator fixes when the consortium begins.</summary>
/// <param name="DisplayName">For people.</param>
/// <param name="OperatorCredentialId">Public name of the operator's credential.</param>
/// <param name="OperatorSecretHash">Lower-case hex of SHA-256 over the secret (256 random bits, so no slow hash is needed).</param>
/// <param name="CoordinatorKey">The coordinator's verification key (SPKI), which signs tree heads.</param>
[GenerateSerializer, Immutable, Alias("pg.consortium-founding")]
public sealed record ConsortiumFounding(
    [property: Id(0)] string DisplayName,
    [property: Id(1)] string OperatorCredentialId,
    [property: Id(2)] string OperatorSecretHash,
    [property: Id(3)] ReadOnlyMemory<byte> CoordinatorKey);

/// <summary>Who belongs to a consortium.</summary>
/// <param name="Consortium">Its name.</param>
/// <param name="DisplayName">For people.</param>
/// <param name="Epoch">Grows by one with every change of members or keys, and when the operator begins one; bound into every roster.</param>
/// <param name="CoordinatorKey">The coordinator's verification key (SPKI).</param>
/// <param name="Members">Ordered by party, invited and revoked ones included.</param>
/// <param name="VoidBefore">The epoch that an operator began last, as after a restored backup; the first where none did. What parties keep beyond a change of members, as weights that they hold, is void where it is older.</param>
[GenerateSerializer, Immutable, Alias("pg.consortium-view")]
public sealed record ConsortiumView(
    [property: Id(0)] string Consortium,
    [property: Id(1)] string DisplayName,
    [property: Id(2)] long Epoch,
    [property: Id(3)] ReadOnlyMemory<byte> CoordinatorKey,
    [property: Id(4)] ImmutableArray<MemberView> Members,
    [property: Id(5)] long VoidBefore = 1);

/// <summary>One member.</summary>
/// <param name="Party">Its name.</param>
/// <param name="DisplayName">For people.</param>
/// <param name="Roles">Of <c>data</c>, <c>compute</c>, <c>dealer</c>. A dealer has no other role.</param>
/// <param name="Status"><c>invited</c>, <c>member</c> or <c>revoked</c>.</param>
/// <param name="VerificationKey">ECDSA P-256 public key (SPKI); empty while invited.</param>
/// <param name="Fingerprint">Lower-case hex of SHA-256 over the key; empty while invited.</param>
[GenerateSerializer, Immutable, Alias("pg.member")]
public sealed record MemberView(
    [property: Id(0)] string Party,
    [property: Id(1)] string DisplayName,
    [property: Id(2)] ImmutableArray<string> Roles,
    [property: Id(3)] string Status,
    [property: Id(4)] ReadOnlyMemory<byte> VerificationKey,
    [property: Id(5)] string Fingerprint);

/// <summary>Who may join.</summary>
/// <param name="Party">Its name.</param>
/// <param name="DisplayName">For people.</param>
/// <param name="Roles">As in <see cref="MemberView"/>.</param>
/// <param name="TokenHash">Lower-case hex of SHA-256 over the invitation's secret.</param>
[GenerateSerializer, Immutable, Alias("pg.invitation")]
public sealed record Invitation(
    [property: Id(0)] string Party,
    [property: Id(1)] string DisplayName,
    [property: Id(2)] ImmutableArray<string> Roles,
    [property: Id(3)] string TokenHash);

/// <summary>An invited party's answer.</summary>
/// <param name="Party">Its name.</param>
/// <param name="TokenHash">Lower-case hex of SHA-256 over the invitation's secret.</param>
/// <param name="VerificationKey">Its ECDSA P-256 public key (SPKI).</param>
/// <param name="Proof">Signature under that key over consortium, party and token hash (domain <c>privacygrains/join/v1</c>): proof of possession.</param>
/// <param name="CredentialId">Public name of its first credential.</param>
/// <param name="SecretHash">Lower-case hex of SHA-256 over that credential's secret.</param>
[GenerateSerializer, Immutable, Alias("pg.join")]
public sealed record JoinRequest(
    [property: Id(0)] string Party,
    [property: Id(1)] string TokenHash,
    [property: Id(2)] ReadOnlyMemory<byte> VerificationKey,
    [property: Id(3)] ReadOnlyMemory<byte> Proof,
    [property: Id(4)] string CredentialId,
    [property: Id(5)] string SecretHash);

/// <summary>A credential to add.</summary>
/// <param name="CredentialId">Public name.</param>
/// <param name="SecretHash">Lower-case hex of SHA-256 over the secret.</param>
/// <param name="Party">The party it acts for; null for an operator, auditor or analyst.</param>
/// <param name="Scopes">Of <see cref="Scopes"/>.</param>
/// <param name="ExpiresAt">When it ends by itself; null for never.</param>
[GenerateSerializer, Immutable, Alias("pg.credential-grant")]
public sealed record CredentialGrant(
    [property: Id(0)] string CredentialId,
    [property: Id(1)] string SecretHash,
    [property: Id(2)] string? Party,
    [property: Id(3)] ImmutableArray<string> Scopes,
    [property: Id(4)] DateTimeOffset? ExpiresAt);

/// <summary>A credential, without its hash.</summary>
[GenerateSerializer, Immutable, Alias("pg.credential")]
public sealed record CredentialView(
    [property: Id(0)] string CredentialId,
    [property: Id(1)] string? Party,
    [property: Id(2)] ImmutableArray<string> Scopes,
    [property: Id(3)] DateTimeOffset? ExpiresAt,
    [property: Id(4)] bool Revoked);

/// <summary>Who is calling.</summary>
/// <param name="CredentialId">Which credential.</param>
/// <param name="Party">The party it acts for, or null.</param>
/// <param name="Scopes">What it may do.</param>
[GenerateSerializer, Immutable, Alias("pg.principal")]
public sealed record Principal(
    [property: Id(0)] string CredentialId,
    [property: Id(1)] string? Party,
    [property: Id(2)] ImmutableArray<string> Scopes);

/// <summary>What a credential may do.</summary>
public static class Scopes
{
    /// <summary>Invite, revoke, create credentials and jobs.</summary>
    public const string Operator = "operator";

    /// <summary>Act for one party: join rounds, give inputs, charge that party's ledger.</summary>
    public const string Party = "party";

    /// <summary>Ask statistics queries.</summary>
    public const string Analyst = "analyst";

    /// <summary>Read ledgers and the audit log.</summary>
    public const string Auditor = "auditor";
}

/// <summary>One line of the catalogue.</summary>
/// <param name="Kind">Of <see cref="CatalogueKinds"/>.</param>
/// <param name="Id">The grain's key.</param>
/// <param name="Title">For people.</param>
/// <param name="CreatedAt">When it was entered.</param>
[GenerateSerializer, Immutable, Alias("pg.catalogue-entry")]
public sealed record CatalogueEntry(
    [property: Id(0)] string Kind,
    [property: Id(1)] string Id,
    [property: Id(2)] string Title,
    [property: Id(3)] DateTimeOffset CreatedAt);
