using System.Collections.Immutable;
using System.Security.Cryptography;

namespace PrivacyGrains.Ckks.Circuits;

/// <summary>What a model's answers mean.</summary>
public enum ModelOutput
{
    /// <summary>The last layer's numbers as they are: scores. Of a logistic model the client takes the exact sigmoid itself.</summary>
    Linear,

    /// <summary>Probabilities: a polynomial in the sigmoid's place is the last layer.</summary>
    Logistic,
}

/// <summary>A model that scores encrypted rows: dense layers with polynomials between them. Immutable and checked. Its numbers are its owner's secret.</summary>
/// <remarks>Rows are as the model wants them: whoever standardises features does it before encrypting, or folds it into the first layer (<see cref="Linear"/> with scaled weights).</remarks>
public sealed class EncryptedModel
{
    /// <summary>The most inputs, and the most numbers between layers.</summary>
    public const int MostWidth = 4096;

    /// <summary>The most layers.</summary>
    public const int MostLayers = 32;

    /// <summary>The highest degree of an activation.</summary>
    public const int MostDegree = 63;

    /// <summary>The most weights and biases together.</summary>
    public const int MostNumbers = 4_000_000;

    /// <summary>The greatest magnitude of any number in a model.</summary>
    public const double MostMagnitude = 1e9;

    private EncryptedModel(ImmutableArray<string> names, int inputs, double inputBound, ImmutableArray<ModelLayer> layers, ModelOutput output)
    {
        (Names, Inputs, InputBound, Layers, Output) = (names, inputs, inputBound, layers, output);
        Outputs = layers.OfType<DenseLayer>().Select(d => d.Outputs).DefaultIfEmpty(inputs).Last();
        Digest = SHA256.HashData(CanonicalModel.Write(this));
    }

    /// <summary>The inputs' names in their order; empty where they have none. Public.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>Numbers of a row. Public.</summary>
    public int Inputs { get; }

    /// <summary>The greatest magnitude of an input that the plan counts with. Public.</summary>
    public double InputBound { get; }

    /// <summary>The layers, first to last. Secret.</summary>
    public ImmutableArray<ModelLayer> Layers { get; }

    /// <summary>What the answers mean. Public.</summary>
    public ModelOutput Output { get; }

    /// <summary>Answers to a row. Public.</summary>
    public int Outputs { get; }

    /// <summary>SHA-256 of the canonical bytes, 32 bytes: what charges and answers are bound to. Whoever guesses all numbers can check the guess.</summary>
    public ReadOnlyMemory<byte> Digest { get; }

    /// <summary>Checks a model as it came.</summary>
    /// <param name="inputs">Numbers of a row, 1 to <see cref="MostWidth"/>.</param>
    /// <param name="names">Their names, or empty.</param>
    /// <param name="inputBound">The greatest magnitude of an input; positive.</param>
    /// <param name="layers">1 to <see cref="MostLayers"/>, each of the width that the one before leaves.</param>
    /// <param name="output">What the answers mean; <see cref="ModelOutput.Logistic"/> ends in a polynomial.</param>
    /// <param name="model">The model, or null.</param>
    /// <returns>Null, or what is wrong.</returns>
    public static CircuitFault? TryCreate(
        int inputs, ImmutableArray<string> names, double inputBound, ImmutableArray<ModelLayer> layers, ModelOutput output, out EncryptedModel? model)
    {
        model = null;
        names = names.IsDefault ? [] : names;
        if (ModelRules.Check(inputs, names, inputBound, layers, output) is { } fault)
        {
            return fault;
        }

        model = new EncryptedModel(names, inputs, inputBound, layers, output);
        return null;
    }

    /// <summary>A linear model of one answer.</summary>
    /// <param name="weights">One for each input.</param>
    /// <param name="bias">The constant.</param>
    /// <param name="inputBound">The greatest magnitude of an input.</param>
    /// <returns>The model.</returns>
    /// <exception cref="ArgumentException">What <see cref="TryCreate"/> says.</exception>
    public static EncryptedModel Linear(ReadOnlySpan<double> weights, double bias, double inputBound) =>
        Create(weights.Length, inputBound, [new DenseLayer(weights.Length, 1, [.. weights], [bias])], ModelOutput.Linear);

    /// <summary>A logistic model of one answer, its sigmoid a polynomial.</summary>
    /// <param name="weights">One for each input.</param>
    /// <param name="bias">The constant.</param>
    /// <param name="inputBound">The greatest magnitude of an input.</param>
    /// <param name="sigmoid">In the sigmoid's place: see <see cref="ActivationFit"/>.</param>
    /// <returns>The model.</returns>
    /// <exception cref="ArgumentException">What <see cref="TryCreate"/> says.</exception>
    public static EncryptedModel Logistic(ReadOnlySpan<double> weights, double bias, double inputBound, PolynomialLayer sigmoid) =>
        Create(weights.Length, inputBound, [new DenseLayer(weights.Length, 1, [.. weights], [bias]), sigmoid], ModelOutput.Logistic);

    /// <summary>A model without names.</summary>
    /// <param name="inputs">Numbers of a row.</param>
    /// <param name="inputBound">The greatest magnitude of an input.</param>
    /// <param name="layers">First to last.</param>
    /// <param name="output">What the answers mean.</param>
    /// <returns>The model.</returns>
    /// <exception cref="ArgumentException">What <see cref="TryCreate"/> says.</exception>
    public static EncryptedModel Create(int inputs, double inputBound, ImmutableArray<ModelLayer> layers, ModelOutput output) =>
        TryCreate(inputs, [], inputBound, layers, output, out var model) is { } fault ? throw new ArgumentException($"{fault.Field}: {fault.Message}", nameof(layers)) : model!;

    /// <summary>The answers in the clear, polynomials where the encrypted circuit has them.</summary>
    /// <param name="row">One number for each input.</param>
    /// <returns>One number for each answer.</returns>
    public double[] Score(ReadOnlySpan<double> row)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(row.Length, Inputs);
        var values = row.ToArray();
        foreach (var layer in Layers)
        {
            values = layer is DenseLayer dense ? Apply(dense, values) : [.. values.Select(((PolynomialLayer)layer).Evaluate)];
        }

        return values;
    }

    /// <inheritdoc/>
    public override string ToString() => $"EncryptedModel({Inputs} inputs, {string.Join(", ", Layers)}, {Output})";

    /// <summary>x W + b.</summary>
    internal static double[] Apply(DenseLayer dense, double[] values)
    {
        var sums = dense.Biases.ToArray();
        for (var i = 0; i < values.Length; i++)
        {
            for (var j = 0; j < sums.Length; j++)
            {
                sums[j] += values[i] * dense.Weights[(i * dense.Outputs) + j];
            }
        }

        return sums;
    }
}
