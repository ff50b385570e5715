using System.Collections.Immutable;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Learning.Onnx;
using PrivacyGrains.Protocols.Functions;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Inference.Layers;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Client.Inferences;

/// <summary>A network's layers as a plan's, before their ranges are known to fit.</summary>
internal sealed partial class NetworkDraft
{
    private const double UsualBrake = 1 << 16;
    private const double UsualGrowth = 1 << 12;
    private const double LeastBrake = 1 << 8;
    private readonly List<(PlanNode Node, string Name)> _nodes = [];
    private readonly List<IReadOnlyList<double[]>> _parameters = [];

    /// <summary>For each layer that has some, its parameters.</summary>
    public ImmutableArray<IReadOnlyList<double[]>> Parameters => [.. _parameters];

    /// <summary>Each node's name.</summary>
    public ImmutableArray<string> Names => [.. _nodes.Select(node => node.Name)];

    /// <summary>Translates layer by layer.</summary>
    /// <param name="network">From a file.</param>
    /// <param name="leastBits">The fewest fractional bits of weights; 0 for those of the plan.</param>
    /// <param name="secret">Whether weights are shared.</param>
    public static NetworkDraft Of(OnnxNetwork network, int leastBits, bool secret)
    {
        var draft = new NetworkDraft();
        foreach (var node in network.Nodes)
        {
            draft._nodes.Add((new PlanNode(draft.Layer(node, leastBits, secret), node.Inputs), node.Name));
        }

        return draft;
    }

    /// <summary>A plan for one record; values whose range does not fit are clipped, as often as is allowed.</summary>
    public InferencePlan? Fit(SharingScheme scheme, int features, int bits, double inputBound, int clips, out PlanTrouble? trouble)
    {
        var plan = Try(out trouble);
        for (; plan is null && clips > 0 && trouble is { Node: { } stuck }; clips--)
        {
            if (!Clip(stuck, inputBound, Try))
            {
                return null;
            }

            plan = Try(out trouble);
        }

        return plan;

        InferencePlan? Try(out PlanTrouble? why) => InferencePlan.TryCreateGraph(scheme, 1, features, _nodes.Select(node => node.Node), bits, inputBound, out why);
    }

    private delegate InferencePlan? Attempt(out PlanTrouble? trouble);

    // Clips what a node takes, the latest value first, at ever smaller powers of two until the node fits. A ReLU that made it becomes the clip. Not at more than is needed beyond any trained network's values, so
    // that several layers go on from there.
    private bool Clip(int stuck, double inputBound, Attempt attempt)
    {
        foreach (var value in _nodes[stuck].Node.Inputs.Distinct().OrderDescending().Where(value => value > 0))
        {
            var before = _nodes.ToList();
            var goal = IsBrake(before[value - 1].Node.Layer) ? stuck : stuck + 1;
            for (var bound = Math.Max(UsualBrake, NetworkDraft.PowerOfTwo(inputBound, 1) * UsualGrowth); bound >= LeastBrake; bound /= 2)
            {
                Insert(before, value, bound);
                if (attempt(out var trouble) is not null || trouble!.Node > goal)
                {
                    return true;
                }
            }

            Restore(before);
        }

        return false;
    }

    private static bool IsBrake(PlanLayer layer) => layer is ReluLayer or ClipLayer { IsBrake: true };

    private void Restore(List<(PlanNode Node, string Name)> nodes)
    {
        _nodes.Clear();
        _nodes.AddRange(nodes);
    }

    private void Insert(List<(PlanNode Node, string Name)> before, int value, double bound)
    {
        Restore(before);
        var (maker, name) = before[value - 1];
        if (IsBrake(maker.Layer))
        {
            _nodes[value - 1] = (maker with { Layer = ClipLayer.Create(maker.Layer is ClipLayer { Lower: < 0 } ? -bound : 0, bound, isBrake: true) }, name);
            return;
        }

        // Everything after takes the clipped value: numbers of later values grow by one.
        _nodes.Insert(value, (new PlanNode(ClipLayer.Create(-bound, bound, isBrake: true), [value]), $"{name}, clipped"));
        for (var i = value + 1; i < _nodes.Count; i++)
        {
            _nodes[i] = (_nodes[i].Node with { Inputs = [.. _nodes[i].Node.Inputs.Select(input => input >= value ? input + 1 : input)] }, _nodes[i].Name);
        }
    }

