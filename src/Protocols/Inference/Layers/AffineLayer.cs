using System.Collections.Immutable;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Functions;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Truncation;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Inference.Layers;

/// <summary>s x + b, element by element, with parameters that are repeated over a record as numpy does: batch norm that could not be folded, a bias alone, slopes of a PReLU.</summary>
/// <remarks>A sum alone is local. A product with shared parameters takes elementwise triples, one with public ones is local; then one truncation.</remarks>
public sealed record AffineLayer : PlanLayer
{
    internal const byte Number = 13;

    private AffineLayer(ImmutableArray<int> dimensions, bool scales, bool shifts, bool secretWeights, LinearBounds bounds) =>
        (Dimensions, Scales, Shifts, SecretWeights, Bounds) = (dimensions, scales, shifts, secretWeights, bounds);

    /// <summary>The parameters' dimensions, aligned at the record's last one.</summary>
    public ImmutableArray<int> Dimensions { get; }

    /// <summary>Whether there is a factor.</summary>
    public bool Scales { get; }

    /// <summary>Whether there is a summand.</summary>
    public bool Shifts { get; }

    /// <summary>Whether the parameters are shared among the parties; otherwise all of them know them.</summary>
    public bool SecretWeights { get; }

    /// <summary>What is stated of the parameters.</summary>
    public LinearBounds Bounds { get; }

    /// <inheritdoc/>
    public override string Name => "affine";

    internal override byte Kind => Number;

    /// <summary>Checks the parts.</summary>
    /// <param name="dimensions">Of both parameters, at most 7, each at least 1, aligned at the record's last one.</param>
    /// <param name="scales">Whether there is a factor.</param>
    /// <param name="shifts">Whether there is a summand; one of both must be.</param>
    /// <param name="secretWeights">Whether the parameters are shared or known to all parties.</param>
    /// <param name="bounds">What is stated of them.</param>
    /// <exception cref="ArgumentException">A number lies outside.</exception>
    public static PlanLayer Create(ImmutableArray<int> dimensions, bool scales, bool shifts, bool secretWeights, LinearBounds bounds) =>
        TryCreate(dimensions, scales, shifts, secretWeights, LinearBounds.Checked(bounds)) ?? throw new ArgumentException("At most 7 dimensions of at least 1, and a factor or a summand, are wanted.", nameof(dimensions));

