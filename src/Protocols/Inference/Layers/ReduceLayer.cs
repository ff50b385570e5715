using System.Collections.Immutable;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Inference.Layers;

/// <summary>The sum or the greatest of the numbers along the last dimension, which goes. A sum is local and exact; the greatest takes 8 rounds for each doubling.</summary>
public sealed record ReduceLayer : PlanLayer
{
    internal const byte Number = 17;

    private ReduceLayer(bool takesGreatest) => TakesGreatest = takesGreatest;

    /// <summary>The sum.</summary>
    public static PlanLayer Sum { get; } = new ReduceLayer(false);

    /// <summary>The greatest.</summary>
    public static PlanLayer Greatest { get; } = new ReduceLayer(true);

    /// <summary>Whether the greatest is taken, and not the sum.</summary>
    public bool TakesGreatest { get; }

    /// <inheritdoc/>
    public override string Name => TakesGreatest ? "maximum" : "sum";

    internal override byte Kind => Number;

    internal static PlanLayer? Read(ref WireReader reader) => reader.Byte() switch { 0 => Sum, 1 => Greatest, _ => null };

    internal override void Write(WireWriter writer) => writer.Byte(TakesGreatest ? (byte)1 : (byte)0);

    internal override PlanOutcome Output(PlanSetting setting, ImmutableArray<PlanValue> inputs)
    {
        var input = inputs[0];
        if (input.Record() is not [.. var outer, > 0 and var last])
        {
            return $"{input.Shape} has no dimension to go along.";
        }

        var shape = TensorShape.Of([input.Records, .. outer]);
        var (value, what, reach) = TakesGreatest
            ? (input with { Shape = shape }, "A compared difference", input.Upper - input.Lower)
            : (new PlanValue(shape, last * input.Lower, last * input.Upper), "A sum", last * input.Bound);
        return setting.RangeTrouble(what, reach, setting.FractionalBits) is { } trouble ? trouble : value;
    }

    internal override ImmutableArray<CorrelationRequest> Requests(LayerPlace place) =>
        TakesGreatest ? MaxPoolLayer.MaximumOf(place, place.Input.Shape.Dimensions[^1]).Requests : [];

    internal override ImmutableArray<int> WordsPerRound(LayerPlace place) =>
        TakesGreatest ? MaxPoolLayer.MaximumOf(place, place.Input.Shape.Dimensions[^1]).WordsPerRound : [];

    internal override IEnumerable<AwaitingPeers[]> Script(LayerPlace place, LayerRun run, ShareTensor[] inputs, Slot<ShareTensor> slot)
    {
        var rows = inputs[0].Reshape(TensorShape.Of(place.Output.Shape.Length, place.Input.Shape.Dimensions[^1]));
        if (!TakesGreatest)
        {
            slot.Value = ShareTensor.Own(rows.Scheme, rows.Party, place.Output.Shape, SumRows(rows));
            yield break;
        }

        var greatest = new Slot<ShareTensor>();
        foreach (var round in MaxPoolLayer.MaximumOf(place, rows.Shape.Columns).Script(run.Committee, rows, run.Correlations, greatest))
        {
            yield return round;
        }

        slot.Value = greatest.Value.Reshape(place.Output.Shape);
    }

    internal override double[] Evaluate(LayerPlace place, double[][] inputs, double[][] parameters) =>
        [.. inputs[0].Chunk(place.Input.Shape.Dimensions[^1]).Select(row => TakesGreatest ? row.Max() : row.Sum())];

    /// <summary>The sum of each row of a matrix.</summary>
    internal static ulong[] SumRows(ShareTensor matrix)
    {
        var ones = new ulong[matrix.Shape.Columns];
        Array.Fill(ones, 1UL);
        var sums = new ulong[matrix.Shape.Rows];
        matrix.Scheme.Algebra.MultiplyMatrix(matrix.Words, ones, sums, matrix.Shape.Rows, matrix.Shape.Columns, 1);
        return sums;
    }
}
