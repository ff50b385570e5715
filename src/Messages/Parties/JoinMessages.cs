using System.Text.Json;
using System.Text.Json.Serialization;
using PrivacyGrains.Messages.Http;

namespace PrivacyGrains.Messages.Parties;

/// <summary>Puts a party on the list of those who may join.</summary>
/// <param name="Party">Its name: 1 to 64 characters of a-z, 0-9 and hyphen, beginning with a letter.</param>
/// <param name="DisplayName">For people: 1 to 128 characters.</param>
/// <param name="Roles">Of <c>data</c>, <c>compute</c>, <c>dealer</c>; a dealer has no other role.</param>
public sealed record InviteRequest(string Party, string DisplayName, IReadOnlyList<string> Roles);

/// <summary>An invitation, to be handed to the party by a way that the operator trusts.</summary>
/// <param name="Member">The party's entry in the consortium's book.</param>
/// <param name="Consortium">The consortium's name, which the joining party's proof is bound to.</param>
/// <param name="CoordinatorFingerprint">Lower-case hex of SHA-256 over the coordinator's key, to be pinned.</param>
/// <param name="Token">Answered this once. Whoever holds it can join as this party. Secret.</param>
/// <param name="Invitation">All of the above in one line, as <c>privacygrains join</c> takes it. Secret.</param>
public sealed record InvitationBody(MemberBody Member, string Consortium, string CoordinatorFingerprint, string Token, string Invitation)
{
    /// <summary>The shape only: the token is secret.</summary>
    public override string ToString() => $"InvitationBody {{ Party = {Member.Party}, Token = (secret) }}";
}

/// <summary>An invited party's answer.</summary>
/// <param name="Token">The invitation's token. Secret.</param>
/// <param name="VerificationKey">The party's ECDSA P-256 public key (SPKI). Base64.</param>
/// <param name="Proof">Signature under that key over consortium, party and the token's hash (domain <c>privacygrains/join/v1</c>). Base64.</param>
/// <param name="Credential">
/// The party's own first credential, where it made the secret itself: then the secret never travels, and the same request may be sent again after a crash.
/// Null to have the gateway make one and answer it.
/// </param>
public sealed record JoinRequestBody(string Token, byte[] VerificationKey, byte[] Proof, JoinCredential? Credential = null)
{
    /// <summary>The shape only: the token is secret.</summary>
    public override string ToString() => "JoinRequestBody { Token = (secret) }";
}

/// <summary>A credential whose secret stays with the party.</summary>
/// <param name="CredentialId">Public name: 1 to 64 characters of a-z, 0-9 and hyphen.</param>
/// <param name="SecretHash">Lower-case hex of SHA-256 over the secret's 32 bytes.</param>
public sealed record JoinCredential(string CredentialId, string SecretHash);

/// <summary>A membership.</summary>
/// <param name="Member">The party's entry in the consortium's book.</param>
/// <param name="Consortium">The consortium's name.</param>
/// <param name="Epoch">The epoch that the joining began.</param>
/// <param name="CoordinatorKey">To be pinned (SPKI). Base64.</param>
/// <param name="CredentialId">Public name of the party's first credential.</param>
/// <param name="ApiKey">Answered this once; null where the party made its own secret. Secret.</param>
public sealed record JoinedBody(MemberBody Member, string Consortium, long Epoch, byte[] CoordinatorKey, string CredentialId, string? ApiKey)
{
    /// <summary>The shape only: the key is secret.</summary>
    public override string ToString() => $"JoinedBody {{ Party = {Member.Party}, CredentialId = {CredentialId}, ApiKey = (secret) }}";
}

/// <summary>Source-generated JSON of the room Parties.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ConsortiumBody))]
[JsonSerializable(typeof(Listing<PartyBody>))]
[JsonSerializable(typeof(PartyBody))]
[JsonSerializable(typeof(DataSetBody))]
[JsonSerializable(typeof(DescribeDataSetRequest))]
[JsonSerializable(typeof(PresenceRequest))]
[JsonSerializable(typeof(BeginEpochRequest))]
[JsonSerializable(typeof(RevokePartyRequest))]
[JsonSerializable(typeof(InviteRequest))]
[JsonSerializable(typeof(InvitationBody))]
[JsonSerializable(typeof(JoinRequestBody))]
[JsonSerializable(typeof(JoinedBody))]
public sealed partial class PartiesJson : JsonSerializerContext;
