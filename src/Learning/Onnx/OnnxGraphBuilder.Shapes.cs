using System.Collections.Immutable;

namespace PrivacyGrains.Learning.Onnx;

/// <content>What moves elements within a record.</content>
internal sealed partial class OnnxGraphBuilder
{
    private OnnxValue Flatten(OnnxNode node)
    {
        var x = Value(node);
        var axis = node.Integer("axis", 1) is var given && given < 0 ? given + x.Rank : given;
        return axis == 1 || (axis == x.Rank && x.Dimensions.IsEmpty) ? ReshapeTo(x, [x.Width], node.Shown)
            : throw Refuse(OnnxFault.Shape($"{node.Shown} ({node.Kind}) has axis {given}; 1 keeps records apart."));
    }

    // The first dimension stays the records': 0, their number, or -1 where the others are known.
    private OnnxValue Reshape(OnnxNode node)
    {
        var (x, shape) = (Value(node), Needed(node, 1));
        if (shape.Dimensions.Length != 1 || shape.Values.Length is 0 or > 8)
        {
            throw Misfit(node, "a shape is a list of 1 to 8 numbers");
        }

        var keepsZero = node.Integer("allowzero", 0) == 0;
        var (first, records) = (shape.Values[0], shape.Records?[0] ?? 0);
        var names = records == 1 || (records == 0 && ((first == 0 && keepsZero) || (first > 0 && first == _batch)));
        var rest = new List<long>();
        for (var d = 1; d < shape.Values.Length; d++)
        {
            var zero = shape.Values[d] == 0 && keepsZero && (shape.Records?[d] ?? 0) == 0;
            if ((shape.Records?[d] ?? 0) != 0 || (zero && d > x.Dimensions.Length))
            {
                throw Apart();
            }

            rest.Add(zero ? x.Dimensions[d - 1] : (long)shape.Values[d]);
        }

        var known = rest.Where(dimension => dimension != -1).Aggregate(1L, (product, dimension) => Math.Min(Math.Max(product, 0) * Math.Max(dimension, 0), int.MaxValue));
        var free = rest.Count(dimension => dimension == -1);
        if (free == 1 && names && known > 0 && x.Width % known == 0)
        {
            rest[rest.IndexOf(-1)] = x.Width / known;
        }
        else if (free > 0 || known != x.Width || !(names || (first == -1 && records == 0) || (records == 0 && first == _batch)))
        {
            throw known != x.Width && free == 0 && known > 0
                ? Refuse(OnnxFault.Shape($"At {node.Shown} a record has {x.Width} numbers where {known} are wanted."))
                : Apart();
        }

        return ReshapeTo(x, [.. rest.Select(dimension => (int)dimension)], node.Shown);

        OnnxRefusal Apart() => Refuse(OnnxFault.Shape($"{node.Shown} ({node.Kind}) must keep records apart: a shape (0, ...), (-1, ...) or (records, ...)."));
    }

    private OnnxValue Squeeze(OnnxNode node)
    {
        var x = Value(node);
        var given = Integers(node, "axes", 1);
        ImmutableArray<int> axes = given.IsDefault
            ? [.. Enumerable.Range(0, x.Dimensions.Length).Where(axis => x.Dimensions[axis] == 1)]
            : [.. given.Select(axis => Axis(node, axis, x.Rank))];
        return axes.Any(axis => x.Dimensions[axis] != 1) ? throw Misfit(node, "a dimension that goes must be 1") : ReshapeTo(x, Without(x, axes, keeps: false), node.Shown);
    }

    private OnnxValue Unsqueeze(OnnxNode node)
    {
        var x = Value(node);
        var given = Integers(node, "axes", 1);
        if (given.IsDefault || x.Rank + given.Length > 8)
        {
            throw Misfit(node, "its axes are missing or too many");
        }

        var dimensions = x.Dimensions.ToList();
        foreach (var axis in given.Select(axis => Axis(node, axis, x.Rank + given.Length)).Order())
        {
            dimensions.Insert(Math.Min(axis, dimensions.Count), 1);
        }

        return ReshapeTo(x, [.. dimensions], node.Shown);
    }

    private OnnxValue Transpose(OnnxNode node)
    {
        var x = Value(node);
        ImmutableArray<long> order = node.Integers("perm") is { IsDefaultOrEmpty: false } perm ? perm : [.. Enumerable.Range(0, x.Rank).Reverse().Select(axis => (long)axis)];
        return !order.Order().SequenceEqual(Enumerable.Range(0, x.Rank).Select(axis => (long)axis)) ? throw Misfit(node, "perm is no order of its dimensions")
            : order[0] != 0 ? throw Refuse(OnnxFault.Operator(node, "the records must stay first"))
            : Reorder(node, x, [.. order.Skip(1).Select(axis => (int)axis - 1)]);
    }

