using System.Collections.Immutable;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Inference.Layers;

/// <summary>Sets records side by side along one of their dimensions. Local and exact.</summary>
public sealed record ConcatLayer : LocalPlanLayer
{
    internal const byte Number = 8;

    private ConcatLayer(int axis) => Axis = axis;

    /// <summary>The dimension of the record, from 0.</summary>
    public int Axis { get; }

    /// <inheritdoc/>
    public override string Name => "concat";

    internal override byte Kind => Number;

    /// <summary>Checks the axis.</summary>
    /// <param name="axis">0 to 6.</param>
    /// <exception cref="ArgumentOutOfRangeException">It lies outside.</exception>
    public static PlanLayer Create(int axis)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(axis);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(axis, 6);
        return new ConcatLayer(axis);
    }

    internal static PlanLayer? Read(ref WireReader reader) => reader.Int32() is >= 0 and <= 6 and var axis ? new ConcatLayer(axis) : null;

    internal override void Write(WireWriter writer) => writer.Int32(Axis);

    internal override bool Takes(int inputs) => inputs >= 1;

    internal override PlanOutcome Output(PlanSetting setting, ImmutableArray<PlanValue> inputs)
    {
        var first = inputs[0].Record();
        if (Axis >= first.Length || inputs.Any(input => input.Record().Length != first.Length || input.Record().Where((dimension, d) => d != Axis && dimension != first[d]).Any()))
        {
            return $"records {string.Join("; ", inputs.Select(input => input.Shape))} do not fit side by side.";
        }

        var wide = inputs.Sum(input => (long)input.Record()[Axis]);
        return wide <= InferencePlan.MaximumDimension && RecordMap.Shape(inputs[0].Records, [.. first[..Axis], (int)wide, .. first[(Axis + 1)..]]) is { } shape
            ? new PlanValue(shape, inputs.Min(input => input.Lower), inputs.Max(input => input.Upper))
            : "A value is too large for one batch.";
    }

    internal override ShareTensor Apply(LayerPlace place, ShareTensor[] inputs) =>
        ShareTensor.Own(inputs[0].Scheme, inputs[0].Party, place.Output.Shape, Join(place, i => inputs[i].Memory, place.Output.Shape.Length));

    internal override double[] Evaluate(LayerPlace place, double[][] inputs, double[][] parameters) => Join<double>(place, i => inputs[i], place.Output.Shape.Length);

    private T[] Join<T>(LayerPlace place, Func<int, ReadOnlyMemory<T>> part, int length)
    {
        var joined = new T[length];
        int[] chunks = [.. place.Inputs.Select(input => input.Record().Skip(Axis).Aggregate(1, (product, dimension) => product * dimension))];
        var (stride, first) = (chunks.Sum(), 0);
        for (var i = 0; i < chunks.Length; first += chunks[i++])
        {
            var source = part(i).Span;
            for (var at = 0; at * chunks[i] < source.Length; at++)
            {
                source.Slice(at * chunks[i], chunks[i]).CopyTo(joined.AsSpan((at * stride) + first));
            }
        }

        return joined;
    }
}
