using System.Collections.Immutable;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Functions;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Inference.Layers;

/// <summary>What the layers that evaluate a <see cref="Curve"/> have in common: the pieces that the proven range can meet, compared by as many bits as matter.</summary>
internal static class CurveSteps
{
    // A key is evaluated anew for each threshold, and cannot leave out low bits: 569 sigmoids cost 1.4 ms of a processor by keys and 0.3 ms by the circuit.
    private const long KeyCost = 8;

    /// <summary>The range of the curve's values over its input's, or why it cannot be.</summary>
    internal static PlanOutcome Output(PlanSetting setting, PlanValue input, Curve curve, double turn = 0)
    {
        if (setting.FractionalBits is < Curve.MinimumFractionalBits or > Curve.MaximumFractionalBits)
        {
            return $"A {curve.Kind} needs {Curve.MinimumFractionalBits} to {Curve.MaximumFractionalBits} fractional bits; these are {setting.FractionalBits}.";
        }

        if (setting.RangeTrouble("A compared value", 2 * input.Bound, setting.FractionalBits + input.ExtraBits) is { } trouble)
        {
            return trouble;
        }

        try
        {
            curve.Table(setting.Scheme, setting.FractionalBits, input.ExtraBits);
        }
        catch (ArgumentException e)
        {
            return $"A {curve.Kind} is not possible with {setting.FractionalBits} fractional bits: {e.Message}";
        }

        double[] values = [.. new[] { input.Lower, input.Upper, Math.Clamp(turn, input.Lower, input.Upper) }.Select(curve.Of)];
        var error = Math.Max(curve.MaximumErrorAt(input.Lower, setting.FractionalBits), curve.MaximumErrorAt(input.Upper, setting.FractionalBits));
        return new PlanValue(input.Shape, values.Min() - error, values.Max() + error);
    }

    internal static ImmutableArray<CorrelationRequest> Requests(LayerPlace place, Curve curve)
    {
        var table = Table(place, curve);
        return Spline.Requests(place.Scheme, place.Output.Shape.Length, table, Reach(place, table));
    }

    internal static ImmutableArray<int> WordsPerRound(LayerPlace place, Curve curve)
    {
        var table = Table(place, curve);
        return Spline.WordsPerRound(place.Scheme, place.Output.Shape.Length, table, Reach(place, table));
    }

    internal static IEnumerable<AwaitingPeers[]> Script(LayerPlace place, LayerRun run, Curve curve, ShareTensor x, Slot<ShareTensor> slot)
    {
        var table = Table(place, curve);
        var material = Spline.Take(run.Committee, x.Shape.Length, table, run.Correlations, Reach(place, table));
        return Spline.Script(run.Committee, x, material, slot);
    }

    private static SplineTable Table(LayerPlace place, Curve curve)
    {
        var bits = place.Setting.FractionalBits + place.Input.ExtraBits;
        var slack = 4L << place.Input.ExtraBits;
        return curve.Table(place.Scheme, place.Setting.FractionalBits, place.Input.ExtraBits)
            .Within((long)Math.Floor(Math.ScaleB(place.Input.Lower, bits)) - slack, (long)Math.Ceiling(Math.ScaleB(place.Input.Upper, bits)) + slack);
    }

    private static ComparisonReach Reach(LayerPlace place, SplineTable table) => new(
        place.Setting.BitsFor(place.Input.Bound + (8 * place.Setting.Ulp), place.Setting.FractionalBits + place.Input.ExtraBits, 0),
        place.Setting.UsesKeys((int)Math.Min(int.MaxValue, KeyCost * place.Output.Shape.Length * Math.Max(1, table.Thresholds.Length))));
}
