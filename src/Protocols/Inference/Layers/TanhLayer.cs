using System.Collections.Immutable;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Functions;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Inference.Layers;

/// <summary>The hyperbolic tangent, element by element, within 2^-10; see <see cref="Curve.Tanh"/>.</summary>
public sealed record TanhLayer : PlanLayer
{
    internal const byte Number = 32;

    private const double MaximumError = 1.0 / 1024;

    private TanhLayer()
    {
    }

    /// <summary>The layer.</summary>
    public static PlanLayer Instance { get; } = new TanhLayer();

    /// <inheritdoc/>
    public override string Name => "tanh";

    internal override byte Kind => Number;

    internal override PlanOutcome Output(PlanSetting setting, ImmutableArray<PlanValue> inputs) =>
        setting.FractionalBits is < Curve.MinimumFractionalBits or > Curve.MaximumFractionalBits
            ? $"A tanh needs {Curve.MinimumFractionalBits} to {Curve.MaximumFractionalBits} fractional bits; these are {setting.FractionalBits}."
            : setting.RangeTrouble("A compared value", (2 * inputs[0].Bound) + 16, setting.FractionalBits) is { } trouble
                ? trouble
                : PlanValue.Within(inputs[0].Shape, 1 + MaximumError);

    internal override ImmutableArray<CorrelationRequest> Requests(LayerPlace place) =>
        Curve.Tanh.Requests(place.Scheme, place.Output.Shape.Length, place.Setting.FractionalBits);

    internal override ImmutableArray<int> WordsPerRound(LayerPlace place) => Curve.Tanh.WordsPerRound(place.Scheme, place.Output.Shape.Length, place.Setting.FractionalBits);

    internal override IEnumerable<AwaitingPeers[]> Script(LayerPlace place, LayerRun run, ShareTensor[] inputs, Slot<ShareTensor> slot) =>
        Curve.Tanh.Script(run.Committee, inputs[0], place.Setting.FractionalBits, run.Correlations, slot);

    internal override double[] Evaluate(LayerPlace place, double[][] inputs, double[][] parameters) => [.. inputs[0].Select(Math.Tanh)];
}
