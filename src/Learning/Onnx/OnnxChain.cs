using System.Collections.Immutable;

namespace PrivacyGrains.Learning.Onnx;

/// <summary>Follows a graph from its one input to its one output, and collects the layers on the way.</summary>
/// <remarks>1. Refuse operators that we lack, by name. 2. Take the input's shape. 3. Each node must read the value that the one before made. 4. The last must be the output.</remarks>
internal sealed partial class OnnxChain(OnnxGraph graph)
{
    private static readonly string[] Operators = ["Gemm", "MatMul", "Add", "Relu", "Sigmoid", "Flatten", "Reshape", "Identity", "Dropout", "Constant"];

    private readonly Dictionary<string, ReadOnlyMemory<byte>> _constants = new(graph.Tensors, StringComparer.Ordinal);
    private readonly List<NetworkLayer> _layers = [];
    private string _current = string.Empty;
    private long _batch = -1;
    private int _features; // of the input; 0 while unknown
    private int _width; // of the current value; 0 while unknown
    private bool _flat; // whether the current value is records x width
    private bool _affine; // whether the last layer is dense and made the current value

    /// <summary>The network, or null and what is wrong first.</summary>
    public OnnxNetwork? Convert(out OnnxFault? fault)
    {
        fault = Unsupported() ?? Begin();
        foreach (var node in graph.Nodes)
        {
            fault ??= Follow(node);
        }

        fault ??= graph.Outputs.Length != 1 || graph.Outputs[0] != _current ? OnnxFault.Graph("The model's one output must be what its last node makes.")
            : _features == 0 ? OnnxFault.Shape("The model does not say how many numbers a record has.") : null;
        return fault is null ? new OnnxNetwork(_features, [.. _layers]) : null;
    }

    private OnnxFault? Unsupported()
    {
        var wrong = graph.Nodes.FirstOrDefault(node => node.Domain.Length > 0 || !Operators.Contains(node.OperatorType, StringComparer.Ordinal));
        return wrong is null ? null : OnnxFault.Operator(wrong);
    }

    private OnnxFault? Begin()
    {
        var inputs = graph.Inputs.Where(input => !graph.Tensors.ContainsKey(input.Name)).ToList();
        if (inputs.Count != 1)
        {
            return OnnxFault.Graph($"The model has {inputs.Count} inputs beside its weights; one is supported.");
        }

        var input = inputs[0];
        if (input.ElementType is not (0 or OnnxTensor.Float or OnnxTensor.Double))
        {
            return new OnnxFault("onnx.unsupported-tensor", $"Input {OnnxFault.Shown(input.Name)} has element type {input.ElementType}; float (1) and double (11) are supported.");
        }

        _current = input.Name;
        _flat = input.Shape.IsDefault || input.Shape.Length == 2;
        if (input.Shape.IsDefault)
        {
            return null;
        }

        if (input.Shape.Length < 2)
        {
            return OnnxFault.Shape($"Input {OnnxFault.Shown(input.Name)} has {input.Shape.Length} dimensions; the first must be the records, and others follow.");
        }

        _batch = input.Shape[0];
        var width = 1L;
        foreach (var dimension in input.Shape.Skip(1))
        {
            width = dimension < 0 || width < 0 ? -1 : Math.Min(width, MaximumProduct) * Math.Min(dimension, MaximumProduct);
        }

        return width < 0 ? null : Width(width, $"input {OnnxFault.Shown(input.Name)}");
    }

    private const long MaximumProduct = int.MaxValue;

    private OnnxFault? Follow(OnnxNode node)
    {
        if (node.Outputs.Length == 0 || node.Outputs[0].Length == 0)
        {
            return OnnxFault.Malformed($"{node.Kind} of {node.Shown} makes nothing.");
        }

        if (node.Outputs.Any(output => output.Length > 0 && (_constants.ContainsKey(output) || output == _current)))
        {
            return OnnxFault.Malformed($"{node.Shown} makes a value that is there already.");
        }

        if (node.OperatorType == "Constant")
        {
            var bytes = node.Attributes.TryGetValue("value", out var value) ? value.Tensor : default;
            return bytes.IsEmpty ? OnnxFault.Operator(node, "its value must be a tensor") : Keep(node, bytes);
        }

        if (node.OperatorType == "Identity" && _constants.TryGetValue(node.Input(0), out var same))
        {
            return Keep(node, same);
        }

        if (Reads(node) is { } branch)
        {
            return branch;
        }

        var fault = Apply(node);
        _current = node.Outputs[0];
        return fault;
    }

    private OnnxFault? Apply(OnnxNode node)
    {
        switch (node.OperatorType)
        {
            case "Gemm":
                return Gemm(node);
            case "MatMul":
                return MatMul(node);
            case "Add":
                return Add(node);
            case "Relu":
                return Activate(new ReluNetworkLayer());
            case "Sigmoid":
                return Activate(new SigmoidNetworkLayer());
            case "Flatten":
                return Flatten(node);
            case "Reshape":
                return Reshape(node);
            case "Dropout":
                return Dropout(node);
            default:
                return null; // Identity
        }
    }

    // Add is symmetric; everything else takes the value first.
    private OnnxFault? Reads(OnnxNode node)
    {
        var takesEither = node.OperatorType is "Add" && _constants.ContainsKey(node.Input(0));
        return node.Input(takesEither ? 1 : 0) == _current && node.Inputs.Count(name => name == _current) == 1 ? null
            : OnnxFault.Graph($"{node.Shown} ({node.Kind}) does not take what the node before it made; the model must be one chain, with weights as the second factor.");
    }

    private OnnxFault? Keep(OnnxNode node, ReadOnlyMemory<byte> tensor)
    {
        _constants.Add(node.Outputs[0], tensor);
        return null;
    }

    private OnnxFault? Activate(NetworkLayer layer)
    {
        _layers.Add(layer);
        _affine = false;
        return null;
    }

    /// <summary>The current value has so many numbers for each record; the input too where it was not known.</summary>
    private OnnxFault? Width(long width, string where)
    {
        if (width is < 1 or > OnnxNetwork.MaximumWidth)
        {
            return OnnxFault.Shape($"At {where} a record has {width} numbers; 1 to {OnnxNetwork.MaximumWidth} are supported.");
        }

        if (_width != 0 && width != _width)
        {
            return OnnxFault.Shape($"At {where} a record has {_width} numbers where {width} are wanted.");
        }

        _width = (int)width;
        _features = _features == 0 ? _width : _features;
        return null;
    }

    private OnnxTensor? Tensor(OnnxNode node, int index, out OnnxFault? fault)
    {
        var name = node.Input(index);
        if (_constants.TryGetValue(name, out var bytes))
        {
            return OnnxTensor.Read(bytes, OnnxFault.Shown(name), out fault);
        }

        fault = OnnxFault.Graph($"Input {index} of {node.Shown} ({node.Kind}) must be a constant of the model.");
        return null;
    }
}
