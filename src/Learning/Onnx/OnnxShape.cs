using System.Collections.Immutable;

namespace PrivacyGrains.Learning.Onnx;

/// <summary>Reads the type of an input: a tensor's element type and dimensions.</summary>
internal static class OnnxShape
{
    /// <summary>The most dimensions that a tensor may have.</summary>
    public const int MaximumRank = 8;

    /// <summary>Reads a TypeProto.</summary>
    /// <param name="type">Its bytes; none where the file states no type.</param>
    /// <param name="elementType">0 where the file does not say.</param>
    /// <param name="shape">-1 for a dimension that is not fixed; default where the file states no shape.</param>
    /// <returns>Whether the bytes are well formed.</returns>
    public static bool TryRead(ReadOnlyMemory<byte> type, out long elementType, out ImmutableArray<long> shape)
    {
        (elementType, shape) = (0, default);
        var reader = new ProtobufReader(type);
        while (reader.Next())
        {
            if (reader.Field != 1)
            {
                reader.Skip();
            }
            else if (!Tensor(reader.Chunk(), ref elementType, ref shape))
            {
                return false;
            }
        }

        return !reader.Failed;
    }

    private static bool Tensor(ReadOnlyMemory<byte> bytes, ref long elementType, ref ImmutableArray<long> shape)
    {
        var reader = new ProtobufReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    elementType = reader.Integer();
                    break;
                case 2:
                    shape = Dimensions(reader.Chunk());
                    break;
                default:
                    reader.Skip();
                    break;
            }

            if (reader.Field == 2 && shape.IsDefault)
            {
                return false;
            }
        }

        return !reader.Failed;
    }

    private static ImmutableArray<long> Dimensions(ReadOnlyMemory<byte> bytes)
    {
        var shape = ImmutableArray.CreateBuilder<long>();
        var reader = new ProtobufReader(bytes);
        while (reader.Next())
        {
            if (reader.Field != 1)
            {
                reader.Skip();
                continue;
            }

            var (size, dimension) = (-1L, new ProtobufReader(reader.Chunk()));
            while (dimension.Next())
            {
                if (dimension.Field == 1)
                {
                    size = Math.Max(dimension.Integer(), -1);
                }
                else
                {
                    dimension.Skip();
                }
            }

            shape.Add(size);
            if (dimension.Failed || shape.Count > MaximumRank)
            {
                return default;
            }
        }

        return reader.Failed ? default : shape.ToImmutable();
    }
}