    private OnnxValue Reorder(OnnxNode node, OnnxValue x, ImmutableArray<int> order) => order.SequenceEqual(Enumerable.Range(0, order.Length))
        ? x
        : Emit(new TransposeNetworkLayer(order), [.. order.Select(axis => x.Dimensions[axis])], node.Shown, x);

    private OnnxValue Concat(OnnxNode node)
    {
        OnnxValue[] parts = [.. Enumerable.Range(0, node.Inputs.Length).Select(index => Value(node, index))];
        var axis = Axis(node, node.Integer("axis", 0), parts[0].Rank);
        if (parts.Any(part => part.Rank != parts[0].Rank || part.Dimensions.Where((dimension, d) => d != axis && dimension != parts[0].Dimensions[d]).Any()))
        {
            throw Misfit(node, "its inputs do not fit side by side");
        }

        return parts.Length == 1 ? parts[0]
            : Emit(new ConcatNetworkLayer(axis), parts[0].Dimensions.SetItem(axis, parts.Sum(part => part.Dimensions[axis])), node.Shown, parts);
    }

    private OnnxValue[] Split(OnnxNode node)
    {
        var x = Value(node);
        var axis = Axis(node, node.Integer("axis", 0), x.Rank);
        var (size, count) = (x.Dimensions[axis], node.Outputs.Length);
        var chunk = (size + count - 1) / count;
        var sizes = Integers(node, "split", 1) is { IsDefault: false } given ? given
            : [.. Enumerable.Range(0, count).Select(i => (long)Math.Min(chunk, size - (i * chunk)))];
        if (sizes.Length != count || sizes.Any(part => part < 1 || part > size) || sizes.Sum() != size)
        {
            throw Misfit(node, $"its parts do not make {size}");
        }

        var (parts, at) = (new OnnxValue[count], 0);
        for (var i = 0; i < count; at += (int)sizes[i++])
        {
            parts[i] = Choose(node, x, axis, [.. Enumerable.Range(at, (int)sizes[i])]);
        }

        return parts;
    }

    private OnnxValue Slice(OnnxNode node)
    {
        var x = Value(node);
        long[] dimensions = [int.MaxValue, .. x.Dimensions.Select(dimension => (long)dimension)];
        var value = x;
        if (Sliced(node, x.Rank).Contains(0))
        {
            throw Refuse(OnnxFault.Operator(node, "it works along the records, which stay apart"));
        }

        foreach (var (axis, places) in OnnxFolding.Slices(node, index => Integers(node, string.Empty, index), dimensions))
        {
            value = places.Length == 0 ? throw Misfit(node, "nothing is left") : Choose(node, value, axis - 1, [.. places]);
        }

        return value;
    }

    // The axes that a Slice names; those of a slice that takes all records are none.
    private IEnumerable<long> Sliced(OnnxNode node, int rank)
    {
        var isOld = !node.Integers("starts").IsDefault;
        var starts = isOld ? node.Integers("starts") : Integers(node, string.Empty, 1);
        var axes = isOld ? node.Integers("axes") : Integers(node, string.Empty, 3);
        if (starts.IsDefault || (!axes.IsDefaultOrEmpty && axes.Length != starts.Length) || starts.Length > rank)
        {
            throw Misfit(node, "its starts and axes do not fit");
        }

        return Enumerable.Range(0, starts.Length).Select(i => axes.IsDefaultOrEmpty ? i : axes[i] < 0 ? axes[i] + rank : axes[i])
            .Select(axis => axis >= 0 && axis < rank ? axis : throw Misfit(node, $"axis {axis} of {rank}"));
    }

    private OnnxValue Gather(OnnxNode node)
    {
        var (x, indices) = (Value(node), Needed(node, 1));
        var axis = Axis(node, node.Integer("axis", 0), x.Rank);
        ImmutableArray<long> places = [.. indices.Values.Select(place => (long)(place < 0 ? place + x.Dimensions[axis] : place))];
        if (indices.Records is not null || places.IsEmpty || places.Any(place => place < 0 || place >= x.Dimensions[axis]) || x.Rank + indices.Dimensions.Length > 9)
        {
            throw Misfit(node, $"its places do not lie in {x.Dimensions[axis]}");
        }

        var chosen = Choose(node, x, axis, [.. places.Select(place => (int)place)]);
        return ReshapeTo(chosen, [.. x.Dimensions[..axis], .. indices.Dimensions.Select(dimension => (int)dimension), .. x.Dimensions[(axis + 1)..]], node.Shown);
    }

