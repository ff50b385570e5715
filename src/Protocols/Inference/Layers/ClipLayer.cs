using System.Collections.Immutable;
using PrivacyGrains.Protocols.Comparison;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Functions;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Inference.Layers;

/// <summary>min(max(x, lower), upper), element by element, with public bounds. Exact, in 8 rounds.</summary>
/// <remarks>
/// Both bounds are compared under one mask (<see cref="ThresholdComparison"/>): lower + (x - lower) [x >= lower] - (x - upper) [x >= upper], two <see cref="Selection"/>s in one round. A bound at or beyond the
/// input's range is left out. It also serves as the brake of deep networks: a range that grew too wide to be proven is cut, in the result and not only in the proof.
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
        var thresholds = Bounds(input);
        var reach = input.Bound + thresholds.Select(Math.Abs).DefaultIfEmpty(0).Max();
        return setting.RangeTrouble("A compared value", reach, setting.FractionalBits) is { } trouble
            ? trouble
            : new PlanValue(input.Shape, Math.Clamp(input.Lower, Lower, Upper) - setting.Ulp, Math.Clamp(input.Upper, Lower, Upper) + setting.Ulp);
    }

    internal override ImmutableArray<CorrelationRequest> Requests(LayerPlace place)
    {
        var (count, bounds) = (place.Output.Shape.Length, Bounds(place.Input).Length);
        return bounds == 0 ? [] : [.. ThresholdComparison.Requests(place.Scheme, count, bounds), .. Enumerable.Range(0, bounds).SelectMany(_ => Selection.Requests(count))];
    }

    internal override ImmutableArray<int> WordsPerRound(LayerPlace place)
    {
        var (count, bounds) = (place.Output.Shape.Length, Bounds(place.Input).Length);
        return bounds == 0 ? [] : Traffic.InTurn(ThresholdComparison.WordsPerRound(place.Scheme, count, bounds), [.. Selection.WordsPerRound(count).Select(words => bounds * words)]);
    }

    internal override IEnumerable<AwaitingPeers[]> Script(LayerPlace place, LayerRun run, ShareTensor[] inputs, Slot<ShareTensor> slot)
    {
        var (x, algebra) = (inputs[0], place.Scheme.Algebra);
        ImmutableArray<long> thresholds = [.. Bounds(place.Input).Select(bound => place.Setting.Format.Quantize(bound, algebra.HeadroomBits))];
        if (thresholds.IsEmpty)
        {
            slot.Value = x;
            yield break;
        }

        var material = ThresholdComparison.Take(run.Committee, x, thresholds, run.Correlations);
        SelectionTuple[] tuples = [.. thresholds.Select(_ => run.Correlations.TakeSelection(x.Shape.Length))];
        var bits = new Slot<ImmutableArray<BitShares>>();
        foreach (var round in ThresholdComparison.Script(run.Committee, x, thresholds, material, bits))
        {
            yield return round;
        }

        ShareTensor[] above = [.. thresholds.Select(threshold => Shift(x, algebra.FromSigned(-threshold)))];
        Slot<ShareTensor>[] kept = [.. above.Select(_ => new Slot<ShareTensor>())];
        IEnumerable<AwaitingPeers[]> select = [];
        for (var i = 0; i < above.Length; i++)
        {
            select = Sharing.Script.SideBySide(select, Selection.Script(run.Committee, above[i], bits.Value[i], tuples[i], kept[i]));
        }

        foreach (var round in select)
        {
            yield return round;
        }

        var cutsBelow = Lower > place.Input.Lower;
        var y = cutsBelow ? Shift(kept[0].Value, algebra.FromSigned(thresholds[0])) : x;
        slot.Value = Upper < place.Input.Upper ? y.Subtract(kept[^1].Value) : y;
    }

    internal override double[] Evaluate(LayerPlace place, double[][] inputs, double[][] parameters) => [.. inputs[0].Select(x => IsBrake ? Lower == 0 ? Math.Max(x, 0) : x : Math.Clamp(x, Lower, Upper))];

    private static ShareTensor Shift(ShareTensor x, ulong summand)
    {
        var summands = new ulong[x.Shape.Length];
        Array.Fill(summands, summand);
        return x.AddPublic(summands);
    }

    private static ClipLayer? TryCreate(double lower, double upper, bool isBrake) => lower <= upper && lower < double.PositiveInfinity && upper > double.NegativeInfinity ? new ClipLayer(lower, upper, isBrake) : null;

    private ImmutableArray<double> Bounds(PlanValue input) => [.. Lower > input.Lower ? (ReadOnlySpan<double>)[Lower] : [], .. Upper < input.Upper ? (ReadOnlySpan<double>)[Upper] : []];
}
