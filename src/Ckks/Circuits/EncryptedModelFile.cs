using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PrivacyGrains.Ckks.Circuits;

/// <summary>A model as JSON, version 1.</summary>
public static class EncryptedModelFile
{
    private const int Version = 1;

    /// <summary>Writes a model.</summary>
    /// <param name="model">The model; what is written is as secret.</param>
    /// <returns>UTF-8.</returns>
    public static byte[] Write(EncryptedModel model)
    {
        var layers = model.Layers.Select(l => l is DenseLayer d
            ? new LayerDocument { Kind = "dense", Inputs = d.Inputs, Outputs = d.Outputs, Weights = [.. d.Weights], Biases = [.. d.Biases] }
            : Polynomial((PolynomialLayer)l));
        var document = new ModelDocument
        {
            Version = Version,
            Inputs = model.Inputs,
            Names = model.Names.IsEmpty ? null : [.. model.Names],
            InputBound = model.InputBound,
            Layers = [.. layers],
            Output = model.Output == ModelOutput.Linear ? "linear" : "logistic",
        };
        return JsonSerializer.SerializeToUtf8Bytes(document, ModelDocuments.Default.ModelDocument);
    }

    /// <summary>Reads a model as it came.</summary>
    /// <param name="utf8">JSON; the caller bounds its length.</param>
    /// <param name="model">The model, or null.</param>
    /// <returns>Null, or what is wrong.</returns>
    public static CircuitFault? TryRead(ReadOnlySpan<byte> utf8, out EncryptedModel? model)
    {
        model = null;
        ModelDocument? document;
        try
        {
            document = JsonSerializer.Deserialize(utf8, ModelDocuments.Default.ModelDocument);
        }
        catch (JsonException e)
        {
            return new CircuitFault(CircuitFaultCodes.Format, e.Path is { Length: > 2 } path ? path[2..] : "model", "is not the JSON of a model");
        }

        if (document is not { Version: Version, Layers: not null })
        {
            return new CircuitFault(CircuitFaultCodes.Format, document is { Layers: null } ? "layers" : "version", $"a model has version {Version} and layers");
        }

        if (document.Output is not ("linear" or "logistic"))
        {
            return new CircuitFault(CircuitFaultCodes.Format, "output", "is linear or logistic");
        }

        var layers = ImmutableArray.CreateBuilder<ModelLayer>();
        for (var i = 0; i < document.Layers.Length; i++)
        {
            if (Layer(document.Layers[i]) is not { } layer)
            {
                return new CircuitFault(CircuitFaultCodes.Format, $"layers[{i}]", "is dense (inputs, outputs, weights, biases) or polynomial (coefficients, from, to, basis)");
            }

            layers.Add(layer);
        }

        var output = document.Output == "linear" ? ModelOutput.Linear : ModelOutput.Logistic;
        return EncryptedModel.TryCreate(document.Inputs, [.. document.Names ?? []], document.InputBound, layers.ToImmutable(), output, out model);
    }

    private static LayerDocument Polynomial(PolynomialLayer p) => new()
    {
        Kind = "polynomial",
        Coefficients = [.. p.Coefficients],
        From = p.From,
        To = p.To,
        Basis = p.Basis == PolynomialBasis.Monomial ? "monomial" : "chebyshev",
    };

    private static ModelLayer? Layer(LayerDocument? layer) => layer switch
    {
        { Kind: "dense", Weights: { } weights, Biases: { } biases } => new DenseLayer(layer.Inputs, layer.Outputs, [.. weights], [.. biases]),
        { Kind: "polynomial", Coefficients: { } coefficients, Basis: "monomial" or "chebyshev" } => new PolynomialLayer(
            [.. coefficients], layer.From, layer.To, layer.Basis == "monomial" ? PolynomialBasis.Monomial : PolynomialBasis.Chebyshev),
        _ => null,
    };
}

/// <summary>The document.</summary>
internal sealed class ModelDocument
{
    public int Version { get; init; }

    public int Inputs { get; init; }

    public string[]? Names { get; init; }

    public double InputBound { get; init; }

    public LayerDocument[]? Layers { get; init; }

    public string? Output { get; init; }
}

/// <summary>A layer of the document.</summary>
internal sealed class LayerDocument
{
    public string? Kind { get; init; }

    public int Inputs { get; init; }

    public int Outputs { get; init; }

    public double[]? Weights { get; init; }

    public double[]? Biases { get; init; }

    public double[]? Coefficients { get; init; }

    public double From { get; init; }

    public double To { get; init; }

    public string? Basis { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(ModelDocument))]
internal sealed partial class ModelDocuments : JsonSerializerContext;
