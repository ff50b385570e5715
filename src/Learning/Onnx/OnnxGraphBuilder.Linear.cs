using System.Collections.Immutable;

namespace PrivacyGrains.Learning.Onnx;

/// <content>Matrices, convolutions and batch norm.</content>
internal sealed partial class OnnxGraphBuilder
{
    // Y = alpha A B + beta C
    private OnnxValue Gemm(OnnxNode node)
    {
        if (node.Integer("transA", 0) != 0)
        {
            throw Refuse(OnnxFault.Operator(node, "transA must be 0"));
        }

        var (alpha, beta) = ((double)node.Single("alpha", 1), (double)node.Single("beta", 1));
        if (!double.IsFinite(alpha) || !double.IsFinite(beta))
        {
            throw Refuse(new OnnxFault("onnx.not-finite", $"alpha or beta of {node.Shown} is NaN or infinite."));
        }

        var x = Value(node);
        if (x.Rank != 2)
        {
            throw Misfit(node, "it takes records x features; flatten the record's dimensions before it");
        }

        var product = Dense(node, x, Needed(node, 1), node.Integer("transB", 0) != 0, alpha);
        return Take(node, 2) switch
        {
            null => product,
            OnnxConstant bias => Affine(node, product, null, new OnnxConstant(bias.Tensor with { Values = [.. bias.Values.Select(value => beta * value)] })),
            OnnxValue other => Combine(node, NetworkFunction.Add, product, Scale(node, other, beta, 0)),
            _ => throw new InvalidOperationException("An operand is a constant or a value."),
        };
    }

    private OnnxValue MatMul(OnnxNode node)
    {
        if (Take(node, 0) is OnnxValue x && Take(node, 1) is OnnxConstant right)
        {
            if (right.Dimensions is [var length])
            {
                var product = Dense(node, x, right.Reshape(length, 1), transposed: false, 1);
                return ReshapeTo(product, product.Dimensions[..^1], node.Shown);
            }

            return Dense(node, x, right, transposed: false, 1);
        }

        // A y is (y^T A^T)^T over the record's last two dimensions.
        if (Take(node, 0) is OnnxConstant { Dimensions.Length: 2 } left && Take(node, 1) is OnnxValue { Rank: >= 3 } y)
        {
            ImmutableArray<int> order = [.. Enumerable.Range(0, y.Dimensions.Length - 2), y.Dimensions.Length - 1, y.Dimensions.Length - 2];
            return Reorder(node, Dense(node, Reorder(node, y, order), left, transposed: true, 1), order);
        }

        throw Refuse(OnnxFault.Operator(node, "one factor must be a constant matrix"));
    }

    private OnnxValue Dense(OnnxNode node, OnnxValue x, OnnxConstant matrix, bool transposed, double alpha)
    {
        if (matrix.Dimensions is not [> 0 and <= OnnxNetwork.MaximumWidth, > 0 and <= OnnxNetwork.MaximumWidth])
        {
            throw Refuse(OnnxFault.Shape($"The weights of {node.Shown} ({node.Kind}) must be a matrix; they are [{string.Join(", ", matrix.Dimensions)}]."));
        }

        var (inputs, outputs) = transposed ? ((int)matrix.Dimensions[1], (int)matrix.Dimensions[0]) : ((int)matrix.Dimensions[0], (int)matrix.Dimensions[1]);
        if (x.Rank < 2 || x.Dimensions[^1] != inputs)
        {
            throw Refuse(OnnxFault.Shape($"At {node.Shown} a record has {(x.Rank < 2 ? 1 : x.Dimensions[^1])} numbers where {inputs} are wanted."));
        }

        var weights = new double[matrix.Values.Length];
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = alpha * matrix.Values[transposed ? ((i % outputs) * inputs) + (i / outputs) : i];
        }

