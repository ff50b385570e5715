using PrivacyGrains.Learning.Onnx;
using static PrivacyGrains.Learning.Tests.Onnx.OnnxBytes;

namespace PrivacyGrains.Learning.Tests.Onnx;

public class OnnxRefusalTests
{
    private static readonly byte[] W = Floats("w", [2, 3], 1, 2, 3, 4, 5, 6);
    private static readonly byte[] X = Input("x", -1, 2);
    private static readonly byte[] Y = Output("y");

    /// <summary>A network with every operator, each of whose bytes counts.</summary>
    private static readonly byte[] Whole = Model(
        Input("x", -1, 2, 1), W, Floats("b", [3], 1, 2, 3), Doubles("v", true, [1, 3], 1, 2, 3), Integers("s", true, -1, 3), Y,
        Node("Flatten", "f", ["x"], "h1", Attribute("axis", 1)), Node("Gemm", "g", ["h1", "w", "b"], "h2", Attribute("alpha", 2f)), Node("Relu", "r", ["h2"], "h3"),
        Node("Reshape", "s", ["h3", "s"], "h4"), Node("Gemm", "m", ["h4", "v"], "h5", Attribute("transB", 1)), Node("Sigmoid", "o", ["h5"], "y"));

    private static readonly byte[] Images = Model(
        Input("x", -1, 2, 5, 5), Floats("k", [4, 1, 3, 3], [.. Enumerable.Range(0, 36).Select(i => i / 36f)]), Floats("s", [4], 1, 2, 3, 4), Floats("m", [1], 0.5f), Integers("a", true, 0, -1), Y,
        Node("Conv", "c", ["x", "k", "s"], "h1", Attribute("group", 2), Attribute("pads", [1L, 1, 1, 1]), Attribute("strides", [2L, 2])), Node("BatchNormalization", "n", ["h1", "s", "s", "s", "s"], "h2"),
        Node("Relu", "r", ["h2"], "h3"), Node("MaxPool", "p", ["h3"], "h4", Attribute("kernel_shape", [2L, 2])), Node("Shape", "z", ["h4"], "h5"), Node("Clip", "l", ["h4", "m"], "h6"),
        Node("Concat", "t", ["h6", "h4"], "h7", Attribute("axis", 1)), Node("Transpose", "e", ["h7"], "h8", Attribute("perm", [0L, 2, 3, 1])), Node("Reshape", "f", ["h8", "a"], "y"));

