using System.Collections.Immutable;
using PrivacyGrains.Ckks.Circuits;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Learning.Onnx;

namespace PrivacyGrains.Client.Scoring;

/// <summary>A trained network as a chain of dense layers with activations, and what a client takes of its answers: what its owner registers.</summary>
/// <param name="Network">In the clear; its numbers are secret.</param>
/// <param name="Link">identity, sigmoid or softmax: the last activation, which the client takes exactly and the circuit leaves out.</param>
public sealed record ImportedNetwork(ClearNetwork Network, string Link)
{
    /// <summary>Reads a network as a chain. Constant factors and summands, and dense layers without an activation between them, are folded together: they take no level.</summary>
    /// <param name="network">From an ONNX file, or from our own training.</param>
    /// <exception cref="InputException"><c>scoring.unsupported-layer</c>: it is no chain of dense layers with sigmoid, tanh, ReLU or GELU; the message names the node.</exception>
    public static ImportedNetwork Of(OnnxNetwork network)
    {
        ArgumentNullException.ThrowIfNull(network);
        var layers = ImmutableArray.CreateBuilder<ClearLayer>();
        var current = new DenseFold(network.Features);
        var link = "identity";
        for (var i = 0; i < network.Nodes.Length; i++)
        {
            var node = network.Nodes[i];
            if (node.Inputs.Length != 1 || node.Inputs[0] != i || link != "identity")
            {
                throw Unsupported(node, "branches, or layers after the last activation");
            }

            var isLast = network.Nodes[(i + 1)..].All(n => n.Layer is ReshapeNetworkLayer);
            switch (node.Layer)
            {
                case ReshapeNetworkLayer:
                    break;
                case DenseNetworkLayer dense when dense.Inputs == current.Width:
                    current = current.Then(dense.Outputs, dense.Weights.AsSpan(), dense.Bias.AsSpan());
                    break;
                case ScaleNetworkLayer scale:
                    current = current.Scaled([scale.Factor], [scale.Summand]);
                    break;
                case AffineNetworkLayer affine when Fits(affine.Scale, current.Width) && Fits(affine.Shift, current.Width):
                    current = current.Scaled(affine.Scale.IsEmpty ? [1] : affine.Scale.AsSpan(), affine.Shift.IsEmpty ? [0] : affine.Shift.AsSpan());
                    break;
                case FunctionNetworkLayer { Function: NetworkFunction.Sigmoid } when isLast && current.HasLayer:
                    link = "sigmoid";
                    break;
                case FunctionNetworkLayer { Function: NetworkFunction.Softmax } when isLast && current.HasLayer:
                    link = "softmax";
                    break;
                case FunctionNetworkLayer function when ActivationOf(function.Function) is { } activation:
                    layers.Add(new ClearLayer(current.ToLayer() ?? throw Unsupported(node, "an activation before any dense layer"), activation));
                    current = new DenseFold(current.Width);
                    break;
                default:
                    throw Unsupported(node, node.Layer.ToString()!);
            }
        }

        if (current.ToLayer() is { } last)
        {
            layers.Add(new ClearLayer(last, null));
        }

        return layers.Count > 0 ? new ImportedNetwork(new ClearNetwork(layers.ToImmutable()), link) : throw new InputException("scoring.unsupported-layer", "The model computes nothing: it has no dense layer.");
    }

    /// <summary>The model with polynomials in its activations' place.</summary>
    /// <param name="names">The inputs' names, or empty.</param>
    /// <param name="inputBound">The greatest magnitude of an input.</param>
    /// <param name="choices">One for each activation.</param>
    /// <returns>The model and how near its polynomials are.</returns>
    /// <exception cref="InputException">A choice is out of range, or the model is too large.</exception>
    public (EncryptedModel Model, ImmutableArray<ActivationFit> Fits) Replace(ImmutableArray<string> names, double inputBound, IReadOnlyList<ActivationChoice> choices) =>
        Network.TryReplace(names, inputBound, choices, out var model, out var fits) is { } fault
            ? throw new InputException($"scoring.{fault.Code}", $"{fault.Field}: {fault.Message}.")
            : (model!, fits);

