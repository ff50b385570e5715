using System.Collections.Immutable;

namespace PrivacyGrains.Learning.Onnx;

/// <content>Norms of rows, and the greatest of them.</content>
internal sealed partial class OnnxGraphBuilder
{
    private OnnxValue LayerNormalization(OnnxNode node)
    {
        if (node.Outputs.Skip(1).Any(output => output.Length > 0))
        {
            throw Refuse(OnnxFault.Operator(node, "its mean and deviation are not"));
        }

        var x = Value(node);
        var first = Axis(node, node.Integer("axis", -1), x.Rank);
        var normal = ReshapeTo(Normalize(node, ReshapeTo(x, [.. x.Dimensions[..first], x.Dimensions[first..].Aggregate(1, (a, b) => a * b)], node.Shown), node.Single("epsilon", 1e-5f)), x.Dimensions, node.Shown);
        return Affine(node, normal, Needed(node, 1), Constant(node, 2));
    }

    private OnnxValue InstanceNormalization(OnnxNode node)
    {
        var (x, scale, shift) = (Value(node), Needed(node, 1), Needed(node, 2));
        if (x.Dimensions.Length < 2 || scale.Values.Length != x.Dimensions[0] || shift.Values.Length != x.Dimensions[0])
        {
            throw Misfit(node, "a record has channels and a space, with a scale and a bias for each channel");
        }

        var rows = Normalize(node, ReshapeTo(x, [x.Dimensions[0], x.Width / x.Dimensions[0]], node.Shown), node.Single("epsilon", 1e-5f));
        return ReshapeTo(Affine(node, rows, scale.Reshape(scale.Values.Length, 1), shift.Reshape(shift.Values.Length, 1)), x.Dimensions, node.Shown);
    }

    private OnnxValue Normalize(OnnxNode node, OnnxValue rows, double epsilon) => epsilon is >= 1.0 / (1 << 20) and <= 1
        ? Emit(new FunctionNetworkLayer(NetworkFunction.Normalize, epsilon), rows.Dimensions, node.Shown, rows)
        : throw Refuse(OnnxFault.Operator(node, "epsilon lies in 2^-20 to 1 on shares"));

    // A layer norm as older operators say it: d / sqrt(mean(d^2) + epsilon) where d = x - mean(x).
    private OnnxValue? Normalization(OnnxNode node, OnnxValue difference, OnnxValue deviation)
    {
        if (Made(deviation.Index) is not { Layer: FunctionNetworkLayer { Function: NetworkFunction.Sqrt }, Inputs: [var variance] }
            || Made(variance) is not { Layer: ScaleNetworkLayer { Factor: 1, Summand: var epsilon and > 0 }, Inputs: [var mean] }
            || MeanOf(mean) is not var (square, rows)
            || Made(square) is not { Layer: FunctionNetworkLayer { Function: NetworkFunction.Multiply }, Inputs: [var root] } || root != difference.Index
            || Made(root) is not { Layer: FunctionNetworkLayer { Function: NetworkFunction.Subtract }, Inputs: [var x, var centre] }
            || MeanOf(centre) is not var (same, _) || same != Unshaped(x))
        {
            return null;
        }

        return ReshapeTo(Normalize(node, ReshapeTo(new OnnxValue(x, difference.Dimensions), rows, node.Shown), epsilon), difference.Dimensions, node.Shown);
    }

    // The value whose rows a mean is of, and the rows' dimensions.
    private (int Value, ImmutableArray<int> Rows)? MeanOf(int value)
    {
        if (Made(Unshaped(value)) is not { Layer: ScaleNetworkLayer { Factor: var factor, Summand: 0 }, Inputs: [var sum] }
            || Made(sum) is not { Layer: FunctionNetworkLayer { Function: NetworkFunction.Sum }, Inputs: [> 0 and var rows] })
        {
            return null;
        }

        var dimensions = Made(rows)!.Dimensions;
        return Math.Abs((factor * dimensions[^1]) - 1) < 1e-6 ? (Unshaped(rows), dimensions) : null;
    }

    private int Unshaped(int value) => Made(value) is { Layer: ReshapeNetworkLayer, Inputs: [var from] } ? Unshaped(from) : value;

    private NetworkNode? Made(int value) => value > 0 ? _nodes[value - 1] : null;

    private OnnxValue[] TopK(OnnxNode node)
    {
        var x = Value(node);
        var count = node.Attributes.ContainsKey("k") ? node.Integer("k", 0) : (long)Needed(node, 1).Values.FirstOrDefault();
        var (axis, isLeast) = (Axis(node, node.Integer("axis", -1), x.Rank), node.Integer("largest", 1) == 0);
        if (count < 1 || count > x.Dimensions[axis] || x.Dimensions[axis] < 2)
        {
            throw Misfit(node, $"{count} of {x.Dimensions[axis]} cannot be taken");
        }

        var rows = Last(node, isLeast ? Scale(node, x, -1, 0) : x, [axis]);
        ImmutableArray<int> order = [.. Enumerable.Range(0, axis), x.Dimensions.Length - 1, .. Enumerable.Range(axis, x.Dimensions.Length - 1 - axis)];
        OnnxValue Part(NetworkFunction function) =>
            Reorder(node, Emit(new FunctionNetworkLayer(function, count), rows.Dimensions.SetItem(rows.Dimensions.Length - 1, (int)count), node.Shown, rows), order);
        var numbers = Part(NetworkFunction.TopK);
        return [isLeast ? Scale(node, numbers, -1, 0) : numbers, Part(NetworkFunction.TopKPlaces) with { IsInteger = true }];
    }
}
