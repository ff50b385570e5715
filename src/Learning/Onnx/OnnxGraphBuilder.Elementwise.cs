using System.Collections.Immutable;

namespace PrivacyGrains.Learning.Onnx;

/// <content>Element by element: arithmetic and activations.</content>
internal sealed partial class OnnxGraphBuilder
{
    private OnnxValue Arithmetic(OnnxNode node)
    {
        var (left, right) = (Take(node, 0), Take(node, 1));
        return (node.OperatorType, left, right) switch
        {
            ("Add", OnnxValue x, OnnxValue y) => Combine(node, NetworkFunction.Add, x, y),
            ("Sub", OnnxValue x, OnnxValue y) => Combine(node, NetworkFunction.Subtract, x, y),
            ("Mul", OnnxValue x, OnnxValue y) => Product(node, x, y),
            ("Div", OnnxValue x, OnnxValue y) => Normalization(node, x, y) ?? Product(node, x, Emit(NetworkFunction.Reciprocal, node, y)),
            ("Add", OnnxValue x, OnnxConstant c) => AddConstant(node, x, c),
            ("Add", OnnxConstant c, OnnxValue x) => AddConstant(node, x, c),
            ("Sub", OnnxValue x, OnnxConstant c) => AddConstant(node, x, Map(c, value => -value)),
            ("Sub", OnnxConstant c, OnnxValue x) => AddConstant(node, Scale(node, x, -1, 0), c),
            ("Mul", OnnxValue x, OnnxConstant c) => MultiplyConstant(node, x, c),
            ("Mul", OnnxConstant c, OnnxValue x) => MultiplyConstant(node, x, c),
            ("Div", OnnxValue x, OnnxConstant c) => MultiplyConstant(node, x, Map(c, value => 1 / value)),
            ("Div", OnnxConstant c, OnnxValue x) => MultiplyConstant(node, Emit(NetworkFunction.Reciprocal, node, x), c),
            _ => throw Refuse(OnnxFault.Malformed($"{node.Shown} ({node.Kind}) takes two inputs.")),
        };
    }

    private OnnxValue Pow(OnnxNode node) => (Take(node, 0), Take(node, 1)) switch
    {
        (OnnxValue x, OnnxConstant { Values: [1] }) => x,
        (OnnxValue x, OnnxConstant { Values: [2] }) => Product(node, x, x),
        (OnnxValue x, OnnxConstant { Values: [3] }) => Product(node, Product(node, x, x), x),
        (OnnxValue x, OnnxConstant { Values: [-1] }) => Emit(NetworkFunction.Reciprocal, node, x),
        (OnnxValue x, OnnxConstant { Values: [0.5] }) => Emit(NetworkFunction.Sqrt, node, x),
        _ => throw Refuse(OnnxFault.Operator(node, "only the constant powers -1, 0.5, 1, 2 and 3 are")),
    };

    private OnnxValue Variadic(OnnxNode node)
    {
        OnnxOperand[] operands = [.. Enumerable.Range(0, node.Inputs.Length).Select(index => Take(node, index) ?? throw Refuse(OnnxFault.Malformed($"{node.Shown} misses an input.")))];
        var sum = operands.OfType<OnnxValue>().FirstOrDefault() ?? throw Refuse(OnnxFault.Operator(node, "an input must come from the record"));
        var first = Array.IndexOf(operands, sum);
        foreach (var operand in operands.Where((_, i) => i != first))
        {
            sum = (node.OperatorType, operand) switch
            {
                ("Sum" or "Mean", OnnxValue y) => Combine(node, NetworkFunction.Add, sum, y),
                ("Sum" or "Mean", OnnxConstant c) => AddConstant(node, sum, c),
                ("Max", OnnxConstant { Values: [var c] }) => Clip(node, sum, c, double.PositiveInfinity),
                ("Min", OnnxConstant { Values: [var c] }) => Clip(node, sum, double.NegativeInfinity, c),
                ("Max", OnnxValue y) => Greater(node, sum, y),
                ("Min", OnnxValue y) => Combine(node, NetworkFunction.Subtract, sum, Emit(NetworkFunction.Relu, node, Combine(node, NetworkFunction.Subtract, sum, y))),
                ("Max", OnnxConstant c) => AddConstant(node, Emit(NetworkFunction.Relu, node, AddConstant(node, sum, Map(c, value => -value))), c),
                (_, OnnxConstant c) => Combine(node, NetworkFunction.Subtract, sum, Emit(NetworkFunction.Relu, node, AddConstant(node, sum, Map(c, value => -value)))),
                _ => throw new InvalidOperationException("An operand is a constant or a value."),
            };
        }

        return node.OperatorType == "Mean" ? Scale(node, sum, 1.0 / operands.Length, 0) : sum;
    }

