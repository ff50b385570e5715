using System.Buffers.Binary;

namespace PrivacyGrains.Learning.Onnx;

/// <summary>A constant of the graph: weights, a shape, a scalar.</summary>
/// <param name="Dimensions">None for a scalar.</param>
/// <param name="Values">Row-major, as many as the dimensions say. Integers are exact to 2^53.</param>
/// <param name="IsInteger">Whether its elements are integers or truth values.</param>
internal sealed record OnnxTensor(long[] Dimensions, double[] Values, bool IsInteger = false)
{
    public const long Float = 1;
    public const long Double = 11;
    public const long Int32 = 6;
    public const long Int64 = 7;
    public const long Boolean = 9;

    // Only shapes, switches and indices are integers in a network that we take.
    private const int MaximumIntegers = 1 << 20;

    /// <summary>The name of a TensorProto; null where the bytes are none.</summary>
    public static string? NameOf(ReadOnlyMemory<byte> bytes)
    {
        var (reader, name) = (new ProtobufReader(bytes), string.Empty);
        while (reader.Next())
        {
            if (reader.Field == 8)
            {
                name = reader.Text();
            }
            else
            {
                reader.Skip();
            }
        }

        return reader.Failed ? null : name;
    }

    /// <summary>Reads a TensorProto.</summary>
    /// <param name="bytes">May be hostile.</param>
    /// <param name="shown">What a fault calls it.</param>
    /// <param name="fault">What is wrong, or null.</param>
    public static OnnxTensor? Read(ReadOnlyMemory<byte> bytes, string shown, out OnnxFault? fault)
    {
        var reader = new ProtobufReader(bytes);
        var (dimensions, integers, floats) = (new List<long>(), new List<long>(), new List<double>());
        var (type, external) = (0L, false);
        ReadOnlyMemory<byte>? packed = null;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    reader.Integers(dimensions, OnnxShape.MaximumRank);
                    break;
                case 2:
                    type = reader.Integer();
                    break;
                case 4 when reader.IsSingle:
                    floats.Add(reader.Single()); // an old writer's, one by one
                    break;
                case 4 or 9 or 10:
                    packed = reader.Chunk();
                    break;
                case 5 or 7:
                    reader.Integers(integers, MaximumIntegers);
                    break;
                case 14:
                    external |= reader.Integer() != 0;
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        fault = reader.Failed ? OnnxFault.Malformed($"Tensor {shown} is cut short or no tensor.")
            : external ? new OnnxFault("onnx.unsupported-tensor", $"Tensor {shown} lies in another file. Export the model with its weights inside.")
            : type is not (Float or Double or Int32 or Int64 or Boolean)
                ? new OnnxFault("onnx.unsupported-tensor", $"Tensor {shown} has element type {type}; float (1) and double (11) are supported, and for shapes int64 (7).")
            : null;
        if (fault is not null)
        {
            return null;
        }

        double[]? values = packed is { } chunk ? Decode(chunk.Span, type) : integers.Count > 0 ? [.. integers] : [.. floats];
        fault = values is null || Count(dimensions) != values.Length ? OnnxFault.Malformed($"Tensor {shown} holds other than its dimensions say.")
            : !values.All(double.IsFinite) ? new OnnxFault("onnx.not-finite", $"Tensor {shown} holds NaN or an infinite number.")
            : null;
        return fault is null ? new OnnxTensor([.. dimensions], values!, type is Int32 or Int64 or Boolean) : null;
    }

    // -1 where a dimension is negative or the product is beyond any file.
    private static long Count(List<long> dimensions)
    {
        var count = 1L;
        foreach (var dimension in dimensions)
        {
            if (dimension is < 0 or > int.MaxValue || (count *= dimension) > int.MaxValue)
            {
                return -1;
            }
        }

        return count;
    }

    /// <summary>One number.</summary>
    public static OnnxTensor Scalar(double value, bool isInteger = false) => new([], [value], isInteger);

    private static double[]? Decode(ReadOnlySpan<byte> bytes, long type)
    {
        var size = type switch { Float or Int32 => 4, Boolean => 1, _ => 8 };
        if (bytes.Length % size != 0 || (type is Int32 or Int64 or Boolean && bytes.Length / size > MaximumIntegers))
        {
            return null;
        }

        var values = new double[bytes.Length / size];
        for (var i = 0; i < values.Length; i++)
        {
            var one = bytes.Slice(i * size, size);
            values[i] = type switch
            {
                Float => BinaryPrimitives.ReadSingleLittleEndian(one),
                Double => BinaryPrimitives.ReadDoubleLittleEndian(one),
                Int32 => BinaryPrimitives.ReadInt32LittleEndian(one),
                Int64 => BinaryPrimitives.ReadInt64LittleEndian(one),
                _ => one[0],
            };
        }

        return values;
    }
}
