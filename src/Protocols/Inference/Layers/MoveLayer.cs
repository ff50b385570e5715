using System.Collections.Immutable;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Inference.Layers;

/// <summary>A layer that only moves the elements of each record, and may fill places with one public constant. Local and exact.</summary>
public abstract record MoveLayer : LocalPlanLayer
{
    private protected MoveLayer()
    {
    }

    /// <summary>The public number of the places that nothing moves to; null where there are none.</summary>
    internal virtual double? Constant => null;

    internal override PlanOutcome Output(PlanSetting setting, ImmutableArray<PlanValue> inputs)
    {
        var input = inputs[0];
        if (Dimensions(input.Record()) is not { } record || RecordMap.Shape(input.Records, record) is not { } shape || PlanSetting.TooLarge(shape.Length))
        {
            return $"{Name} does not fit {input.Shape}, or makes too much for one batch.";
        }

        return setting.RangeTrouble("The constant", Math.Abs(Constant ?? 0), setting.FractionalBits) is { } trouble
            ? trouble
            : Constant is { } constant ? new PlanValue(shape, Math.Min(input.Lower, constant - setting.Ulp), Math.Max(input.Upper, constant + setting.Ulp))
            : input with { Shape = shape };
    }

    /// <summary>The dimensions that a record has afterwards, or null where it cannot be.</summary>
    internal abstract int[]? Dimensions(ImmutableArray<int> record);

    /// <summary>Where each element of a record comes from; null where all stay in their order.</summary>
    internal abstract int[]? Map(ImmutableArray<int> record);

    internal sealed override ShareTensor Apply(LayerPlace place, ShareTensor[] inputs) => Map(place.Input.Record()) is { } map
        ? RecordMap.Apply(inputs[0], map, place.Setting.Format.Encode(place.Scheme.Algebra, Constant ?? 0), place.Output.Shape)
        : inputs[0].Reshape(place.Output.Shape);

    internal sealed override double[] Evaluate(LayerPlace place, double[][] inputs, double[][] parameters) =>
        Map(place.Input.Record()) is { } map ? RecordMap.Apply<double>(inputs[0], place.Input.Records, map, Constant ?? 0) : inputs[0];

    private protected static int Product(ReadOnlySpan<int> dimensions)
    {
        var product = 1L;
        foreach (var dimension in dimensions)
        {
            product = Math.Min(product * Math.Max(dimension, 0), int.MaxValue);
        }

        return (int)product;
    }
}
