using System.Collections.Immutable;

namespace PrivacyGrains.Learning.Onnx;

/// <summary>Reads the parts of an ONNX file that a network is made of.</summary>
/// <remarks>
/// Source: onnx/onnx, onnx.proto (fields by number; unknown ones are passed over, as protobuf has it). Counts are bounded before lists grow; tensors stay where they are in the file. A file without version, operator
/// set or graph is malformed, so that a file cut between two fields is.
/// </remarks>
internal static class OnnxGraphReader
{
    private const int MaximumParts = 4096;
    private const int MaximumNames = 256;
    private const int MaximumNumbers = 1 << 22;

    /// <summary>Reads a file, or answers null where it is malformed.</summary>
    public static OnnxGraph? Read(ReadOnlyMemory<byte> file)
    {
        var reader = new ProtobufReader(file);
        ReadOnlyMemory<byte>? graph = null;
        var (version, operators, doubled) = (false, 0, false);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    version = reader.Integer() > 0;
                    break;
                case 7:
                    doubled |= graph is not null;
                    graph = reader.Chunk();
                    break;
                case 8:
                    operators = Math.Max(operators, Version(reader.Chunk()));
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return reader.Failed || doubled || !version || operators == 0 || graph is null ? null : Graph(graph.Value, operators);
    }

    // The version of ai.onnx; of another domain 1, so that a model of nothing else has operators too.
    private static int Version(ReadOnlyMemory<byte> bytes)
    {
        var (reader, domain, version) = (new ProtobufReader(bytes), string.Empty, 0L);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    domain = reader.Text();
                    break;
                case 2:
                    version = reader.Integer();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return reader.Failed || version is < 1 or > 1000 ? 0 : domain is "" or "ai.onnx" ? (int)version : 1;
    }

    private static OnnxGraph? Graph(ReadOnlyMemory<byte> bytes, int version)
    {
        var reader = new ProtobufReader(bytes);
        var nodes = ImmutableArray.CreateBuilder<OnnxNode>();
        var tensors = ImmutableDictionary.CreateBuilder<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        var inputs = ImmutableArray.CreateBuilder<OnnxInput>();
        var outputs = ImmutableArray.CreateBuilder<string>();
        var good = true;
        while (good && reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    good = Add(nodes, Node(reader.Chunk()));
                    break;
                case 5:
                    var tensor = reader.Chunk();
                    good = tensors.Count < MaximumParts && OnnxTensor.NameOf(tensor) is { Length: > 0 } name && tensors.TryAdd(name, tensor);
                    break;
                case 11:
                    good = Add(inputs, Input(reader.Chunk()));
                    break;
                case 12:
                    good = Add(outputs, Input(reader.Chunk())?.Name);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return good && !reader.Failed ? new OnnxGraph(version, nodes.ToImmutable(), tensors.ToImmutable(), inputs.ToImmutable(), outputs.ToImmutable()) : null;
    }

    private static OnnxNode? Node(ReadOnlyMemory<byte> bytes)
    {
        var reader = new ProtobufReader(bytes);
        var (name, kind, domain) = (string.Empty, string.Empty, string.Empty);
        var (inputs, outputs) = (ImmutableArray.CreateBuilder<string>(), ImmutableArray.CreateBuilder<string>());
        var attributes = ImmutableDictionary.CreateBuilder<string, OnnxAttribute>(StringComparer.Ordinal);
        var good = true;
        while (good && reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    inputs.Add(reader.Text());
                    break;
                case 2:
                    outputs.Add(reader.Text());
                    break;
                case 3:
                    name = reader.Text();
                    break;
                case 4:
                    kind = reader.Text();
                    break;
                case 5:
                    good = Attribute(reader.Chunk()) is var (key, attribute) && attributes.TryAdd(key, attribute);
                    break;
                case 7:
                    domain = reader.Text();
                    break;
                default:
                    reader.Skip();
                    break;
            }

            good &= inputs.Count <= MaximumParts && outputs.Count <= MaximumNames && attributes.Count <= MaximumNames;
        }

        return good && !reader.Failed && kind.Length > 0
            ? new OnnxNode(name, kind, domain == "ai.onnx" ? string.Empty : domain, inputs.ToImmutable(), outputs.ToImmutable(), attributes.ToImmutable())
            : null;
    }

    private static (string Name, OnnxAttribute Attribute)? Attribute(ReadOnlyMemory<byte> bytes)
    {
        var reader = new ProtobufReader(bytes);
        var (name, single, integer, text, tensor) = (string.Empty, 0f, 0L, string.Empty, default(ReadOnlyMemory<byte>));
        var (integers, floats) = (new List<long>(), new List<double>());
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    name = reader.Text();
                    break;
                case 2:
                    single = reader.Single();
                    break;
                case 3:
                    integer = reader.Integer();
                    break;
                case 4:
                    var chunk = reader.Chunk();
                    text = chunk.Length <= MaximumNames ? System.Text.Encoding.UTF8.GetString(chunk.Span) : string.Empty;
                    break;
                case 5:
                    tensor = reader.Chunk();
                    break;
                case 7:
                    reader.Singles(floats, MaximumNumbers);
                    break;
                case 8:
                    reader.Integers(integers, MaximumNumbers);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return reader.Failed || name.Length == 0 ? null : (name, new OnnxAttribute(single, integer, text, tensor, [.. integers], [.. floats]));
    }

    private static OnnxInput? Input(ReadOnlyMemory<byte> bytes)
    {
        var (name, type) = (string.Empty, default(ReadOnlyMemory<byte>));
        var reader = new ProtobufReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    name = reader.Text();
                    break;
                case 2:
                    type = reader.Chunk();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return reader.Failed || name.Length == 0 || !OnnxShape.TryRead(type, out var elementType, out var shape) ? null : new OnnxInput(name, elementType, shape);
    }

    private static bool Add<T>(ImmutableArray<T>.Builder list, T? item)
        where T : class
    {
        if (item is null || list.Count == MaximumParts)
        {
            return false;
        }

        list.Add(item);
        return true;
    }
}
