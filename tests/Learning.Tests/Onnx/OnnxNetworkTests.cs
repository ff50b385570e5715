using PrivacyGrains.Learning.Onnx;
using static PrivacyGrains.Learning.Tests.Onnx.OnnxBytes;

namespace PrivacyGrains.Learning.Tests.Onnx;

public class OnnxNetworkTests
{
    private static readonly byte[] W = Floats("w", [2, 3], 1, 2, 3, 4, 5, 6);
    private static readonly double[] Rows = [1, 2, 3, 4, 5, 6];

    [Fact]
    public void Gemm_TakesAlphaBetaAndABiasForEachOutput()
    {
        var layer = Dense(Good(Input("x", -1, 2), W, Floats("b", [3], 1, 10, 100), Output("y"), Node("Gemm", "g", ["x", "w", "b"], "y", Attribute("alpha", 2f), Attribute("beta", 0.5f))));
        Assert.Equal((2, 3), (layer.Inputs, layer.Outputs));
        Assert.Equal(Rows.Select(w => 2 * w), layer.Weights.ToArray());
        Assert.Equal([0.5, 5, 50], layer.Bias.ToArray());
    }

    [Fact]
    public void Gemm_WithTransB_TransposesTheWeights()
    {
        var layer = Dense(Good(Input("x", -1, 2), Floats("w", [3, 2], 1, 4, 2, 5, 3, 6), Output("y"), Node("Gemm", "g", ["x", "w"], "y", Attribute("transB", 1))));
        Assert.Equal(Rows, layer.Weights.ToArray());
        Assert.Equal([0.0, 0, 0], layer.Bias.ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void MatMulAndAdd_AreOneDenseLayer_InEitherOrderOfTheAdd(bool first)
    {
        var layer = Dense(Good(
            Input("x", -1, 2), W, TypedFloats("b", [1, 3], 7, 8, 9), Output("y"), Node("MatMul", "m", ["x", "w"], "h"), Node("Add", "a", first ? ["b", "h"] : ["h", "b"], "y")));
        Assert.Equal(Rows, layer.Weights.ToArray());
        Assert.Equal([7.0, 8, 9], layer.Bias.ToArray());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Doubles_AreReadTypedAndRaw_AndAScalarBiasIsForEveryOutput(bool typed)
    {
        var layer = Dense(Good(Input("x", -1, 2), Doubles("w", typed, [2, 3], Rows), Doubles("b", typed, [], 0.1), Output("y"), Node("MatMul", "m", ["x", "w"], "h"), Node("Add", "a", ["h", "b"], "y")));
        Assert.Equal(Rows, layer.Weights.ToArray());
        Assert.Equal([0.1, 0.1, 0.1], layer.Bias.ToArray());
    }

    [Fact]
    public void Activations_StandInTheirOrder_AndIdentityAndDropoutAreNothing()
    {
        var network = Good(
            Input("x", -1, 2), W, Output("y"), Node("Relu", "r", ["x"], "a"), Node("Identity", "i", ["a"], "b"), Node("Dropout", "d", ["b"], "c"),
            Node("MatMul", "m", ["c", "w"], "h"), Node("Sigmoid", "s", ["h"], "y"));
        Assert.Equal(["relu", "dense 2 x 3", "sigmoid"], network.Layers.Select(layer => $"{layer}"));
        Assert.Equal((2, 3), (network.Features, network.Outputs));
    }

    [Fact]
    public void Flatten_MakesOneRowOfARecord()
    {
        var network = Good(Input("x", -1, 1, 2, 1), W, Output("y"), Node("Flatten", "f", ["x"], "h"), Node("MatMul", "m", ["h", "w"], "y"));
        Assert.Equal(2, network.Features);
    }

    [Theory]
    [InlineData(true, -1, 2)]
    [InlineData(false, -1, 2)]
    [InlineData(true, 0, -1)]
    [InlineData(true, 5, 2)]
    public void Reshape_ToRecordsAndNumbers_KeepsRecordsApart(bool typed, long first, long second)
    {
        var network = Good(Input("x", 5, 1, 2), W, Integers("s", typed, first, second), Output("y"), Node("Reshape", "r", ["x", "s"], "h"), Node("MatMul", "m", ["h", "w"], "y"));
        Assert.Equal(2, network.Features);
    }

    [Fact]
    public void Constants_AndTheirIdentities_AreWeights()
    {
        var network = Good(
            Input("x", -1, 1, 2), W, Output("y"), Node("Constant", "c", [], "s", Attribute("value", IntegerTensor("", typed: false, -1, 2))), Node("Identity", "i", ["w"], "v"),
            Node("Reshape", "r", ["x", "s"], "h"), Node("MatMul", "m", ["h", "v"], "y"));
        Assert.Equal(Rows, Dense(network).Weights.ToArray());
    }

    [Fact]
    public void AProductAndItsSum_AreADotProduct_UnlessTheProductHasAnotherUse()
    {
        byte[][] Graph(params byte[][] more) =>
            [Input("x", -1, 3), Output("y"), Node("Relu", "r", ["x"], "a"), Node("Mul", "m", ["x", "a"], "p"), Node("ReduceSum", "s", ["p"], "q", Attribute("axes", (long[])[1]), Attribute("keepdims", 1)), .. more];
        Assert.Equal(["relu", "dot"], Good(Graph(Node("Identity", "i", ["q"], "y"))).Layers.Select(layer => $"{layer}").Where(name => !name.StartsWith("Reshape", StringComparison.Ordinal)));
        Assert.Contains("multiply", Good(Graph(Node("Add", "t", ["q", "p"], "y"))).Layers.Select(layer => $"{layer}"));
    }

    [Fact]
    public void ToString_TellsTheShapeOnly() =>
        Assert.Equal("2 features, dense 2 x 3", Good(Input("x", -1, 2), W, Output("y"), Node("MatMul", "m", ["x", "w"], "y")).ToString());

    internal static OnnxNetwork Good(params byte[][] graph)
    {
        Assert.True(OnnxNetwork.TryRead(Model(graph), out var network, out var fault), fault?.ToString());
        return network;
    }

    private static DenseNetworkLayer Dense(OnnxNetwork network) => Assert.IsType<DenseNetworkLayer>(Assert.Single(network.Layers));
}
