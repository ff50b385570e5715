using System.Collections.Immutable;

namespace PrivacyGrains.Learning.Onnx;

/// <summary>Follows an ONNX graph node by node and makes it a network.</summary>
/// <remarks>
/// 1. Refuse operators that we lack, by name. 2. Take the input's shape. 3. A node of constants only is computed (<see cref="OnnxFolding"/>); any other becomes layers. The records' dimension stays first everywhere,
/// and a shape that a model computes from its input keeps it symbolic. 4. Outputs are flattened. 5. <see cref="NetworkFusion"/> folds and reorders.
/// </remarks>
internal sealed partial class OnnxGraphBuilder
{
    private const int MaximumNodes = 2000;
    private readonly OnnxGraph _graph;
    private readonly Dictionary<string, OnnxOperand> _names = new(StringComparer.Ordinal);
    private readonly List<NetworkNode> _nodes = [];
    private long _batch = -1;

    public OnnxGraphBuilder(OnnxGraph graph) => _graph = graph;

    /// <summary>The network.</summary>
    /// <exception cref="OnnxRefusal">What is wrong first.</exception>
    public OnnxNetwork Build()
    {
        if (_graph.Nodes.FirstOrDefault(node => !Operators.ContainsKey(NameOf(node))) is { } wrong)
        {
            throw new OnnxRefusal(OnnxFault.Operator(wrong));
        }

        var features = Begin();
        foreach (var node in _graph.Nodes)
        {
            Follow(node);
        }

        var output = Outputs();
        return new OnnxNetwork(features, output.Width, NetworkFusion.Fuse(features, _nodes, output.Index));
    }

    private static string NameOf(OnnxNode node) => node.Domain.Length == 0 ? node.OperatorType : $"{node.Domain}.{node.OperatorType}";

    private int Begin()
    {
        var inputs = _graph.Inputs.Where(input => !_graph.Tensors.ContainsKey(input.Name)).ToList();
        if (inputs.Count != 1)
        {
            throw Refuse(OnnxFault.Graph($"The model has {inputs.Count} inputs beside its weights; one is supported."));
        }

        var (input, shown) = (inputs[0], OnnxFault.Shown(inputs[0].Name));
        if (input.ElementType is not (0 or OnnxTensor.Float or OnnxTensor.Double))
        {
            throw Refuse(new OnnxFault("onnx.unsupported-tensor", $"Input {shown} has element type {input.ElementType}; float (1) and double (11) are supported."));
        }

        if (input.Shape.IsDefault || input.Shape.Skip(1).Any(dimension => dimension < 0))
        {
            return Guess(input, shown);
        }

        if (input.Shape.Length < 2)
        {
            throw Refuse(OnnxFault.Shape($"Input {shown} has {input.Shape.Length} dimensions; the first must be the records, and others follow."));
        }

        _batch = input.Shape[0];
        var width = input.Shape.Skip(1).Aggregate(1L, (product, dimension) => Math.Min(product, int.MaxValue) * Math.Min(dimension, int.MaxValue));
        Width(width, $"input {shown}");
        ImmutableArray<int> dimensions = [.. input.Shape.Skip(1).Select(dimension => (int)dimension)];
        _names.Add(input.Name, new OnnxValue(0, [(int)width]));
        _names[input.Name] = dimensions.Length == 1 ? _names[input.Name] : Emit(new ReshapeNetworkLayer(dimensions), dimensions, "input", (OnnxValue)_names[input.Name]);
        return (int)width;
    }

    // Where the file does not say how wide a record is, the first matrix that it meets does.
    private int Guess(OnnxInput input, string shown)
    {
        if (input.Shape.IsDefault || input.Shape.Length == 2)
        {
            foreach (var node in _graph.Nodes.Where(node => node.Input(0) == input.Name && node.OperatorType is "Gemm" or "MatMul"))
            {
                if (_graph.Tensors.TryGetValue(node.Input(1), out var bytes) && OnnxTensor.Read(bytes, OnnxFault.Shown(node.Input(1)), out _) is { Dimensions.Length: 2 } matrix)
                {
                    var width = matrix.Dimensions[node.Integer("transB", 0) != 0 ? 1 : 0];
                    Width(width, $"input {shown}");
                    _names.Add(input.Name, new OnnxValue(0, [(int)width]));
                    return (int)width;
                }
            }
        }

        throw Refuse(OnnxFault.Shape($"The model does not say how many numbers a record has: input {shown} has dimensions that are not fixed. Export it with all but the first fixed."));
    }

    private void Follow(OnnxNode node)
    {
        if (node.Outputs.Length == 0 || node.Outputs[0].Length == 0)
        {
            throw Refuse(OnnxFault.Malformed($"{node.Kind} of {node.Shown} makes nothing."));
        }

        if (node.Outputs.Any(output => output.Length > 0 && (_names.ContainsKey(output) || _graph.Tensors.ContainsKey(output))) || node.Outputs.Distinct(StringComparer.Ordinal).Count() < node.Outputs.Count(output => output.Length > 0))
        {
            throw Refuse(OnnxFault.Malformed($"{node.Shown} makes a value that is there already."));
        }

        if (_nodes.Count > MaximumNodes)
        {
            throw Refuse(OnnxFault.Graph($"The model has more than {MaximumNodes} nodes."));
        }

        var results = Operators[NameOf(node)](this, node);
        foreach (var (name, result) in node.Outputs.Zip(results).Where(pair => pair.First.Length > 0))
        {
            _names.Add(name, result);
        }
    }

