namespace PrivacyGrains.Learning.Onnx;

/// <content>Operators of the domain ai.onnx.ml, as converters of scikit-learn write them. Source: onnx/onnx, Operators-ml.md.</content>
internal sealed partial class OnnxGraphBuilder
{
    // Labels and scores; a label is the place of the greatest score.
    private OnnxValue[] LinearClassifier(OnnxNode node)
    {
        var scores = Rows(node, node.Floats("intercepts").Length);
        var classes = scores.Dimensions[0];
        var (transform, given) = (node.Text("post_transform", "NONE"), classes);
        if (classes == 1) // of two classes the second's score
        {
            var second = transform == "LOGISTIC" ? Emit(NetworkFunction.Sigmoid, node, scores) : scores;
            scores = Emit(new ConcatNetworkLayer(0), [2], node.Shown, Scale(node, second, -1, transform == "LOGISTIC" ? 1 : 0), second);
        }

        scores = (transform, given) switch
        {
            ("NONE", _) => scores,
            ("LOGISTIC", 1) => scores with { SumsToOne = true },
            ("LOGISTIC", _) => Emit(NetworkFunction.Sigmoid, node, scores) with { SumsToOne = given == 2 },
            ("SOFTMAX", > 1) => Emit(NetworkFunction.Softmax, node, scores) with { SumsToOne = true },
            _ => throw Refuse(OnnxFault.Operator(node, $"post_transform {OnnxFault.Shown(transform)} is not")),
        };
        var label = Emit(new FunctionNetworkLayer(NetworkFunction.ArgMax), [], node.Shown, scores) with { IsInteger = true };
        return [label, scores];
    }

    private OnnxValue LinearRegressor(OnnxNode node)
    {
        var targets = (int)node.Integer("targets", 1);
        return node.Text("post_transform", "NONE") == "NONE" && targets >= 1
            ? Rows(node, targets)
            : throw Refuse(OnnxFault.Operator(node, "post_transform must be NONE"));
    }

    // coefficients: one row of weights for each output.
    private OnnxValue Rows(OnnxNode node, int outputs)
    {
        var (x, weights, offsets) = (Value(node), node.Floats("coefficients"), node.Floats("intercepts"));
        if (x.Rank != 2 || outputs < 1 || weights.Length != (long)outputs * x.Dimensions[0])
        {
            throw Misfit(node, $"{weights.Length} coefficients do not fit {outputs} outputs of records of [{string.Join(", ", x.Dimensions)}]");
        }

        var product = Dense(node, x, new OnnxConstant(new OnnxTensor([outputs, x.Dimensions[0]], [.. weights])), transposed: true, 1);
        return offsets.IsEmpty ? product : Affine(node, product, null, new OnnxConstant(new OnnxTensor([offsets.Length], [.. offsets])));
    }

    // (x - offset) scale
    private OnnxValue Scaler(OnnxNode node)
    {
        var (offsets, scales) = (node.Floats("offset"), node.Floats("scale"));
        double[] factors = [.. scales.IsEmpty ? [1] : scales];
        double[] summands = [.. Enumerable.Range(0, Math.Max(offsets.Length, factors.Length)).Select(i => -(offsets.IsEmpty ? 0 : offsets[offsets.Length == 1 ? 0 : i]) * factors[factors.Length == 1 ? 0 : i])];
        factors = [.. summands.Select((_, i) => factors[factors.Length == 1 ? 0 : i])];
        return Affine(node, Value(node), new OnnxConstant(new OnnxTensor([factors.Length], factors)), new OnnxConstant(new OnnxTensor([summands.Length], summands)));
    }

    private OnnxValue Normalizer(OnnxNode node)
    {
        var x = Value(node);
        return x.SumsToOne && node.Text("norm", "MAX") == "L1" ? x
            : throw Refuse(OnnxFault.Operator(node, "only the L1 norm of shares that sum up to one, which changes nothing, is"));
    }

    private static OnnxValue Label(OnnxNode node, OnnxValue place) => place.IsInteger ? place : throw Refuse(OnnxFault.Operator(node, "its places must come from ArgMax"));
}
