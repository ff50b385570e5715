namespace PrivacyGrains.Learning.Onnx;

/// <summary>Why an ONNX file is not taken.</summary>
/// <param name="Code">
/// <c>onnx.malformed</c> (no ONNX file, or a part of one), <c>onnx.unsupported-operator</c>, <c>onnx.unsupported-graph</c> (not one chain from one input to one output), <c>onnx.unsupported-tensor</c>
/// (element type, external data), <c>onnx.wrong-shape</c>, <c>onnx.not-finite</c>.
/// </param>
/// <param name="Detail">One line that names the node or the tensor. Holds no number of the model's.</param>
public sealed record OnnxFault(string Code, string Detail)
{
    /// <summary>A name from the file as a message may show it: short, and nothing in it that steers a terminal.</summary>
    internal static string Shown(string name) =>
        "'" + string.Concat(name.Take(64).Select(c => char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029' ? '?' : c)) + (name.Length > 64 ? "..." : string.Empty) + "'";

    internal static OnnxFault Malformed(string detail) => new("onnx.malformed", detail);

    internal static OnnxFault Operator(OnnxNode node, string? why = null) =>
        new("onnx.unsupported-operator", $"Operator {node.Kind} of {node.Shown} is not supported{(why is null ? string.Empty : ": " + why)}.");

    internal static OnnxFault Graph(string detail) => new("onnx.unsupported-graph", detail);

    internal static OnnxFault Shape(string detail) => new("onnx.wrong-shape", detail);
}

/// <summary>Carries a fault out of the builder; never leaves <see cref="OnnxNetwork.TryRead"/>.</summary>
internal sealed class OnnxRefusal(OnnxFault fault) : Exception(fault.Code)
{
    public OnnxFault Fault { get; } = fault;
}
