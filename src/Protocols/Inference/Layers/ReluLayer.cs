using System.Collections.Immutable;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Inference.Layers;

/// <summary>max(x, 0), element by element; see <see cref="Functions.Relu"/>.</summary>
public sealed record ReluLayer : PlanLayer
{
    internal const byte Number = 2;

    internal ReluLayer()
    {
    }

    /// <inheritdoc/>
    public override string Name => "relu";

    internal override byte Kind => Number;

    internal override PlanOutcome Output(PlanSetting setting, ImmutableArray<PlanValue> inputs) =>
        setting.RangeTrouble("A compared value", inputs[0].Bound, setting.FractionalBits) is { } trouble
            ? trouble
            : new PlanValue(inputs[0].Shape, Math.Max(inputs[0].Lower, 0), Math.Max(inputs[0].Upper, 0));

    internal override ImmutableArray<CorrelationRequest> Requests(LayerPlace place) => Functions.Relu.Requests(place.Scheme, place.Output.Shape.Length);

    internal override ImmutableArray<int> WordsPerRound(LayerPlace place) => Functions.Relu.WordsPerRound(place.Scheme, place.Output.Shape.Length);

    internal override IEnumerable<AwaitingPeers[]> Script(LayerPlace place, LayerRun run, ShareTensor[] inputs, Slot<ShareTensor> slot) =>
        Functions.Relu.Script(run.Committee, inputs[0], run.Correlations, slot);

    internal override double[] Evaluate(LayerPlace place, double[][] inputs, double[][] parameters) => [.. inputs[0].Select(x => Math.Max(x, 0))];
}
