using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;
using PrivacyGrains.Learning.Data;

namespace PrivacyGrains.Learning.Models;

/// <summary>A logistic model as a safetensors file: what is registered, signed and sent.</summary>
/// <remarks>Tensors <c>weights</c> (features), <c>bias</c> (1), <c>lower</c> and <c>upper</c> (features: the public ranges); metadata <c>format</c> and <c>features</c> (the names, a JSON list).</remarks>
public static class LogisticModelFile
{
    /// <summary>The value of the metadata's <c>format</c>.</summary>
    public const string Format = "privacygrains.logistic.v1";

    /// <summary>The largest file that is read.</summary>
    public const int MaximumBytes = 16 << 20;

    /// <summary>Writes a model.</summary>
    /// <param name="model">Any model.</param>
    /// <returns>The canonical bytes: the same for the same model everywhere.</returns>
    public static byte[] Write(LogisticModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var ranges = model.Scale.Ranges;
        var names = JsonSerializer.Serialize([.. ranges.Select(r => r.Name)], ModelJsonContext.Default.StringArray);
        return Safetensors.Write(new SafetensorsFile(
            ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add("format", Format).Add("features", names),
            [
                new DoubleTensor("weights", [ranges.Length], model.Weights),
                new DoubleTensor("bias", [1], [model.Bias]),
                new DoubleTensor("lower", [ranges.Length], [.. ranges.Select(r => r.Lower)]),
                new DoubleTensor("upper", [ranges.Length], [.. ranges.Select(r => r.Upper)]),
            ]));
    }

    /// <summary>The model's name in ledgers, registers and signatures.</summary>
    /// <param name="model">Any model.</param>
    /// <returns>SHA-256 of the file, 64 lower-case hex digits.</returns>
    public static string Digest(LogisticModel model) => Convert.ToHexStringLower(SHA256.HashData(Write(model)));

    /// <summary>Reads a model.</summary>
    /// <param name="bytes">As they came; may be hostile.</param>
    /// <param name="model">The model, or null.</param>
    /// <param name="fault">What is wrong first, or null.</param>
    /// <returns>Whether the bytes are a model's.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out LogisticModel? model, [NotNullWhen(false)] out string? fault)
    {
        (model, fault) = (null, null);
        if (bytes.Length > MaximumBytes)
        {
            fault = $"a model has at most {MaximumBytes} bytes";
            return false;
        }

        if (!Safetensors.TryRead(bytes, out var file, out fault))
        {
            return false;
        }

        try
        {
            var names = JsonSerializer.Deserialize(file.Metadata.GetValueOrDefault("features", "[]"), ModelJsonContext.Default.StringArray) ?? [];
            var tensors = file.Tensors.ToDictionary(t => t.Name, t => t.Values, StringComparer.Ordinal);
            fault = file.Metadata.GetValueOrDefault("format", string.Empty) != Format ? $"the format is not {Format}"
                : names.Length == 0 || names.Any(string.IsNullOrEmpty) || tensors.Count != 4 || !Fits(tensors, names.Length) ? "the tensors are not those of a logistic model" : null;
            if (fault is null)
            {
                ImmutableArray<FeatureRange> ranges = [.. names.Select((name, i) => new FeatureRange(name, tensors["lower"][i], tensors["upper"][i]))];
                model = LogisticModel.Create(Standardisation.Of(ranges), [.. tensors["weights"], tensors["bias"][0]]);
            }
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            fault = "the feature names or ranges are malformed";
        }

        return fault is null;
    }

    private static bool Fits(Dictionary<string, ImmutableArray<double>> tensors, int features) =>
        tensors.TryGetValue("weights", out var weights) && weights.Length == features
        && tensors.TryGetValue("bias", out var bias) && bias.Length == 1
        && tensors.TryGetValue("lower", out var lower) && lower.Length == features
        && tensors.TryGetValue("upper", out var upper) && upper.Length == features;
}

/// <summary>The generated serializer of a model file's metadata.</summary>
[System.Text.Json.Serialization.JsonSerializable(typeof(string[]))]
internal sealed partial class ModelJsonContext : System.Text.Json.Serialization.JsonSerializerContext;