    /// <inheritdoc/>
    public override string ToString() => $"{Network}, {Link}";

    private static bool Fits(ImmutableArray<double> numbers, int width) => numbers.Length is 0 or 1 || numbers.Length == width;

    private static Activation? ActivationOf(NetworkFunction function) => function switch
    {
        NetworkFunction.Sigmoid => Activation.Sigmoid,
        NetworkFunction.Tanh => Activation.Tanh,
        NetworkFunction.Relu => Activation.Relu,
        NetworkFunction.Gelu => Activation.Gelu,
        _ => null,
    };

    private static InputException Unsupported(NetworkNode node, string what) => new(
        "scoring.unsupported-layer", $"{node.Name}: {what} cannot be computed on ciphertexts here. Taken are chains of dense layers with sigmoid, tanh, ReLU or GELU between them, and a sigmoid or softmax at the end.");
}

/// <summary>x A + b, gathered from layers that follow each other without an activation. Secret.</summary>
internal sealed class DenseFold
{
    private readonly int _inputs;
    private readonly double[]? _matrix; // inputs x width, or null where it is diagonal
    private readonly double[] _diagonal;
    private readonly double[] _shift;

    /// <summary>x itself.</summary>
    public DenseFold(int width)
        : this(width, null, [.. Enumerable.Repeat(1.0, width)], new double[width])
    {
    }

    private DenseFold(int inputs, double[]? matrix, double[] diagonal, double[] shift) => (_inputs, _matrix, _diagonal, _shift) = (inputs, matrix, diagonal, shift);

    /// <summary>Numbers that come out.</summary>
    public int Width => _shift.Length;

    /// <summary>Whether there is a dense layer in it.</summary>
    public bool HasLayer => _matrix is not null;

    /// <summary>A dense layer after it.</summary>
    public DenseFold Then(int outputs, ReadOnlySpan<double> weights, ReadOnlySpan<double> bias)
    {
        var (rows, shift) = (new double[_inputs * outputs], bias.ToArray());
        for (var j = 0; j < outputs; j++)
        {
            for (var k = 0; k < Width; k++)
            {
                shift[j] += _shift[k] * weights[(k * outputs) + j];
            }
        }

        for (var i = 0; i < _inputs; i++)
        {
            for (var k = 0; k < Width; k++)
            {
                var a = _matrix is null ? (i == k ? _diagonal[k] : 0) : _matrix[(i * Width) + k];
                for (var j = 0; a != 0 && j < outputs; j++)
                {
                    rows[(i * outputs) + j] += a * weights[(k * outputs) + j];
                }
            }
        }

        return new DenseFold(_inputs, rows, new double[outputs], shift);
    }

    /// <summary>Factors and summands after it: one, or one for each number.</summary>
    public DenseFold Scaled(ReadOnlySpan<double> factors, ReadOnlySpan<double> summands)
    {
        var (matrix, diagonal, shift) = ((double[]?)_matrix?.Clone(), (double[])_diagonal.Clone(), (double[])_shift.Clone());
        for (var k = 0; k < Width; k++)
        {
            var factor = factors[factors.Length == 1 ? 0 : k];
            diagonal[k] *= factor;
            shift[k] = (shift[k] * factor) + summands[summands.Length == 1 ? 0 : k];
            for (var i = 0; matrix is not null && i < _inputs; i++)
            {
                matrix[(i * Width) + k] *= factor;
            }
        }

        return new DenseFold(_inputs, matrix, diagonal, shift);
    }

    /// <summary>The layer; null where there is no dense layer in it.</summary>
    public DenseLayer? ToLayer() => _matrix is null ? null : new DenseLayer(_inputs, Width, [.. _matrix], [.. _shift]);
}