    private PlanLayer Layer(NetworkNode node, int leastBits, bool secret)
    {
        switch (node.Layer)
        {
            case DenseNetworkLayer dense:
                _parameters.Add([[.. dense.Weights], [.. dense.Bias]]);
                return DenseLayer.Create(dense.Outputs, secret, Bounds(node, dense.Weights, dense.Bias, leastBits, dense.Outputs, i => i % dense.Outputs));
            case ConvolutionNetworkLayer convolution:
                var perGroup = convolution.Outputs / convolution.Groups;
                _parameters.Add([[.. convolution.Weights], [.. convolution.Bias]]);
                return ConvolutionLayer.Create(
                    Window(convolution.Window), convolution.Outputs, convolution.Groups, secret,
                    Bounds(node, convolution.Weights, convolution.Bias, leastBits, convolution.Outputs, i => (i / (convolution.Terms * perGroup) * perGroup) + (i % perGroup)));
            case AffineNetworkLayer affine:
                _parameters.Add([.. affine.Scale.IsEmpty ? (double[][])[] : [[.. affine.Scale]], .. affine.Shift.IsEmpty ? (double[][])[] : [[.. affine.Shift]]]);
                return AffineLayer.Create(affine.Dimensions, !affine.Scale.IsEmpty, !affine.Shift.IsEmpty, secret, Bounds(node, affine.Scale, affine.Shift, leastBits, 0, _ => 0));
            case ScaleNetworkLayer scale:
                return ScaleLayer.Create(scale.Factor, scale.Summand);
            case ClipNetworkLayer clip:
                return ClipLayer.Create(clip.Lower, clip.Upper);
            case EqualNetworkLayer equal:
                return EqualLayer.To(equal.Values.AsSpan());
            case PoolNetworkLayer { TakesGreatest: true } pool:
                return MaxPoolLayer.Create(Window(pool.Window));
            case PoolNetworkLayer pool:
                return AveragePoolLayer.Create(Window(pool.Window), pool.CountsPadding);
            case ReshapeNetworkLayer reshape:
                return ReshapeLayer.Create(reshape.Dimensions.AsSpan());
            case TransposeNetworkLayer transpose:
                return TransposeLayer.Create(transpose.Order.AsSpan());
            case GatherNetworkLayer gather:
                return GatherLayer.Create(gather.Axis, gather.Places.AsSpan());
            case PadNetworkLayer pad:
                return PadLayer.Create(pad.Before, pad.After, pad.Constant);
            case ConcatNetworkLayer concat:
                return ConcatLayer.Create(concat.Axis);
            case FunctionNetworkLayer function:
                return Function(node, function);
            default:
                throw Lacking(node);
        }
    }

