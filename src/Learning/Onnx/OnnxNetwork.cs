using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace PrivacyGrains.Learning.Onnx;

/// <summary>One layer of a network that came from an ONNX file.</summary>
public abstract record NetworkLayer
{
    private protected NetworkLayer()
    {
    }
}

/// <summary>y = x W + b. Secret where the model is: <see cref="ToString"/> tells the shape only.</summary>
/// <param name="Inputs">Rows of W, at least 1.</param>
/// <param name="Outputs">Columns of W, at least 1.</param>
/// <param name="Weights">inputs x outputs finite numbers, row-major.</param>
/// <param name="Bias">As many finite numbers as outputs.</param>
public sealed record DenseNetworkLayer(int Inputs, int Outputs, ImmutableArray<double> Weights, ImmutableArray<double> Bias) : NetworkLayer
{
    /// <inheritdoc/>
    public override string ToString() => $"dense {Inputs} x {Outputs}";
}

/// <summary>max(x, 0), element by element.</summary>
public sealed record ReluNetworkLayer : NetworkLayer;

/// <summary>1 / (1 + e^-x), element by element.</summary>
public sealed record SigmoidNetworkLayer : NetworkLayer;

/// <summary>A network as an ONNX file holds it: dense layers and activations, one after the other.</summary>
/// <param name="Features">Numbers of one record, its dimensions flattened row-major.</param>
/// <param name="Layers">In order; may be none.</param>
/// <remarks>
/// Source: onnx/onnx, Operators.md. Taken are Gemm (constant B and C, transA 0), MatMul with a constant, Add of a constant right after either, Relu, Sigmoid, Flatten (axis 1), Reshape to (records, k), Identity,
/// Dropout (inference) and Constant, on float and double tensors that lie in the file. All else is refused by its name. The first dimension of the input is the records' and may have any size.
/// </remarks>
public sealed record OnnxNetwork(int Features, ImmutableArray<NetworkLayer> Layers)
{
    /// <summary>The largest file that is read.</summary>
    public const int MaximumBytes = 256 << 20;

    /// <summary>The most numbers of a record, or of a layer's output.</summary>
    public const int MaximumWidth = 1 << 20;

    /// <summary>Numbers of one record's output.</summary>
    public int Outputs => Layers.OfType<DenseNetworkLayer>().LastOrDefault()?.Outputs ?? Features;

    /// <summary>Reads a file.</summary>
    /// <param name="file">As it came; may be hostile.</param>
    /// <param name="network">The network, or null.</param>
    /// <param name="fault">What is wrong first, or null.</param>
    /// <returns>Whether the file is a network that we take.</returns>
    public static bool TryRead(ReadOnlyMemory<byte> file, [NotNullWhen(true)] out OnnxNetwork? network, [NotNullWhen(false)] out OnnxFault? fault)
    {
        network = null;
        if (file.Length > MaximumBytes)
        {
            fault = OnnxFault.Malformed($"A model has at most {MaximumBytes >> 20} MiB.");
            return false;
        }

        if (OnnxGraphReader.Read(file) is not { } graph)
        {
            fault = OnnxFault.Malformed("The file is no ONNX model, or is cut short.");
            return false;
        }

        network = new OnnxChain(graph).Convert(out fault);
        return fault is null && network is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Features} features, {string.Join(", ", Layers)}";
}