    /// <inheritdoc/>
    public bool Equals(AffineLayer? other) => other is not null && Dimensions.AsSpan().SequenceEqual(other.Dimensions.AsSpan())
        && (Scales, Shifts, SecretWeights, Bounds) == (other.Scales, other.Shifts, other.SecretWeights, other.Bounds);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Dimensions.Length, Scales, Shifts, SecretWeights, Bounds);

    internal static PlanLayer? Read(ref WireReader reader)
    {
        var (dimensions, flags) = (LayerTable.Integers(ref reader, 7), reader.Byte());
        return dimensions is { } known && LinearBounds.Read(ref reader) is { } bounds && flags < 8 ? TryCreate(known, (flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0, bounds) : null;
    }

    internal override void Write(WireWriter writer) =>
        Bounds.Write(writer.Integers(Dimensions).Byte((byte)((Scales ? 1 : 0) | (Shifts ? 2 : 0) | (SecretWeights ? 4 : 0))));

    internal override PlanOutcome Output(PlanSetting setting, ImmutableArray<PlanValue> inputs)
    {
        var input = inputs[0];
        if (RecordMap.Broadcast(Dimensions.AsSpan(), input.Record().AsSpan()) is null)
        {
            return $"parameters of {string.Join(" x ", Dimensions)} do not fit {input.Shape}.";
        }

        if (!Scales)
        {
            var sum = new PlanValue(input.Shape, input.Lower - Bounds.Bias - setting.Ulp, input.Upper + Bounds.Bias + setting.Ulp);
            return setting.RangeTrouble("A sum", sum.Bound, setting.FractionalBits) is { } tooMuch ? tooMuch : sum;
        }

        var bound = Bounds.Output(setting, 1, input);
        return setting.RangeTrouble("A product", bound, setting.FractionalBits + Bounds.Bits(setting, bound)) is { } trouble ? trouble : PlanValue.Within(input.Shape, bound);
    }

    internal override ImmutableArray<LayerParameter> Parameters(PlanSetting setting, ImmutableArray<PlanValue> inputs)
    {
        var shape = TensorShape.Of(Dimensions.IsEmpty ? [1] : Dimensions.AsSpan());
        return
        [
            .. Scales ? (ReadOnlySpan<LayerParameter>)[new("scale", shape, Bounds.Weight, Bits(setting, inputs[0]), SecretWeights)] : [],
            .. Shifts ? (ReadOnlySpan<LayerParameter>)[new("shift", shape, Bounds.Bias, setting.FractionalBits, SecretWeights)] : [],
        ];
    }

    internal override ImmutableArray<CorrelationRequest> Requests(LayerPlace place) => !Scales ? [] :
    [
        .. SecretWeights ? Products.MultiplyRequests(place.Scheme, place.Output.Shape.Length) : [],
        CorrelationRequest.Truncation(place.Output.Shape.Length, Bits(place.Setting, place.Input)),
    ];

    internal override ImmutableArray<int> WordsPerRound(LayerPlace place) =>
        !Scales ? [] : Traffic.InTurn(SecretWeights ? Products.MultiplyWords(place.Scheme, place.Output.Shape.Length) : [], [place.Output.Shape.Length]);

    internal override IEnumerable<AwaitingPeers[]> Script(LayerPlace place, LayerRun run, ShareTensor[] inputs, Slot<ShareTensor> slot)
    {
        var (x, algebra) = (inputs[0], place.Scheme.Algebra);
        var map = RecordMap.Broadcast(Dimensions.AsSpan(), place.Input.Record().AsSpan())!;
        if (!Scales)
        {
            slot.Value = Shift(place, run, x, Spread(run.Weights!, 0, place, map), 1);
            yield break;
        }

        var (count, bits) = (x.Shape.Length, Bits(place.Setting, place.Input));
        var multiply = SecretWeights ? new Products(run.Committee, run.Correlations, run.Random).TakeMultiply(count) : null;
        var tuple = run.Correlations.TakeTruncation(count, bits);
        var factors = Spread(run.Weights!, 0, place, map);
        var product = x;
        if (multiply is not null)
        {
            var round = multiply(x, ShareTensor.Own(x.Scheme, x.Party, x.Shape, factors));
            yield return [round];
            product = round.Result;
        }
        else
        {
            algebra.Multiply(x.Words, factors, factors);
            product = ShareTensor.Own(x.Scheme, x.Party, x.Shape, factors);
        }

        product = Shifts ? Shift(place, run, product, Spread(run.Weights!, 1, place, map), 1UL << bits) : product;
        var truncation = MaskedTruncation.Begin(run.Committee, product, tuple);
        yield return [truncation];
        slot.Value = truncation.Result;
    }

    internal override double[] Evaluate(LayerPlace place, double[][] inputs, double[][] parameters)
    {
        var map = RecordMap.Broadcast(Dimensions.AsSpan(), place.Input.Record().AsSpan())!;
        var (scale, shift) = (Scales ? parameters[0] : null, Shifts ? parameters[^1] : null);
        return [.. inputs[0].Select((x, i) => ((scale?[map[i % map.Length]] ?? 1) * x) + (shift?[map[i % map.Length]] ?? 0))];
    }

    private static AffineLayer? TryCreate(ImmutableArray<int> dimensions, bool scales, bool shifts, bool secretWeights, LinearBounds bounds) =>
        (scales || shifts) && dimensions.Length <= 7 && dimensions.All(dimension => dimension is >= 1 and <= InferencePlan.MaximumDimension)
        && dimensions.Aggregate(1L, (product, dimension) => Math.Min(product * dimension, int.MaxValue)) <= InferencePlan.MaximumDimension
            ? new AffineLayer(dimensions, scales, shifts, secretWeights, bounds)
            : null;

    private int Bits(PlanSetting setting, PlanValue input) => Bounds.Bits(setting, Bounds.Output(setting, 1, input));

    // One parameter, repeated over the records.
    private ulong[] Spread(LayerWeights weights, int index, LayerPlace place, int[] map)
    {
        var record = RecordMap.Apply(SecretWeights ? weights.Secret(index).Words : weights.Public(index), 1, map, 0UL);
        var spread = new ulong[place.Input.Shape.Length];
        for (var at = 0; at < spread.Length; at += record.Length)
        {
            record.CopyTo(spread.AsSpan(at));
        }

        return spread;
    }

    private ShareTensor Shift(LayerPlace place, LayerRun run, ShareTensor x, ulong[] summands, ulong lift)
    {
        place.Scheme.Algebra.Scale(summands, lift, summands);
        return SecretWeights ? x.Add(ShareTensor.Own(x.Scheme, run.Committee.Self, x.Shape, summands)) : x.AddPublic(summands);
    }
}
