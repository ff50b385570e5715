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

    private OnnxValue Not(OnnxNode node) => Truth(Scale(node, TruthOf(node, 0), -1, 1));

    private OnnxValue TruthOf(OnnxNode node, int index) => Value(node, index) is { IsTruth: true } truth ? truth : throw Refuse(OnnxFault.Operator(node, $"input {index} must come from a comparison"));

    private static OnnxValue Truth(OnnxValue value) => value with { IsInteger = true, IsTruth = true };
}
