using System.Collections.Immutable;

namespace PrivacyGrains.Learning.Onnx;

/// <summary>Makes a graph cheaper without changing what it computes.</summary>
/// <remarks>
/// 1. A factor or a summand after a dense layer or a convolution goes into its weights (batch norm, a bias alone). 2. One before a dense layer does too (a standardisation). 3. A max-pool goes before a ReLU: they
/// commute, and fewer numbers are compared. SiLU, GELU, 1 / sqrt and ln sigmoid, which exporters write as several functions, are one or two; a product and its sum are a dot product. 4. What works element by element goes before a change of dimensions, and two such changes are one, or none. 5. What nothing takes is left out. Each only where the
/// value between has no other use.
/// </remarks>
internal static class NetworkFusion
{
    /// <summary>The same computation; the last node makes the output.</summary>
    /// <param name="features">Numbers of a record.</param>
    /// <param name="nodes">In order.</param>
    /// <param name="output">Which value is the output; 0 where nothing is computed.</param>
    public static ImmutableArray<NetworkNode> Fuse(int features, IReadOnlyList<NetworkNode> nodes, int output)
    {
        var graph = new List<NetworkNode?>(nodes);
        while (Step(features, graph, ref output))
        {
        }

        return Compact(graph, output);
    }

    private static bool IsNear(double value, double wanted) => Math.Abs(value - wanted) < 1e-6;

    // Functions that exporters write as several, and two scalings one after the other.
    private static NetworkLayer? Joined(NetworkLayer first, NetworkLayer next) => (first, next) switch
    {
        (FunctionNetworkLayer { Function: NetworkFunction.Sqrt }, FunctionNetworkLayer { Function: NetworkFunction.Reciprocal }) => new FunctionNetworkLayer(NetworkFunction.InverseSqrt),
        (FunctionNetworkLayer { Function: NetworkFunction.Multiply }, FunctionNetworkLayer { Function: NetworkFunction.Sum }) => new FunctionNetworkLayer(NetworkFunction.Dot),
        (ScaleNetworkLayer a, ScaleNetworkLayer b) => new ScaleNetworkLayer(a.Factor * b.Factor, (a.Summand * b.Factor) + b.Summand),
        _ => null,
    };

    // x sigmoid(x), and x (1 + erf(x / sqrt 2)): with its factor of one half the GELU.
    private static NetworkNode? Product(List<NetworkNode?> graph, NetworkNode node, int[] uses)
    {
        if (node is not { Layer: FunctionNetworkLayer { Function: NetworkFunction.Multiply }, Inputs: [var one, var other] })
        {
            return null;
        }

        foreach (var (x, gate) in ((int, int)[])[(one, other), (other, one)])
        {
            if (gate == 0 || uses[gate] != 1 || graph[gate - 1] is not { } made)
            {
                continue;
            }

            if (made is { Layer: FunctionNetworkLayer { Function: NetworkFunction.Sigmoid }, Inputs: [var same] } && same == x)
            {
                return node with { Layer = new FunctionNetworkLayer(NetworkFunction.Silu), Inputs = [x] };
            }

            if (made is { Layer: ScaleNetworkLayer lift, Inputs: [> 0 and var erf] } && uses[erf] == 1 && graph[erf - 1] is { Layer: FunctionNetworkLayer { Function: NetworkFunction.Erf }, Inputs: [> 0 and var scaled] }
                && graph[scaled - 1] is { Layer: ScaleNetworkLayer slope, Inputs: [var from] } && from == x
                && IsNear(slope.Factor, Math.Sqrt(0.5)) && slope.Summand == 0 && IsNear(lift.Factor, lift.Summand))
            {
                graph[gate - 1] = made with { Layer = new FunctionNetworkLayer(NetworkFunction.Gelu), Inputs = [x] };
                return node with { Layer = new ScaleNetworkLayer(2 * lift.Factor, 0), Inputs = [gate] };
            }
        }

        return null;
    }