    // max(x, y) = y + max(x - y, 0)
    private OnnxValue Greater(OnnxNode node, OnnxValue x, OnnxValue y) =>
        Combine(node, NetworkFunction.Add, y, Emit(NetworkFunction.Relu, node, Combine(node, NetworkFunction.Subtract, x, y)));

    // x - max(x, 0) is the negative part, exactly.
    private OnnxValue Negative(OnnxNode node, OnnxValue x, OnnxValue positive) => Combine(node, NetworkFunction.Subtract, x, positive);

    private OnnxValue LeakyRelu(OnnxNode node)
    {
        var (x, slope) = (Value(node), (double)node.Single("alpha", 0.01f));
        var positive = Emit(NetworkFunction.Relu, node, x);
        return Combine(node, NetworkFunction.Add, positive, Scale(node, Negative(node, x, positive), slope, 0));
    }

    private OnnxValue PRelu(OnnxNode node)
    {
        var (x, slopes) = (Value(node), Needed(node, 1));
        var positive = Emit(NetworkFunction.Relu, node, x);
        return Combine(node, NetworkFunction.Add, positive, Affine(node, Negative(node, x, positive), slopes, null));
    }

    // x / (1 + |x|)
    private OnnxValue Softsign(OnnxNode node)
    {
        var x = Value(node);
        return Product(node, x, Emit(NetworkFunction.Reciprocal, node, Scale(node, Emit(NetworkFunction.Abs, node, x), 1, 1)));
    }

    private OnnxValue Elu(OnnxNode node, OnnxValue x, double alpha) =>
        double.IsFinite(alpha) ? Emit(new FunctionNetworkLayer(NetworkFunction.Elu, alpha), x.Dimensions, node.Shown, x) : throw Misfit(node, "alpha is not finite");

    // alpha elu(x / alpha)
    private OnnxValue Celu(OnnxNode node)
    {
        var alpha = (double)node.Single("alpha", 1);
        return Scale(node, Elu(node, Scale(node, Value(node), 1 / alpha, 0), 1), alpha, 0);
    }

    // Before version 13 all dimensions from the axis on are one; since then the axis alone.
    private OnnxValue Softmax(OnnxNode node, NetworkFunction function)
    {
        var (x, isOld) = (Value(node), _graph.Version < 13);
        var first = Axis(node, node.Integer("axis", isOld ? 1 : -1), x.Rank);
        ImmutableArray<int> axes = isOld ? [.. Enumerable.Range(first, x.Dimensions.Length - first)] : [first];
        ImmutableArray<int> order = [.. Enumerable.Range(0, x.Dimensions.Length).Where(axis => !axes.Contains(axis)), .. axes];
        var rows = Last(node, x, axes);
        var ordered = ReshapeTo(Emit(function, node, rows), [.. order.Select(axis => x.Dimensions[axis])], node.Shown);
        return Reorder(node, ordered, [.. Enumerable.Range(0, order.Length).Select(axis => order.IndexOf(axis))]) with { SumsToOne = function == NetworkFunction.Softmax && x.Rank == 2 };
    }

    private OnnxValue Clip(OnnxNode node)
    {
        var (lower, upper) = ((double)node.Single("min", float.NegativeInfinity), (double)node.Single("max", float.PositiveInfinity));
        return Clip(node, Value(node), Bound(1, lower), Bound(2, upper));

        double Bound(int index, double otherwise) => Constant(node, index) switch
        {
            null => otherwise,
            { Values: [var bound] } => bound,
            _ => throw Misfit(node, "a bound is one number"),
        };
    }

