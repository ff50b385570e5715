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

    private DenseLayer(int outputs, bool secretWeights, LinearBounds bounds) => (Outputs, SecretWeights, Bounds) = (outputs, secretWeights, bounds);

    /// <summary>Columns of the weight matrix.</summary>
    public int Outputs { get; }

    /// <summary>Whether the weights are shared among the parties; otherwise all of them know the weights.</summary>
    public bool SecretWeights { get; }

    /// <summary>What is stated of the weights.</summary>
    public LinearBounds Bounds { get; }

    /// <summary>The greatest |weight|.</summary>
    public double WeightBound => Bounds.Weight;

    /// <summary>The greatest |bias|.</summary>
    public double BiasBound => Bounds.Bias;

    /// <inheritdoc/>
    public override string Name => "dense";

    internal override byte Kind => Number;

    /// <summary>Checks the parts.</summary>
    /// <param name="outputs">Columns of W, at least 1.</param>
    /// <param name="secretWeights">Whether the weights are shared (a product of shares) or known to all parties (a local product).</param>
    /// <param name="bounds">What is stated of the weights.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number lies outside, is NaN or infinite.</exception>
    public static PlanLayer Create(int outputs, bool secretWeights, LinearBounds bounds)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        return new DenseLayer(outputs, secretWeights, LinearBounds.Checked(bounds));
    }

    internal static PlanLayer? Read(ref WireReader reader)
    {
        var (outputs, secret) = (reader.Int32(), reader.Byte());
        return LinearBounds.Read(ref reader) is { } bounds && outputs >= 1 && secret <= 1 ? new DenseLayer(outputs, secret == 1, bounds) : null;
    }

    internal override void Write(WireWriter writer) => Bounds.Write(writer.Int32(Outputs).Byte(SecretWeights ? (byte)1 : (byte)0));

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

        var bound = Bounds.Output(setting, width, input);
        return setting.RangeTrouble("A product", bound, setting.FractionalBits + Bounds.Bits(setting, bound)) is { } trouble
            ? trouble
            : PlanValue.Within(TensorShape.Of([.. dimensions[..^1], Outputs]), bound);
    }

    internal override int ProductBits(PlanSetting setting, ImmutableArray<PlanValue> inputs) => Bits(setting, inputs[0]);

    internal override ImmutableArray<LayerParameter> Parameters(PlanSetting setting, ImmutableArray<PlanValue> inputs) =>
    [
        new("weights", TensorShape.Of(inputs[0].Shape.Dimensions[^1], Outputs), WeightBound, Bits(setting, inputs[0]), SecretWeights),
        new("bias", TensorShape.Of(Outputs), BiasBound, setting.FractionalBits, SecretWeights),
    ];

    internal override ImmutableArray<int> MaskedLengths(PlanSetting setting, ImmutableArray<PlanValue> inputs) =>
        SecretWeights && !setting.Scheme.ReducesDegree ? [inputs[0].Shape.Dimensions[^1] * Outputs] : [];

    internal override ImmutableArray<CorrelationRequest> Requests(LayerPlace place)
    {
        var (rows, width) = Matrix(place);
        return
        [
            .. SecretWeights ? Products.WeightRequests(place.Scheme, rows, width, Outputs, place.MaskSlots) : [],
            .. place.Output.ExtraBits == 0 ? [CorrelationRequest.Truncation(rows * Outputs, Bits(place.Setting, place.Input))] : ImmutableArray<CorrelationRequest>.Empty,
        ];
    }

    internal override ImmutableArray<int> WordsPerRound(LayerPlace place)
    {
        var (rows, width) = Matrix(place);
        return Traffic.InTurn(SecretWeights ? Products.WeightWords(place.Scheme, rows, width, Outputs, place.MaskSlots) : [], place.Output.ExtraBits == 0 ? [rows * Outputs] : []);
    }

    // x W has the fractional bits of both; the bias is lifted to them, and one truncation, here or in the next layer, brings it back to those of x.
    internal override IEnumerable<AwaitingPeers[]> Script(LayerPlace place, LayerRun run, ShareTensor[] inputs, Slot<ShareTensor> slot)
    {
        var (rows, width) = Matrix(place);
        var x = inputs[0].Reshape(TensorShape.Of(rows, width));
        var multiply = SecretWeights ? new Products(run.Committee, run.Correlations, run.Random).TakeWeights(rows, width, Outputs, place.MaskSlots, run.Weights!.Masked) : null;
        var tuple = place.Output.ExtraBits == 0 ? run.Correlations.TakeTruncation(rows * Outputs, Bits(place.Setting, place.Input)) : null;
        var (weights, lift) = (run.Weights!, 1UL << Bits(place.Setting, place.Input));
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

        if (tuple is null)
        {
            slot.Value = product.Reshape(place.Output.Shape); // the next layer truncates it
            yield break;
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

    private int Bits(PlanSetting setting, PlanValue input) => Bounds.Bits(setting, Bounds.Output(setting, input.Shape.Dimensions[^1], input));

    private static (int Rows, int Width) Matrix(LayerPlace place)
    {
        var width = place.Input.Shape.Dimensions[^1];
        return (place.Input.Shape.Length / width, width);
    }
}
