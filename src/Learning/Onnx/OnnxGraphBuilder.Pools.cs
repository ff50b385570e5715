using System.Collections.Immutable;

namespace PrivacyGrains.Learning.Onnx;

/// <content>Windows, pools and what goes along a dimension.</content>
internal sealed partial class OnnxGraphBuilder
{
    // Channels x length become channels x 1 x length.
    private OnnxValue AsImage(OnnxNode node, OnnxValue x) => x.Dimensions.Length switch
    {
        2 => ReshapeTo(x, [x.Dimensions[0], 1, x.Dimensions[1]], node.Shown),
        3 => x,
        _ => throw Refuse(OnnxFault.Operator(node, $"records of {x.Dimensions.Length} dimensions are not; channels x length and channels x height x width are")),
    };

    private static (NetworkWindow Window, ImmutableArray<int> Dimensions) Window(OnnxNode node, OnnxValue image, bool isLine, ImmutableArray<long> kernel, bool ceil)
    {
        var axes = isLine ? 1 : 2;
        ImmutableArray<long> Sides(string name, int count, long otherwise) => node.Integers(name) is { IsDefaultOrEmpty: false } given
            ? given.Length == count && given.All(side => side is >= 0 and <= 4096) ? given : throw Misfit(node, $"its {name} do not fit")
            : [.. Enumerable.Repeat(otherwise, count)];
        var (strides, dilations, pads) = (Sides("strides", axes, 1), Sides("dilations", axes, 1), Sides("pads", 2 * axes, 0));
        if (kernel.Length != axes || kernel.Concat(strides).Concat(dilations).Any(side => side is < 1 or > 4096))
        {
            throw Misfit(node, "its window has other dimensions than the record, or sides outside 1 to 4096");
        }

        var sides = new (int Side, int Stride, int Dilation, int Before, int After, int Steps)[axes];
        for (var axis = 0; axis < axes; axis++)
        {
            var size = image.Dimensions[1 + axis + (isLine ? 1 : 0)];
            sides[axis] = Side(node, size, (int)kernel[axis], (int)strides[axis], (int)dilations[axis], (int)pads[axis], (int)pads[axis + axes], ceil);
        }

        var (down, right) = (isLine ? (1, 1, 1, 0, 0, 1) : sides[0], sides[^1]);
        return (new NetworkWindow(down.Item1, right.Side, down.Item2, right.Stride, down.Item3, right.Dilation, down.Item4, right.Before, down.Item5, right.After), [down.Item6, right.Steps]);
    }

    private static (int Side, int Stride, int Dilation, int Before, int After, int Steps) Side(
        OnnxNode node, int size, int side, int stride, int dilation, int before, int after, bool ceil)
    {
        var reach = ((side - 1) * dilation) + 1;
        switch (node.Text("auto_pad", "NOTSET"))
        {
            case "VALID":
                (before, after) = (0, 0);
                break;
            case ("SAME_UPPER" or "SAME_LOWER") and var same:
                var padding = Math.Max(((((size + stride - 1) / stride) - 1) * stride) + reach - size, 0);
                before = same == "SAME_UPPER" ? padding / 2 : padding - (padding / 2);
                after = padding - before;
                break;
            case "NOTSET" or "":
                break;
            case var other:
                throw Refuse(OnnxFault.Operator(node, $"auto_pad {OnnxFault.Shown(other)} is not"));
        }

        var room = size + before + after - reach;
        if (room < 0)
        {
            throw Misfit(node, $"a window of {reach} does not fit {size} with its padding");
        }

        var steps = (room / stride) + 1;
        if (ceil && room % stride != 0 && steps * stride < size + before) // a last window must begin in the image or before it
        {
            steps++;
        }

        // What no window covers is not padded, and a last window that reaches beyond is.
        return (side, stride, dilation, before, Math.Max(((steps - 1) * stride) + reach - size - before, 0), steps);
    }

    private OnnxValue Pool(OnnxNode node, bool takesGreatest)
    {
        if (node.Outputs.Length > 1 && node.Outputs[1].Length > 0)
        {
            throw Refuse(OnnxFault.Operator(node, "its second output, the places, is not"));
        }

        var x = Value(node);
        var (image, isLine, counts) = (AsImage(node, x), x.Dimensions.Length == 2, node.Integer("count_include_pad", 0) != 0);
        var (window, dimensions) = Window(node, image, isLine, node.Integers("kernel_shape") is { IsDefault: false } kernel ? kernel : [], node.Integer("ceil_mode", 0) != 0);
        if (counts && node.Integer("ceil_mode", 0) != 0)
        {
            var (plain, _) = Window(node, image, isLine, node.Integers("kernel_shape"), ceil: false);
            counts = plain == window ? counts : throw Refuse(OnnxFault.Operator(node, "count_include_pad together with a ceil_mode that adds windows is not"));
        }

        var made = Emit(new PoolNetworkLayer(window, takesGreatest, counts), [image.Dimensions[0], .. dimensions], node.Shown, image);
        return isLine ? ReshapeTo(made, [x.Dimensions[0], dimensions[1]], node.Shown) : made;
    }