    // Everything that a record gives, side by side; labels beside numbers are left out.
    private OnnxValue Outputs()
    {
        var outputs = _graph.Outputs.Select(name => _names.GetValueOrDefault(name) as OnnxValue
            ?? throw Refuse(OnnxFault.Graph($"Output {OnnxFault.Shown(name)} is made by no node from the record."))).ToList();
        if (outputs.Count == 0)
        {
            throw Refuse(OnnxFault.Graph("The model has no output."));
        }

        outputs = outputs.Any(output => !output.IsInteger) ? [.. outputs.Where(output => !output.IsInteger)] : outputs;
        OnnxValue[] flat = [.. outputs.Select(output => ReshapeTo(output, [output.Width], "output"))];
        return flat.Length == 1 ? flat[0] : Emit(new ConcatNetworkLayer(0), [flat.Sum(value => value.Width)], "output", flat);
    }

    /// <summary>Adds a node.</summary>
    private OnnxValue Emit(NetworkLayer layer, ImmutableArray<int> dimensions, string name, params ReadOnlySpan<OnnxValue> inputs)
    {
        Width(dimensions.Aggregate(1L, (product, dimension) => Math.Min(product, int.MaxValue) * dimension), name);
        var indices = ImmutableArray.CreateBuilder<int>(inputs.Length);
        foreach (var input in inputs)
        {
            indices.Add(input.Index);
        }

        _nodes.Add(new NetworkNode(layer, indices.MoveToImmutable(), name, dimensions));
        return new OnnxValue(_nodes.Count, dimensions);
    }

    private OnnxValue Emit(NetworkFunction function, OnnxNode node, OnnxValue input) => Emit(new FunctionNetworkLayer(function), input.Dimensions, node.Shown, input);

    private OnnxValue ReshapeTo(OnnxValue value, ImmutableArray<int> dimensions, string name) =>
        value.Dimensions.AsSpan().SequenceEqual(dimensions.AsSpan()) ? value : Emit(new ReshapeNetworkLayer(dimensions), dimensions, name, value);

    private static void Width(long width, string where)
    {
        if (width is < 1 or > OnnxNetwork.MaximumWidth)
        {
            throw Refuse(OnnxFault.Shape($"At {where} a record has {width} numbers; 1 to {OnnxNetwork.MaximumWidth} are supported."));
        }
    }

    /// <summary>What an input of a node stands for; null where it is left out.</summary>
    private OnnxOperand? Take(OnnxNode node, int index)
    {
        var name = node.Input(index);
        if (name.Length == 0)
        {
            return null;
        }

        if (_names.TryGetValue(name, out var known))
        {
            return known;
        }

        if (!_graph.Tensors.TryGetValue(name, out var bytes))
        {
            throw Refuse(OnnxFault.Graph($"Input {index} of {node.Shown} ({node.Kind}), {OnnxFault.Shown(name)}, is made by no node before it."));
        }

        return _names[name] = Read(bytes, name);
    }

    private static OnnxConstant Read(ReadOnlyMemory<byte> bytes, string name) =>
        new(OnnxTensor.Read(bytes, OnnxFault.Shown(name), out var fault) ?? throw Refuse(fault!));

    private OnnxValue Value(OnnxNode node, int index = 0) => Take(node, index) as OnnxValue
        ?? throw Refuse(OnnxFault.Operator(node, $"input {index} must come from the record"));

    private OnnxConstant? Constant(OnnxNode node, int index) => Take(node, index) switch
    {
        null => null,
        OnnxConstant constant => constant,
        _ => throw Refuse(OnnxFault.Operator(node, $"input {index} must be a constant of the model")),
    };

    private OnnxConstant Needed(OnnxNode node, int index) => Constant(node, index) ?? throw Refuse(OnnxFault.Malformed($"Input {index} of {node.Shown} ({node.Kind}) is missing."));

    /// <summary>Integers of an attribute or, since a later version, of an input; default where neither is there.</summary>
    private ImmutableArray<long> Integers(OnnxNode node, string attribute, int index)
    {
        if (node.Integers(attribute) is { IsDefault: false } given)
        {
            return given;
        }

        if (Constant(node, index) is not { } constant)
        {
            return default;
        }

        return constant.Records is { } records && records.Any(times => times != 0)
            ? throw Refuse(OnnxFault.Operator(node, $"input {index} depends on the number of records"))
            : [.. constant.Values.Select(value => (long)Math.Clamp(value, long.MinValue / 2, long.MaxValue / 2))];
    }

    /// <summary>An axis of a value, counted among the record's own dimensions from 0; the records' axis is refused.</summary>
    private static int Axis(OnnxNode node, long axis, int rank)
    {
        var place = axis < 0 ? axis + rank : axis;
        return place == 0 ? throw Refuse(OnnxFault.Operator(node, "it works along the records, which stay apart"))
            : place < 0 || place >= rank ? throw Refuse(OnnxFault.Shape($"{node.Shown} ({node.Kind}) has axis {axis} of {rank}."))
            : (int)place - 1;
    }

    private static OnnxRefusal Refuse(OnnxFault fault) => new(fault);

    private static OnnxRefusal Misfit(OnnxNode node, string what) => new(OnnxFault.Shape($"{node.Shown} ({node.Kind}): {what}"));

    private static ImmutableArray<double> Finite(OnnxNode node, string what, double[] values) =>
        values.All(double.IsFinite) ? [.. values] : throw Refuse(new OnnxFault("onnx.not-finite", $"The {what} of {node.Shown} ({node.Kind}) are not finite."));
}
