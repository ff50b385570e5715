using System.Collections.Immutable;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Functions;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Inference.Layers;

/// <summary>max(x, 0), element by element; see <see cref="Functions.Relu"/>. A product is truncated on the same opening.</summary>
public sealed record ReluLayer : PlanLayer
{
    internal const byte Number = 2;

    internal ReluLayer()
    {
    }

    /// <inheritdoc/>
    public override string Name => "relu";

    internal override byte Kind => Number;

    internal override bool TakesUntruncated => true;

    internal override PlanOutcome Output(PlanSetting setting, ImmutableArray<PlanValue> inputs) =>
        setting.RangeTrouble("A compared value", inputs[0].Bound, setting.FractionalBits) is { } trouble
            ? trouble
            : new PlanValue(inputs[0].Shape, Math.Max(inputs[0].Lower, 0), Math.Max(inputs[0].Upper, 0));

    internal override ImmutableArray<CorrelationRequest> Requests(LayerPlace place) => Protocol(place).Requests;

    internal override ImmutableArray<int> WordsPerRound(LayerPlace place) => Protocol(place).WordsPerRound;

    internal override IEnumerable<AwaitingPeers[]> Script(LayerPlace place, LayerRun run, ShareTensor[] inputs, Slot<ShareTensor> slot) =>
        Protocol(place).Script(run.Committee, inputs[0], run.Correlations, slot);

    internal override double[] Evaluate(LayerPlace place, double[][] inputs, double[][] parameters) => [.. inputs[0].Select(x => Math.Max(x, 0))];

    private static ScaledRelu Protocol(LayerPlace place)
    {
        var (count, shift) = (place.Output.Shape.Length, place.Input.ExtraBits);
        return new ScaledRelu(
            place.Scheme, count, shift, place.Setting.BitsFor(place.Input.Bound, place.Setting.FractionalBits + shift, shift), place.Setting.UsesKeys(count));
    }
}
