using System.Text.Json.Serialization;
using PrivacyGrains.Grains.Journaling;

namespace PrivacyGrains.Grains.Scoring;

/// <summary>Something that happened to a key set. The keys themselves are files, which can be erased; an entry cannot.</summary>
internal abstract record KeySetEntry(DateTimeOffset At);

internal sealed record KeySetOpened(StoredTerms Terms, DateTimeOffset ExpiresAt, DateTimeOffset At) : KeySetEntry(At);

internal sealed record KeysTaken(string Kind, string Digest, long Bytes, int Pieces, string SealVersion, string Upload, DateTimeOffset At) : KeySetEntry(At);

internal sealed record KeySetEnded(string Reason, DateTimeOffset At) : KeySetEntry(At);

/// <summary>The stored form of <see cref="KeySetTerms"/>.</summary>
internal sealed record StoredTerms(int Version, int Degree, ulong[] Primes, string ParametersId, int MostGaloisKeys)
{
    public static StoredTerms Of(KeySetTerms terms) => new(terms.Version, terms.Degree, [.. terms.Primes], terms.ParametersId, terms.MostGaloisKeys);

    public KeySetTerms ToTerms() => new(Version, Degree, [.. Primes], ParametersId, MostGaloisKeys);
}

/// <summary>The stored form of the entries.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(KeySetOpened))]
[JsonSerializable(typeof(KeysTaken))]
[JsonSerializable(typeof(KeySetEnded))]
internal sealed partial class KeySetJson : JsonSerializerContext;

/// <summary>The names of the entries.</summary>
internal static class KeySetEntries
{
    public static JournalCodec<KeySetEntry> Codec { get; } = new JournalCodec<KeySetEntry>()
        .With("key-set.opened.v1", KeySetJson.Default.KeySetOpened)
        .With("key-set.taken.v1", KeySetJson.Default.KeysTaken)
        .With("key-set.ended.v1", KeySetJson.Default.KeySetEnded);
}
