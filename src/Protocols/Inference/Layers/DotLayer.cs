using System.Collections.Immutable;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Functions;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Truncation;

namespace PrivacyGrains.Protocols.Inference.Layers;

/// <summary>The dot products of two values along the last dimension, which goes, the smaller one repeated; or the sums of the squares of one. A product and a truncation of the sums alone.</summary>
/// <remarks>Where a sum with the bits of a product could leave the headroom and no product could, products are truncated before they are added up, as a <see cref="MultiplyLayer"/> and a <see cref="ReduceLayer"/> would.</remarks>
public sealed record DotLayer : PlanLayer
{
    internal const byte Number = 19;

    private DotLayer()
    {
    }

    /// <summary>x . y of two values, x . x of one.</summary>
    public static PlanLayer Instance { get; } = new DotLayer();

    /// <inheritdoc/>
    public override string Name => "dot product";

    internal override byte Kind => Number;

    internal override bool Takes(int inputs) => inputs is 1 or 2;

    internal override PlanOutcome Output(PlanSetting setting, ImmutableArray<PlanValue> inputs)
    {
        if (Factors(inputs) is not { } factors || factors.Record() is not [.. var outer, > 0 and var last] || PlanSetting.TooLarge(factors.Shape.Length))
        {
            return $"{inputs[0].Shape} and {inputs[^1].Shape} have no dot products.";
        }

        var (shape, product) = (TensorShape.Of([factors.Records, .. outer]), setting.Truncated(factors));
        var sum = SumsFirst(setting, factors) ? setting.Truncated(new PlanValue(shape, last * factors.Lower, last * factors.Upper)) : new PlanValue(shape, last * product.Lower, last * product.Upper);
        return setting.RangeTrouble("A product", product.Bound, 2 * setting.FractionalBits) is { } trouble ? trouble
            : setting.RangeTrouble("A sum", sum.Bound, setting.FractionalBits) is { } far ? far
            : sum;
    }

    internal override ImmutableArray<CorrelationRequest> Requests(LayerPlace place)
    {
        var (rows, length, squares, sumsFirst) = Sizes(place);
        return sumsFirst
            ? [.. Products.DotRequests(place.Scheme, rows, length, squares), CorrelationRequest.Truncation(rows, place.Setting.FractionalBits)]
            : MultiplyLayer.Instance.Requests(Whole(place));
    }

    internal override ImmutableArray<int> WordsPerRound(LayerPlace place)
    {
        var (rows, length, squares, sumsFirst) = Sizes(place);
        return sumsFirst ? Traffic.InTurn(Products.DotWords(place.Scheme, rows, length, squares), [rows]) : MultiplyLayer.Instance.WordsPerRound(Whole(place));
    }

    internal override IEnumerable<AwaitingPeers[]> Script(LayerPlace place, LayerRun run, ShareTensor[] inputs, Slot<ShareTensor> slot)
    {
        var (rows, length, squares, sumsFirst) = Sizes(place);
        var (matrix, whole) = (TensorShape.Of(rows, length), Whole(place));
        if (!sumsFirst)
        {
            var products = new Slot<ShareTensor>();
            foreach (var round in MultiplyLayer.Instance.Script(whole, run, inputs, products))
            {
                yield return round;
            }

            slot.Value = ShareTensor.Own(place.Scheme, products.Value.Party, place.Output.Shape, ReduceLayer.SumRows(products.Value.Reshape(matrix)));
            yield break;
        }

        var dot = new Products(run.Committee, run.Correlations, run.Random).TakeDot(rows, length, squares);
        var tuple = run.Correlations.TakeTruncation(rows, place.Setting.FractionalBits);
        var x = CombineLayer.Widen(whole, inputs, 0).Reshape(matrix);
        var sums = dot(x, squares ? x : CombineLayer.Widen(whole, inputs, 1).Reshape(matrix));
        yield return [sums];
        var truncation = MaskedTruncation.Begin(run.Committee, sums.Result, tuple);
        yield return [truncation];
        slot.Value = truncation.Result.Reshape(place.Output.Shape);
    }

    internal override double[] Evaluate(LayerPlace place, double[][] inputs, double[][] parameters) =>
        [.. MultiplyLayer.Instance.Evaluate(Whole(place), inputs, parameters).Chunk(Sizes(place).Length).Select(row => row.Sum())];

    // The products before they are added up, or null where the values do not fit.
    private static PlanValue? Factors(ImmutableArray<PlanValue> inputs)
    {
        var (x, y) = (inputs[0], inputs[^1]);
        double[] corners = inputs.Length == 1 ? [0, x.Bound * x.Bound] : [x.Lower * y.Lower, x.Lower * y.Upper, x.Upper * y.Lower, x.Upper * y.Upper];
        return RecordMap.Common(x.Record().AsSpan(), y.Record().AsSpan()) is { } record && RecordMap.Shape(x.Records, record) is { } shape ? new PlanValue(shape, corners.Min(), corners.Max()) : null;
    }

    private static LayerPlace Whole(LayerPlace place) => place with { Output = Factors(place.Inputs)! };

    private static bool SumsFirst(PlanSetting setting, PlanValue factors) =>
        setting.RangeTrouble("A sum", (factors.Shape.Dimensions[^1] * factors.Bound) + setting.Ulp, 2 * setting.FractionalBits) is null;

    private static (int Rows, int Length, bool Squares, bool SumsFirst) Sizes(LayerPlace place)
    {
        var factors = Factors(place.Inputs)!;
        return (place.Output.Shape.Length, factors.Shape.Dimensions[^1], place.Inputs.Length == 1, SumsFirst(place.Setting, factors));
    }
}
