using System.Collections.Immutable;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Functions;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Truncation;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Inference.Layers;

/// <summary>min(max(x, lower), upper), element by element, with public bounds; see <see cref="ScaledClip"/>. A product is truncated on the same opening.</summary>
/// <remarks>
/// A bound at or beyond the input's range is left out. It also serves as the brake of deep networks: a range that grew too wide to be proven is cut, in the result and not only in the proof.
/// </remarks>
public sealed record ClipLayer : PlanLayer
{
    internal const byte Number = 12;

    private ClipLayer(double lower, double upper, bool isBrake) => (Lower, Upper, IsBrake) = (lower, upper, isBrake);

    /// <summary>The least value; negative infinity for none.</summary>
    public double Lower { get; }

    /// <summary>The greatest value; infinity for none.</summary>
    public double Upper { get; }

    /// <summary>Whether a planner set it so that ranges can be proven, and the model has no such bound: the clear evaluation then has none but a lower bound of zero, a ReLU's.</summary>
    public bool IsBrake { get; }

    /// <inheritdoc/>
    public override string Name => "clip";

    internal override byte Kind => Number;

    internal override bool TakesUntruncated => true;

    /// <summary>Checks the bounds.</summary>
    /// <param name="lower">At most <paramref name="upper"/>; negative infinity for none.</param>
    /// <param name="upper">Infinity for none.</param>
    /// <param name="isBrake">Whether a planner set it, and not the model.</param>
    /// <exception cref="ArgumentException">They are no range.</exception>
    public static PlanLayer Create(double lower, double upper, bool isBrake = false) => TryCreate(lower, upper, isBrake) ?? throw new ArgumentException($"{lower} to {upper} is no range.", nameof(upper));

    internal static PlanLayer? Read(ref WireReader reader) => (reader.Double(), reader.Double(), reader.Byte()) is var (lower, upper, brake) && brake <= 1 ? TryCreate(lower, upper, brake == 1) : null;

    internal override void Write(WireWriter writer) => writer.Double(Lower).Double(Upper).Byte(IsBrake ? (byte)1 : (byte)0);

    internal override PlanOutcome Output(PlanSetting setting, ImmutableArray<PlanValue> inputs)
    {
        var input = inputs[0];
        var greatest = Bounds(input).Select(Math.Abs).DefaultIfEmpty(0).Max();
        var reach = setting.Scheme.Kind == SharingKind.Shamir ? input.Bound + greatest : Math.Max(input.Bound, greatest); // the ring has a bit more for differences
        return setting.RangeTrouble("A compared value", reach, setting.FractionalBits + input.ExtraBits) is { } trouble
            ? trouble
            : new PlanValue(input.Shape, Math.Clamp(input.Lower, Lower, Upper) - setting.Ulp, Math.Clamp(input.Upper, Lower, Upper) + setting.Ulp);
    }

    internal override ImmutableArray<CorrelationRequest> Requests(LayerPlace place) =>
        !Bounds(place.Input).IsEmpty ? Protocol(place).Requests : place.Input.ExtraBits == 0 ? [] : [CorrelationRequest.Truncation(place.Output.Shape.Length, place.Input.ExtraBits)];

    internal override ImmutableArray<int> WordsPerRound(LayerPlace place) =>
        !Bounds(place.Input).IsEmpty ? Protocol(place).WordsPerRound : place.Input.ExtraBits == 0 ? [] : [place.Output.Shape.Length];

    internal override IEnumerable<AwaitingPeers[]> Script(LayerPlace place, LayerRun run, ShareTensor[] inputs, Slot<ShareTensor> slot)
    {
        var input = place.Input;
        long? Threshold(double bound, bool cuts) => cuts ? place.Setting.Format.Quantize(bound, place.Scheme.Algebra.HeadroomBits) : null;
        return !Bounds(input).IsEmpty
            ? Protocol(place).Script(run.Committee, inputs[0], Threshold(Lower, Lower > input.Lower), Threshold(Upper, Upper < input.Upper), run.Correlations, slot)
            : Whole(place, run, inputs[0], slot);
    }

    internal override double[] Evaluate(LayerPlace place, double[][] inputs, double[][] parameters) => [.. inputs[0].Select(x => IsBrake ? Lower == 0 ? Math.Max(x, 0) : x : Math.Clamp(x, Lower, Upper))];

    // Nothing to clip.
    private static IEnumerable<AwaitingPeers[]> Whole(LayerPlace place, LayerRun run, ShareTensor x, Slot<ShareTensor> slot)
    {
        slot.Value = x;
        if (place.Input.ExtraBits > 0)
        {
            var truncation = MaskedTruncation.Begin(run.Committee, x, run.Correlations.TakeTruncation(x.Shape.Length, place.Input.ExtraBits));
            yield return [truncation];
            slot.Value = truncation.Result;
        }
    }

    private ScaledClip Protocol(LayerPlace place)
    {
        var (input, setting, bounds, count) = (place.Input, place.Setting, Bounds(place.Input), place.Output.Shape.Length);
        var bits = setting.BitsFor(Math.Max(input.Bound, bounds.Max(Math.Abs)), setting.FractionalBits + input.ExtraBits, input.ExtraBits);
        return new ScaledClip(place.Scheme, count, bounds.Length, input.ExtraBits, bits, setting.UsesKeys(checked(count * bounds.Length)));
    }

    private static ClipLayer? TryCreate(double lower, double upper, bool isBrake) => lower <= upper && lower < double.PositiveInfinity && upper > double.NegativeInfinity ? new ClipLayer(lower, upper, isBrake) : null;

    private ImmutableArray<double> Bounds(PlanValue input) => [.. Lower > input.Lower ? (ReadOnlySpan<double>)[Lower] : [], .. Upper < input.Upper ? (ReadOnlySpan<double>)[Upper] : []];
}