    private static PlanLayer Function(NetworkNode node, FunctionNetworkLayer layer) => layer.Function switch
    {
        NetworkFunction.Relu => PlanLayer.Relu,
        NetworkFunction.Sigmoid => PlanLayer.Sigmoid,
        NetworkFunction.Tanh => TanhLayer.Instance,
        NetworkFunction.Sum => ReduceLayer.Sum,
        NetworkFunction.Greatest => ReduceLayer.Greatest,
        NetworkFunction.ArgMax => ArgMaxLayer.Instance,
        NetworkFunction.Add => CombineLayer.Add,
        NetworkFunction.Subtract => CombineLayer.Subtract,
        NetworkFunction.Multiply => MultiplyLayer.Instance,
        NetworkFunction.Dot => DotLayer.Instance,
        NetworkFunction.Equal => EqualLayer.Instance,
        NetworkFunction.Step => StepLayer.Instance,
        NetworkFunction.Normalize => NormalizationLayer.Create(layer.Alpha),
        NetworkFunction.TopK or NetworkFunction.TopKPlaces => layer.Alpha is >= 1 and <= RowTopK.MaximumColumns ? TopKLayer.Create((int)layer.Alpha, layer.Function == NetworkFunction.TopKPlaces) : throw Lacking(node),
        NetworkFunction.Softmax => SoftmaxLayer.Instance,
        NetworkFunction.LogSoftmax => SoftmaxLayer.Logarithm,
        NetworkFunction.Exp => CurveLayer.Create(CurveKind.Exp),
        NetworkFunction.Log => CurveLayer.Create(CurveKind.Log),
        NetworkFunction.Sqrt => CurveLayer.Create(CurveKind.Sqrt),
        NetworkFunction.InverseSqrt => CurveLayer.Create(CurveKind.InverseSqrt),
        NetworkFunction.Reciprocal => CurveLayer.Create(CurveKind.Reciprocal),
        NetworkFunction.Abs => CurveLayer.Create(CurveKind.Abs),
        NetworkFunction.Erf => CurveLayer.Create(CurveKind.Erf),
        NetworkFunction.Gelu => CurveLayer.Create(CurveKind.Gelu),
        NetworkFunction.Silu => CurveLayer.Create(CurveKind.Silu),
        NetworkFunction.Softplus => CurveLayer.Create(CurveKind.Softplus),
        NetworkFunction.Elu => layer.Alpha is > 0 and <= 4 ? CurveLayer.Create(CurveKind.Elu, layer.Alpha) : throw Lacking(node),
        _ => throw Lacking(node),
    };

    private static InputException Lacking(NetworkNode node) => new("onnx.unsupported-operator", $"{node.Layer} of {node.Name} is not supported on shares.");

    private static SlidingWindow Window(NetworkWindow window) => new(window.Height, window.Width)
    {
        RowStride = window.RowStride,
        ColumnStride = window.ColumnStride,
        RowDilation = window.RowDilation,
        ColumnDilation = window.ColumnDilation,
        Top = window.Top,
        Left = window.Left,
        Bottom = window.Bottom,
        Right = window.Right,
    };

    // Powers of two, so that they tell little of the weights.
    private static LinearBounds Bounds(NetworkNode node, ImmutableArray<double> weights, ImmutableArray<double> bias, int leastBits, int outputs, Func<int, int> outputOf)
    {
        var (greatest, plus, minus) = (0.0, new double[outputs], new double[outputs]); // for each output the sums of its weights of either sign
        for (var i = 0; i < weights.Length; i++)
        {
            greatest = Math.Max(greatest, Math.Abs(weights[i]));
            if (outputs > 0)
            {
                (weights[i] > 0 ? plus : minus)[outputOf(i)] += Math.Abs(weights[i]);
            }
        }

        var column = plus.Zip(minus, (up, down) => up + down).DefaultIfEmpty(0).Max();
        var (side, offset) = (plus.Concat(minus).DefaultIfEmpty(0).Max(), bias.Select(Math.Abs).DefaultIfEmpty(0).Max());
        return !double.IsFinite(greatest) || !double.IsFinite(column) || !double.IsFinite(offset)
            ? throw new InputException("onnx.not-finite", $"The weights of {node.Name} are not finite once constants are folded into them.")
            : new LinearBounds(PowerOfTwo(greatest, 1), PowerOfTwo(offset, 0), outputs > 0 ? PowerOfTwo(column, 1) : null, leastBits, outputs > 0 ? PowerOfTwo(side, 1) : null);
    }

    /// <summary>The least power of two that is not smaller; <paramref name="ofZero"/> for zero.</summary>
    internal static double PowerOfTwo(double value, double ofZero)
    {
        if (value == 0)
        {
            return ofZero;
        }

        var below = Math.ScaleB(1, Math.ILogB(value));
        return below < value ? 2 * below : below;
    }
}
