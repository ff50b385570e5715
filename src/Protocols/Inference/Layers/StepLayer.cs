using System.Collections.Immutable;
using PrivacyGrains.Arithmetic;
using PrivacyGrains.Protocols.Comparison;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Functions;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Inference.Layers;

/// <summary>1 where a number is at least 0 and 0 elsewhere, exact; a product is compared as it is, untruncated. One round by keys (<see cref="KeyedComparison"/>), elsewhere a <see cref="ThresholdComparison"/> and a <see cref="BitConversion"/>.</summary>
public sealed record StepLayer : PlanLayer
{
    internal const byte Number = 23;

    private StepLayer()
    {
    }

    /// <summary>The layer.</summary>
    public static PlanLayer Instance { get; } = new StepLayer();

    /// <inheritdoc/>
    public override string Name => "step";

    internal override byte Kind => Number;

    internal override bool TakesUntruncated => true;

    internal override PlanOutcome Output(PlanSetting setting, ImmutableArray<PlanValue> inputs) =>
        setting.RangeTrouble("A compared value", inputs[0].Bound, setting.FractionalBits + inputs[0].ExtraBits) is { } trouble ? trouble : new PlanValue(inputs[0].Shape, 0, 1);

    internal override ImmutableArray<CorrelationRequest> Requests(LayerPlace place)
    {
        var (count, reach) = Sizes(place);
        return [.. Comparing.Requests(place.Scheme, count, 1, reach), .. reach.Keyed ? [] : (CorrelationRequest[])[CorrelationRequest.SharedBit(count)]];
    }

    internal override ImmutableArray<int> WordsPerRound(LayerPlace place)
    {
        var (count, reach) = Sizes(place);
        return Traffic.InTurn(Comparing.WordsPerRound(place.Scheme, count, 1, reach), reach.Keyed ? [] : [PackedBits.WordsFor(count)]);
    }

    internal override IEnumerable<AwaitingPeers[]> Script(LayerPlace place, LayerRun run, ShareTensor[] inputs, Slot<ShareTensor> slot)
    {
        var (count, reach) = Sizes(place);
        var one = 1UL << place.Setting.FractionalBits;
        if (reach.Keyed)
        {
            var reached = KeyedComparison.Begin(run.Committee, inputs[0], [0], run.Correlations.TakeThresholdKeys(count, 0, reach.Bits));
            yield return [reached];
            slot.Value = reached.Result[0].Scale(one);
            yield break;
        }

        var material = Comparing.Take(run.Committee, count, [0], reach, run.Correlations);
        var shared = run.Correlations.TakeSharedBit(count);
        var bits = new Slot<ImmutableArray<BitShares>>();
        foreach (var round in Comparing.Script(run.Committee, inputs[0], [0], material, bits))
        {
            yield return round;
        }

        var converted = BitConversion.Begin(run.Committee, bits.Value[0], shared, place.Output.Shape);
        yield return [converted];
        slot.Value = converted.Result.Scale(one);
    }

    internal override double[] Evaluate(LayerPlace place, double[][] inputs, double[][] parameters) => [.. inputs[0].Select(x => x >= 0 ? 1.0 : 0)];

    private static (int Count, ComparisonReach Reach) Sizes(LayerPlace place)
    {
        var count = place.Output.Shape.Length;
        return (count, place.Setting.Reach(place.Input.Bound, place.Setting.FractionalBits + place.Input.ExtraBits, count));
    }
}
