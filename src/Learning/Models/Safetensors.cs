using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace PrivacyGrains.Learning.Models;

/// <summary>One named tensor of doubles.</summary>
/// <param name="Name">1 to 256 characters.</param>
/// <param name="Shape">Each dimension zero or more; none for a scalar.</param>
/// <param name="Values">Row-major; as many as the shape says.</param>
public sealed record DoubleTensor(string Name, ImmutableArray<int> Shape, ImmutableArray<double> Values);

/// <summary>What a safetensors file of doubles holds.</summary>
/// <param name="Metadata">Text by name.</param>
/// <param name="Tensors">By name, in ordinal order.</param>
public sealed record SafetensorsFile(ImmutableSortedDictionary<string, string> Metadata, ImmutableArray<DoubleTensor> Tensors);

/// <summary>Writes and reads the safetensors format, for tensors of dtype F64.</summary>
/// <remarks>
/// Source: huggingface/safetensors, README "Format": eight bytes of little-endian header length, the header as JSON, then the data; offsets cover the data without gap or overlap. The writer's
/// form is canonical: metadata first, names in ordinal order, the header padded with spaces to a multiple of eight bytes; so equal contents have equal bytes and one digest.
/// The reader takes bytes from strangers: it checks every length before it allocates, and refuses doubled names, gaps, other dtypes and numbers that are not finite.
/// </remarks>
public static class Safetensors
{
    /// <summary>The longest header that is read.</summary>
    public const int MaximumHeaderBytes = 1 << 20;

    /// <summary>Writes a file.</summary>
    /// <param name="file">Its contents; every value finite.</param>
    /// <returns>The canonical bytes.</returns>
    /// <exception cref="ArgumentException">A shape and its values disagree.</exception>
    public static byte[] Write(SafetensorsFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var tensors = file.Tensors.OrderBy(t => t.Name, StringComparer.Ordinal).ToList();
        using var header = new MemoryStream();
        using (var json = new Utf8JsonWriter(header))
        {
            WriteHeader(json, file.Metadata, tensors);
        }

        while (header.Length % 8 != 0)
        {
            header.WriteByte((byte)' ');
        }

        var bytes = new byte[checked(8 + (int)header.Length + (tensors.Sum(t => t.Values.Length) * sizeof(double)))];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)header.Length);
        header.ToArray().CopyTo(bytes, 8);
        var at = 8 + (int)header.Length;
        foreach (var value in tensors.SelectMany(t => t.Values))
        {
            BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(at), value);
            at += sizeof(double);
        }

        return bytes;
    }

    /// <summary>Reads a file.</summary>
    /// <param name="bytes">As they came.</param>
    /// <param name="file">The contents, or null.</param>
    /// <param name="fault">What is wrong first, or null.</param>
    /// <returns>Whether the bytes are such a file.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out SafetensorsFile? file, [NotNullWhen(false)] out string? fault)
    {
        (file, fault) = (null, null);
        if (bytes.Length < 8 || BinaryPrimitives.ReadUInt64LittleEndian(bytes) is var length && (length > MaximumHeaderBytes || length > (ulong)bytes.Length - 8))
        {
            fault = "the header's length does not fit the file";
            return false;
        }

        try
        {
            var headerLength = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            using var header = JsonDocument.Parse(bytes.Slice(8, headerLength).ToArray(), new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 4 });
            file = ReadTensors(header.RootElement, bytes[(8 + headerLength)..], out fault);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException or OverflowException)
        {
            fault = "the header is not JSON of the expected form";
        }

        file = fault is null ? file : null;
        return fault is null;
    }

    private static void WriteHeader(Utf8JsonWriter json, ImmutableSortedDictionary<string, string> metadata, List<DoubleTensor> tensors)
    {
        json.WriteStartObject();
        json.WriteStartObject("__metadata__");
        foreach (var (name, text) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal))
        {
            json.WriteString(name, text);
        }

        json.WriteEndObject();
        var offset = 0;
        foreach (var tensor in tensors)
        {
            if (tensor.Shape.Aggregate(1L, (size, d) => checked(size * d)) != tensor.Values.Length || tensor.Values.Any(v => !double.IsFinite(v)))
            {
                throw new ArgumentException($"Tensor {tensor.Name} has other values than its shape says, or one that is not finite.", nameof(tensors));
            }

            json.WriteStartObject(tensor.Name);
            json.WriteString("dtype", "F64");
            json.WriteStartArray("shape");
            foreach (var dimension in tensor.Shape)
            {
                json.WriteNumberValue(dimension);
            }

            json.WriteEndArray();
            json.WriteStartArray("data_offsets");
            json.WriteNumberValue(offset);
            offset = checked(offset + (tensor.Values.Length * sizeof(double)));
            json.WriteNumberValue(offset);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static SafetensorsFile? ReadTensors(JsonElement header, ReadOnlySpan<byte> data, out string? fault)
    {
        var metadata = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
        var tensors = new List<(int Begin, DoubleTensor Tensor)>();
        var covered = 0L;
        foreach (var property in header.EnumerateObject())
        {
            if (property.Name == "__metadata__")
            {
                metadata = property.Value.EnumerateObject().ToImmutableSortedDictionary(p => p.Name, p => p.Value.GetString() ?? string.Empty, StringComparer.Ordinal);
                continue;
            }

            if (ReadTensor(property, data, out var begin) is not { } tensor)
            {
                fault = $"tensor {(property.Name.Length <= 64 ? property.Name : "(long name)")} is not F64, does not fit the data, or holds a number that is not finite";
                return null;
            }

            tensors.Add((begin, tensor));
            covered += (long)tensor.Values.Length * sizeof(double);
        }

        var next = 0L;
        foreach (var (begin, tensor) in tensors.OrderBy(t => t.Begin).ThenBy(t => t.Tensor.Values.Length))
        {
            next = begin == next ? next + ((long)tensor.Values.Length * sizeof(double)) : -1;
        }

        fault = next == data.Length && covered == data.Length ? null : "the tensors do not cover the data without gap or overlap";
        return new SafetensorsFile(metadata, [.. tensors.Select(t => t.Tensor).OrderBy(t => t.Name, StringComparer.Ordinal)]);
    }

    private static DoubleTensor? ReadTensor(JsonProperty property, ReadOnlySpan<byte> data, out int begin)
    {
        var shape = property.Value.GetProperty("shape").EnumerateArray().Select(d => d.GetInt32()).ToImmutableArray();
        var offsets = property.Value.GetProperty("data_offsets").EnumerateArray().Select(d => d.GetInt32()).ToArray();
        begin = offsets.Length == 2 ? offsets[0] : -1;
        if (property.Name.Length is 0 or > 256 || property.Value.GetProperty("dtype").GetString() != "F64" || shape.Length > 8 || shape.Any(d => d < 0)
            || begin < 0 || offsets[1] < begin || offsets[1] > data.Length
            || shape.Aggregate(1L, (size, d) => checked(size * d)) is var count && count != (offsets[1] - begin) / (double)sizeof(double))
        {
            return null;
        }

        var values = new double[(offsets[1] - begin) / sizeof(double)];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = BinaryPrimitives.ReadDoubleLittleEndian(data[(begin + (i * sizeof(double)))..]);
        }

        return values.All(double.IsFinite) ? new DoubleTensor(property.Name, shape, [.. values]) : null;
    }
}
