using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace PrivacyGrains.Learning.Onnx;

/// <summary>A network as a file holds it: a graph of layers from one record to one output.</summary>
/// <remarks>
/// Source: onnx/onnx, Operators.md. Taken are the operators of <see cref="OnnxGraphBuilder"/>'s table, on float and double tensors that lie in the file; subgraphs that only compute shapes or weights are
/// computed here. All else is refused by operator and node. The first dimension of the input is the records' and may have any size.
/// </remarks>
public sealed record OnnxNetwork
{
    /// <summary>The largest file that is read.</summary>
    public const int MaximumBytes = 256 << 20;

    /// <summary>The most numbers of a record, or of a layer's output.</summary>
    public const int MaximumWidth = 1 << 20;

    internal OnnxNetwork(int features, int outputs, ImmutableArray<NetworkNode> nodes) => (Features, Outputs, Nodes) = (features, outputs, nodes);

    /// <summary>Makes a network of dense layers and functions, one after the other.</summary>
    /// <param name="features">Numbers of one record.</param>
    /// <param name="layers">In order; may be none.</param>
    public OnnxNetwork(int features, ImmutableArray<NetworkLayer> layers)
        : this(features, layers.OfType<DenseNetworkLayer>().LastOrDefault()?.Outputs ?? features, Chain(features, layers))
    {
    }

    /// <summary>Numbers of one record, its dimensions flattened row-major.</summary>
    public int Features { get; }

    /// <summary>Numbers of one record's output, flattened row-major.</summary>
    public int Outputs { get; }

    /// <summary>The graph; the last node makes the output. None where the model computes nothing.</summary>
    public ImmutableArray<NetworkNode> Nodes { get; }

    /// <summary>The nodes' layers.</summary>
    public IEnumerable<NetworkLayer> Layers => Nodes.Select(node => node.Layer);

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

        try
        {
            (network, fault) = (new OnnxGraphBuilder(graph).Build(), null);
            return true;
        }
        catch (OnnxRefusal refusal)
        {
            fault = refusal.Fault;
            return false;
        }
    }

    private static ImmutableArray<NetworkNode> Chain(int features, ImmutableArray<NetworkLayer> layers)
    {
        var width = features;
        return [.. layers.Select((layer, i) => new NetworkNode(layer, [i], $"layer {i}", [width = (layer as DenseNetworkLayer)?.Outputs ?? width]))];
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Features} features, {string.Join(", ", Nodes)}";
}
