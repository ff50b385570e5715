namespace PrivacyGrains.Learning.Onnx;

/// <content>Which operators we have. Source: onnx/onnx, Operators.md, under the operator's name.</content>
internal sealed partial class OnnxGraphBuilder
{
    private delegate IReadOnlyList<OnnxOperand> Operator(OnnxGraphBuilder builder, OnnxNode node);

    private static readonly Dictionary<string, Operator> Operators = new(StringComparer.Ordinal)
    {
        ["Constant"] = (_, node) => [OnnxFolding.Constant(node)],
        ["Identity"] = (b, node) => [b.Take(node, 0) ?? throw Refuse(OnnxFault.Malformed($"{node.Shown} takes nothing."))],
        ["Dropout"] = One((b, node) => b.Dropout(node)),
        ["Cast"] = Either(OnnxFolding.Cast, (b, node) => Cast(node, b.Value(node))),
        ["Shape"] = (b, node) => [b.Shape(node)],
        ["ConstantOfShape"] = Folded(OnnxFolding.ConstantOfShape),
        ["Range"] = Folded(OnnxFolding.Range),
        ["Equal"] = Either(OnnxFolding.Equal, (b, node) => b.Equal(node)),
        ["Not"] = One((b, node) => b.Not(node)),
        ["OneHot"] = One((b, node) => b.OneHot(node)),
        ["Where"] = Either(OnnxFolding.Where, (b, node) => b.Where(node)),
        ["Greater"] = One((b, node) => b.Order(node)),
        ["GreaterOrEqual"] = One((b, node) => b.Order(node)),
        ["Less"] = One((b, node) => b.Order(node)),
        ["LessOrEqual"] = One((b, node) => b.Order(node)),
        ["And"] = One((b, node) => b.Both(node)),
        ["Or"] = One((b, node) => b.Both(node)),
        ["Xor"] = One((b, node) => b.Both(node)),
        ["ReduceProd"] = Folded(OnnxFolding.ReduceProd),

        ["Gemm"] = One((b, node) => b.Gemm(node)),
        ["MatMul"] = Either(OnnxFolding.MatMul, (b, node) => b.MatMul(node)),
        ["Conv"] = One((b, node) => b.Conv(node)),
        ["BatchNormalization"] = One((b, node) => b.BatchNormalization(node)),
        ["Add"] = Either(OnnxFolding.Arithmetic, (b, node) => b.Arithmetic(node)),
        ["Sub"] = Either(OnnxFolding.Arithmetic, (b, node) => b.Arithmetic(node)),
        ["Mul"] = Either(OnnxFolding.Arithmetic, (b, node) => b.Arithmetic(node)),
        ["Div"] = Either(OnnxFolding.Arithmetic, (b, node) => b.Arithmetic(node)),
        ["Pow"] = Either(OnnxFolding.Arithmetic, (b, node) => b.Pow(node)),
        ["Neg"] = Either(OnnxFolding.Unary, (b, node) => b.Scale(node, b.Value(node), -1, 0)),
        ["Sum"] = One((b, node) => b.Variadic(node)),
        ["Mean"] = One((b, node) => b.Variadic(node)),
        ["Max"] = One((b, node) => b.Variadic(node)),
        ["Min"] = One((b, node) => b.Variadic(node)),

        ["Relu"] = One((b, node) => b.Emit(NetworkFunction.Relu, node, b.Value(node))),
        ["Sigmoid"] = One((b, node) => b.Emit(NetworkFunction.Sigmoid, node, b.Value(node))),
        ["Tanh"] = One((b, node) => b.Emit(NetworkFunction.Tanh, node, b.Value(node))),
        ["LeakyRelu"] = One((b, node) => b.LeakyRelu(node)),
        ["PRelu"] = One((b, node) => b.PRelu(node)),
        ["Clip"] = One((b, node) => b.Clip(node)),
        ["HardSigmoid"] = One((b, node) => b.HardSigmoid(node)),
        ["HardSwish"] = One((b, node) => b.HardSwish(node)),
        ["Abs"] = Either(OnnxFolding.Unary, (b, node) => b.Emit(NetworkFunction.Abs, node, b.Value(node))),
        ["Exp"] = Either(OnnxFolding.Unary, (b, node) => b.Emit(NetworkFunction.Exp, node, b.Value(node))),
        ["Log"] = Either(OnnxFolding.Unary, (b, node) => b.Emit(NetworkFunction.Log, node, b.Value(node))),
        ["Sqrt"] = Either(OnnxFolding.Unary, (b, node) => b.Emit(NetworkFunction.Sqrt, node, b.Value(node))),
        ["Reciprocal"] = Either(OnnxFolding.Unary, (b, node) => b.Emit(NetworkFunction.Reciprocal, node, b.Value(node))),
        ["Erf"] = One((b, node) => b.Emit(NetworkFunction.Erf, node, b.Value(node))),
        ["Softplus"] = One((b, node) => b.Emit(NetworkFunction.Softplus, node, b.Value(node))),
        ["Softsign"] = One((b, node) => b.Softsign(node)),
        ["Elu"] = One((b, node) => b.Elu(node, b.Value(node), node.Single("alpha", 1))),
        ["Selu"] = One((b, node) => b.Scale(node, b.Elu(node, b.Value(node), node.Single("alpha", 1.67326319f)), node.Single("gamma", 1.05070102f), 0)),
        ["Celu"] = One((b, node) => b.Celu(node)),
        ["Softmax"] = One((b, node) => b.Softmax(node, NetworkFunction.Softmax)),
        ["LogSoftmax"] = One((b, node) => b.Softmax(node, NetworkFunction.LogSoftmax)),

        ["MaxPool"] = One((b, node) => b.Pool(node, takesGreatest: true)),
        ["AveragePool"] = One((b, node) => b.Pool(node, takesGreatest: false)),
        ["GlobalMaxPool"] = One((b, node) => b.GlobalPool(node)),
        ["GlobalAveragePool"] = One((b, node) => b.GlobalPool(node)),
        ["ReduceSum"] = One((b, node) => b.Reduce(node)),
        ["ReduceMean"] = One((b, node) => b.Reduce(node)),
        ["ReduceMax"] = One((b, node) => b.Reduce(node)),
        ["ReduceMin"] = One((b, node) => b.Reduce(node)),
        ["ReduceSumSquare"] = One((b, node) => b.Reduce(node)),
        ["ReduceL2"] = One((b, node) => b.Reduce(node)),
        ["LayerNormalization"] = One((b, node) => b.LayerNormalization(node)),
        ["InstanceNormalization"] = One((b, node) => b.InstanceNormalization(node)),
        ["TopK"] = (b, node) => b.TopK(node),
        ["ArgMax"] = One((b, node) => b.ArgMax(node)),
        ["ArgMin"] = One((b, node) => b.ArgMax(node)),

        ["Flatten"] = One((b, node) => b.Flatten(node)),
        ["Reshape"] = Either(OnnxFolding.Reshape, (b, node) => b.Reshape(node)),
        ["Squeeze"] = Either(OnnxFolding.Squeeze, (b, node) => b.Squeeze(node)),
        ["Unsqueeze"] = Either(OnnxFolding.Unsqueeze, (b, node) => b.Unsqueeze(node)),
        ["Transpose"] = Either(OnnxFolding.Transpose, (b, node) => b.Transpose(node)),
        ["Concat"] = Either(OnnxFolding.Concat, (b, node) => b.Concat(node)),
        ["Split"] = (b, node) => b.Split(node),
        ["Slice"] = Either(OnnxFolding.Slice, (b, node) => b.Slice(node)),
        ["Gather"] = Either(OnnxFolding.Gather, (b, node) => b.Gather(node)),
        ["Pad"] = One((b, node) => b.Pad(node)),
        ["Expand"] = Either(OnnxFolding.Expand, (b, node) => b.Expand(node)),

        ["ai.onnx.ml.LinearClassifier"] = (b, node) => b.LinearClassifier(node),
        ["ai.onnx.ml.LinearRegressor"] = One((b, node) => b.LinearRegressor(node)),
        ["ai.onnx.ml.Scaler"] = One((b, node) => b.Scaler(node)),
        ["ai.onnx.ml.Normalizer"] = One((b, node) => b.Normalizer(node)),
        ["ai.onnx.ml.ArrayFeatureExtractor"] = One((b, node) => Label(node, b.Value(node, 1))),
        ["ai.onnx.ml.ZipMap"] = One((b, node) => b.Value(node)),
    };

