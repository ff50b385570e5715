using System.Collections.Immutable;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Inference.Layers;

/// <summary>1 / (1 + e^-x), element by element, within 2^-10; see <see cref="Functions.Sigmoid"/>.</summary>
public sealed record SigmoidLayer : PlanLayer
{
    internal const byte Number = 3;

    internal SigmoidLayer()
    {
    }

    /// <inheritdoc/>
    public override string Name => "sigmoid";

    internal override byte Kind => Number;

    internal override PlanOutcome Output(PlanSetting setting, ImmutableArray<PlanValue> inputs) =>
        setting.FractionalBits is < Functions.Sigmoid.MinimumFractionalBits or > Functions.Sigmoid.MaximumFractionalBits
            ? $"A sigmoid needs {Functions.Sigmoid.MinimumFractionalBits} to {Functions.Sigmoid.MaximumFractionalBits} fractional bits; these are {setting.FractionalBits}."
            : setting.RangeTrouble("A compared value", inputs[0].Bound + 16, setting.FractionalBits) is { } trouble
                ? trouble
                : new PlanValue(inputs[0].Shape, -Functions.Sigmoid.MaximumError, 1 + Functions.Sigmoid.MaximumError);

    internal override ImmutableArray<CorrelationRequest> Requests(LayerPlace place) =>
        Functions.Sigmoid.Requests(place.Scheme, place.Output.Shape.Length, place.Setting.FractionalBits);

    internal override ImmutableArray<int> WordsPerRound(LayerPlace place) => Functions.Sigmoid.WordsPerRound(place.Scheme, place.Output.Shape.Length);

    internal override IEnumerable<AwaitingPeers[]> Script(LayerPlace place, LayerRun run, ShareTensor[] inputs, Slot<ShareTensor> slot) =>
        Functions.Sigmoid.Script(run.Committee, inputs[0], place.Setting.FractionalBits, run.Correlations, run.Random, slot);

    internal override double[] Evaluate(LayerPlace place, double[][] inputs, double[][] parameters) => [.. inputs[0].Select(x => 1 / (1 + Math.Exp(-x)))];
}
