using System.Collections.Immutable;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Functions;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Truncation;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Inference.Layers;

/// <summary>y = x W + b over the last dimension; see <see cref="PlanLayer.Dense"/>.</summary>
public sealed record DenseLayer : PlanLayer
{
    internal const byte Number = 1;

    private DenseLayer(int outputs, bool secretWeights, double weightBound, double biasBound, double? columnBound) =>
        (Outputs, SecretWeights, WeightBound, BiasBound, ColumnBound) = (outputs, secretWeights, weightBound, biasBound, columnBound);

    /// <summary>Columns of the weight matrix.</summary>
    public int Outputs { get; }

    /// <summary>Whether the weights are shared among the parties; otherwise all of them know the weights.</summary>
    public bool SecretWeights { get; }

    /// <summary>The greatest |weight|.</summary>
    public double WeightBound { get; }

    /// <summary>The greatest |bias|.</summary>
    public double BiasBound { get; }

    /// <summary>The greatest sum of a column's absolute values, where it is stated.</summary>
    public double? ColumnBound { get; }

    /// <inheritdoc/>
    public override string Name => "dense";

    internal override byte Kind => Number;

    internal static DenseLayer Create(int outputs, bool secretWeights, double weightBound, double biasBound, double? columnBound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        return !LayerTable.IsBound(weightBound) ? throw new ArgumentOutOfRangeException(nameof(weightBound), "The bound of weights must be positive and finite.")
            : !LayerTable.IsBound(biasBound, zero: true) ? throw new ArgumentOutOfRangeException(nameof(biasBound), "The bound of biases must not be negative, and finite.")
            : columnBound is { } column && !LayerTable.IsBound(column) ? throw new ArgumentOutOfRangeException(nameof(columnBound), "The bound of columns must be positive and finite.")
            : new DenseLayer(outputs, secretWeights, weightBound, biasBound, columnBound);
    }

    internal static PlanLayer? Read(ref WireReader reader)
    {
        var (outputs, secret) = (reader.Int32(), reader.Byte());
        var (weightBound, biasBound, columnBound) = (reader.Double(), reader.Double(), reader.Double());
        return outputs >= 1 && secret <= 1 && LayerTable.IsBound(weightBound) && LayerTable.IsBound(biasBound, zero: true) && LayerTable.IsBound(columnBound, zero: true)
            ? new DenseLayer(outputs, secret == 1, weightBound, biasBound, columnBound == 0 ? null : columnBound)
            : null;
    }

    internal override void Write(WireWriter writer) =>
        writer.Int32(Outputs).Byte(SecretWeights ? (byte)1 : (byte)0).Double(WeightBound).Double(BiasBound).Double(ColumnBound ?? 0);

    internal override PlanOutcome Output(PlanSetting setting, ImmutableArray<PlanValue> inputs)
    {
        var (input, dimensions) = (inputs[0], inputs[0].Shape.Dimensions);
        if (dimensions.Length < 2 || Outputs > InferencePlan.MaximumDimension)
        {
            return $"A dense layer takes records of at least one dimension to at most {InferencePlan.MaximumDimension} outputs.";
        }

        var width = dimensions[^1];
        var records = width == 0 ? 0 : input.Shape.Length / width;
        if (PlanSetting.TooLarge(input.Shape.Length) || PlanSetting.TooLarge((long)width * Outputs) || PlanSetting.TooLarge((long)records * Outputs))
        {
            return $"{records} x {width} by {width} x {Outputs} is too large for one batch.";
        }

        // Half an ulp of encoding is on every weight and the bias, and one of truncation on the result.
        var column = Math.Min(width * (WeightBound + setting.Ulp), (ColumnBound ?? double.PositiveInfinity) + (width * setting.Ulp));
        var bound = (column * input.Bound) + BiasBound + (2 * setting.Ulp);
        return setting.RangeTrouble("A product", bound, 2 * setting.FractionalBits) is { } trouble
            ? trouble
            : PlanValue.Within(TensorShape.Of([.. dimensions[..^1], Outputs]), bound);
    }

    internal override ImmutableArray<LayerParameter> Parameters(PlanSetting setting, ImmutableArray<PlanValue> inputs) =>
    [
        new("weights", TensorShape.Of(inputs[0].Shape.Dimensions[^1], Outputs), WeightBound, setting.FractionalBits, SecretWeights),
        new("bias", TensorShape.Of(Outputs), BiasBound, setting.FractionalBits, SecretWeights),
    ];

    internal override ImmutableArray<CorrelationRequest> Requests(LayerPlace place)
    {
        var (rows, width) = Matrix(place);
        return
        [
            .. SecretWeights ? Products.MatrixRequests(place.Scheme, rows, width, Outputs) : [],
            CorrelationRequest.Truncation(rows * Outputs, place.Setting.FractionalBits),
        ];
    }

    internal override ImmutableArray<int> WordsPerRound(LayerPlace place)
    {
        var (rows, width) = Matrix(place);
        return Traffic.InTurn(SecretWeights ? Products.MatrixWords(place.Scheme, rows, width, Outputs) : [], [rows * Outputs]);
    }

    // x W has 2f fractional bits; the bias is lifted to them, and one truncation brings both back to f.
    internal override IEnumerable<AwaitingPeers[]> Script(LayerPlace place, LayerRun run, ShareTensor[] inputs, Slot<ShareTensor> slot)
    {
        var (rows, width) = Matrix(place);
        var x = inputs[0].Reshape(TensorShape.Of(rows, width));
        var multiply = SecretWeights ? new Products(run.Committee, run.Correlations, run.Random).TakeMatrix(rows, width, Outputs) : null;
        var tuple = run.Correlations.TakeTruncation(rows * Outputs, place.Setting.FractionalBits);
        var (weights, lift) = (run.Weights!, 1UL << place.Setting.FractionalBits);
        ShareTensor product;
        if (multiply is not null)
        {
            var round = multiply(x, weights.Secret(0));
            yield return [round];
            product = round.Result.AddRow(weights.Secret(1).Scale(lift));
        }
        else
        {
            var bias = new ulong[rows * Outputs];
            for (var i = 0; i < bias.Length; i++)
            {
                bias[i] = weights.Public(1)[i % Outputs];
            }

            place.Scheme.Algebra.Scale(bias, lift, bias);
            product = x.MultiplyPublicMatrix(weights.Public(0), Outputs).AddPublic(bias);
        }

        var truncation = MaskedTruncation.Begin(run.Committee, product, tuple);
        yield return [truncation];
        slot.Value = truncation.Result.Reshape(place.Output.Shape);
    }

    internal override double[] Evaluate(LayerPlace place, double[][] inputs, double[][] parameters)
    {
        var (rows, width) = Matrix(place);
        var (x, weights, bias) = (inputs[0], parameters[0], parameters[1]);
        var y = new double[rows * Outputs];
        for (var i = 0; i < rows; i++)
        {
            var row = y.AsSpan(i * Outputs, Outputs);
            bias.CopyTo(row);
            for (var k = 0; k < width; k++)
            {
                var factor = x[(i * width) + k];
                for (var j = 0; j < Outputs; j++)
                {
                    row[j] += factor * weights[(k * Outputs) + j];
                }
            }
        }

        return y;
    }

    private static (int Rows, int Width) Matrix(LayerPlace place)
    {
        var width = place.Input.Shape.Dimensions[^1];
        return (place.Input.Shape.Length / width, width);
    }
}