    private static bool Step(int features, List<NetworkNode?> graph, ref int output)
    {
        var uses = Uses(graph, output);
        for (var i = 0; i < graph.Count; i++)
        {
            if (graph[i] is { Layer: ReshapeNetworkLayer, Inputs: [var same] } idle && uses[i + 1] > 0 && (same == 0 ? [features] : Dimensions(graph, same)).AsSpan().SequenceEqual(idle.Dimensions.AsSpan()))
            {
                Redirect(graph, i + 1, same, ref output);
                return true;
            }

            if (graph[i] is { Layer: ScaleNetworkLayer { Factor: var factor, Summand: 0 }, Inputs: [var passed] } && uses[i + 1] > 0 && factor == 1)
            {
                Redirect(graph, i + 1, passed, ref output);
                return true;
            }

            if (uses[i + 1] > 0 && graph[i] is { } product && Product(graph, product, uses) is { } fused)
            {
                graph[i] = fused;
                return true;
            }

            if (graph[i] is not { Inputs: [var from] } node || from == 0 || uses[from] != 1 || uses[i + 1] == 0 || graph[from - 1] is not { } before)
            {
                continue;
            }

            if (before.Layer is FunctionNetworkLayer { Function: NetworkFunction.Sigmoid } && node.Layer is FunctionNetworkLayer { Function: NetworkFunction.Log })
            {
                // ln sigmoid(x) = x - ln(1 + e^x)
                graph[from - 1] = before with { Layer = new FunctionNetworkLayer(NetworkFunction.Softplus) };
                graph[i] = node with { Layer = new FunctionNetworkLayer(NetworkFunction.Subtract), Inputs = [before.Inputs[0], from] };
                return true;
            }

            if ((Joined(before.Layer, node.Layer) ?? After(before.Layer, node.Layer) ?? Before(before, node.Layer)) is { } joined)
            {
                graph[i] = node with { Layer = joined, Inputs = before.Inputs, Name = joined is DenseNetworkLayer && before.Layer is not DenseNetworkLayer ? node.Name : before.Name };
                graph[from - 1] = null;
                return true;
            }

            if (node.Layer is ReshapeNetworkLayer && before.Layer is ReshapeNetworkLayer)
            {
                (graph[from - 1], graph[i]) = (null, node with { Inputs = before.Inputs });
                return true;
            }

            if (before.Layer is ReshapeNetworkLayer && before.Inputs[0] > 0 && Earlier(node.Layer, Dimensions(graph, before.Inputs[0]), before.Dimensions) is { } moved)
            {
                graph[from - 1] = node with { Layer = moved, Inputs = before.Inputs, Dimensions = Dimensions(graph, before.Inputs[0]) };
                graph[i] = before with { Inputs = [from] };
                return true;
            }

            if (node.Layer is PoolNetworkLayer { TakesGreatest: true } && before.Layer is FunctionNetworkLayer { Function: NetworkFunction.Relu })
            {
                (graph[from - 1], graph[i]) = (node with { Inputs = before.Inputs }, before with { Inputs = [from], Dimensions = node.Dimensions });
                return true;
            }
        }

        return false;
    }

    // A layer element by element as it is before the record's dimensions change from some to others; null where it must stay.
    private static NetworkLayer? Earlier(NetworkLayer layer, ImmutableArray<int> from, ImmutableArray<int> to) => layer switch
    {
        FunctionNetworkLayer { Function: <= NetworkFunction.Elu } or ScaleNetworkLayer or ClipNetworkLayer => layer,
        AffineNetworkLayer { Dimensions: [var channels, 1] } affine when to.Length == 2 && from is [var own, 1, _] && own == channels => affine with { Dimensions = [channels, 1, 1] },
        _ => null,
    };

    private static ImmutableArray<int> Dimensions(List<NetworkNode?> graph, int value) => graph[value - 1]!.Dimensions;

