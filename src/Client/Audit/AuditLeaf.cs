using System.Text.Json;
using System.Text.Json.Serialization;

namespace PrivacyGrains.Client.Audit;

/// <summary>One event in its place in the audit log, read from a leaf's canonical JSON.</summary>
/// <param name="Index">From 0.</param>
/// <param name="Source">Whose journal it comes from, as <c>hospital-1/ledger/records</c>.</param>
/// <param name="Sequence">Its place within the source, from 1 without gaps.</param>
/// <param name="Kind">Stable, as <c>charge.committed</c>.</param>
/// <param name="Subject">What it is about.</param>
/// <param name="Actor">Who asked.</param>
/// <param name="Detail">One line of facts.</param>
/// <param name="Digest">Lower-case hex of SHA-256 of the thing itself; empty where there is none.</param>
/// <param name="At">When the source decided.</param>
public sealed record AuditLeaf(
    long Index, string Source, long Sequence, string Kind, string Subject, string Actor, string Detail, string Digest, DateTimeOffset At)
{
    /// <summary>Reads a leaf.</summary>
    /// <param name="json">As it stands in the log.</param>
    /// <returns>The event, or null where the text is none. Members that a later version adds are passed over.</returns>
    public static AuditLeaf? Read(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, AuditLeafJson.Default.AuditLeaf);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>Source-generated JSON of leaves.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(AuditLeaf))]
internal sealed partial class AuditLeafJson : JsonSerializerContext;
