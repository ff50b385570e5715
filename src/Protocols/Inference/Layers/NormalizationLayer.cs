using System.Collections.Immutable;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Functions;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Inference.Layers;

/// <summary>(x - mean) / sqrt(variance + epsilon) along the last dimension, the core of a layer norm; see <see cref="RowNormalization"/>. An affine layer may follow.</summary>
public sealed record NormalizationLayer : PlanLayer
{
    internal const byte Number = 36;

    private NormalizationLayer(double epsilon) => Epsilon = epsilon;

    /// <summary>What is added to the variance.</summary>
    public double Epsilon { get; }

    /// <inheritdoc/>
    public override string Name => "normalization";

    internal override byte Kind => Number;

    /// <summary>The layer.</summary>
    /// <param name="epsilon">2^-20 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">It lies outside.</exception>
    public static PlanLayer Create(double epsilon) =>
        TryCreate(epsilon) ?? throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, "Epsilon lies in 2^-20 to 1.");

    internal static PlanLayer? Read(ref WireReader reader) => TryCreate(reader.Double());

    internal override void Write(WireWriter writer) => writer.Double(Epsilon);

    internal override PlanOutcome Output(PlanSetting setting, ImmutableArray<PlanValue> inputs)
    {
        var input = inputs[0];
        if (input.Record() is not [.., > 0 and <= RowNormalization.MaximumColumns and var last])
        {
            return $"A normalization goes over 1 to {RowNormalization.MaximumColumns} numbers; this is {input.Shape}.";
        }

        if (setting.RangeTrouble("A scaled sum", last * input.Bound, setting.FractionalBits + 20) is { } trouble)
        {
            return trouble;
        }

        try
        {
            _ = RowNormalization.Requests(setting.Scheme, 1, last, setting.FractionalBits, Epsilon, Spread(input));
        }
        catch (ArgumentException e)
        {
            return e.Message;
        }

        var error = (2 * setting.Ulp / Math.Sqrt(Epsilon)) + (4 * setting.Ulp);
        return PlanValue.Within(input.Shape, (Math.Min(Math.Sqrt(last), Spread(input) / Math.Sqrt(Epsilon)) * (1 + (1.0 / 4096))) + error);
    }

    internal override ImmutableArray<CorrelationRequest> Requests(LayerPlace place)
    {
        var (rows, columns) = Matrix(place);
        return RowNormalization.Requests(place.Scheme, rows, columns, place.Setting.FractionalBits, Epsilon, Spread(place.Input));
    }

    internal override ImmutableArray<int> WordsPerRound(LayerPlace place)
    {
        var (rows, columns) = Matrix(place);
        return RowNormalization.WordsPerRound(place.Scheme, rows, columns, place.Setting.FractionalBits, Epsilon, Spread(place.Input));
    }

    internal override IEnumerable<AwaitingPeers[]> Script(LayerPlace place, LayerRun run, ShareTensor[] inputs, Slot<ShareTensor> slot)
    {
        var (rows, columns) = Matrix(place);
        var result = new Slot<ShareTensor>();
        foreach (var round in RowNormalization.Script(
            run.Committee, inputs[0].Reshape(TensorShape.Of(rows, columns)), place.Setting.FractionalBits, Epsilon, Spread(place.Input), run.Correlations, run.Random, result))
        {
            yield return round;
        }

        slot.Value = result.Value.Reshape(place.Output.Shape);
    }

    internal override double[] Evaluate(LayerPlace place, double[][] inputs, double[][] parameters) =>
    [
        .. inputs[0].Chunk(place.Input.Shape.Dimensions[^1]).SelectMany(row =>
        {
            var mean = row.Average();
            var deviation = Math.Sqrt(row.Average(x => (x - mean) * (x - mean)) + Epsilon);
            return row.Select(x => (x - mean) / deviation);
        }),
    ];

    private static PlanLayer? TryCreate(double epsilon) => epsilon is >= RowNormalization.MinimumEpsilon and <= 1 ? new NormalizationLayer(epsilon) : null;

    private static double Spread(PlanValue input) => Math.Max(input.Upper - input.Lower, 1.0 / 1024);

    private static (int Rows, int Columns) Matrix(LayerPlace place)
    {
        var columns = place.Input.Shape.Dimensions[^1];
        return (place.Input.Shape.Length / columns, columns);
    }
}
