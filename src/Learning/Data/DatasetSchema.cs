using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PrivacyGrains.Learning.Data;

/// <summary>A feature and the public range that it is scaled by.</summary>
/// <param name="Name">The column's name.</param>
/// <param name="Lower">Scaled to -1; values below count as this.</param>
/// <param name="Upper">Scaled to +1, above <paramref name="Lower"/>; values above count as this.</param>
public sealed record FeatureRange(string Name, double Lower, double Upper);

/// <summary>What the parties agree on before anyone looks at a row: the label, the features and their public ranges.</summary>
/// <param name="Name">The data set's name.</param>
/// <param name="Label">The label's column.</param>
/// <param name="Positive">The text that stands for 1.</param>
/// <param name="Negative">The text that stands for 0.</param>
/// <param name="Features">In the model's order; 1 to 100,000.</param>
/// <remarks>Ranges are part of the agreement, never taken from the parties' rows: a range computed from data would leak its extremes uncharged.</remarks>
public sealed record DatasetSchema(string Name, string Label, string Positive, string Negative, ImmutableArray<FeatureRange> Features)
{
    /// <summary>Reads a schema file and checks it.</summary>
    /// <param name="utf8Json">The file's bytes; at most 16 MiB.</param>
    /// <param name="schema">The schema, or null.</param>
    /// <param name="fault">What is wrong, or null.</param>
    /// <returns>Whether there is a schema.</returns>
    public static bool TryParse(ReadOnlySpan<byte> utf8Json, [NotNullWhen(true)] out DatasetSchema? schema, [NotNullWhen(false)] out string? fault)
    {
        (schema, fault) = (null, null);
        try
        {
            schema = utf8Json.Length <= 16 << 20 ? JsonSerializer.Deserialize(utf8Json, SchemaJsonContext.Default.DatasetSchema) : null;
            fault = schema is null ? "the schema is empty or larger than 16 MiB" : schema.Fault();
        }
        catch (JsonException e)
        {
            fault = $"the schema is not JSON of the expected form: {e.Message}";
        }

        schema = fault is null ? schema : null;
        return fault is null;
    }

    /// <inheritdoc/>
    public bool Equals(DatasetSchema? other) =>
        other is not null && Name == other.Name && Label == other.Label && Positive == other.Positive && Negative == other.Negative
        && Features.AsSpan().SequenceEqual(other.Features.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Label, Features.Length);

    /// <summary>The schema's name in agreements and charges.</summary>
    /// <returns>SHA-256 of its JSON, 64 lower-case hex digits; equal for equal schemas.</returns>
    public string Digest() => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(this, SchemaJsonContext.Default.DatasetSchema)));

    /// <summary>What is wrong with the schema, or null.</summary>
    internal string? Fault()
    {
        if (Features.IsDefault || Features.Length is 0 or > 100_000 || Features.Any(f => f is null || string.IsNullOrEmpty(f.Name)))
        {
            return "a schema has 1 to 100,000 named features";
        }

        if (Features.FirstOrDefault(f => !double.IsFinite(f.Lower) || !double.IsFinite(f.Upper) || f.Lower >= f.Upper) is { } bad)
        {
            return $"feature {bad.Name}: the lower bound is below the upper, and both are finite";
        }

        return Features.Select(f => f.Name).Append(Label).Distinct(StringComparer.Ordinal).Count() != Features.Length + 1 ? "two columns have one name"
            : string.IsNullOrEmpty(Label) || Positive == Negative ? "the label has a name and two different values"
            : null;
    }
}

/// <summary>The generated serializer of schemas.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    ReadCommentHandling = JsonCommentHandling.Skip,
    WriteIndented = true)]
[JsonSerializable(typeof(DatasetSchema))]
public sealed partial class SchemaJsonContext : JsonSerializerContext;
