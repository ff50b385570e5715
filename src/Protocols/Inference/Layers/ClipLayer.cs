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

    private ClipLayer(double lower, double upper, bool isBrake, bool counts) => (Lower, Upper, IsBrake, Counts) = (lower, upper, isBrake, counts);

    /// <summary>The least value; negative infinity for none.</summary>
    public double Lower { get; }

    /// <summary>The greatest value; infinity for none.</summary>
    public double Upper { get; }

    /// <summary>Whether a planner set it so that ranges can be proven, and the model has no such bound: the clear evaluation then has none but a lower bound of zero, a ReLU's.</summary>
    public bool IsBrake { get; }

    /// <summary>Whether a record's numbers are followed, in one dimension, by how many of them reached a bound that the model has not, in units of the last place: what a <see cref="QuietLayer"/> takes.</summary>
    public bool Counts { get; }

    /// <inheritdoc/>
    public override string Name => "clip";

    internal override byte Kind => Number;

    internal override bool TakesUntruncated => true;

    /// <summary>Checks the bounds.</summary>
    /// <param name="lower">At most <paramref name="upper"/>; negative infinity for none.</param>
    /// <param name="upper">Infinity for none.</param>
    /// <param name="isBrake">Whether a planner set it, and not the model.</param>
    /// <exception cref="ArgumentException">They are no range.</exception>
    public static PlanLayer Create(double lower, double upper, bool isBrake = false) => TryCreate(lower, upper, isBrake, counts: false) ?? throw new ArgumentException($"{lower} to {upper} is no range.", nameof(upper));

    internal static PlanLayer? Read(ref WireReader reader) => (reader.Double(), reader.Double(), reader.Byte()) is var (lower, upper, brake) && brake is 0 or 1 or 3 ? TryCreate(lower, upper, brake > 0, brake == 3) : null;

    /// <summary>The same clip with the count of what it cut.</summary>
    public PlanLayer Counting() => new ClipLayer(Lower, Upper, IsBrake, counts: true);

    internal override void Write(WireWriter writer) => writer.Double(Lower).Double(Upper).Byte(Counts ? (byte)3 : IsBrake ? (byte)1 : (byte)0);

    internal override PlanOutcome Output(PlanSetting setting, ImmutableArray<PlanValue> inputs)
    {
        var input = inputs[0];
        var greatest = Bounds(input).Select(Math.Abs).DefaultIfEmpty(0).Max();
        var reach = setting.Scheme.Kind == SharingKind.Shamir ? input.Bound + greatest : Math.Max(input.Bound, greatest); // the ring has a bit more for differences
        return setting.RangeTrouble("A compared value", reach, setting.FractionalBits + input.ExtraBits) is { } trouble
            ? trouble
            : new PlanValue(Counts ? TensorShape.Of(input.Records, checked(input.Width + 1)) : input.Shape, Math.Clamp(input.Lower, Lower, Upper) - setting.Ulp, Math.Clamp(input.Upper, Lower, Upper) + setting.Ulp);
    }

    internal override ImmutableArray<CorrelationRequest> Requests(LayerPlace place) =>
        !Bounds(place.Input).IsEmpty ? Protocol(place).Requests : place.Input.ExtraBits == 0 ? [] : [CorrelationRequest.Truncation(place.Input.Shape.Length, place.Input.ExtraBits)];

    internal override ImmutableArray<int> WordsPerRound(LayerPlace place) =>
        !Bounds(place.Input).IsEmpty ? Protocol(place).WordsPerRound : place.Input.ExtraBits == 0 ? [] : [place.Input.Shape.Length];

    internal override IEnumerable<AwaitingPeers[]> Script(LayerPlace place, LayerRun run, ShareTensor[] inputs, Slot<ShareTensor> slot)
    {
        var input = place.Input;
        long? Threshold(double bound, bool cuts) => cuts ? place.Setting.Format.Quantize(bound, place.Scheme.Algebra.HeadroomBits) : null;
        var (clipped, reached) = (Counts ? new Slot<ShareTensor>() : slot, Counts ? new Slot<ImmutableArray<ShareTensor>>() : null);
        var rounds = Bounds(input).IsEmpty
            ? Whole(place, run, inputs[0], clipped)
            : Protocol(place).Script(run.Committee, inputs[0], Threshold(Lower, Lower > input.Lower), Threshold(Upper, Upper < input.Upper), run.Correlations, clipped, reached);
        return reached is null ? rounds : Counted(place, rounds, clipped, reached, slot);
    }

    internal override double[] Evaluate(LayerPlace place, double[][] inputs, double[][] parameters)
    {
        IEnumerable<double> Clip(IEnumerable<double> record) => record.Select(x => IsBrake ? Lower == 0 ? Math.Max(x, 0) : x : Math.Clamp(x, Lower, Upper));
        return Counts
            ? [.. inputs[0].Chunk(place.Input.Width).SelectMany(record => (double[])[.. Clip(record), place.Setting.Ulp * record.Count(x => x >= Upper || (Lower < 0 && x < Lower))])]
            : [.. Clip(inputs[0])];
    }

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

    // A ReLU's own bound is the model's: what is below it is not counted.
    private IEnumerable<AwaitingPeers[]> Counted(LayerPlace place, IEnumerable<AwaitingPeers[]> rounds, Slot<ShareTensor> clipped, Slot<ImmutableArray<ShareTensor>> reached, Slot<ShareTensor> slot)
    {
        foreach (var round in rounds)
        {
            yield return round;
        }

        var (y, algebra, width) = (clipped.Value, place.Scheme.Algebra, place.Input.Width);
        var all = new ulong[y.Shape.Length];
        if (Upper < place.Input.Upper)
        {
            reached.Value[^1].Words.CopyTo(all);
        }

        if (Lower > place.Input.Lower && Lower < 0)
        {
            var below = reached.Value[0].Scale(algebra.FromSigned(-1)).AddPublic([.. Enumerable.Repeat(1UL, all.Length)]);
            algebra.Add(all, below.Words, all);
        }

        var counts = ReduceLayer.SumRows(ShareTensor.Own(y.Scheme, y.Party, TensorShape.Of(place.Input.Records, width), all));
        slot.Value = ShareTensor.ConcatenateColumns(y.Reshape(TensorShape.Of(place.Input.Records, width)), ShareTensor.Own(y.Scheme, y.Party, TensorShape.Of(counts.Length, 1), counts));
    }

    private ScaledClip Protocol(LayerPlace place)
    {
        var (input, setting, bounds, count) = (place.Input, place.Setting, Bounds(place.Input), place.Input.Shape.Length);
        var bits = setting.BitsFor(Math.Max(input.Bound, bounds.Max(Math.Abs)), setting.FractionalBits + input.ExtraBits, input.ExtraBits);
        return new ScaledClip(place.Scheme, count, bounds.Length, input.ExtraBits, bits, setting.UsesKeys(checked(count * bounds.Length)));
    }

    private static ClipLayer? TryCreate(double lower, double upper, bool isBrake, bool counts) => lower <= upper && lower < double.PositiveInfinity && upper > double.NegativeInfinity ? new ClipLayer(lower, upper, isBrake, counts) : null;

    private ImmutableArray<double> Bounds(PlanValue input) => [.. Lower > input.Lower ? (ReadOnlySpan<double>)[Lower] : [], .. Upper < input.Upper ? (ReadOnlySpan<double>)[Upper] : []];
}
