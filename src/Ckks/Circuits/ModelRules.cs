using System.Collections.Immutable;

namespace PrivacyGrains.Ckks.Circuits;

/// <summary>What a model must be. Every refusal names the field.</summary>
internal static class ModelRules
{
    private const int MostNameLength = 128;

    public static CircuitFault? Check(int inputs, ImmutableArray<string> names, double inputBound, ImmutableArray<ModelLayer> layers, ModelOutput output)
    {
        if (inputs is < 1 or > EncryptedModel.MostWidth)
        {
            return Size("inputs", $"a row has 1 to {EncryptedModel.MostWidth} numbers; this one has {inputs}");
        }

        if (names.Length != 0 && names.Length != inputs)
        {
            return Size("names", $"there is one name for each input or none; these are {names.Length} for {inputs}");
        }

        for (var i = 0; i < names.Length; i++)
        {
            if (names[i] is not { Length: > 0 and <= MostNameLength } || names[i].Any(char.IsControl))
            {
                return Size($"names[{i}]", $"a name has 1 to {MostNameLength} printable characters");
            }
        }

        if (names.Distinct(StringComparer.Ordinal).Count() != names.Length)
        {
            return Size("names", "names are all different");
        }

        if (!(inputBound > 0 && inputBound <= EncryptedModel.MostMagnitude))
        {
            return Number("inputBound", $"is above 0 and at most {EncryptedModel.MostMagnitude:R}");
        }

        if (layers.IsDefault || layers.Length is < 1 or > EncryptedModel.MostLayers)
        {
            return Size("layers", $"a model has 1 to {EncryptedModel.MostLayers} layers");
        }

        return CheckLayers(inputs, layers)
            ?? (!Enum.IsDefined(output) || (output == ModelOutput.Logistic && layers[^1] is not PolynomialLayer)
                ? new CircuitFault(CircuitFaultCodes.Format, "output", "is linear, or logistic where the last layer is a polynomial")
                : null);
    }

    private static CircuitFault? CheckLayers(int width, ImmutableArray<ModelLayer> layers)
    {
        var numbers = 0L;
        for (var i = 0; i < layers.Length; i++)
        {
            if (layers[i] is DenseLayer dense)
            {
                numbers += (long)dense.Inputs * dense.Outputs;
                if (Dense($"layers[{i}]", dense, width, numbers) is { } fault)
                {
                    return fault;
                }

                width = dense.Outputs;
            }
            else if (Polynomial($"layers[{i}]", (PolynomialLayer)layers[i]) is { } fault)
            {
                return fault;
            }
        }

        return null;
    }

    private static CircuitFault? Dense(string field, DenseLayer dense, int width, long numbers)
    {
        if (dense.Inputs != width)
        {
            return Size($"{field}.inputs", $"{width} numbers arrive; the layer takes {dense.Inputs}");
        }

        if (dense.Outputs is < 1 or > EncryptedModel.MostWidth)
        {
            return Size($"{field}.outputs", $"a layer leaves 1 to {EncryptedModel.MostWidth} numbers; this one leaves {dense.Outputs}");
        }

        if (numbers > EncryptedModel.MostNumbers)
        {
            return Size($"{field}.weights", $"a model has at most {EncryptedModel.MostNumbers} weights");
        }

        if (dense.Weights.IsDefault || dense.Weights.Length != dense.Inputs * dense.Outputs)
        {
            return Size($"{field}.weights", $"are inputs x outputs, {dense.Inputs * dense.Outputs}; these are {(dense.Weights.IsDefault ? 0 : dense.Weights.Length)}");
        }

        if (dense.Biases.IsDefault || dense.Biases.Length != dense.Outputs)
        {
            return Size($"{field}.biases", $"are one for each output, {dense.Outputs}; these are {(dense.Biases.IsDefault ? 0 : dense.Biases.Length)}");
        }

        if (FirstBad(dense.Weights) is { } weight)
        {
            return Number($"{field}.weights[{weight}]", $"is finite and at most {EncryptedModel.MostMagnitude:R} in magnitude");
        }

        for (var j = 0; j < dense.Outputs; j++)
        {
            // A product with zero is no encryption: an output that depends on nothing has no ciphertext.
            if (Enumerable.Range(0, dense.Inputs).All(i => dense.Weights[(i * dense.Outputs) + j] == 0))
            {
                return Number($"{field}.weights", $"output {j} has no weight that is not zero: leave it out");
            }
        }

        return FirstBad(dense.Biases) is { } bias ? Number($"{field}.biases[{bias}]", $"is finite and at most {EncryptedModel.MostMagnitude:R} in magnitude") : null;
    }

    private static CircuitFault? Polynomial(string field, PolynomialLayer polynomial)
    {
        if (polynomial.Coefficients.IsDefault || polynomial.Coefficients.Length is < 2 or > EncryptedModel.MostDegree + 1)
        {
            return Size($"{field}.coefficients", $"a polynomial has degree 1 to {EncryptedModel.MostDegree}");
        }

        if (FirstBad(polynomial.Coefficients) is { } coefficient)
        {
            return Number($"{field}.coefficients[{coefficient}]", $"is finite and at most {EncryptedModel.MostMagnitude:R} in magnitude");
        }

        if (polynomial.Coefficients[^1] == 0)
        {
            return Number($"{field}.coefficients", "the last is not zero");
        }

        if (!Enum.IsDefined(polynomial.Basis))
        {
            return new CircuitFault(CircuitFaultCodes.Format, $"{field}.basis", "is monomial or chebyshev");
        }

        return !double.IsFinite(polynomial.From) || !double.IsFinite(polynomial.To) || polynomial.To - polynomial.From < 1e-6
            || Math.Max(Math.Abs(polynomial.From), Math.Abs(polynomial.To)) > 1e6
            ? Number($"{field}.interval", "goes from a number up to a greater one, both at most 1e6 in magnitude")
            : null;
    }

    private static int? FirstBad(ImmutableArray<double> numbers)
    {
        for (var i = 0; i < numbers.Length; i++)
        {
            if (!(Math.Abs(numbers[i]) <= EncryptedModel.MostMagnitude))
            {
                return i;
            }
        }

        return null;
    }

    private static CircuitFault Size(string field, string message) => new(CircuitFaultCodes.Size, field, message);

    private static CircuitFault Number(string field, string message) => new(CircuitFaultCodes.Number, field, message);
}
