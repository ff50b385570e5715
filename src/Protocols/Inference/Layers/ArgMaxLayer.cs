using System.Collections.Immutable;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Functions;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Inference.Layers;

/// <summary>The place, from 0, of the greatest number along the last dimension, which goes; ties go to the first. Exact; see <see cref="RowArgmax"/>.</summary>
public sealed record ArgMaxLayer : PlanLayer
{
    internal const byte Number = 18;

    private ArgMaxLayer()
    {
    }

    /// <summary>The layer.</summary>
    public static PlanLayer Instance { get; } = new ArgMaxLayer();

    /// <inheritdoc/>
    public override string Name => "argmax";

    internal override byte Kind => Number;

    internal override PlanOutcome Output(PlanSetting setting, ImmutableArray<PlanValue> inputs)
    {
        var input = inputs[0];
        return input.Record() is not [.. var outer, > 0 and var last] ? $"{input.Shape} has no dimension to go along."
            : setting.RangeTrouble("A compared difference", input.Upper - input.Lower, setting.FractionalBits) is { } trouble ? trouble
            : setting.RangeTrouble("A place", last, setting.FractionalBits) is { } far ? far
            : new PlanValue(TensorShape.Of([input.Records, .. outer]), 0, last - 1);
    }

    internal override ImmutableArray<CorrelationRequest> Requests(LayerPlace place) => Tournament.Requests(place.Scheme, place.Output.Shape.Length, place.Input.Shape.Dimensions[^1], indexed: true, Reach(place));

    internal override ImmutableArray<int> WordsPerRound(LayerPlace place) => Tournament.WordsPerRound(place.Scheme, place.Output.Shape.Length, place.Input.Shape.Dimensions[^1], indexed: true, Reach(place));

    internal override IEnumerable<AwaitingPeers[]> Script(LayerPlace place, LayerRun run, ShareTensor[] inputs, Slot<ShareTensor> slot)
    {
        var rows = inputs[0].Reshape(TensorShape.Of(place.Output.Shape.Length, place.Input.Shape.Dimensions[^1]));
        var levels = Tournament.Take(run.Committee, rows.Shape, run.Correlations, indexed: true, Reach(place));
        var won = new Slot<(ShareTensor Values, ShareTensor Indices)>();
        foreach (var round in RowArgmax.Script(run.Committee, rows, levels, won))
        {
            yield return round;
        }

        slot.Value = won.Value.Indices.Scale(1UL << place.Setting.FractionalBits).Reshape(place.Output.Shape);
    }

    internal override double[] Evaluate(LayerPlace place, double[][] inputs, double[][] parameters) =>
        [.. inputs[0].Chunk(place.Input.Shape.Dimensions[^1]).Select(row => (double)Array.IndexOf(row, row.Max()))];

    private static ComparisonReach Reach(LayerPlace place) => place.Setting.Reach(
        place.Input.Upper - place.Input.Lower + place.Setting.Ulp, place.Setting.FractionalBits, place.Input.Shape.Length * 8); // groups of 16 compare up to 7.5 pairs for each number
}