    public static TheoryData<string, string, string, byte[][]> Refused => new()
    {
        { "operator", "onnx.unsupported-operator", "Operator 'LSTM' of node 'first one'", [X, W, Y, Node("LSTM", "first one", ["x", "w"], "y")] },
        { "domain", "onnx.unsupported-operator", "'com.x.Relu' of the unnamed node that makes 'y'", [X, Y, Chunk(1, Text(1, "x"), Text(2, "y"), Text(4, "Relu"), Text(7, "com.x"))] },
        { "transA", "onnx.unsupported-operator", "transA", [X, W, Y, Node("Gemm", "g", ["x", "w"], "y", Attribute("transA", 1))] },
        { "training", "onnx.unsupported-operator", "training_mode", [X, Floats("t", [], 1), Y, Node("Dropout", "d", ["x", "", "t"], "y")] },
        { "weights of another width", "onnx.wrong-shape", "node 'm' a record has 3 numbers where 2", [Input("x", -1, 3), W, Y, Node("MatMul", "m", ["x", "w"], "y")] },
        { "bias of another width", "onnx.wrong-shape", "[3] and [2] of a record", [X, W, Floats("b", [2], 1, 2), Y, Node("Gemm", "g", ["x", "w", "b"], "y")] },
        { "bias that stands upright", "onnx.wrong-shape", "constant of node 'g'", [X, W, Floats("b", [3, 1], 1, 2, 3), Y, Node("Gemm", "g", ["x", "w", "b"], "y")] },
        { "weights that are no matrix", "onnx.wrong-shape", "[6]", [X, Floats("w", [6], 1, 2, 3, 4, 5, 6), Y, Node("Gemm", "m", ["x", "w"], "y")] },
        { "weights without rows", "onnx.wrong-shape", "[0, 3]", [X, Floats("w", [0, 3]), Y, Node("MatMul", "m", ["x", "w"], "y")] },
        { "not flat", "onnx.wrong-shape", "flatten", [Input("x", -1, 2, 2), W, Y, Node("Gemm", "m", ["x", "w"], "y")] },
        { "one dimension", "onnx.wrong-shape", "1 dimensions", [Input("x", 2), W, Y, Node("MatMul", "m", ["x", "w"], "y")] },
        { "huge input", "onnx.wrong-shape", "input 'x'", [Input("x", -1, long.MaxValue, long.MaxValue), Y, Node("Flatten", "f", ["x"], "y")] },
        { "empty input", "onnx.wrong-shape", "0 numbers", [Input("x", -1, 0), Y, Node("Relu", "r", ["x"], "y")] },
        { "flatten all", "onnx.wrong-shape", "axis 0", [X, Y, Node("Flatten", "f", ["x"], "y", Attribute("axis", 0))] },
        { "reshape that mixes records", "onnx.wrong-shape", "node 'r' a record has 2 numbers where 4", [X, Integers("s", true, -1, 4), Y, Node("Reshape", "r", ["x", "s"], "y")] },
        { "reshape to one record", "onnx.wrong-shape", "keep records apart", [X, Integers("s", true, 1, -1), Y, Node("Reshape", "r", ["x", "s"], "y")] },
        { "unknown width", "onnx.wrong-shape", "how many numbers", [Input("x", -1, -1), Y, Node("Relu", "r", ["x"], "y")] },
        { "along the records", "onnx.unsupported-operator", "along the records", [X, Y, Node("ArgMax", "a", ["x"], "y")] },
        { "all records reduced", "onnx.unsupported-operator", "mixes the records", [X, Y, Node("ReduceMean", "a", ["x"], "y")] },
        { "records moved", "onnx.unsupported-operator", "stay first", [X, Y, Node("Transpose", "t", ["x"], "y")] },
        { "auto_pad", "onnx.unsupported-operator", "auto_pad", [Input("x", -1, 1, 4, 4), Floats("k", [1, 1, 3, 3], new float[9]), Y, Node("Conv", "c", ["x", "k"], "y", Attribute("auto_pad", "SAME"))] },
        { "groups", "onnx.wrong-shape", "in 3 groups", [Input("x", -1, 4, 4, 4), Floats("k", [3, 1, 3, 3], new float[27]), Y, Node("Conv", "c", ["x", "k"], "y", Attribute("group", 3))] },
        { "window beyond the image", "onnx.wrong-shape", "does not fit 2", [Input("x", -1, 1, 2, 2), Y, Node("MaxPool", "p", ["x"], "y", Attribute("kernel_shape", [3L, 3]))] },
        { "places of a pool", "onnx.unsupported-operator", "second output", [Input("x", -1, 1, 2, 2), Y, Chunk(1, Text(1, "x"), Text(2, "y"), Text(2, "i"), Text(3, "p"), Text(4, "MaxPool"))] },
        { "pad mode", "onnx.unsupported-operator", "mode 'wrap'", [X, Integers("p", true, 0, 1, 0, 1), Y, Node("Pad", "p", ["x", "p"], "y", Attribute("mode", "wrap"))] },
        { "training batch norm", "onnx.unsupported-operator", "training_mode", [X, Y, Node("BatchNormalization", "b", ["x", "x", "x", "x", "x"], "y", Attribute("training_mode", 1))] },
        { "records added up", "onnx.unsupported-operator", "number of records", [X, Floats("c", [], 1), Y, Node("Shape", "s", ["x"], "h"), Node("Add", "a", ["x", "h"], "y")] },
        { "concat of records", "onnx.unsupported-operator", "along the records", [X, Y, Node("Concat", "c", ["x", "x"], "y", Attribute("axis", 0))] },
        { "a constant that does not fold", "onnx.wrong-shape", "node 'r'", [X, W, Integers("s", true, 5), Y, Node("Reshape", "r", ["w", "s"], "v"), Node("MatMul", "m", ["x", "v"], "y")] },
        { "two inputs", "onnx.unsupported-graph", "2 inputs", [X, Input("z", -1, 2), Y, Node("Relu", "r", ["x"], "y")] },
        { "square", "onnx.unsupported-operator", "node 'm'", [X, Y, Node("MatMul", "m", ["x", "x"], "y")] },
        { "other output", "onnx.unsupported-graph", "Output 'z'", [X, Output("z"), Node("Relu", "r", ["x"], "y")] },
        { "weights that are missing", "onnx.unsupported-graph", "Input 1 of node 'm'", [X, Y, Node("MatMul", "m", ["x", "w"], "y")] },
        { "half floats", "onnx.unsupported-tensor", "element type 10", [X, Chunk(5, Tensor("w", 10, [2, 3], Chunk(9, new byte[12]))), Y, Node("MatMul", "m", ["x", "w"], "y")] },
        { "other file", "onnx.unsupported-tensor", "another file", [X, Chunk(5, Tensor("w", 1, [2, 3], Varint(14, 1))), Y, Node("MatMul", "m", ["x", "w"], "y")] },
        { "text input", "onnx.unsupported-tensor", "element type 8", [ValueInfo(11, "x", 8, -1, 2), Y, Node("Relu", "r", ["x"], "y")] },
        { "NaN", "onnx.not-finite", "'w'", [X, Floats("w", [2, 1], 1, float.NaN), Y, Node("MatMul", "m", ["x", "w"], "y")] },
        { "alpha", "onnx.not-finite", "alpha", [X, W, Y, Node("Gemm", "g", ["x", "w"], "y", Attribute("alpha", float.PositiveInfinity))] },
        { "fewer numbers than dimensions", "onnx.malformed", "'w'", [X, Floats("w", [2, 3], 1, 2, 3, 4, 5), Y, Node("MatMul", "m", ["x", "w"], "y")] },
        { "dimensions beyond all", "onnx.malformed", "'w'", [X, Floats("w", [1L << 31, 1L << 33], 1), Y, Node("MatMul", "m", ["x", "w"], "y")] },
        { "negative dimensions", "onnx.malformed", "'w'", [X, Floats("w", [-2, -3], 1, 2, 3, 4, 5, 6), Y, Node("MatMul", "m", ["x", "w"], "y")] },
        { "doubled tensor", "onnx.malformed", "no ONNX model", [X, W, W, Y, Node("MatMul", "m", ["x", "w"], "y")] },
        { "value made twice", "onnx.malformed", "node 'b'", [X, Y, Node("Relu", "a", ["x"], "y"), Node("Relu", "b", ["y"], "y")] },
        { "length beyond the file", "onnx.malformed", "no ONNX model", [X, [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]] },
        { "a name that steers", "onnx.unsupported-operator", "'?[2J'", [X, Y, Node("\u001b[2J", "n", ["x"], "y")] },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Model_ThatWeLack_IsRefusedByName(string what, string code, string words, byte[][] graph)
    {
        Assert.False(OnnxNetwork.TryRead(Model(graph), out _, out var fault), what);
        Assert.Equal(code, fault.Code);
        Assert.Contains(words, fault.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void File_CutAtAnyByte_IsMalformed()
    {
        foreach (var whole in (byte[][])[Whole, Images])
        {
            Assert.True(OnnxNetwork.TryRead(whole, out _, out var none), none?.ToString());
            for (var length = 0; length < whole.Length; length++)
            {
                Assert.False(OnnxNetwork.TryRead(whole.AsMemory(0, length), out _, out var fault));
                Assert.Equal("onnx.malformed", fault.Code);
            }
        }
    }

    [Fact]
    public void Noise_EndsInANetworkOrANamedRefusal()
    {
        var random = TestBytes.Source(42);
        var bytes = new byte[4];
        var refused = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var file = (byte[])(round % 2 == 0 ? Whole : Images).Clone();
            for (var flips = 0; flips <= round % 4; flips++)
            {
                random.Fill(bytes);
                file[BitConverter.ToUInt16(bytes) % file.Length] = bytes[2];
            }

            var good = OnnxNetwork.TryRead(file, out var network, out var fault);
            Assert.True(good ? network is not null && fault is null : fault!.Code.StartsWith("onnx.", StringComparison.Ordinal));
            refused += good ? 0 : 1;
        }

        Assert.InRange(refused, 1_000, 19_999);
    }
}
