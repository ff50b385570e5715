using System.Collections.Immutable;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Functions;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Inference.Layers;

/// <summary>Softmax along the last dimension, or its logarithm, within 2^-10; see <see cref="Softmax"/>.</summary>
public sealed record SoftmaxLayer : PlanLayer
{
    internal const byte Number = 34;

    private SoftmaxLayer(bool isLogarithm) => IsLogarithm = isLogarithm;

    /// <summary>Softmax.</summary>
    public static PlanLayer Instance { get; } = new SoftmaxLayer(false);

    /// <summary>Its logarithm.</summary>
    public static PlanLayer Logarithm { get; } = new SoftmaxLayer(true);

    /// <summary>Whether the logarithm is taken.</summary>
    public bool IsLogarithm { get; }

    /// <inheritdoc/>
    public override string Name => IsLogarithm ? "log-softmax" : "softmax";

    internal override byte Kind => Number;

    internal static PlanLayer? Read(ref WireReader reader) => reader.Byte() switch { 0 => Instance, 1 => Logarithm, _ => null };

    internal override void Write(WireWriter writer) => writer.Byte(IsLogarithm ? (byte)1 : (byte)0);

    internal override PlanOutcome Output(PlanSetting setting, ImmutableArray<PlanValue> inputs)
    {
        var input = inputs[0];
        if (input.Record() is not [.., > 0 and <= Softmax.MaximumColumns and var last])
        {
            return $"Softmax goes over 1 to {Softmax.MaximumColumns} numbers; this is {input.Shape}.";
        }

        if (setting.FractionalBits is < Softmax.MinimumFractionalBits or > Softmax.MaximumFractionalBits)
        {
            return $"Softmax needs {Softmax.MinimumFractionalBits} to {Softmax.MaximumFractionalBits} fractional bits; these are {setting.FractionalBits}.";
        }

        var reach = input.Upper - input.Lower;
        return setting.RangeTrouble("A compared difference", 2 * (reach + 32), setting.FractionalBits) is { } trouble ? trouble
            : IsLogarithm ? new PlanValue(input.Shape, -reach - Math.Log(last) - Softmax.MaximumError, Softmax.MaximumError)
            : new PlanValue(input.Shape, -Softmax.MaximumError, 1 + Softmax.MaximumError);
    }

    internal override ImmutableArray<CorrelationRequest> Requests(LayerPlace place)
    {
        var (rows, columns) = Matrix(place);
        return Softmax.Requests(place.Scheme, rows, columns, place.Setting.FractionalBits, IsLogarithm, Reach(place));
    }

    internal override ImmutableArray<int> WordsPerRound(LayerPlace place)
    {
        var (rows, columns) = Matrix(place);
        return Softmax.WordsPerRound(place.Scheme, rows, columns, place.Setting.FractionalBits, IsLogarithm, Reach(place));
    }

    internal override IEnumerable<AwaitingPeers[]> Script(LayerPlace place, LayerRun run, ShareTensor[] inputs, Slot<ShareTensor> slot)
    {
        var (rows, columns) = Matrix(place);
        var shares = new Slot<ShareTensor>();
        foreach (var round in Softmax.Script(
            run.Committee, inputs[0].Reshape(TensorShape.Of(rows, columns)), place.Setting.FractionalBits, IsLogarithm, run.Correlations, run.Random, shares, Reach(place)))
        {
            yield return round;
        }

        slot.Value = shares.Value.Reshape(place.Output.Shape);
    }

    internal override double[] Evaluate(LayerPlace place, double[][] inputs, double[][] parameters) =>
    [
        .. inputs[0].Chunk(place.Input.Shape.Dimensions[^1]).SelectMany(row =>
        {
            var logarithm = row.Max() + Math.Log(row.Sum(x => Math.Exp(x - row.Max())));
            return row.Select(x => IsLogarithm ? x - logarithm : Math.Exp(x - logarithm));
        }),
    ];

    // No threshold of e^x lies 32 away from zero; sums and their thresholds stay below twice the columns and a few more.
    private static SoftmaxReach Reach(LayerPlace place)
    {
        var (spread, bits, keyed) = (place.Input.Upper - place.Input.Lower, place.Setting.FractionalBits, place.Input.Shape.Length * 8);
        return new SoftmaxReach(
            place.Setting.Reach(spread + (8 * place.Setting.Ulp), bits, keyed), place.Setting.Reach(Math.Max(spread, 32), bits, keyed),
            place.Setting.Reach((2 * Matrix(place).Columns) + 4, SoftmaxTables.InnerBits, keyed));
    }

    private static (int Rows, int Columns) Matrix(LayerPlace place)
    {
        var columns = place.Input.Shape.Dimensions[^1];
        return (place.Input.Shape.Length / columns, columns);
    }
}