    // (x W + b) s + t = x (W s) + (b s + t), where s and t are the same for all places of an output.
    private static NetworkLayer? After(NetworkLayer linear, NetworkLayer next) => (linear, Terms(next)) switch
    {
        (_, null) => null,
        (DenseNetworkLayer dense, var (dimensions, scale, shift)) when PerOutput(dimensions, 1, dense.Outputs) => dense with
        {
            Weights = [.. dense.Weights.Select((w, i) => w * At(scale, i % dense.Outputs, 1))],
            Bias = [.. dense.Bias.Select((b, o) => (b * At(scale, o, 1)) + At(shift, o, 0))],
        },
        (ConvolutionNetworkLayer convolution, var (dimensions, scale, shift)) when PerOutput(dimensions, 3, convolution.Outputs) => convolution with
        {
            Weights = [.. convolution.Weights.Select((w, i) => w * At(scale, Output(convolution, i), 1))],
            Bias = [.. convolution.Bias.Select((b, o) => (b * At(scale, o, 1)) + At(shift, o, 0))],
        },
        _ => null,
    };

    // (x s + t) W + b = x (s W) + (t W + b)
    private static NetworkLayer? Before(NetworkNode first, NetworkLayer next)
    {
        if (next is not DenseNetworkLayer dense || Terms(first.Layer) is not var (dimensions, scale, shift) || !PerOutput(dimensions, 1, dense.Inputs))
        {
            return null;
        }

        var bias = dense.Bias.ToArray();
        for (var i = 0; i < dense.Weights.Length; i++)
        {
            bias[i % dense.Outputs] += At(shift, i / dense.Outputs, 0) * dense.Weights[i];
        }

        return dense with { Weights = [.. dense.Weights.Select((w, i) => w * At(scale, i / dense.Outputs, 1))], Bias = [.. bias] };
    }

    private static (ImmutableArray<int> Dimensions, ImmutableArray<double> Scale, ImmutableArray<double> Shift)? Terms(NetworkLayer layer) => layer switch
    {
        AffineNetworkLayer affine => (affine.Dimensions, affine.Scale, affine.Shift),
        ScaleNetworkLayer scale => ([], [scale.Factor], [scale.Summand]),
        _ => null,
    };

    // Aligned at the last dimension, the outputs' own is the place-th last; all others must be 1.
    private static bool PerOutput(ImmutableArray<int> dimensions, int place, int outputs)
    {
        var count = dimensions.Aggregate(1L, (product, dimension) => product * dimension);
        return count == 1 || (count == outputs && dimensions.Length >= place && dimensions[^place] == outputs);
    }

    private static double At(ImmutableArray<double> values, int index, double otherwise) => values.Length switch { 0 => otherwise, 1 => values[0], _ => values[index] };

    private static int Output(ConvolutionNetworkLayer convolution, int weight)
    {
        var perGroup = convolution.Outputs / convolution.Groups;
        return (weight / (convolution.Terms * perGroup) * perGroup) + (weight % perGroup);
    }

    private static void Redirect(List<NetworkNode?> graph, int value, int other, ref int output)
    {
        graph[value - 1] = null;
        output = output == value ? other : output;
        for (var i = value; i < graph.Count; i++)
        {
            graph[i] = graph[i] is { } node && node.Inputs.Contains(value) ? node with { Inputs = [.. node.Inputs.Select(input => input == value ? other : input)] } : graph[i];
        }
    }

    private static int[] Uses(List<NetworkNode?> graph, int output)
    {
        var uses = new int[graph.Count + 1];
        uses[output]++;
        for (var i = graph.Count - 1; i >= 0; i--)
        {
            foreach (var input in graph[i] is { } node && uses[i + 1] > 0 ? node.Inputs : [])
            {
                uses[input]++;
            }
        }

        return uses;
    }

    private static ImmutableArray<NetworkNode> Compact(List<NetworkNode?> graph, int output)
    {
        var (uses, places) = (Uses(graph, output), new int[graph.Count + 1]);
        var kept = ImmutableArray.CreateBuilder<NetworkNode>();
        for (var i = 0; i < output; i++)
        {
            if (graph[i] is { } node && uses[i + 1] > 0)
            {
                kept.Add(node with { Inputs = [.. node.Inputs.Select(input => places[input])] });
                places[i + 1] = kept.Count;
            }
        }

        return kept.ToImmutable();
    }
}
