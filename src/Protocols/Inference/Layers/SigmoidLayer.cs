using System.Collections.Immutable;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Functions;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Inference.Layers;

/// <summary>1 / (1 + e^-x), element by element, within 2^-10; see <see cref="Curve.Sigmoid"/>. A product is truncated on the same opening.</summary>
public sealed record SigmoidLayer : PlanLayer
{
    internal const byte Number = 3;

    internal SigmoidLayer()
    {
    }

    /// <inheritdoc/>
    public override string Name => "sigmoid";

    internal override byte Kind => Number;

    internal override bool TakesUntruncated => true;

    internal override PlanOutcome Output(PlanSetting setting, ImmutableArray<PlanValue> inputs) => CurveSteps.Output(setting, inputs[0], Curve.Sigmoid);

    internal override ImmutableArray<CorrelationRequest> Requests(LayerPlace place) => CurveSteps.Requests(place, Curve.Sigmoid);

    internal override ImmutableArray<int> WordsPerRound(LayerPlace place) => CurveSteps.WordsPerRound(place, Curve.Sigmoid);

    internal override IEnumerable<AwaitingPeers[]> Script(LayerPlace place, LayerRun run, ShareTensor[] inputs, Slot<ShareTensor> slot) =>
        CurveSteps.Script(place, run, Curve.Sigmoid, inputs[0], slot);

    internal override double[] Evaluate(LayerPlace place, double[][] inputs, double[][] parameters) => [.. inputs[0].Select(x => 1 / (1 + Math.Exp(-x)))];
}
