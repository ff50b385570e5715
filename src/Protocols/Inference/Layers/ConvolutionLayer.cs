using System.Collections.Immutable;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Functions;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Truncation;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Inference.Layers;

/// <summary>A convolution of channels x height x width records with weights and biases of bounded size; groups, depthwise ones too, stay apart.</summary>
/// <remarks>
/// Each window becomes a row, locally, so that each group is one matrix product of (rows * windows) x (channels * window) by (channels * window) x outputs; one round opens each image once, and one truncation, here or in the next layer, ends it.
/// Parameters: weights, groups x (channels of a group * window) x (outputs of a group), and bias, one for each output.
/// </remarks>
public sealed record ConvolutionLayer : PlanLayer
{
    internal const byte Number = 14;

    private ConvolutionLayer(SlidingWindow window, int outputs, int groups, bool secretWeights, LinearBounds bounds) =>
        (Window, Outputs, Groups, SecretWeights, Bounds) = (window, outputs, groups, secretWeights, bounds);

    /// <summary>What slides over the image.</summary>
    public SlidingWindow Window { get; }

    /// <summary>Channels of the result.</summary>
    public int Outputs { get; }

    /// <summary>Groups of channels that do not mix.</summary>
    public int Groups { get; }

    /// <summary>Whether the weights are shared among the parties; otherwise all of them know the weights.</summary>
    public bool SecretWeights { get; }

    /// <summary>What is stated of the weights.</summary>
    public LinearBounds Bounds { get; }

    /// <inheritdoc/>
    public override string Name => "convolution";

    internal override byte Kind => Number;

