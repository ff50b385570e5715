using System.Collections.Immutable;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Functions;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Inference.Layers;

/// <summary>1 / (1 + e^-x), element by element, within 2^-10; see <see cref="Curve.Sigmoid"/>.</summary>
public sealed record SigmoidLayer : PlanLayer
{
    internal const byte Number = 3;

    private const double MaximumError = 1.0 / 1024;

    internal SigmoidLayer()
    {
    }

    /// <inheritdoc/>
    public override string Name => "sigmoid";

    internal override byte Kind => Number;

    internal override PlanOutcome Output(PlanSetting setting, ImmutableArray<PlanValue> inputs) =>
        setting.FractionalBits is < Curve.MinimumFractionalBits or > Curve.MaximumFractionalBits
            ? $"A sigmoid needs {Curve.MinimumFractionalBits} to {Curve.MaximumFractionalBits} fractional bits; these are {setting.FractionalBits}."
            : setting.RangeTrouble("A compared value", inputs[0].Bound + 16, setting.FractionalBits) is { } trouble
                ? trouble
                : new PlanValue(inputs[0].Shape, -MaximumError, 1 + MaximumError);

    internal override ImmutableArray<CorrelationRequest> Requests(LayerPlace place) =>
        Curve.Sigmoid.Requests(place.Scheme, place.Output.Shape.Length, place.Setting.FractionalBits);

    internal override ImmutableArray<int> WordsPerRound(LayerPlace place) =>
        Curve.Sigmoid.WordsPerRound(place.Scheme, place.Output.Shape.Length, place.Setting.FractionalBits);

    internal override IEnumerable<AwaitingPeers[]> Script(LayerPlace place, LayerRun run, ShareTensor[] inputs, Slot<ShareTensor> slot) =>
        Curve.Sigmoid.Script(run.Committee, inputs[0], place.Setting.FractionalBits, run.Correlations, slot);

    internal override double[] Evaluate(LayerPlace place, double[][] inputs, double[][] parameters) => [.. inputs[0].Select(x => 1 / (1 + Math.Exp(-x)))];
}
