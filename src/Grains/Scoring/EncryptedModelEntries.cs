using System.Text.Json.Serialization;
using PrivacyGrains.Grains.Journaling;

namespace PrivacyGrains.Grains.Scoring;

/// <summary>Something that happened to a model that scores encrypted rows. Its numbers are in a stream of their own; no ciphertext and no key is ever here.</summary>
internal abstract record EncryptedModelEntry(string By, DateTimeOffset At);

internal sealed record EncryptedVersionRegistered(
    int Version, string Digest, string ContentDigest, string Shape, int Degree, ulong[] Primes, long Rows, StoredScale[] Ranges, string Link, string Note, string By, DateTimeOffset At)
    : EncryptedModelEntry(By, At);

internal sealed record EncryptedVersionRetired(int Version, string Reason, string By, DateTimeOffset At) : EncryptedModelEntry(By, At);

internal sealed record RowsAllowed(string Credential, long Rows, string By, DateTimeOffset At) : EncryptedModelEntry(By, At);

/// <summary>An answer that may leave. One that repeats an earlier request counts no rows.</summary>
internal sealed record RowsScored(string RequestId, string RequestDigest, int Version, string Layout, long Rows, string By, DateTimeOffset At) : EncryptedModelEntry(By, At);

/// <summary>A feature's range.</summary>
internal sealed record StoredScale(string Feature, double Lower, double Upper);

/// <summary>The whole book, so that an activation need not read every answer.</summary>
internal sealed record EncryptedModelSnapshot(string? Owner, EncryptedVersion[] Versions, CredentialSnapshot[] Credentials);

/// <summary>One credential's count.</summary>
internal sealed record CredentialSnapshot(string Credential, long? Allowed, long Used, AnsweredRequest[] Recent);

/// <summary>The stored form of the entries.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(EncryptedVersionRegistered))]
[JsonSerializable(typeof(EncryptedVersionRetired))]
[JsonSerializable(typeof(RowsAllowed))]
[JsonSerializable(typeof(RowsScored))]
[JsonSerializable(typeof(EncryptedModelSnapshot))]
internal sealed partial class EncryptedModelJson : JsonSerializerContext;

/// <summary>The names of the entries.</summary>
internal static class EncryptedModelEntries
{
    public static JournalCodec<EncryptedModelEntry> Codec { get; } = new JournalCodec<EncryptedModelEntry>()
        .With("encrypted-model.registered.v1", EncryptedModelJson.Default.EncryptedVersionRegistered)
        .With("encrypted-model.retired.v1", EncryptedModelJson.Default.EncryptedVersionRetired)
        .With("encrypted-model.allowed.v1", EncryptedModelJson.Default.RowsAllowed)
        .With("encrypted-model.scored.v1", EncryptedModelJson.Default.RowsScored);
}
