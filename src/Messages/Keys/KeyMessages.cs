using System.Text.Json;
using System.Text.Json.Serialization;
using PrivacyGrains.Messages.Http;

namespace PrivacyGrains.Messages.Keys;

/// <summary>Asks for a new API key.</summary>
/// <param name="Scopes">Of <c>operator</c>, <c>analyst</c>, <c>auditor</c>, or <c>party</c> alone. An operator makes the first three; only a party makes keys of scope <c>party</c>, for itself.</param>
/// <param name="Party">The party that it acts for: the caller's own, and only with scope <c>party</c>; else null.</param>
/// <param name="ExpiresAt">When it ends by itself, in the future; null for never.</param>
public sealed record CreateKeyRequest(IReadOnlyList<string> Scopes, string? Party = null, DateTimeOffset? ExpiresAt = null);

/// <summary>A new API key. Its secret is answered this once and kept by nobody but its owner.</summary>
/// <param name="CredentialId">Public name, by which it is listed and revoked.</param>
/// <param name="ApiKey">Goes into <c>Authorization: Bearer</c>. Secret.</param>
/// <param name="Party">The party that it acts for, or null.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="ExpiresAt">When it ends by itself, or null.</param>
public sealed record CreatedKey(string CredentialId, string ApiKey, string? Party, IReadOnlyList<string> Scopes, DateTimeOffset? ExpiresAt)
{
    /// <summary>The shape only: the key itself is secret.</summary>
    public override string ToString() => $"CreatedKey {{ CredentialId = {CredentialId}, ApiKey = (secret) }}";
}

/// <summary>A key as it is listed: without its secret, which nobody has, and without the hash.</summary>
/// <param name="CredentialId">Public name.</param>
/// <param name="Party">The party that it acts for, or null.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="ExpiresAt">When it ends by itself, or null.</param>
/// <param name="Revoked">Whether somebody ended it.</param>
public sealed record KeyInfo(string CredentialId, string? Party, IReadOnlyList<string> Scopes, DateTimeOffset? ExpiresAt, bool Revoked);

/// <summary>Source-generated JSON of the room Keys.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(CreateKeyRequest))]
[JsonSerializable(typeof(CreatedKey))]
[JsonSerializable(typeof(Listing<KeyInfo>))]
public sealed partial class KeysJson : JsonSerializerContext;