    private OnnxValue GlobalPool(OnnxNode node)
    {
        var x = Value(node);
        if (x.Dimensions.Length < 2)
        {
            throw Misfit(node, "a record has channels and a space");
        }

        var flat = ReshapeTo(x, [x.Dimensions[0], x.Width / x.Dimensions[0]], node.Shown);
        var reduced = Along(node, flat, node.OperatorType == "GlobalMaxPool" ? "Max" : "Mean");
        return ReshapeTo(reduced, [x.Dimensions[0], .. Enumerable.Repeat(1, x.Dimensions.Length - 1)], node.Shown);
    }

    private OnnxValue Reduce(OnnxNode node)
    {
        var x = Value(node);
        var given = Integers(node, "axes", 1);
        if (given.IsDefaultOrEmpty)
        {
            return node.Integer("noop_with_empty_axes", 0) != 0 ? x : throw Refuse(OnnxFault.Operator(node, "without axes it mixes the records, which stay apart"));
        }

        ImmutableArray<int> axes = [.. given.Select(axis => Axis(node, axis, x.Rank)).Order()];
        var reduced = Along(node, Last(node, x, axes), node.OperatorType["Reduce".Length..]);
        return ReshapeTo(reduced, Without(x, axes, node.Integer("keepdims", 1) != 0), node.Shown);
    }

    private OnnxValue ArgMax(OnnxNode node)
    {
        if (node.Integer("select_last_index", 0) != 0)
        {
            throw Refuse(OnnxFault.Operator(node, "select_last_index must be 0"));
        }

        var x = Value(node);
        ImmutableArray<int> axes = [Axis(node, node.Integer("axis", 0), x.Rank)];
        var rows = Last(node, node.OperatorType == "ArgMin" ? Scale(node, x, -1, 0) : x, axes);
        var place = Emit(new FunctionNetworkLayer(NetworkFunction.ArgMax), rows.Dimensions[..^1], node.Shown, rows);
        return ReshapeTo(place, Without(x, axes, node.Integer("keepdims", 1) != 0), node.Shown) with { IsInteger = true };
    }

    // Along the last dimension, which goes.
    private OnnxValue Along(OnnxNode node, OnnxValue rows, string what)
    {
        var (outer, count) = (rows.Dimensions[..^1], rows.Dimensions[^1]);
        return what switch
        {
            "Sum" => Emit(new FunctionNetworkLayer(NetworkFunction.Sum), outer, node.Shown, rows),
            "Mean" => Scale(node, Emit(new FunctionNetworkLayer(NetworkFunction.Sum), outer, node.Shown, rows), 1.0 / count, 0),
            "Max" => Emit(new FunctionNetworkLayer(NetworkFunction.Greatest), outer, node.Shown, rows),
            "SumSquare" => Emit(new FunctionNetworkLayer(NetworkFunction.Dot), outer, node.Shown, rows),
            "L2" => Emit(NetworkFunction.Sqrt, node, Along(node, rows, "SumSquare")),
            _ => Scale(node, Emit(new FunctionNetworkLayer(NetworkFunction.Greatest), outer, node.Shown, Scale(node, rows, -1, 0)), -1, 0),
        };
    }

    /// <summary>Puts some of the record's dimensions last, as one.</summary>
    private OnnxValue Last(OnnxNode node, OnnxValue x, ImmutableArray<int> axes)
    {
        ImmutableArray<int> others = [.. Enumerable.Range(0, x.Dimensions.Length).Where(axis => !axes.Contains(axis))];
        var ordered = Reorder(node, x, [.. others, .. axes]);
        return ReshapeTo(ordered, [.. others.Select(axis => x.Dimensions[axis]), axes.Aggregate(1, (product, axis) => product * x.Dimensions[axis])], node.Shown);
    }

    private static ImmutableArray<int> Without(OnnxValue x, ImmutableArray<int> axes, bool keeps) => keeps
        ? [.. x.Dimensions.Select((dimension, axis) => axes.Contains(axis) ? 1 : dimension)]
        : [.. x.Dimensions.Where((_, axis) => !axes.Contains(axis))];
}
