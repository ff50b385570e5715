using System.Collections.Immutable;

namespace PrivacyGrains.Learning.Onnx;

/// <summary>A graph as the file has it: the version of its operators, nodes in order, tensors still as bytes.</summary>
internal sealed record OnnxGraph(
    int Version, ImmutableArray<OnnxNode> Nodes, ImmutableDictionary<string, ReadOnlyMemory<byte>> Tensors, ImmutableArray<OnnxInput> Inputs, ImmutableArray<string> Outputs);

/// <summary>A graph's input.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ElementType">As <see cref="OnnxTensor"/> numbers them; 0 where the file does not say.</param>
/// <param name="Shape">Its dimensions, -1 for one that is not fixed; default where the file does not say.</param>
internal sealed record OnnxInput(string Name, long ElementType, ImmutableArray<long> Shape);

/// <summary>One node.</summary>
internal sealed record OnnxNode(
    string Name, string OperatorType, string Domain, ImmutableArray<string> Inputs, ImmutableArray<string> Outputs, ImmutableDictionary<string, OnnxAttribute> Attributes)
{
    /// <summary>The operator as a message shows it.</summary>
    public string Kind => OnnxFault.Shown(Domain.Length == 0 ? OperatorType : $"{Domain}.{OperatorType}");

    /// <summary>The node as a message shows it.</summary>
    public string Shown => Name.Length > 0 ? $"node {OnnxFault.Shown(Name)}" : $"the unnamed node that makes {OnnxFault.Shown(Outputs.FirstOrDefault(string.Empty))}";

    /// <summary>An attribute's integer.</summary>
    public long Integer(string name, long otherwise) => Attributes.TryGetValue(name, out var attribute) ? attribute.Integer : otherwise;

    /// <summary>An attribute's float.</summary>
    public float Single(string name, float otherwise) => Attributes.TryGetValue(name, out var attribute) ? attribute.Single : otherwise;

    /// <summary>An attribute's integers; default where it is not there.</summary>
    public ImmutableArray<long> Integers(string name) => Attributes.TryGetValue(name, out var attribute) ? attribute.Integers : default;

    /// <summary>An attribute's floats; none where it is not there.</summary>
    public ImmutableArray<double> Floats(string name) => Attributes.TryGetValue(name, out var attribute) ? attribute.Floats : [];

    /// <summary>An attribute's text.</summary>
    public string Text(string name, string otherwise) => Attributes.TryGetValue(name, out var attribute) ? attribute.Text : otherwise;

    /// <summary>An input's name, empty where it is left out.</summary>
    public string Input(int index) => index < Inputs.Length ? Inputs[index] : string.Empty;
}

/// <summary>An attribute: what it holds among these.</summary>
internal sealed record OnnxAttribute(
    float Single, long Integer, string Text, ReadOnlyMemory<byte> Tensor, ImmutableArray<long> Integers, ImmutableArray<double> Floats);
