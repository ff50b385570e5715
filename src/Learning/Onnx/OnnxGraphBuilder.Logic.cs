using System.Collections.Immutable;

namespace PrivacyGrains.Learning.Onnx;

/// <content>Truths, as 0 and 1, and what is made of them.</content>
internal sealed partial class OnnxGraphBuilder
{
    private const int MostPlaces = 1 << 12;

    private OnnxValue Equal(OnnxNode node) => Truth((Take(node, 0), Take(node, 1)) switch
    {
        (OnnxValue x, OnnxValue y) => Combine(node, NetworkFunction.Equal, x, y),
        (OnnxValue x, OnnxConstant c) => EqualTo(node, x, c),
        (OnnxConstant c, OnnxValue x) => EqualTo(node, x, c),
        _ => throw Refuse(OnnxFault.Malformed($"{node.Shown} takes two inputs.")),
    });

    // One number is public, as all single numbers of a model are; a tensor's are not.
    private OnnxValue EqualTo(OnnxNode node, OnnxValue x, OnnxConstant c) =>
        c.Values is [var one] && c.Dimensions.All(dimension => dimension == 1) && c.Dimensions.Length <= x.Rank && c.Records is null
            ? ReshapeTo(Places(node, x, Finite(node, "numbers", [one])), x.Dimensions, node.Shown)
            : Places(node, AddConstant(node, x, Map(c, value => -value)), [0]) is var equal ? ReshapeTo(equal, equal.Dimensions[..^1], node.Shown) : x;

    private OnnxValue Places(OnnxNode node, OnnxValue x, ImmutableArray<double> values) => Emit(new EqualNetworkLayer(values), [.. x.Dimensions, values.Length], node.Shown, x);

    // off + (on - off) [place = j]; the new dimension goes to its axis.
    private OnnxValue OneHot(OnnxNode node)
    {
        var (x, depth, values) = (Value(node), Needed(node, 1), Needed(node, 2));
        if (!x.IsInteger)
        {
            throw Refuse(OnnxFault.Operator(node, "its places must come from ArgMax or TopK"));
        }

        if (depth.Values is not [>= 1 and <= MostPlaces and var count] || depth.Records is not null || values.Values is not [var off, var on])
        {
            throw Misfit(node, $"a depth of 1 to {MostPlaces} and two values are wanted");
        }

        var (rank, given) = (x.Rank + 1, node.Integer("axis", -1));
        var axis = Axis(node, given, rank);
        var hot = Scale(node, Places(node, x, [.. Enumerable.Range(0, (int)count).Select(place => (double)place)]), on - off, off);
        var last = x.Dimensions.Length;
        return Reorder(node, hot, [.. Enumerable.Range(0, axis), last, .. Enumerable.Range(axis, last - axis)]) with { IsInteger = true, IsTruth = (off, on) is (0, 1) };
    }

    // x >= y is a step of x - y; x > y is not y >= x.
    private OnnxValue Order(OnnxNode node)
    {
        var swaps = node.OperatorType is "Greater" or "LessOrEqual";
        var step = Emit(NetworkFunction.Step, node, Difference(node, swaps ? 1 : 0, swaps ? 0 : 1));
        return Truth(node.OperatorType is "Greater" or "Less" ? Scale(node, step, -1, 1) : step);
    }

    private OnnxValue Difference(OnnxNode node, int first, int second) => (Take(node, first), Take(node, second)) switch
    {
        (OnnxValue x, OnnxValue y) => Combine(node, NetworkFunction.Subtract, x, y),
        (OnnxValue x, OnnxConstant c) => AddConstant(node, x, Map(c, value => -value)),
        (OnnxConstant c, OnnxValue x) => AddConstant(node, Scale(node, x, -1, 0), c),
        _ => throw Refuse(OnnxFault.Malformed($"{node.Shown} misses an input, or takes nothing of the record.")),
    };

    private OnnxValue Both(OnnxNode node)
    {
        var (x, y) = (TruthOf(node, 0), TruthOf(node, 1));
        var both = Product(node, x, y);
        return Truth(node.OperatorType switch
        {
            "And" => both,
            "Or" => Combine(node, NetworkFunction.Subtract, Combine(node, NetworkFunction.Add, x, y), both),
            _ => Combine(node, NetworkFunction.Subtract, Combine(node, NetworkFunction.Add, x, y), Scale(node, both, 2, 0)),
        });
    }

    // y + truth (x - y); of two constants truth x + (not truth) y.
    private OnnxValue Where(OnnxNode node)
    {
        var truth = TruthOf(node, 0);
        return (Take(node, 1), Take(node, 2)) switch
        {
            (OnnxConstant x, OnnxConstant y) => Combine(node, NetworkFunction.Add, MultiplyConstant(node, truth, x), MultiplyConstant(node, Scale(node, truth, -1, 1), y)),
            (_, OnnxValue y) => Combine(node, NetworkFunction.Add, Product(node, truth, Difference(node, 1, 2)), y),
            (_, OnnxConstant y) => AddConstant(node, Product(node, truth, Difference(node, 1, 2)), y),
            _ => throw Refuse(OnnxFault.Malformed($"{node.Shown} takes three inputs.")),
        };
    }

    private OnnxValue Not(OnnxNode node) => Truth(Scale(node, TruthOf(node, 0), -1, 1));

    private OnnxValue TruthOf(OnnxNode node, int index) => Value(node, index) is { IsTruth: true } truth ? truth : throw Refuse(OnnxFault.Operator(node, $"input {index} must come from a comparison"));

    private static OnnxValue Truth(OnnxValue value) => value with { IsInteger = true, IsTruth = true };
}
