using System.Collections.Immutable;

namespace PrivacyGrains.Learning.Onnx;

/// <summary>Computes nodes of constants alone: weights that are transposed or scaled, and shapes, where the number of records stays a symbol.</summary>
/// <remarks>Source: onnx/onnx, Operators.md, under the operator's name. Each takes node, inputs (null where one is left out) and the version of the operators.</remarks>
internal static class OnnxFolding
{
    private const int MaximumElements = 1 << 26;

    /// <summary>Folds, with whatever does not fit as a named refusal.</summary>
    public static OnnxConstant Checked(OnnxNode node, OnnxOperand?[] operands, int version, Func<OnnxNode, OnnxConstant?[], int, OnnxConstant> fold)
    {
        try
        {
            var folded = fold(node, [.. operands.Cast<OnnxConstant?>()], version);
            return folded.Values.All(double.IsFinite) ? folded : throw new OnnxRefusal(new OnnxFault("onnx.not-finite", $"What {node.Shown} ({node.Kind}) makes of constants is not finite."));
        }
        catch (Exception e) when (e is IndexOutOfRangeException or ArgumentException or OverflowException or NullReferenceException or InvalidOperationException)
        {
            throw new OnnxRefusal(OnnxFault.Shape($"{node.Shown} ({node.Kind}) does not fit its constants."));
        }
    }

    public static OnnxConstant Constant(OnnxNode node)
    {
        if (node.Attributes.TryGetValue("value", out var value) && !value.Tensor.IsEmpty)
        {
            return new OnnxConstant(OnnxTensor.Read(value.Tensor, $"of {node.Shown}", out var fault) ?? throw new OnnxRefusal(fault!));
        }

        var folded = node.Attributes.TryGetValue("value_float", out var single) ? OnnxTensor.Scalar(single.Single)
            : node.Attributes.TryGetValue("value_int", out var integer) ? OnnxTensor.Scalar(integer.Integer, isInteger: true)
            : node.Integers("value_ints") is { IsDefault: false } integers ? new OnnxTensor([integers.Length], [.. integers], IsInteger: true)
            : node.Attributes.TryGetValue("value_floats", out var floats) ? new OnnxTensor([floats.Floats.Length], [.. floats.Floats])
            : throw new OnnxRefusal(OnnxFault.Operator(node, "its value must be a tensor"));
        return folded.Values.All(double.IsFinite) ? new OnnxConstant(folded) : throw new OnnxRefusal(new OnnxFault("onnx.not-finite", $"Constant of {node.Shown} is not finite."));
    }

    public static OnnxConstant Cast(OnnxNode node, OnnxConstant?[] inputs, int version)
    {
        var isInteger = node.Integer("to", 0) is OnnxTensor.Int32 or OnnxTensor.Int64 or OnnxTensor.Boolean;
        var x = inputs[0]!;
        return x with { Tensor = x.Tensor with { IsInteger = isInteger, Values = isInteger ? [.. x.Values.Select(Math.Truncate)] : x.Values } };
    }

    public static OnnxConstant ConstantOfShape(OnnxNode node, OnnxConstant?[] inputs, int version)
    {
        var value = node.Attributes.TryGetValue("value", out var given) && !given.Tensor.IsEmpty
            ? OnnxTensor.Read(given.Tensor, $"of {node.Shown}", out var fault) ?? throw new OnnxRefusal(fault!)
            : OnnxTensor.Scalar(0);
        var dimensions = Longs(inputs[0]!);
        var filled = new double[Count(dimensions)];
        Array.Fill(filled, value.Values[0]);
        return new OnnxConstant(new OnnxTensor(dimensions, filled, value.IsInteger));
    }

    public static OnnxConstant Range(OnnxNode node, OnnxConstant?[] inputs, int version)
    {
        var (start, limit, step) = (inputs[0]!.Values[0], inputs[1]!.Values[0], inputs[2]!.Values[0]);
        _ = Longs(inputs[0]!).Concat(Longs(inputs[1]!)).Concat(Longs(inputs[2]!)).Count();
        var count = Math.Max(Math.Ceiling((limit - start) / step), 0);
        var values = new double[Count((long)Math.Min(count, MaximumElements + 1L))];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = start + (i * step);
        }

