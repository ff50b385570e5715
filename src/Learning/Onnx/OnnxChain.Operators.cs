using System.Collections.Immutable;

namespace PrivacyGrains.Learning.Onnx;

/// <content>What each operator does to the chain. Source: onnx/onnx, Operators.md, under the operator's name.</content>
internal sealed partial class OnnxChain
{
    // Y = alpha A B + beta C
    private OnnxFault? Gemm(OnnxNode node)
    {
        if (node.Integer("transA", 0) != 0)
        {
            return OnnxFault.Operator(node, "transA must be 0");
        }

        var (alpha, beta) = ((double)node.Single("alpha", 1), (double)node.Single("beta", 1));
        if (!double.IsFinite(alpha) || !double.IsFinite(beta))
        {
            return new OnnxFault("onnx.not-finite", $"alpha or beta of {node.Shown} is NaN or infinite.");
        }

        if (Dense(node, node.Integer("transB", 0) != 0, alpha) is { } fault)
        {
            return fault;
        }

        return node.Input(2).Length == 0 ? null : AddToBias(node, 2, beta);
    }

    private OnnxFault? MatMul(OnnxNode node) => Dense(node, transposed: false, alpha: 1);

    private OnnxFault? Add(OnnxNode node) =>
        _affine ? AddToBias(node, _constants.ContainsKey(node.Input(0)) ? 0 : 1, 1) : OnnxFault.Operator(node, "an Add must follow a MatMul or Gemm");

    private OnnxFault? Dense(OnnxNode node, bool transposed, double alpha)
    {
        if (!_flat)
        {
            return OnnxFault.Shape($"{node.Shown} ({node.Kind}) takes records x features; flatten the record's dimensions before it.");
        }

        if (Tensor(node, 1, out var fault) is not { } tensor)
        {
            return fault;
        }

        if (tensor.Dimensions is not [> 0 and <= OnnxNetwork.MaximumWidth, > 0 and <= OnnxNetwork.MaximumWidth])
        {
            return OnnxFault.Shape($"The weights of {node.Shown} ({node.Kind}) must be a matrix; they are [{string.Join(", ", tensor.Dimensions)}].");
        }

        var (inputs, outputs) = transposed ? ((int)tensor.Dimensions[1], (int)tensor.Dimensions[0]) : ((int)tensor.Dimensions[0], (int)tensor.Dimensions[1]);
        if (Width(inputs, node.Shown) is { } wrong)
        {
            return wrong;
        }

        var weights = new double[tensor.Values.Length];
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = alpha * tensor.Values[transposed ? ((i % outputs) * inputs) + (i / outputs) : i];
        }

        if (!weights.All(double.IsFinite))
        {
            return new OnnxFault("onnx.not-finite", $"The weights of {node.Shown} times alpha are not finite.");
        }

        _layers.Add(new DenseNetworkLayer(inputs, outputs, [.. weights], [.. new double[outputs]]));
        (_width, _affine) = (outputs, true);
        return null;
    }

    private OnnxFault? AddToBias(OnnxNode node, int index, double factor)
    {
        if (Tensor(node, index, out var fault) is not { } tensor)
        {
            return fault;
        }

        // One number for every output, or one for each: the last dimension is the only one that is not 1.
        var wide = tensor.Values.Length == _width && (_width == 1 || (tensor.Dimensions is [.., var last] && last == _width));
        if (tensor.Dimensions.Length > 2 || (tensor.Values.Length != 1 && !wide))
        {
            return OnnxFault.Shape($"The bias of {node.Shown} ({node.Kind}) is [{string.Join(", ", tensor.Dimensions)}]; [{_width}] is wanted.");
        }

        var dense = (DenseNetworkLayer)_layers[^1];
        var bias = dense.Bias.Select((b, i) => b + (factor * tensor.Values[wide ? i : 0])).ToImmutableArray();
        _layers[^1] = dense with { Bias = bias };
        return bias.All(double.IsFinite) ? null : new OnnxFault("onnx.not-finite", $"The bias of {node.Shown} is not finite.");
    }

    private OnnxFault? Flatten(OnnxNode node)
    {
        var axis = node.Integer("axis", 1);
        if (axis != 1 && !(axis == -1 && _flat))
        {
            return OnnxFault.Shape($"{node.Shown} ({node.Kind}) has axis {axis}; 1 keeps records apart.");
        }

        _flat = true;
        return null;
    }

    private OnnxFault? Reshape(OnnxNode node)
    {
        if (Tensor(node, 1, out var fault) is not { } shape)
        {
            return fault;
        }

        var keepsZero = node.Integer("allowzero", 0) == 0;
        var records = shape.Dimensions is [2] ? shape.Values[0] : double.NaN;
        var width = shape.Dimensions is [2] ? shape.Values[1] : double.NaN;
        var keepsRecords = (records == 0 && keepsZero) || (records == -1 && width > 0) || (records > 0 && records == _batch);
        if (!keepsRecords || !(width >= 1 || (width == -1 && records >= 0)))
        {
            return OnnxFault.Shape($"{node.Shown} ({node.Kind}) must keep records apart: a shape (0, -1), (-1, k) or (records, k).");
        }

        _flat = true;
        return width > 0 ? Width((long)width, node.Shown) : null;
    }

    // In inference it passes its input on; ratio and seed are of no meaning.
    private OnnxFault? Dropout(OnnxNode node)
    {
        if (node.Input(2).Length == 0)
        {
            return null;
        }

        return Tensor(node, 2, out var fault) is not { } training ? fault
            : training.Values is [0] ? null : OnnxFault.Operator(node, "training_mode must be false");
    }
}
