using System.Text;

namespace PrivacyGrains.Learning.Tests.Onnx;

/// <summary>Writes ONNX files field by field, after onnx.proto. Independent of the reader.</summary>
internal static class OnnxBytes
{
    public static byte[] Varint(int field, long value) => [.. Raw((ulong)field << 3), .. Raw(unchecked((ulong)value))];

    public static byte[] Chunk(int field, params byte[][] parts)
    {
        byte[] body = [.. parts.SelectMany(part => part)];
        return [.. Raw(((ulong)field << 3) | 2), .. Raw((ulong)body.Length), .. body];
    }

    public static byte[] Text(int field, string text) => Chunk(field, Encoding.UTF8.GetBytes(text));

    public static byte[] Single(int field, float value) => [.. Raw(((ulong)field << 3) | 5), .. BitConverter.GetBytes(value)];

    /// <summary>Version 8, one operator set, the graph last: a file cut anywhere is no model.</summary>
    public static byte[] Model(params byte[][] graph) => [.. Varint(1, 8), .. Chunk(8, Varint(2, 17)), .. Chunk(7, graph)];

    public static byte[] Input(string name, params long[] shape) => ValueInfo(11, name, 1, shape);

    public static byte[] Output(string name) => ValueInfo(12, name, 1, [-1, -1]);

    public static byte[] ValueInfo(int field, string name, long type, params long[] shape) =>
        Chunk(field, Text(1, name), Chunk(2, Chunk(1, Varint(1, type), Chunk(2, [.. shape.Select(d => Chunk(1, d < 0 ? Text(2, "n") : Varint(1, d)))]))));

    public static byte[] Node(string kind, string name, string[] inputs, string output, params byte[][] attributes) =>
        Chunk(1, [.. inputs.Select(i => Text(1, i)), Text(2, output), Text(3, name), Text(4, kind), .. attributes.Select(a => Chunk(5, a))]);

    public static byte[] Attribute(string name, long value) => [.. Text(1, name), .. Varint(3, value), .. Varint(20, 2)];

    public static byte[] Attribute(string name, float value) => [.. Text(1, name), .. Single(2, value), .. Varint(20, 1)];

    public static byte[] Attribute(string name, byte[] tensor) => [.. Text(1, name), .. Chunk(5, tensor), .. Varint(20, 4)];

    public static byte[] Attribute(string name, string text) => [.. Text(1, name), .. Text(4, text), .. Varint(20, 3)];

    public static byte[] Attribute(string name, long[] values) => [.. Text(1, name), .. Chunk(8, [.. values.Select(v => Raw(unchecked((ulong)v)))]), .. Varint(20, 7)];

    public static byte[] Attribute(string name, float[] values) => [.. Text(1, name), .. Chunk(7, [.. values.SelectMany(BitConverter.GetBytes)]), .. Varint(20, 6)];

    /// <summary>A node of scikit-learn's operators, with one output or more.</summary>
    public static byte[] MlNode(string kind, string[] inputs, string[] outputs, params byte[][] attributes) =>
        Chunk(1, [.. inputs.Select(i => Text(1, i)), .. outputs.Select(o => Text(2, o)), Text(3, kind), Text(4, kind), Text(7, "ai.onnx.ml"), .. attributes.Select(a => Chunk(5, a))]);

    /// <summary>An initialiser as raw floats.</summary>
    public static byte[] Floats(string name, long[] shape, params float[] values) => Chunk(5, Tensor(name, 1, shape, Chunk(9, [.. values.SelectMany(BitConverter.GetBytes)])));

    /// <summary>An initialiser as typed floats.</summary>
    public static byte[] TypedFloats(string name, long[] shape, params float[] values) => Chunk(5, Tensor(name, 1, shape, Chunk(4, [.. values.SelectMany(BitConverter.GetBytes)])));

    /// <summary>An initialiser of doubles; typed or raw.</summary>
    public static byte[] Doubles(string name, bool typed, long[] shape, params double[] values) =>
        Chunk(5, Tensor(name, 11, shape, Chunk(typed ? 10 : 9, [.. values.SelectMany(BitConverter.GetBytes)])));

    /// <summary>An initialiser of int64; typed (packed) or raw.</summary>
    public static byte[] Integers(string name, bool typed, params long[] values) => Chunk(5, IntegerTensor(name, typed, values));

    public static byte[] IntegerTensor(string name, bool typed, params long[] values) => Tensor(
        name, 7, [values.Length], typed ? Chunk(7, [.. values.SelectMany(v => Raw(unchecked((ulong)v)))]) : Chunk(9, [.. values.SelectMany(BitConverter.GetBytes)]));

    public static byte[] Tensor(string name, long type, long[] shape, byte[] data) => [.. shape.SelectMany(d => Varint(1, d)), .. Varint(2, type), .. Text(8, name), .. data];

    private static byte[] Raw(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)((value & 0x7F) | 0x80));
        }

        return [.. bytes, (byte)value];
    }
}
