using System.Collections.Immutable;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Inference.Layers;

/// <summary>The average of the numbers under each window: a local sum, a public factor and one truncation.</summary>
public sealed record AveragePoolLayer : PlanLayer
{
    internal const byte Number = 16;

    private AveragePoolLayer(SlidingWindow window, bool countsPadding) => (Window, CountsPadding) = (window, countsPadding);

    /// <summary>What slides over the last two dimensions.</summary>
    public SlidingWindow Window { get; }

    /// <summary>Whether zeros of the padding count in the average.</summary>
    public bool CountsPadding { get; }

    /// <inheritdoc/>
    public override string Name => "average-pool";

    internal override byte Kind => Number;

    /// <summary>Checks the window.</summary>
    /// <param name="window">What slides over the last two dimensions.</param>
    /// <param name="countsPadding">Whether zeros of the padding count in the average.</param>
    /// <exception cref="ArgumentException">A number lies outside.</exception>
    public static PlanLayer Create(SlidingWindow window, bool countsPadding) => new AveragePoolLayer(SlidingWindow.Checked(window), countsPadding);

    internal static PlanLayer? Read(ref WireReader reader) =>
        (SlidingWindow.Read(ref reader), reader.Byte()) is ({ } window, <= 1 and var counts) ? new AveragePoolLayer(window, counts == 1) : null;

    internal override void Write(WireWriter writer)
    {
        Window.Write(writer);
        writer.Byte(CountsPadding ? (byte)1 : (byte)0);
    }

    internal override PlanOutcome Output(PlanSetting setting, ImmutableArray<PlanValue> inputs)
    {
        if (MaxPoolLayer.PoolShape(inputs[0], Window) is not { } shape)
        {
            return $"a window {Window} does not fit {inputs[0].Shape}, or makes too much for one batch.";
        }

        return Bits(setting, inputs[0]) < 8
            ? setting.RangeTrouble("A sum", Window.Size * inputs[0].Bound, setting.FractionalBits + 8) ?? "the window is too large."
            : setting.Truncated(setting.Truncated(new PlanValue(shape, Math.Min(inputs[0].Lower, 0), Math.Max(inputs[0].Upper, 0))));
    }

    internal override ImmutableArray<CorrelationRequest> Requests(LayerPlace place) => [CorrelationRequest.Truncation(place.Output.Shape.Length, Bits(place.Setting, place.Input))];

    internal override ImmutableArray<int> WordsPerRound(LayerPlace place) => [place.Output.Shape.Length];

    internal override IEnumerable<AwaitingPeers[]> Script(LayerPlace place, LayerRun run, ShareTensor[] inputs, Slot<ShareTensor> slot)
    {
        var (algebra, map, bits) = (place.Scheme.Algebra, MaxPoolLayer.PoolMap(place.Input, Window), Bits(place.Setting, place.Input));
        var windows = RecordMap.Apply(inputs[0], map, 0, TensorShape.Of(place.Output.Shape.Length, Window.Size));
        var sums = ReduceLayer.SumRows(windows);
        ulong[] factors = [.. Factors(map).Select(factor => PublicFactor.Encode(place.Setting, factor, bits))];
        for (var at = 0; at < sums.Length; at += factors.Length)
        {
            algebra.Multiply(sums.AsSpan(at, factors.Length), factors, sums.AsSpan(at, factors.Length));
        }

        var truncation = PublicFactor.Truncate(
            run, ShareTensor.Own(inputs[0].Scheme, inputs[0].Party, place.Output.Shape, sums), run.Correlations.TakeTruncation(place.Output.Shape.Length, bits));
        yield return [truncation];
        slot.Value = truncation.Result;
    }

    internal override double[] Evaluate(LayerPlace place, double[][] inputs, double[][] parameters)
    {
        var map = MaxPoolLayer.PoolMap(place.Input, Window);
        var factors = Factors(map);
        return [.. RecordMap.Apply<double>(inputs[0], place.Input.Records, map, 0).Chunk(Window.Size).Select((window, i) => window.Sum() * factors[i % factors.Length])];
    }

    // One over the numbers that count, for each window of a record.
    private double[] Factors(int[] map) =>
        [.. map.Chunk(Window.Size).Select(window => CountsPadding ? Window.Size : window.Count(from => from >= 0)).Select(count => count == 0 ? 0 : 1.0 / count)];

    private int Bits(PlanSetting setting, PlanValue input) => PublicFactor.Bits(setting, 1, input.Bound + setting.Ulp + (Window.Size * input.Bound * Math.ScaleB(1, -8)));
}
