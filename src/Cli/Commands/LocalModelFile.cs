using PrivacyGrains.Client.Csv;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Learning.Models;
using PrivacyGrains.Learning.Onnx;

namespace PrivacyGrains.Cli.Commands;

/// <summary>A model from a file: ONNX, or safetensors of our own training, whose features have names and public ranges.</summary>
/// <param name="Network">What it computes.</param>
/// <param name="Ranges">How the features of our own model are scaled, in the clear, by whoever gives them; null for ONNX.</param>
/// <param name="Name">The file's.</param>
internal sealed record LocalModelFile(OnnxNetwork Network, Standardisation? Ranges, string Name)
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="InputException">It is not there, or is no such model.</exception>
    public static LocalModelFile Read(string path)
    {
        var (bytes, name) = (Bytes(path), Path.GetFileName(path));
        if (path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
        {
            return LogisticModelFile.TryRead(bytes, out var model, out var wrong)
                ? new LocalModelFile(
                    new OnnxNetwork(model.Weights.Length, [new DenseNetworkLayer(model.Weights.Length, 1, model.Weights, [model.Bias]), new FunctionNetworkLayer(NetworkFunction.Sigmoid)]),
                    model.Scale, name)
                : throw new InputException("model.malformed", $"{name}: {wrong}. A safetensors model is one that privacygrains train wrote.");
        }

        return OnnxNetwork.TryRead(bytes, out var network, out var fault) ? new LocalModelFile(network, null, name) : throw new InputException(fault.Code, $"{name}: {fault.Detail}");
    }

    /// <summary>The network alone, for whoever gives weights and no records.</summary>
    /// <exception cref="InputException">As for <see cref="Read"/>.</exception>
    public static OnnxNetwork NetworkOf(string path) => Read(path).Network;

    /// <summary>The records of a CSV file as the network takes them.</summary>
    /// <exception cref="InputException">The columns are others, or a field is no finite number; the message names row and column.</exception>
    public double[][] Records(string input)
    {
        var table = CsvTable.Read(input);
        if (Ranges is { } ranges)
        {
            return [.. table.Numbers([.. ranges.Ranges.Select(range => range.Name)]).Select(row => ranges.Apply(row))];
        }

        return table.Header.Count == Network.Features
            ? table.Numbers(table.Header)
            : throw new InputException("inference.wrong-columns", $"{Path.GetFileName(input)} has {table.Header.Count} columns; {Name} takes {Network.Features}.");
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Network}";

    private static byte[] Bytes(string path)
    {
        try
        {
            var length = new FileInfo(path).Length;
            return length <= OnnxNetwork.MaximumBytes
                ? File.ReadAllBytes(path)
                : throw new InputException("onnx.malformed", $"{path} has {length >> 20} MiB; a model has at most {OnnxNetwork.MaximumBytes >> 20}.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException("onnx.missing-file", $"{path} is not there or cannot be read. Give the path of an ONNX file.", e);
        }
    }
}