        var layer = new DenseNetworkLayer(inputs, outputs, Finite(node, "weights", weights), [.. new double[outputs]]);
        return Emit(layer, [.. x.Dimensions[..^1], outputs], node.Shown, x);
    }

    // Weights are outputs x (channels of a group) x window; ours are group after group, (channels of a group * window) x outputs of it.
    private OnnxValue Conv(OnnxNode node)
    {
        var (x, weights) = (Value(node), Needed(node, 1));
        var isLine = x.Dimensions.Length == 2;
        var (image, shape) = (AsImage(node, x), weights.Dimensions);
        var groups = node.Integer("group", 1);
        if (shape.Length != x.Rank || shape.Any(dimension => dimension < 1) || groups < 1 || shape[0] % groups != 0 || shape[1] * groups != image.Dimensions[0])
        {
            throw Misfit(node, $"weights [{string.Join(", ", shape)}] in {groups} groups do not fit {image.Dimensions[0]} channels");
        }

        if (node.Integers("kernel_shape") is { IsDefaultOrEmpty: false } kernel && !kernel.AsSpan().SequenceEqual(shape.AsSpan(2)))
        {
            throw Misfit(node, "kernel_shape is not that of the weights");
        }

        var (window, dimensions) = Window(node, image, isLine, [.. shape[2..]], ceil: false);
        var (outputs, terms) = ((int)shape[0], (int)(shape[1] * window.Size));
        var perGroup = outputs / (int)groups;
        var ours = new double[weights.Values.Length];
        for (var i = 0; i < ours.Length; i++)
        {
            var (output, term) = (i / terms, i % terms);
            ours[(((output / perGroup * terms) + term) * perGroup) + (output % perGroup)] = weights.Values[i];
        }

        var layer = new ConvolutionNetworkLayer(window, (int)groups, outputs, [.. ours], Bias(node, outputs));
        var made = Emit(layer, [outputs, .. dimensions], node.Shown, image);
        return isLine ? ReshapeTo(made, [outputs, dimensions[1]], node.Shown) : made;
    }

    private ImmutableArray<double> Bias(OnnxNode node, int outputs) => Constant(node, 2) switch
    {
        null => [.. new double[outputs]],
        var bias when bias.Values.Length == outputs => [.. bias.Values],
        _ => throw Misfit(node, $"{outputs} biases are wanted"),
    };

    private OnnxValue BatchNormalization(OnnxNode node)
    {
        if (node.Integer("training_mode", 0) != 0)
        {
            throw Refuse(OnnxFault.Operator(node, "training_mode must be 0: export the model in evaluation mode"));
        }

        var x = Value(node);
        double[][] parameters = [.. Enumerable.Range(1, 4).Select(index => Needed(node, index).Values)];
        var channels = x.Dimensions.IsEmpty ? 0 : x.Dimensions[0];
        if (parameters.Any(values => values.Length != channels))
        {
            throw Misfit(node, $"{channels} channels have as many scales, biases, means and variances");
        }

        var epsilon = node.Single("epsilon", 1e-5f);
        double[] scale = [.. parameters[0].Select((s, c) => s / Math.Sqrt(parameters[3][c] + epsilon))];
        double[] shift = [.. parameters[1].Select((b, c) => b - (parameters[2][c] * scale[c]))];
        long[] dimensions = [channels, .. Enumerable.Repeat(1L, x.Dimensions.Length - 1)];
        return Affine(node, x, new OnnxConstant(new OnnxTensor(dimensions, scale)), new OnnxConstant(new OnnxTensor(dimensions, shift)));
    }

    /// <summary>s x + b with constants that fit the record when repeated; the record is repeated where they are larger.</summary>
    private OnnxValue Affine(OnnxNode node, OnnxValue x, OnnxConstant? scale, OnnxConstant? shift)
    {
        var constant = scale ?? shift!;
        if (constant.Records is not null || shift?.Records is not null)
        {
            throw Refuse(OnnxFault.Operator(node, "it computes with the number of records"));
        }

        var own = OwnDimensions(node, x, constant.Dimensions);
        var wide = Common(node, x.Dimensions, own);
        var value = Widen(node, x, wide);
        return Emit(
            new AffineNetworkLayer(own, scale is null ? [] : Finite(node, "factors", scale.Values), shift is null ? [] : Finite(node, "summands", shift.Values)), wide, node.Shown, value);
    }

    // A constant has no records: its dimension in their place, where it has one, must be 1.
    private static ImmutableArray<int> OwnDimensions(OnnxNode node, OnnxValue x, long[] dimensions)
    {
        var own = dimensions.Length > x.Dimensions.Length ? dimensions[^x.Dimensions.Length..] : dimensions;
        return dimensions.Length <= x.Rank && dimensions.Take(dimensions.Length - own.Length).All(dimension => dimension == 1) && own.All(dimension => dimension is >= 1 and <= OnnxNetwork.MaximumWidth)
            ? [.. own.Select(dimension => (int)dimension)]
            : throw Refuse(OnnxFault.Shape($"A constant of {node.Shown} ({node.Kind}) is [{string.Join(", ", dimensions)}], which does not fit a record of [{string.Join(", ", x.Dimensions)}]."));
    }
}
