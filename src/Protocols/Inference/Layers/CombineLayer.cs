using System.Collections.Immutable;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Inference.Layers;

/// <summary>The sum or the difference of two values, element by element; the smaller one is repeated as numpy does. Local and exact.</summary>
public sealed record CombineLayer : LocalPlanLayer
{
    internal const byte Number = 9;

    private CombineLayer(bool subtracts) => Subtracts = subtracts;

    /// <summary>x + y.</summary>
    public static PlanLayer Add { get; } = new CombineLayer(false);

    /// <summary>x - y.</summary>
    public static PlanLayer Subtract { get; } = new CombineLayer(true);

    /// <summary>Whether the second is taken away.</summary>
    public bool Subtracts { get; }

    /// <inheritdoc/>
    public override string Name => Subtracts ? "subtract" : "add";

    internal override byte Kind => Number;

    internal static PlanLayer? Read(ref WireReader reader) => reader.Byte() switch { 0 => Add, 1 => Subtract, _ => null };

    internal override void Write(WireWriter writer) => writer.Byte(Subtracts ? (byte)1 : (byte)0);

    internal override bool Takes(int inputs) => inputs == 2;

    internal override PlanOutcome Output(PlanSetting setting, ImmutableArray<PlanValue> inputs)
    {
        var (x, y) = (inputs[0], inputs[1]);
        if (RecordMap.Common(x.Record().AsSpan(), y.Record().AsSpan()) is not { } record || RecordMap.Shape(x.Records, record) is not { } shape || PlanSetting.TooLarge(shape.Length))
        {
            return $"{x.Shape} and {y.Shape} cannot be combined.";
        }

        var sum = Subtracts ? new PlanValue(shape, x.Lower - y.Upper, x.Upper - y.Lower) : new PlanValue(shape, x.Lower + y.Lower, x.Upper + y.Upper);
        return setting.RangeTrouble($"A {(Subtracts ? "difference" : "sum")}", sum.Bound, setting.FractionalBits) is { } trouble ? trouble : sum;
    }

    internal override ShareTensor Apply(LayerPlace place, ShareTensor[] inputs)
    {
        var (x, y) = (Widen(place, inputs, 0), Widen(place, inputs, 1));
        return Subtracts ? x.Subtract(y) : x.Add(y);
    }

    internal override double[] Evaluate(LayerPlace place, double[][] inputs, double[][] parameters)
    {
        var (x, y) = (Widen(place, inputs, 0), Widen(place, inputs, 1));
        return [.. x.Zip(y, (a, b) => Subtracts ? a - b : a + b)];
    }

    /// <summary>An input in the output's shape.</summary>
    internal static ShareTensor Widen(LayerPlace place, ShareTensor[] inputs, int index) => place.Inputs[index].Shape.Equals(place.Output.Shape)
        ? inputs[index]
        : RecordMap.Apply(inputs[index], RecordMap.Broadcast(place.Inputs[index].Record().AsSpan(), place.Output.Record().AsSpan())!, 0, place.Output.Shape);

    /// <summary>The same on plain numbers.</summary>
    internal static double[] Widen(LayerPlace place, double[][] inputs, int index) => place.Inputs[index].Shape.Equals(place.Output.Shape)
        ? inputs[index]
        : RecordMap.Apply<double>(inputs[index], place.Output.Records, RecordMap.Broadcast(place.Inputs[index].Record().AsSpan(), place.Output.Record().AsSpan())!, 0);
}
