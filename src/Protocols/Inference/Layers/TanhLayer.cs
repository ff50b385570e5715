using System.Collections.Immutable;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Functions;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Inference.Layers;

/// <summary>The hyperbolic tangent, element by element, within 2^-10; see <see cref="Curve.Tanh"/>. A product is truncated on the same opening.</summary>
public sealed record TanhLayer : PlanLayer
{
    internal const byte Number = 32;

    private TanhLayer()
    {
    }

    /// <summary>The layer.</summary>
    public static PlanLayer Instance { get; } = new TanhLayer();

    /// <inheritdoc/>
    public override string Name => "tanh";

    internal override byte Kind => Number;

    internal override bool TakesUntruncated => true;

    internal override PlanOutcome Output(PlanSetting setting, ImmutableArray<PlanValue> inputs) => CurveSteps.Output(setting, inputs[0], Curve.Tanh);

    internal override ImmutableArray<CorrelationRequest> Requests(LayerPlace place) => CurveSteps.Requests(place, Curve.Tanh);

    internal override ImmutableArray<int> WordsPerRound(LayerPlace place) => CurveSteps.WordsPerRound(place, Curve.Tanh);

    internal override IEnumerable<AwaitingPeers[]> Script(LayerPlace place, LayerRun run, ShareTensor[] inputs, Slot<ShareTensor> slot) =>
        CurveSteps.Script(place, run, Curve.Tanh, inputs[0], slot);

    internal override double[] Evaluate(LayerPlace place, double[][] inputs, double[][] parameters) => [.. inputs[0].Select(Math.Tanh)];
}
