using System.Text.Json.Serialization;
using PrivacyGrains.Grains.Journaling;

namespace PrivacyGrains.Grains.Models;

/// <summary>Something that happened to a model.</summary>
internal abstract record ModelEntry(string By, DateTimeOffset At);

internal sealed record ModelRegistered(
    int Version, string Kind, string Lineage, string Digest, long Bytes, string PrivacyNote, string By, DateTimeOffset At) : ModelEntry(By, At);

internal sealed record ModelRetired(int Version, string Reason, string By, DateTimeOffset At) : ModelEntry(By, At);

/// <summary>The stored form of the entries.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ModelRegistered))]
[JsonSerializable(typeof(ModelRetired))]
internal sealed partial class ModelJson : JsonSerializerContext;

/// <summary>The names of the entries.</summary>
internal static class ModelEntries
{
    public static JournalCodec<ModelEntry> Codec { get; } = new JournalCodec<ModelEntry>()
        .With("model.registered.v1", ModelJson.Default.ModelRegistered)
        .With("model.retired.v1", ModelJson.Default.ModelRetired);
}