    // The greatest float is how an exporter writes that there is no bound.
    private OnnxValue Clip(OnnxNode node, OnnxValue x, double lower, double upper)
    {
        var (from, to) = (lower <= float.MinValue ? double.NegativeInfinity : lower, upper >= float.MaxValue ? double.PositiveInfinity : upper);
        return double.IsNaN(lower) || double.IsNaN(upper) || from > to ? throw Misfit(node, "its bounds are no range")
            : (from, to) is (double.NegativeInfinity, double.PositiveInfinity) ? x
            : (from, to) is (0, double.PositiveInfinity) ? Emit(NetworkFunction.Relu, node, x)
            : Emit(new ClipNetworkLayer(from, to), x.Dimensions, node.Shown, x);
    }

    private OnnxValue HardSigmoid(OnnxNode node) =>
        Clip(node, Scale(node, Value(node), node.Single("alpha", 0.2f), node.Single("beta", 0.5f)), 0, 1);

    private OnnxValue HardSwish(OnnxNode node)
    {
        var x = Value(node);
        return Product(node, x, Clip(node, Scale(node, x, 1.0 / 6, 0.5), 0, 1));
    }

    private OnnxValue Scale(OnnxNode node, OnnxValue x, double factor, double summand) =>
        !double.IsFinite(factor) || !double.IsFinite(summand) ? throw Refuse(new OnnxFault("onnx.not-finite", $"A number of {node.Shown} ({node.Kind}) is NaN or infinite."))
        : (factor, summand) is (1, 0) ? x
        : Emit(new ScaleNetworkLayer(factor, summand), x.Dimensions, node.Shown, x);

    private OnnxValue AddConstant(OnnxNode node, OnnxValue x, OnnxConstant c) =>
        c.Values is [var one] && c.Dimensions.Length == 0 && c.Records is null ? Scale(node, x, 1, one) : Affine(node, x, null, c);

    private OnnxValue MultiplyConstant(OnnxNode node, OnnxValue x, OnnxConstant c) =>
        c.Values is [var one] && c.Dimensions.Length == 0 && c.Records is null ? Scale(node, x, one, 0) : Affine(node, x, c, null);

    private OnnxValue Combine(OnnxNode node, NetworkFunction function, OnnxValue x, OnnxValue y)
    {
        var (one, other) = SameRank(node, x, y);
        return Emit(new FunctionNetworkLayer(function), Common(node, one.Dimensions, other.Dimensions), node.Shown, one, other);
    }

    private OnnxValue Product(OnnxNode node, OnnxValue x, OnnxValue y) =>
        x == y ? Emit(NetworkFunction.Multiply, node, x) : Combine(node, NetworkFunction.Multiply, x, y);

    // numpy aligns the last dimensions: with fewer, the records would stand under a dimension of the other's.
    private static (OnnxValue One, OnnxValue Other) SameRank(OnnxNode node, OnnxValue x, OnnxValue y) =>
        x.Rank == y.Rank ? (x, y) : throw Misfit(node, $"records of [{string.Join(", ", x.Dimensions)}] and [{string.Join(", ", y.Dimensions)}] do not stand under each other");

    private static ImmutableArray<int> Common(OnnxNode node, ImmutableArray<int> one, ImmutableArray<int> other)
    {
        var common = new int[Math.Max(one.Length, other.Length)];
        for (var d = 1; d <= common.Length; d++)
        {
            var (a, b) = (d <= one.Length ? one[^d] : 1, d <= other.Length ? other[^d] : 1);
            common[^d] = a == b || b == 1 ? a : a == 1 ? b : throw Misfit(node, $"[{string.Join(", ", one)}] and [{string.Join(", ", other)}] of a record do not fit");
        }

        return [.. common];
    }

    private OnnxValue Widen(OnnxNode node, OnnxValue x, ImmutableArray<int> dimensions)
    {
        var value = ReshapeTo(x, [.. Enumerable.Repeat(1, dimensions.Length - x.Dimensions.Length), .. x.Dimensions], node.Shown);
        for (var d = 0; d < dimensions.Length; d++)
        {
            value = value.Dimensions[d] == dimensions[d] ? value : Choose(node, value, d, [.. Enumerable.Repeat(0, dimensions[d])]);
        }

        return value;
    }

    private static OnnxConstant Map(OnnxConstant c, Func<double, double> f) => c with { Tensor = c.Tensor with { Values = [.. c.Values.Select(f)] } };
}