    private static Operator One(Func<OnnxGraphBuilder, OnnxNode, OnnxValue> apply) => (builder, node) => [apply(builder, node)];

    // Constants alone are computed; anything of the record becomes layers.
    private static Operator Either(Func<OnnxNode, OnnxConstant?[], int, OnnxConstant> fold, Func<OnnxGraphBuilder, OnnxNode, OnnxValue> apply) => (builder, node) =>
    {
        OnnxOperand?[] operands = [.. Enumerable.Range(0, node.Inputs.Length).Select(index => builder.Take(node, index))];
        return operands.Any(operand => operand is OnnxValue) ? [apply(builder, node)] : [OnnxFolding.Checked(node, operands, builder._graph.Version, fold)];
    };

    private static Operator Folded(Func<OnnxNode, OnnxConstant?[], int, OnnxConstant> fold) =>
        (builder, node) => [OnnxFolding.Checked(node, [.. Enumerable.Range(0, node.Inputs.Length).Select(index => builder.Constant(node, index))], builder._graph.Version, fold)];

    // In inference it passes its input on; ratio and seed are of no meaning.
    private OnnxValue Dropout(OnnxNode node) => Constant(node, 2) is { } training && training.Values is not [0]
        ? throw Refuse(OnnxFault.Operator(node, "training_mode must be false"))
        : Value(node);

    private static OnnxValue Cast(OnnxNode node, OnnxValue value) => node.Integer("to", 0) switch
    {
        OnnxTensor.Float or OnnxTensor.Double => value with { IsInteger = false },
        OnnxTensor.Int32 or OnnxTensor.Int64 when value.IsInteger => value,
        OnnxTensor.Boolean when value.IsTruth => value,
        var to => throw Refuse(OnnxFault.Operator(node, $"it makes numbers of the record elements of type {to}")),
    };

    private OnnxConstant Shape(OnnxNode node)
    {
        var (numbers, records) = Take(node, 0) switch
        {
            OnnxValue value => ((double[])[0, .. value.Dimensions.Select(dimension => (double)dimension)], (double[]?)[1, .. new double[value.Dimensions.Length]]),
            OnnxConstant constant => ([.. constant.Dimensions.Select(dimension => (double)dimension)], null),
            _ => throw Refuse(OnnxFault.Malformed($"{node.Shown} takes nothing.")),
        };
        var (start, end) = (node.Integer("start", 0), node.Integer("end", numbers.Length));
        start = Math.Clamp(start < 0 ? start + numbers.Length : start, 0, numbers.Length);
        end = Math.Clamp(end < 0 ? end + numbers.Length : end, start, numbers.Length);
        var range = (int)start..(int)end;
        return new OnnxConstant(new OnnxTensor([end - start], numbers[range], IsInteger: true), records?[range]);
    }
}
