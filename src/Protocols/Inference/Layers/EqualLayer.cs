using System.Collections.Immutable;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Functions;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Inference.Layers;

/// <summary>1 where two values are equal and 0 elsewhere, the smaller one repeated; or of one value its equality with each of some public numbers, along a last dimension of their own: a one-hot row of a place, say.</summary>
/// <remarks>Numbers are equal where they are so in fixed point: the same last bit. Two parties with keys take one round, others as many as a zero test and one more; see <see cref="Equaling"/>.</remarks>
public sealed record EqualLayer : PlanLayer
{
    internal const byte Number = 20;
    private const int MaximumValues = 1 << 12;
    private readonly ImmutableArray<double> _values;

    private EqualLayer(ImmutableArray<double> values) => _values = values;

    /// <summary>x = y.</summary>
    public static PlanLayer Instance { get; } = new EqualLayer([]);

    /// <summary>The public numbers that one value is compared with; none where two values are compared.</summary>
    public ReadOnlySpan<double> Values => _values.AsSpan();

    /// <inheritdoc/>
    public override string Name => "equal";

    internal override byte Kind => Number;

    /// <summary>Equality with public numbers.</summary>
    /// <param name="values">1 to 4096 finite numbers.</param>
    /// <exception cref="ArgumentException">They are too many, none, or not finite.</exception>
    public static PlanLayer To(params ReadOnlySpan<double> values) =>
        values.Length > 0 && TryCreate([.. values]) is { } layer ? layer : throw new ArgumentException($"1 to {MaximumValues} finite numbers are wanted.", nameof(values));

    /// <inheritdoc/>
    public bool Equals(EqualLayer? other) => other is not null && Values.SequenceEqual(other.Values);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Number, _values.Length);

    internal static PlanLayer? Read(ref WireReader reader)
    {
        var count = reader.Int32();
        if (count is < 0 or > MaximumValues)
        {
            return null;
        }

        var values = ImmutableArray.CreateBuilder<double>();
        for (var i = 0; i < count && reader.Failure is null; i++)
        {
            values.Add(reader.Double());
        }

        return values.Count == count ? TryCreate(values.ToImmutable()) : null;
    }

    internal override void Write(WireWriter writer)
    {
        writer.Int32(_values.Length);
        foreach (var value in _values)
        {
            writer.Double(value);
        }
    }

    internal override bool Takes(int inputs) => inputs == (_values.IsEmpty ? 2 : 1);

    internal override PlanOutcome Output(PlanSetting setting, ImmutableArray<PlanValue> inputs)
    {
        if (Difference(inputs) is not { } difference || TensorShape.TryCreate([.. difference.Shape.Dimensions, .. _values.IsEmpty ? (int[])[] : [_values.Length]]) is not { } shape || PlanSetting.TooLarge(shape.Length))
        {
            return $"{inputs[0].Shape} and {inputs[^1].Shape} cannot be compared, or make too much for one batch.";
        }

        return setting.RangeTrouble("A compared difference", Bound(difference), setting.FractionalBits) is { } trouble ? trouble : new PlanValue(shape, 0, 1);
    }

    internal override ImmutableArray<CorrelationRequest> Requests(LayerPlace place) => Protocol(place).Requests;

    internal override ImmutableArray<int> WordsPerRound(LayerPlace place) => Protocol(place).WordsPerRound;

    internal override IEnumerable<AwaitingPeers[]> Script(LayerPlace place, LayerRun run, ShareTensor[] inputs, Slot<ShareTensor> slot)
    {
        var algebra = place.Scheme.Algebra;
        var x = _values.IsEmpty ? CombineLayer.Widen(place, inputs, 0).Subtract(CombineLayer.Widen(place, inputs, 1)) : inputs[0];
        ImmutableArray<long> values = _values.IsEmpty ? [0] : [.. _values.Select(value => place.Setting.Format.Quantize(value, algebra.HeadroomBits))];
        var equal = new Slot<ShareTensor>();
        foreach (var round in Protocol(place).Script(run.Committee, x.Flat(), values, run.Correlations, equal))
        {
            yield return round;
        }

        // Each number's results stand together.
        var (words, results) = (new ulong[place.Output.Shape.Length], equal.Value.Scale(1UL << place.Setting.FractionalBits));
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = results.Words[(i % values.Length * x.Shape.Length) + (i / values.Length)];
        }

        slot.Value = ShareTensor.Own(place.Scheme, results.Party, place.Output.Shape, words);
    }

    internal override double[] Evaluate(LayerPlace place, double[][] inputs, double[][] parameters)
    {
        bool Same(double x, double y) => Math.Round(x / place.Setting.Ulp) == Math.Round(y / place.Setting.Ulp);
        return _values.IsEmpty
            ? [.. CombineLayer.Widen(place, inputs, 0).Zip(CombineLayer.Widen(place, inputs, 1), (x, y) => Same(x, y) ? 1.0 : 0)]
            : [.. inputs[0].SelectMany(x => _values.Select(value => Same(x, value) ? 1.0 : 0))];
    }

    private static EqualLayer? TryCreate(ImmutableArray<double> values) => values.Length <= MaximumValues && values.All(double.IsFinite) ? new EqualLayer(values) : null;

    private static PlanValue? Difference(ImmutableArray<PlanValue> inputs) =>
        inputs.Length == 1 ? inputs[0]
        : RecordMap.Common(inputs[0].Record().AsSpan(), inputs[1].Record().AsSpan()) is { } record && RecordMap.Shape(inputs[0].Records, record) is { } shape
            ? new PlanValue(shape, inputs[0].Lower - inputs[1].Upper, inputs[0].Upper - inputs[1].Lower)
        : null;

    private double Bound(PlanValue difference) => difference.Bound + _values.Select(Math.Abs).DefaultIfEmpty(0).Max();

    private Equaling Protocol(LayerPlace place)
    {
        var (difference, values) = (Difference(place.Inputs)!, Math.Max(1, _values.Length));
        var count = place.Output.Shape.Length / values;
        return new Equaling(place.Scheme, count, values, place.Setting.Reach(Bound(difference) + place.Setting.Ulp, place.Setting.FractionalBits, place.Output.Shape.Length));
    }
}
