using System.Collections.Immutable;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Functions;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Inference.Layers;

/// <summary>The first value over the second, element by element, where the second is known to be positive; see <see cref="Division"/>.</summary>
public sealed record DivisionLayer : PlanLayer
{
    internal const byte Number = 35;

    private DivisionLayer()
    {
    }

    /// <summary>The layer.</summary>
    public static PlanLayer Instance { get; } = new DivisionLayer();

    /// <inheritdoc/>
    public override string Name => "division";

    internal override byte Kind => Number;

    internal override bool Takes(int inputs) => inputs == 2;

    internal override PlanOutcome Output(PlanSetting setting, ImmutableArray<PlanValue> inputs)
    {
        var (x, y) = (inputs[0], inputs[1]);
        if (!x.Shape.Equals(y.Shape))
        {
            return $"{x.Shape} and {y.Shape} differ.";
        }

        var (lower, upper) = Range(setting, y);
        if (setting.FractionalBits is < Curve.MinimumFractionalBits or > Curve.MaximumFractionalBits || Curve.FromNumbers((int)CurveKind.Reciprocal, lower, upper) is null)
        {
            return $"A divisor lies in 2^-8 to 2^16, with {Curve.MinimumFractionalBits} to {Curve.MaximumFractionalBits} fractional bits; this may lie in {y.Lower:G4} to {y.Upper:G4}, with {setting.FractionalBits}.";
        }

        var bound = x.Bound / lower;
        return x.Bound >= Division.MaximumDividend(setting.Scheme, setting.FractionalBits, lower)
            ? $"A dividend may reach {x.Bound:G4}; over {lower:G4} it must stay below {Division.MaximumDividend(setting.Scheme, setting.FractionalBits, lower):G4}."
            : PlanValue.Within(x.Shape, bound + Division.MaximumErrorAt(x.Bound, lower, setting.FractionalBits));
    }

    internal override ImmutableArray<CorrelationRequest> Requests(LayerPlace place)
    {
        var (lower, upper) = Range(place.Setting, place.Inputs[1]);
        return Division.Requests(place.Scheme, place.Output.Shape.Length, place.Setting.FractionalBits, lower, upper);
    }

    internal override ImmutableArray<int> WordsPerRound(LayerPlace place)
    {
        var (lower, upper) = Range(place.Setting, place.Inputs[1]);
        return Division.WordsPerRound(place.Scheme, place.Output.Shape.Length, place.Setting.FractionalBits, lower, upper);
    }

    internal override IEnumerable<AwaitingPeers[]> Script(LayerPlace place, LayerRun run, ShareTensor[] inputs, Slot<ShareTensor> slot)
    {
        var (lower, upper) = Range(place.Setting, place.Inputs[1]);
        return Division.Script(run.Committee, inputs[0], inputs[1], place.Setting.FractionalBits, lower, upper, run.Correlations, run.Random, slot);
    }

    internal override double[] Evaluate(LayerPlace place, double[][] inputs, double[][] parameters) => [.. inputs[0].Zip(inputs[1], (x, y) => x / y)];

    private static (double Lower, double Upper) Range(PlanSetting setting, PlanValue y) => (y.Lower - (4 * setting.Ulp), y.Upper + (4 * setting.Ulp));
}
