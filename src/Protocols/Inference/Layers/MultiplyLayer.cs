using System.Collections.Immutable;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Functions;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Truncation;

namespace PrivacyGrains.Protocols.Inference.Layers;

/// <summary>The product of two values, element by element, the smaller one repeated; or the square of one. A product and a truncation.</summary>
public sealed record MultiplyLayer : PlanLayer
{
    internal const byte Number = 10;

    internal MultiplyLayer()
    {
    }

    /// <summary>x * y of two values, x * x of one.</summary>
    public static PlanLayer Instance { get; } = new MultiplyLayer();

    /// <inheritdoc/>
    public override string Name => "multiply";

    internal override byte Kind => Number;

    internal override bool Takes(int inputs) => inputs is 1 or 2;

    internal override PlanOutcome Output(PlanSetting setting, ImmutableArray<PlanValue> inputs)
    {
        var (x, y) = (inputs[0], inputs[^1]);
        if (RecordMap.Common(x.Record().AsSpan(), y.Record().AsSpan()) is not { } record || RecordMap.Shape(x.Records, record) is not { } shape || PlanSetting.TooLarge(shape.Length))
        {
            return $"{x.Shape} and {y.Shape} cannot be multiplied.";
        }

        double[] corners = inputs.Length == 1 ? [0, x.Bound * x.Bound] : [x.Lower * y.Lower, x.Lower * y.Upper, x.Upper * y.Lower, x.Upper * y.Upper];
        var product = setting.Truncated(new PlanValue(shape, corners.Min(), corners.Max()));
        return setting.RangeTrouble("A product", product.Bound, 2 * setting.FractionalBits) is { } trouble ? trouble : product;
    }

    internal override ImmutableArray<CorrelationRequest> Requests(LayerPlace place) =>
    [
        .. place.Inputs.Length == 1 ? Products.SquareRequests(place.Scheme, place.Output.Shape.Length) : Products.MultiplyRequests(place.Scheme, place.Output.Shape.Length),
        CorrelationRequest.Truncation(place.Output.Shape.Length, place.Setting.FractionalBits),
    ];

    internal override ImmutableArray<int> WordsPerRound(LayerPlace place) => Traffic.InTurn(
        place.Inputs.Length == 1 ? Products.SquareWords(place.Output.Shape.Length) : Products.MultiplyWords(place.Scheme, place.Output.Shape.Length), [place.Output.Shape.Length]);

    internal override IEnumerable<AwaitingPeers[]> Script(LayerPlace place, LayerRun run, ShareTensor[] inputs, Slot<ShareTensor> slot)
    {
        var products = new Products(run.Committee, run.Correlations, run.Random);
        var count = place.Output.Shape.Length;
        var square = inputs.Length == 1 ? products.TakeSquare(count) : null;
        var multiply = inputs.Length == 1 ? null : products.TakeMultiply(count);
        var tuple = run.Correlations.TakeTruncation(count, place.Setting.FractionalBits);
        var product = square is not null ? square(inputs[0]) : multiply!(CombineLayer.Widen(place, inputs, 0), CombineLayer.Widen(place, inputs, 1));
        yield return [product];
        var truncation = MaskedTruncation.Begin(run.Committee, product.Result, tuple);
        yield return [truncation];
        slot.Value = truncation.Result;
    }

    internal override double[] Evaluate(LayerPlace place, double[][] inputs, double[][] parameters) =>
        [.. CombineLayer.Widen(place, inputs, 0).Zip(CombineLayer.Widen(place, inputs, inputs.Length - 1), (a, b) => a * b)];
}