    /// <summary>Checks the parts.</summary>
    /// <param name="window">What slides over the image.</param>
    /// <param name="outputs">Channels of the result, a multiple of the groups.</param>
    /// <param name="groups">Groups of channels that do not mix, at least 1.</param>
    /// <param name="secretWeights">Whether the weights are shared or known to all parties.</param>
    /// <param name="bounds">What is stated of the weights.</param>
    /// <exception cref="ArgumentException">A number lies outside.</exception>
    public static PlanLayer Create(SlidingWindow window, int outputs, int groups, bool secretWeights, LinearBounds bounds)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(groups, 1);
        return outputs >= 1 && outputs % groups == 0
            ? new ConvolutionLayer(SlidingWindow.Checked(window), outputs, groups, secretWeights, LinearBounds.Checked(bounds))
            : throw new ArgumentException($"{outputs} outputs cannot be made by {groups} groups.", nameof(outputs));
    }

    internal static PlanLayer? Read(ref WireReader reader)
    {
        var (window, outputs, groups, secret) = (SlidingWindow.Read(ref reader), reader.Int32(), reader.Int32(), reader.Byte());
        var bounds = LinearBounds.Read(ref reader);
        return window is not null && bounds is not null && secret <= 1 && groups >= 1 && outputs >= 1 && outputs % groups == 0
            ? new ConvolutionLayer(window, outputs, groups, secret == 1, bounds)
            : null;
    }

    internal override void Write(WireWriter writer)
    {
        Window.Write(writer);
        Bounds.Write(writer.Int32(Outputs).Int32(Groups).Byte(SecretWeights ? (byte)1 : (byte)0));
    }

    internal override PlanOutcome Output(PlanSetting setting, ImmutableArray<PlanValue> inputs)
    {
        var input = inputs[0];
        if (input.Record() is not [var channels, var height, var width] || channels % Groups != 0 || Window.Over(height, width) is not var (down, right))
        {
            return $"{Groups} groups of a window {Window} do not fit {input.Shape} (records x channels x height x width).";
        }

        var terms = channels / Groups * (long)Window.Size;
        var windows = (long)input.Records * down * right;
        if (terms > InferencePlan.MaximumDimension || Outputs > InferencePlan.MaximumDimension || windows * terms * Groups > CorrelationRequest.MaximumElements / 2
            || PlanSetting.TooLarge(windows * Outputs) || PlanSetting.TooLarge(terms * Outputs))
        {
            return $"{windows} windows of {terms} numbers to {Outputs} channels are too large for one batch.";
        }

        var bound = Bounds.Output(setting, (int)terms, input);
        return setting.RangeTrouble("A product", bound, setting.FractionalBits + Bounds.Bits(setting, bound)) is { } trouble
            ? trouble
            : PlanValue.Within(TensorShape.Of(input.Records, Outputs, down, right), bound);
    }

    internal override int ProductBits(PlanSetting setting, ImmutableArray<PlanValue> inputs)
    {
        var terms = inputs[0].Shape.Dimensions[1] / Groups * Window.Size;
        return Bounds.Bits(setting, Bounds.Output(setting, terms, inputs[0]));
    }

    internal override ImmutableArray<LayerParameter> Parameters(PlanSetting setting, ImmutableArray<PlanValue> inputs)
    {
        var (terms, bits) = (inputs[0].Shape.Dimensions[1] / Groups * Window.Size, ProductBits(setting, inputs));
        return
        [
            new("weights", TensorShape.Of(Groups, terms, Outputs / Groups), Bounds.Weight, bits, SecretWeights),
            new("bias", TensorShape.Of(Outputs), Bounds.Bias, setting.FractionalBits, SecretWeights),
        ];
    }

    internal override ImmutableArray<int> MaskedLengths(PlanSetting setting, ImmutableArray<PlanValue> inputs) =>
        SecretWeights && !setting.Scheme.ReducesDegree
            ? [.. Enumerable.Repeat(inputs[0].Shape.Dimensions[1] / Groups * Window.Size * (Outputs / Groups), Groups)]
            : [];

    internal override ImmutableArray<CorrelationRequest> Requests(LayerPlace place)
    {
        return
        [
            .. SecretWeights && !place.Scheme.ReducesDegree ? [CorrelationRequest.Convolution(Shape(place), place.MaskSlots)] : ImmutableArray<CorrelationRequest>.Empty,
            .. place.Output.ExtraBits == 0 ? [CorrelationRequest.Truncation(place.Output.Shape.Length, Bits(place))] : ImmutableArray<CorrelationRequest>.Empty,
        ];
    }

    internal override ImmutableArray<int> WordsPerRound(LayerPlace place)
    {
        var shape = Shape(place);
        return Traffic.InTurn(
            !SecretWeights ? [] : place.Scheme.ReducesDegree ? [shape.ProductLength] : [shape.ImageLength + (place.MaskSlots is null ? shape.WeightLength : 0)],
            place.Output.ExtraBits == 0 ? [place.Output.Shape.Length] : []);
    }

    internal override IEnumerable<AwaitingPeers[]> Script(LayerPlace place, LayerRun run, ShareTensor[] inputs, Slot<ShareTensor> slot)
    {
        var (x, weights, bits, windows) = (inputs[0], run.Weights!, Bits(place), Shape(place).Windows);
        var triple = SecretWeights && !place.Scheme.ReducesDegree ? run.Correlations.TakeConvolution(Shape(place), place.MaskSlots) : null;
        var tuple = place.Output.ExtraBits == 0 ? run.Correlations.TakeTruncation(place.Output.Shape.Length, bits) : null;
        var words = new ulong[place.Output.Shape.Length];
        if (SecretWeights)
        {
            var round = triple is null
                ? Beaver.DegreeReduction.Reduce(run.Committee, Convolve(place, x.Words, weights.Secret(0).Words), TensorShape.Of(words.Length), run.Random)
                : Beaver.ConvolutionProduct.Begin(run.Committee, x, weights.Secret(0), weights.Masked, triple);
            yield return [round];
            PlaceGroups(round.Result.Words, words, windows);
        }
        else
        {
            PlaceGroups(Convolve(place, x.Words, weights.Public(0)), words, windows);
        }

        AddBias(place, run, SecretWeights ? weights.Secret(1).Words : weights.Public(1), words, windows, bits);
        var sums = ShareTensor.Own(x.Scheme, x.Party, place.Output.Shape, words);
        if (tuple is null)
        {
            slot.Value = sums; // the next layer truncates them
            yield break;
        }

        var truncation = MaskedTruncation.Begin(run.Committee, sums, tuple);
        yield return [truncation];
        slot.Value = truncation.Result;
    }

    internal override double[] Evaluate(LayerPlace place, double[][] inputs, double[][] parameters)
    {
        var (windows, terms) = Matrix(place);
        var (rows, outputs) = (place.Input.Records * windows, Outputs / Groups);
        var y = new double[place.Output.Shape.Length];
        for (var g = 0; g < Groups; g++)
        {
            var x = RecordMap.Apply<double>(inputs[0], place.Input.Records, Shape(place).Map(g), 0);
            var product = new double[rows * outputs];
            for (var row = 0; row < rows; row++)
            {
                for (var k = 0; k < terms; k++)
                {
                    var factor = x[(row * terms) + k];
                    for (var o = 0; o < outputs && factor != 0; o++)
                    {
                        product[(row * outputs) + o] += factor * parameters[0][(((g * terms) + k) * outputs) + o];
                    }
                }
            }

            Place<double>(product, y, g, windows);
        }

        for (var i = 0; i < y.Length; i++)
        {
            y[i] += parameters[1][i / windows % Outputs];
        }

        return y;
    }

    private int Bits(LayerPlace place) => ProductBits(place.Setting, place.Inputs);

    /// <summary>Windows of one image, and numbers under one window of one group.</summary>
    private (int Windows, int Terms) Matrix(LayerPlace place) =>
        (place.Output.Shape.Dimensions[2] * place.Output.Shape.Dimensions[3], place.Input.Shape.Dimensions[1] / Groups * Window.Size);

    private ConvolutionShape Shape(LayerPlace place)
    {
        var image = place.Input.Shape.Dimensions;
        return new ConvolutionShape(image[0], image[1], image[2], image[3], Groups, Outputs, Window);
    }

    private ulong[] Convolve(LayerPlace place, ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> weights)
    {
        var shape = Shape(place);
        var products = new ulong[shape.ProductLength];
        shape.MultiplyAdd(place.Scheme.Algebra, x, weights, products);
        return products;
    }

    private void PlaceGroups(ReadOnlySpan<ulong> products, Span<ulong> all, int windows)
    {
        var length = products.Length / Groups;
        for (var g = 0; g < Groups; g++)
        {
            Place(products.Slice(g * length, length), all, g, windows);
        }
    }

    // From (record, window) x output of one group to record x output x window.
    private void Place<T>(ReadOnlySpan<T> product, Span<T> all, int group, int windows)
    {
        var outputs = Outputs / Groups;
        for (var row = 0; row < product.Length / outputs; row++)
        {
            var to = (((row / windows * Outputs) + (group * outputs)) * windows) + (row % windows);
            for (var o = 0; o < outputs; o++)
            {
                all[to + (o * windows)] = product[(row * outputs) + o];
            }
        }
    }

    private void AddBias(LayerPlace place, LayerRun run, ReadOnlySpan<ulong> bias, ulong[] words, int windows, int bits)
    {
        if (!SecretWeights && !place.Scheme.AddsConstants(run.Committee.Self))
        {
            return;
        }

        var (algebra, lifted) = (place.Scheme.Algebra, new ulong[bias.Length]);
        algebra.Scale(bias, 1UL << bits, lifted);
        for (var at = 0; at < words.Length; at += windows)
        {
            var plane = words.AsSpan(at, windows);
            algebra.AddConstant(plane, lifted[at / windows % Outputs], plane);
        }
    }
}
