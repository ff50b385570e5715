using System.Collections.Immutable;
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
        ReshapeLayer.Number => ReshapeLayer.Read(ref reader),
        TransposeLayer.Number => TransposeLayer.Read(ref reader),
        GatherLayer.Number => GatherLayer.Read(ref reader),
        PadLayer.Number => PadLayer.Read(ref reader),
        ConcatLayer.Number => ConcatLayer.Read(ref reader),
        CombineLayer.Number => CombineLayer.Read(ref reader),
        MultiplyLayer.Number => MultiplyLayer.Instance,
        ScaleLayer.Number => ScaleLayer.Read(ref reader),
        ClipLayer.Number => ClipLayer.Read(ref reader),
        AffineLayer.Number => AffineLayer.Read(ref reader),
        ConvolutionLayer.Number => ConvolutionLayer.Read(ref reader),
        MaxPoolLayer.Number => MaxPoolLayer.Read(ref reader),
        AveragePoolLayer.Number => AveragePoolLayer.Read(ref reader),
        ReduceLayer.Number => ReduceLayer.Read(ref reader),
        ArgMaxLayer.Number => ArgMaxLayer.Instance,
        DotLayer.Number => DotLayer.Instance,
        EqualLayer.Number => EqualLayer.Read(ref reader),
        QuietLayer.Number => QuietLayer.Read(ref reader),
        PartLayer.Number => PartLayer.Read(ref reader),
        StepLayer.Number => StepLayer.Instance,
        TanhLayer.Number => TanhLayer.Instance,
        CurveLayer.Number => CurveLayer.Read(ref reader),
        SoftmaxLayer.Number => SoftmaxLayer.Read(ref reader),
        DivisionLayer.Number => DivisionLayer.Instance,
        NormalizationLayer.Number => NormalizationLayer.Read(ref reader),
        TopKLayer.Number => TopKLayer.Read(ref reader),
        _ => null,
    };

    /// <summary>A count and so many numbers, or null where they are too many or not there.</summary>
    internal static ImmutableArray<int>? Integers(ref WireReader reader, int most)
    {
        var count = reader.Int32();
        if (count < 0 || count > most)
        {
            return null;
        }

        var numbers = ImmutableArray.CreateBuilder<int>();
        for (var i = 0; i < count && reader.Failure is null; i++)
        {
            numbers.Add(reader.Int32());
        }

        return numbers.Count == count ? numbers.ToImmutable() : null;
    }

    internal static WireWriter Integers(this WireWriter writer, ImmutableArray<int> numbers)
    {
        writer.Int32(numbers.Length);
        foreach (var number in numbers)
        {
            writer.Int32(number);
        }

        return writer;
    }

    internal static WireWriter Double(this WireWriter writer, double value) => writer.UInt64(BitConverter.DoubleToUInt64Bits(value));

    internal static double Double(this ref WireReader reader) => BitConverter.UInt64BitsToDouble(reader.UInt64());

    /// <summary>A bound that came from outside: positive (or zero, where that makes sense) and finite.</summary>
    internal static bool IsBound(double value, bool zero = false) => (zero ? value >= 0 : value > 0) && double.IsFinite(value);
}
