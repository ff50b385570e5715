using System.Collections.Immutable;
using System.Text.Json.Serialization;
using PrivacyGrains.Grains.Journaling;

namespace PrivacyGrains.Grains.Consortium;

/// <summary>Something that happened to a consortium.</summary>
/// <param name="By">Who asked: a credential's id, or the silo itself.</param>
/// <param name="At">When it was decided.</param>
internal abstract record ConsortiumEntry(string By, DateTimeOffset At);

internal sealed record ConsortiumFounded(
    string DisplayName, string OperatorCredentialId, string OperatorSecretHash, byte[] CoordinatorKey, string By, DateTimeOffset At) : ConsortiumEntry(By, At);

internal sealed record MemberInvited(
    string Party, string DisplayName, ImmutableArray<string> Roles, string TokenHash, string By, DateTimeOffset At) : ConsortiumEntry(By, At);

internal sealed record MemberJoined(
    string Party, byte[] VerificationKey, string Fingerprint, byte[] Proof, string CredentialId, string SecretHash, string By, DateTimeOffset At)
    : ConsortiumEntry(By, At);

internal sealed record MemberRevoked(string Party, string Reason, string By, DateTimeOffset At) : ConsortiumEntry(By, At);

/// <summary>A new epoch began though nobody joined or left: what older rosters and stock were bound to is over.</summary>
internal sealed record EpochBegun(string Reason, string By, DateTimeOffset At) : ConsortiumEntry(By, At);

internal sealed record CredentialAdded(
    string CredentialId, string SecretHash, string? Party, ImmutableArray<string> Scopes, DateTimeOffset? ExpiresAt, string By, DateTimeOffset At)
    : ConsortiumEntry(By, At);

internal sealed record CredentialRevoked(string CredentialId, string By, DateTimeOffset At) : ConsortiumEntry(By, At);

internal sealed record Catalogued(string Kind, string Id, string Title, DateTimeOffset CreatedAt, string By, DateTimeOffset At) : ConsortiumEntry(By, At);

/// <summary>The stored form of the entries.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ConsortiumFounded))]
[JsonSerializable(typeof(MemberInvited))]
[JsonSerializable(typeof(MemberJoined))]
[JsonSerializable(typeof(MemberRevoked))]
[JsonSerializable(typeof(EpochBegun))]
[JsonSerializable(typeof(CredentialAdded))]
[JsonSerializable(typeof(CredentialRevoked))]
[JsonSerializable(typeof(Catalogued))]
internal sealed partial class ConsortiumJson : JsonSerializerContext;

/// <summary>The names of the entries.</summary>
internal static class ConsortiumEntries
{
    public static JournalCodec<ConsortiumEntry> Codec { get; } = new JournalCodec<ConsortiumEntry>()
        .With("consortium.founded.v1", ConsortiumJson.Default.ConsortiumFounded)
        .With("consortium.member-invited.v1", ConsortiumJson.Default.MemberInvited)
        .With("consortium.member-joined.v1", ConsortiumJson.Default.MemberJoined)
        .With("consortium.member-revoked.v1", ConsortiumJson.Default.MemberRevoked)
        .With("consortium.epoch-begun.v1", ConsortiumJson.Default.EpochBegun)
        .With("consortium.credential-added.v1", ConsortiumJson.Default.CredentialAdded)
        .With("consortium.credential-revoked.v1", ConsortiumJson.Default.CredentialRevoked)
        .With("consortium.catalogued.v1", ConsortiumJson.Default.Catalogued);
}
