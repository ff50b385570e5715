using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Inference.Layers;

/// <summary>Which kind has which number. A number is never reused.</summary>
/// <remarks>1 to 3 came first; 4 to 31 are for layers that move, add and multiply, 32 to 63 for functions of one value.</remarks>
internal static class LayerTable
{
    /// <summary>Reads a layer from bytes that may be hostile, or answers null.</summary>
    public static PlanLayer? Read(ref WireReader reader) => reader.Byte() switch
    {
        DenseLayer.Number => DenseLayer.Read(ref reader),
        ReluLayer.Number => PlanLayer.Relu,
        SigmoidLayer.Number => PlanLayer.Sigmoid,
        _ => null,
    };

    internal static WireWriter Double(this WireWriter writer, double value) => writer.UInt64(BitConverter.DoubleToUInt64Bits(value));

    internal static double Double(this ref WireReader reader) => BitConverter.UInt64BitsToDouble(reader.UInt64());

    /// <summary>A bound that came from outside: positive (or zero, where that makes sense) and finite.</summary>
    internal static bool IsBound(double value, bool zero = false) => (zero ? value >= 0 : value > 0) && double.IsFinite(value);
}