    private OnnxValue Choose(OnnxNode node, OnnxValue x, int axis, ImmutableArray<int> places) => places.SequenceEqual(Enumerable.Range(0, x.Dimensions[axis]))
        ? x
        : Emit(new GatherNetworkLayer(axis, places), x.Dimensions.SetItem(axis, places.Length), node.Shown, x);

    private OnnxValue Expand(OnnxNode node)
    {
        var (x, shape) = (Value(node), Needed(node, 1));
        if (shape.Values.Length > x.Rank)
        {
            throw Misfit(node, "the records would not stay first");
        }

        var dimensions = x.Dimensions;
        for (var d = 1; d <= shape.Values.Length; d++)
        {
            var (wanted, isRecords) = ((long)shape.Values[^d], (shape.Records?[^d] ?? 0) != 0);
            if (d == x.Rank)
            {
                _ = isRecords || wanted == 1 || wanted == _batch ? true : throw Misfit(node, "the records would be repeated");
            }
            else if (wanted != 1 && wanted != dimensions[^d])
            {
                dimensions = dimensions[^d] == 1 && wanted is > 1 and <= OnnxNetwork.MaximumWidth && !isRecords ? dimensions.SetItem(dimensions.Length - d, (int)wanted) : throw Misfit(node, "it does not fit");
            }
        }

        return Widen(node, x, dimensions);
    }

    private OnnxValue Pad(OnnxNode node)
    {
        var x = Value(node);
        var pads = Integers(node, "pads", 1);
        var axes = Integers(node, string.Empty, 3) is { IsDefault: false } some ? some : [.. Enumerable.Range(0, x.Rank).Select(axis => (long)axis)];
        if (pads.IsDefault || pads.Length != 2 * axes.Length)
        {
            throw Misfit(node, "it has two paddings for each dimension");
        }

        var (before, after) = (new int[x.Dimensions.Length], new int[x.Dimensions.Length]);
        for (var i = 0; i < axes.Length; i++)
        {
            var (axis, first, last) = (axes[i] < 0 ? axes[i] + x.Rank : axes[i], pads[i], pads[i + axes.Length]);
            if (axis == 0 && (first, last) is (0, 0))
            {
                continue;
            }

            var own = Axis(node, axis, x.Rank);
            (before[own], after[own]) = Math.Max(Math.Abs(first), Math.Abs(last)) <= OnnxNetwork.MaximumWidth ? ((int)first, (int)last) : throw Misfit(node, "a padding is too wide");
        }

        return node.Text("mode", "constant") switch
        {
            "constant" or "" => Constant(node, 2) is { } value && value.Values.Length != 1
                ? throw Misfit(node, "what it pads with is one number")
                : Surround(node, x, before, after, Constant(node, 2)?.Values[0] ?? node.Single("value", 0)),
            "reflect" => Mirror(node, x, before, after, (at, size) => at < 0 ? -at : at >= size ? (2 * (size - 1)) - at : at),
            "edge" => Mirror(node, x, before, after, (at, size) => Math.Clamp(at, 0, size - 1)),
            var mode => throw Refuse(OnnxFault.Operator(node, $"mode {OnnxFault.Shown(mode)} is not")),
        };
    }

    private OnnxValue Surround(OnnxNode node, OnnxValue x, int[] before, int[] after, double constant)
    {
        var value = x;
        for (var axis = 0; axis < before.Length; axis++) // a negative padding cuts
        {
            var (from, to) = (Math.Max(-before[axis], 0), value.Dimensions[axis] - Math.Max(-after[axis], 0));
            value = from < to ? Choose(node, value, axis, [.. Enumerable.Range(from, to - from)]) : throw Misfit(node, "nothing is left");
        }

        ImmutableArray<int> first = [.. before.Select(places => Math.Max(places, 0))];
        ImmutableArray<int> last = [.. after.Select(places => Math.Max(places, 0))];
        return first.Concat(last).All(places => places == 0) ? value
            : !double.IsFinite(constant) ? throw Refuse(new OnnxFault("onnx.not-finite", $"What {node.Shown} ({node.Kind}) pads with is not finite."))
            : Emit(new PadNetworkLayer(first, last, constant), [.. value.Dimensions.Select((dimension, d) => dimension + first[d] + last[d])], node.Shown, value);
    }

    private OnnxValue Mirror(OnnxNode node, OnnxValue x, int[] before, int[] after, Func<int, int, int> place)
    {
        var value = x;
        for (var axis = 0; axis < before.Length; axis++)
        {
            var size = x.Dimensions[axis];
            ImmutableArray<int> places = [.. Enumerable.Range(-before[axis], Math.Max(size + before[axis] + after[axis], 0)).Select(at => place(at, size))];
            value = places.IsEmpty || places.Any(at => at < 0 || at >= size) ? throw Misfit(node, "a padding is wider than the record") : Choose(node, value, axis, places);
        }

        return value;
    }
}
