using System.Collections.Immutable;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Functions;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Inference.Layers;

/// <summary>The k greatest numbers along the last dimension, the greatest first, or their places from 0. Exact; see <see cref="RowTopK"/>.</summary>
public sealed record TopKLayer : PlanLayer
{
    internal const byte Number = 37;

    private TopKLayer(int k, bool places) => (K, GivesPlaces) = (k, places);

    /// <summary>How many.</summary>
    public int K { get; }

    /// <summary>Whether the places are given, and not the numbers.</summary>
    public bool GivesPlaces { get; }

    /// <inheritdoc/>
    public override string Name => "top-k";

    internal override byte Kind => Number;

    /// <summary>The layer.</summary>
    /// <param name="k">How many, 1 to 256.</param>
    /// <param name="places">Whether the places are given, and not the numbers.</param>
    /// <exception cref="ArgumentOutOfRangeException">It lies outside.</exception>
    public static PlanLayer Create(int k, bool places) =>
        TryCreate(k, places ? (byte)1 : (byte)0) ?? throw new ArgumentOutOfRangeException(nameof(k), k, $"1 to {RowTopK.MaximumColumns} are possible.");

    internal static PlanLayer? Read(ref WireReader reader) => TryCreate(reader.Int32(), reader.Byte());

    internal override void Write(WireWriter writer) => writer.Int32(K).Byte(GivesPlaces ? (byte)1 : (byte)0);

    internal override PlanOutcome Output(PlanSetting setting, ImmutableArray<PlanValue> inputs)
    {
        var input = inputs[0];
        if (input.Record() is not [.. var outer, >= 2 and <= RowTopK.MaximumColumns and var last] || K > last)
        {
            return $"The {K} greatest are taken of 2 to {RowTopK.MaximumColumns} numbers, and at least as many; this is {input.Shape}.";
        }

        var shape = TensorShape.Of([input.Records, .. outer, K]);
        return setting.RangeTrouble("A compared difference", input.Upper - input.Lower, setting.FractionalBits) is { } trouble ? trouble
            : GivesPlaces ? new PlanValue(shape, 0, last - 1) : input with { Shape = shape };
    }

    internal override ImmutableArray<CorrelationRequest> Requests(LayerPlace place)
    {
        var (rows, columns) = Matrix(place);
        return RowTopK.Requests(place.Scheme, rows, columns, K);
    }

    internal override ImmutableArray<int> WordsPerRound(LayerPlace place)
    {
        var (rows, columns) = Matrix(place);
        return RowTopK.WordsPerRound(place.Scheme, rows, columns, K);
    }

    internal override IEnumerable<AwaitingPeers[]> Script(LayerPlace place, LayerRun run, ShareTensor[] inputs, Slot<ShareTensor> slot)
    {
        var (rows, columns) = Matrix(place);
        var top = new Slot<(ShareTensor Values, ShareTensor Indices)>();
        foreach (var round in RowTopK.Script(run.Committee, inputs[0].Reshape(TensorShape.Of(rows, columns)), K, run.Correlations, top))
        {
            yield return round;
        }

        slot.Value = (GivesPlaces ? top.Value.Indices.Scale(1UL << place.Setting.FractionalBits) : top.Value.Values).Reshape(place.Output.Shape);
    }

    internal override double[] Evaluate(LayerPlace place, double[][] inputs, double[][] parameters) =>
    [
        .. inputs[0].Chunk(place.Input.Shape.Dimensions[^1]).SelectMany(row =>
            row.Select((x, i) => (x, i)).OrderByDescending(pair => pair.x).ThenBy(pair => pair.i).Take(K).Select(pair => GivesPlaces ? pair.i : pair.x)),
    ];

    private static PlanLayer? TryCreate(int k, byte places) => k is >= 1 and <= RowTopK.MaximumColumns && places <= 1 ? new TopKLayer(k, places == 1) : null;

    private static (int Rows, int Columns) Matrix(LayerPlace place)
    {
        var columns = place.Input.Shape.Dimensions[^1];
        return (place.Input.Shape.Length / columns, columns);
    }
}
