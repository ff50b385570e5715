using System.Text.Json;
using System.Text.Json.Serialization;

namespace PrivacyGrains.Messages.Http;

/// <summary>Reads and writes finite numbers only: <c>1e999</c>, <c>NaN</c> and the infinities are refused in both directions.</summary>
/// <remarks>RFC 8259, section 6 has no NaN; a parser that turns an overflowing literal into infinity would let one in.</remarks>
public sealed class FiniteNumber : JsonConverter<double>
{
    /// <summary>How every refusal of a number begins; the gateway tells it from other JSON errors by this.</summary>
    public const string Refusal = "The number is not finite";

    /// <inheritdoc/>
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String && reader.GetString() is "NaN" or "Infinity" or "-Infinity")
        {
            throw new JsonException(Refusal + ".");
        }

        return reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var value)
            ? double.IsFinite(value) ? value : throw new JsonException(Refusal + ": it is too large.")
            : throw new JsonException("A number was expected.");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteNumberValue(double.IsFinite(value) ? value : throw new JsonException(Refusal + "."));
    }
}