        return new OnnxConstant(new OnnxTensor([values.Length], values, inputs[0]!.Tensor.IsInteger));
    }

    public static OnnxConstant Unary(OnnxNode node, OnnxConstant?[] inputs, int version)
    {
        Func<double, double> f = node.OperatorType switch
        {
            "Neg" => x => -x,
            "Abs" => Math.Abs,
            "Sqrt" => Math.Sqrt,
            "Exp" => Math.Exp,
            "Log" => Math.Log,
            "Reciprocal" => x => 1 / x,
            _ => throw new OnnxRefusal(OnnxFault.Operator(node, "constants of it are not computed")),
        };
        var plain = Plain(inputs[0]!);
        return new OnnxConstant(plain.Tensor with { Values = [.. plain.Values.Select(f)] });
    }

    public static OnnxConstant Arithmetic(OnnxNode node, OnnxConstant?[] inputs, int version)
    {
        var (x, y) = (inputs[0]!, inputs[1]!);
        var dimensions = Common(x.Dimensions, y.Dimensions);
        (x, y) = (Spread(x, dimensions), Spread(y, dimensions));
        var isInteger = x.Tensor.IsInteger && y.Tensor.IsInteger;
        var (values, records) = (new double[x.Values.Length], new double[x.Values.Length]);
        for (var i = 0; i < values.Length; i++)
        {
            (values[i], records[i]) = One(node, (x.Values[i], x.Records?[i] ?? 0), (y.Values[i], y.Records?[i] ?? 0), isInteger);
        }

        return OnnxConstant.Of(new OnnxTensor(dimensions, values, isInteger), records);
    }

    public static OnnxConstant Equal(OnnxNode node, OnnxConstant?[] inputs, int version)
    {
        var dimensions = Common(inputs[0]!.Dimensions, inputs[1]!.Dimensions);
        var (x, y) = (Spread(inputs[0]!, dimensions), Spread(inputs[1]!, dimensions));
        return new OnnxConstant(new OnnxTensor(
            dimensions, [.. x.Values.Select((value, i) => value == y.Values[i] && (x.Records?[i] ?? 0) == (y.Records?[i] ?? 0) ? 1.0 : 0)], IsInteger: true));
    }

    public static OnnxConstant Where(OnnxNode node, OnnxConstant?[] inputs, int version)
    {
        var dimensions = inputs.Aggregate((long[])[], (common, input) => Common(common, input!.Dimensions));
        var (which, x, y) = (Spread(Plain(inputs[0]!), dimensions), Spread(inputs[1]!, dimensions), Spread(inputs[2]!, dimensions));
        OnnxConstant Chosen(int i) => which.Values[i] != 0 ? x : y;
        return OnnxConstant.Of(
            new OnnxTensor(dimensions, [.. which.Values.Select((_, i) => Chosen(i).Values[i])], x.Tensor.IsInteger), [.. which.Values.Select((_, i) => Chosen(i).Records?[i] ?? 0)]);
    }

    public static OnnxConstant ReduceProd(OnnxNode node, OnnxConstant?[] inputs, int version)
    {
        var x = inputs[0]!;
        var times = x.Records is null ? 0 : x.Records.Count(records => records != 0);
        var product = x.Values.Select((value, i) => x.Records?[i] is { } records && records != 0 ? records : value).Aggregate(1.0, (one, other) => one * other);
        return x.Dimensions.Length != 1 || times > 1 ? throw new OnnxRefusal(OnnxFault.Operator(node, "of constants only a list is multiplied"))
            : OnnxConstant.Of(new OnnxTensor(node.Integer("keepdims", 1) != 0 ? [1] : [], [times == 0 ? product : 0], x.Tensor.IsInteger), times == 0 ? null : [product]);
    }

    public static OnnxConstant MatMul(OnnxNode node, OnnxConstant?[] inputs, int version)
    {
        var (x, y) = (Plain(inputs[0]!), Plain(inputs[1]!));
        if (x.Dimensions is not [var m, var k] || y.Dimensions is not [var also, var n] || k != also)
        {
            throw new OnnxRefusal(OnnxFault.Operator(node, "of constants only matrices are multiplied"));
        }

        var product = new double[Count(m, n)];
        for (var i = 0; i < product.Length; i++)
        {
            for (var j = 0; j < k; j++)
            {
                product[i] += x.Values[((i / n) * k) + j] * y.Values[(j * n) + (i % n)];
            }
        }

        return new OnnxConstant(new OnnxTensor([m, n], product));
    }

    public static OnnxConstant Reshape(OnnxNode node, OnnxConstant?[] inputs, int version)
    {
        var (x, wanted) = (inputs[0]!, Longs(inputs[1]!));
        var keeps = node.Integer("allowzero", 0) == 0;
        long[] dimensions = [.. wanted.Select((dimension, d) => dimension == 0 && keeps ? x.Dimensions[d] : dimension)];
        var free = Array.IndexOf(dimensions, -1L);
        if (free >= 0)
        {
            dimensions[free] = x.Values.Length / dimensions.Where(dimension => dimension != -1).Aggregate(1L, (product, dimension) => product * dimension);
        }

        return Count(dimensions) == x.Values.Length ? x.Reshape(dimensions) : throw new ArgumentException("another number of elements");
    }

    public static OnnxConstant Squeeze(OnnxNode node, OnnxConstant?[] inputs, int version)
    {
        var x = inputs[0]!;
        var axes = Axes(node, inputs, "axes", x.Dimensions.Length);
        return x.Reshape([.. x.Dimensions.Where((dimension, d) => axes is null ? dimension != 1 : !axes.Contains(d))]);
    }

    public static OnnxConstant Unsqueeze(OnnxNode node, OnnxConstant?[] inputs, int version)
    {
        var x = inputs[0]!;
        var count = node.Integers("axes") is { IsDefault: false } given ? given.Length : inputs[1]!.Values.Length;
        var axes = Axes(node, inputs, "axes", x.Dimensions.Length + count)!;
        var dimensions = x.Dimensions.ToList();
        foreach (var axis in axes.Order())
        {
            dimensions.Insert(axis, 1);
        }

        return x.Reshape([.. dimensions]);
    }

    public static OnnxConstant Transpose(OnnxNode node, OnnxConstant?[] inputs, int version)
    {
        var x = inputs[0]!;
        int[] order = node.Integers("perm") is { IsDefaultOrEmpty: false } perm ? [.. perm.Select(d => (int)d)] : [.. Enumerable.Range(0, x.Dimensions.Length).Reverse()];
        if (!order.Order().SequenceEqual(Enumerable.Range(0, x.Dimensions.Length)))
        {
            throw new ArgumentException("no order of its dimensions");
        }

        var strides = Strides(x.Dimensions);
        long[] dimensions = [.. order.Select(d => x.Dimensions[d])];
        return x.Move(dimensions, Strided(dimensions, [.. order.Select(d => strides[d])]));
    }

    public static OnnxConstant Concat(OnnxNode node, OnnxConstant?[] inputs, int version)
    {
        var first = inputs[0]!;
        var axis = (int)(node.Integer("axis", 0) is var given && given < 0 ? given + first.Dimensions.Length : given);
        long[] dimensions = [.. first.Dimensions];
        dimensions[axis] = inputs.Sum(input => input!.Dimensions[axis]);
        var (values, records) = (new List<double>(), new List<double>());
        var outer = first.Dimensions[..axis].Aggregate(1L, (product, dimension) => product * dimension);
        for (var i = 0; i < outer; i++)
        {
            foreach (var input in inputs)
            {
                var chunk = (int)(input!.Values.Length / outer);
                values.AddRange(input.Values.AsSpan(i * chunk, chunk));
                records.AddRange(input.Records is { } own ? own.AsSpan(i * chunk, chunk) : new double[chunk]);
            }
        }

        return values.Count == Count(dimensions)
            ? OnnxConstant.Of(new OnnxTensor(dimensions, [.. values], first.Tensor.IsInteger), [.. records])
            : throw new ArgumentException("other dimensions");
    }

    public static OnnxConstant Slice(OnnxNode node, OnnxConstant?[] inputs, int version)
    {
        var x = inputs[0]!;
        foreach (var (axis, places) in Slices(node, name => inputs.ElementAtOrDefault(name) is { } constant ? [.. Longs(constant)] : default, x.Dimensions))
        {
            x = Select(x, axis, places, removes: false);
        }

        return x;
    }

    public static OnnxConstant Gather(OnnxNode node, OnnxConstant?[] inputs, int version)
    {
        var (x, indices) = (inputs[0]!, inputs[1]!);
        var axis = (int)(node.Integer("axis", 0) is var given && given < 0 ? given + x.Dimensions.Length : given);
        int[] places = [.. Longs(indices).Select(place => (int)(place < 0 ? place + x.Dimensions[axis] : place))];
        var taken = Select(x, axis, places, removes: false);
        return taken.Reshape([.. x.Dimensions[..axis], .. indices.Dimensions, .. x.Dimensions[(axis + 1)..]]);
    }

    public static OnnxConstant Expand(OnnxNode node, OnnxConstant?[] inputs, int version) => Spread(inputs[0]!, Common(inputs[0]!.Dimensions, Longs(inputs[1]!)));

    /// <summary>What a Slice takes: axes and the places along them, in order.</summary>
    /// <param name="node">The node.</param>
    /// <param name="read">Integers of an input, default where it is not there.</param>
    /// <param name="dimensions">Of what is sliced.</param>
    public static IEnumerable<(int Axis, int[] Places)> Slices(OnnxNode node, Func<int, ImmutableArray<long>> read, long[] dimensions)
    {
        var isOld = !node.Integers("starts").IsDefault;
        var (starts, ends) = (isOld ? node.Integers("starts") : read(1), isOld ? node.Integers("ends") : read(2));
        var axes = isOld ? node.Integers("axes") : read(3);
        var steps = isOld ? default : read(4);
        for (var i = 0; i < starts.Length; i++)
        {
            var axis = (int)(axes.IsDefaultOrEmpty ? i : axes[i] < 0 ? axes[i] + dimensions.Length : axes[i]);
            var (size, step) = (dimensions[axis], steps.IsDefaultOrEmpty ? 1 : steps[i]);
            var (start, end) = (starts[i] < 0 ? starts[i] + size : starts[i], ends[i] < 0 ? ends[i] + size : ends[i]);
            (start, end) = step > 0 ? (Math.Clamp(start, 0, size), Math.Clamp(end, 0, size)) : (Math.Clamp(start, 0, size - 1), Math.Clamp(end, -1, size - 1));
            var places = new List<int>();
            for (var at = start; step > 0 ? at < end : at > end; at += step == 0 ? throw new ArgumentException("no step") : step)
            {
                places.Add((int)at);
            }

            yield return (axis, [.. places]);
        }
    }

    /// <summary>Dimensions that both are repeated to.</summary>
    public static long[] Common(long[] one, long[] other)
    {
        var common = new long[Math.Max(one.Length, other.Length)];
        for (var d = 1; d <= common.Length; d++)
        {
            var (a, b) = (d <= one.Length ? one[^d] : 1, d <= other.Length ? other[^d] : 1);
            common[^d] = a == b || b == 1 ? a : a == 1 ? b : throw new ArgumentException("dimensions that do not fit");
        }

        _ = Count(common);
        return common;
    }

    /// <summary>The same constant, repeated to these dimensions.</summary>
    public static OnnxConstant Spread(OnnxConstant x, long[] dimensions)
    {
        if (x.Dimensions.AsSpan().SequenceEqual(dimensions))
        {
            return x;
        }

        var (own, strides) = (Strides(x.Dimensions), new long[dimensions.Length]);
        for (var d = 1; d <= x.Dimensions.Length; d++)
        {
            strides[^d] = x.Dimensions[^d] == 1 ? 0 : own[^d];
        }

        return x.Move(dimensions, Strided(dimensions, strides));
    }

    private static OnnxConstant Select(OnnxConstant x, int axis, int[] places, bool removes)
    {
        var (outer, inner) = (Count(x.Dimensions.AsSpan(0, axis)), Count(x.Dimensions.AsSpan(axis + 1)));
        long[] dimensions = [.. x.Dimensions[..axis], .. removes ? (long[])[] : [places.Length], .. x.Dimensions[(axis + 1)..]];
        var map = new int[Count(outer, places.Length, inner)];
        for (var j = 0; j < map.Length; j++)
        {
            var place = places[j / inner % places.Length];
            map[j] = place >= 0 && place < x.Dimensions[axis] ? (int)((((j / (places.Length * inner)) * x.Dimensions[axis]) + place) * inner) + (j % inner) : throw new ArgumentException("no such place");
        }

        return x.Move(dimensions, map);
    }

    // A number is a plain one, or so many times the number of records.
    private static (double Plain, double Records) One(OnnxNode node, (double Plain, double Records) x, (double Plain, double Records) y, bool isInteger)
    {
        var whole = isInteger && node.OperatorType == "Div";
        return (node.OperatorType, x.Records != 0, y.Records != 0) switch
        {
            ("Add", false, false) => (x.Plain + y.Plain, 0),
            ("Sub", false, false) => (x.Plain - y.Plain, 0),
            ("Mul", false, false) => (x.Plain * y.Plain, 0),
            ("Div", false, false) => (whole ? Math.Truncate(x.Plain / y.Plain) : x.Plain / y.Plain, 0),
            ("Pow", false, false) => (Math.Pow(x.Plain, y.Plain), 0),
            ("Mul", true, false) => (0, x.Records * y.Plain),
            ("Mul", false, true) => (0, x.Plain * y.Records),
            ("Div", true, false) when x.Records % y.Plain == 0 => (0, x.Records / y.Plain),
            ("Div", true, true) when x.Records % y.Records == 0 => (x.Records / y.Records, 0),
            ("Add", true, true) => (0, x.Records + y.Records),
            ("Add", true, false) when y.Plain == 0 => x,
            ("Add", false, true) when x.Plain == 0 => y,
            _ => throw new OnnxRefusal(OnnxFault.Operator(node, "it computes with the number of records")),
        };
    }

    private static OnnxConstant Plain(OnnxConstant x) => x.Records is null ? x : throw new ArgumentException("the number of records");

    private static long[] Longs(OnnxConstant x) => [.. Plain(x).Values.Select(value => (long)Math.Clamp(value, long.MinValue / 2, long.MaxValue / 2))];

    private static int[]? Axes(OnnxNode node, OnnxConstant?[] inputs, string attribute, int rank)
    {
        var given = node.Integers(attribute) is { IsDefault: false } integers ? [.. integers] : inputs.ElementAtOrDefault(1) is { } constant ? Longs(constant) : null;
        return given is null ? null : [.. given.Select(axis => (int)(axis < 0 ? axis + rank : axis))];
    }

    private static int Count(params ReadOnlySpan<long> dimensions)
    {
        var count = 1L;
        foreach (var dimension in dimensions)
        {
            if (dimension is < 0 or > MaximumElements || (count *= dimension) > MaximumElements)
            {
                throw new ArgumentException("too many elements");
            }
        }

        return (int)count;
    }

    private static long[] Strides(long[] dimensions)
    {
        var strides = new long[dimensions.Length];
        for (var (d, stride) = (dimensions.Length - 1, 1L); d >= 0; stride *= dimensions[d--])
        {
            strides[d] = stride;
        }

        return strides;
    }

    private static int[] Strided(long[] dimensions, long[] strides)
    {
        var map = new int[Count(dimensions)];
        for (var j = 0; j < map.Length; j++)
        {
            var (rest, at) = ((long)j, 0L);
            for (var d = dimensions.Length - 1; d >= 0; d--)
            {
                at += rest % dimensions[d] * strides[d];
                rest /= dimensions[d];
            }

            map[j] = (int)at;
        }

        return map;
    }
}
