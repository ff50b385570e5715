using System.Collections.Immutable;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Functions;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Truncation;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Inference.Layers;

/// <summary>The greatest number under each window, exact, in 8 rounds for each doubling of the window, or 1 by keys; padding counts as less than all.</summary>
public sealed record MaxPoolLayer : PlanLayer
{
    internal const byte Number = 15;

    private MaxPoolLayer(SlidingWindow window) => Window = window;

    /// <summary>What slides over the last two dimensions.</summary>
    public SlidingWindow Window { get; }

    /// <inheritdoc/>
    public override string Name => "max-pool";

    internal override byte Kind => Number;

    /// <summary>Checks the window.</summary>
    /// <param name="window">What slides over the last two dimensions.</param>
    /// <exception cref="ArgumentException">A number lies outside.</exception>
    public static PlanLayer Create(SlidingWindow window) => new MaxPoolLayer(SlidingWindow.Checked(window));

    internal static PlanLayer? Read(ref WireReader reader) => SlidingWindow.Read(ref reader) is { } window ? new MaxPoolLayer(window) : null;

    internal override void Write(WireWriter writer) => Window.Write(writer);

    internal override bool TakesUntruncated => true;

    // The greatest of products is a product: the next layer may truncate it.
    internal override int ProductBits(PlanSetting setting, ImmutableArray<PlanValue> inputs) => inputs[0].ExtraBits;

    // Products are compared untruncated by keys only: a round less, and fewer numbers are truncated; a tree would take a level more and twice the gates.
    internal override PlanOutcome Output(PlanSetting setting, ImmutableArray<PlanValue> inputs)
    {
        var input = inputs[0];
        return PoolShape(input, Window) is not { } shape ? $"a window {Window} does not fit {input.Shape}, or makes too much for one batch."
            : setting.RangeTrouble("A compared difference", input.Upper - input.Lower + setting.Ulp, setting.FractionalBits + input.ExtraBits) is { } trouble ? trouble
            : input.ExtraBits > 0 && !setting.UsesKeys(checked(shape.Length * (Window.Size / 2))) ? "products are truncated before a tree compares them."
            : input with { Shape = shape, ExtraBits = 0 };
    }

    internal override ImmutableArray<CorrelationRequest> Requests(LayerPlace place) =>
        [.. MaximumOf(place, Window.Size).Requests, .. Truncates(place) ? [CorrelationRequest.Truncation(place.Output.Shape.Length, place.Input.ExtraBits)] : ImmutableArray<CorrelationRequest>.Empty];

    internal override ImmutableArray<int> WordsPerRound(LayerPlace place) => Traffic.InTurn(MaximumOf(place, Window.Size).WordsPerRound, Truncates(place) ? [place.Output.Shape.Length] : []);

    internal override IEnumerable<AwaitingPeers[]> Script(LayerPlace place, LayerRun run, ShareTensor[] inputs, Slot<ShareTensor> slot)
    {
        // No element is below the input's lower bound, so that it never wins over one.
        var least = Math.Floor(Math.ScaleB(place.Input.Lower, place.Setting.FractionalBits + place.Input.ExtraBits));
        var windows = RecordMap.Apply(
            inputs[0], PoolMap(place.Input, Window), place.Scheme.Algebra.FromSigned((long)least), TensorShape.Of(place.Output.Shape.Length, Window.Size));
        var greatest = new Slot<ShareTensor>();
        var rounds = MaximumOf(place, Window.Size).Script(run.Committee, windows, run.Correlations, greatest);
        var tuple = Truncates(place) ? run.Correlations.TakeTruncation(place.Output.Shape.Length, place.Input.ExtraBits) : null;
        foreach (var round in rounds)
        {
            yield return round;
        }

        slot.Value = greatest.Value.Reshape(place.Output.Shape);
        if (tuple is not null)
        {
            var truncation = MaskedTruncation.Begin(run.Committee, slot.Value, tuple);
            yield return [truncation];
            slot.Value = truncation.Result;
        }
    }

    internal override double[] Evaluate(LayerPlace place, double[][] inputs, double[][] parameters) =>
        [.. RecordMap.Apply<double>(inputs[0], place.Input.Records, PoolMap(place.Input, Window), double.NegativeInfinity).Chunk(Window.Size).Select(window => window.Max())];

    /// <summary>The greatest of rows of so many of the input's numbers, one row for each of the output.</summary>
    internal static MaximumStep MaximumOf(LayerPlace place, int columns)
    {
        var (setting, rows) = (place.Setting, place.Output.Shape.Length);
        return new MaximumStep(
            place.Scheme, rows, columns, setting.Reach(place.Input.Upper - place.Input.Lower + setting.Ulp, setting.FractionalBits + place.Input.ExtraBits, checked(rows * (columns / 2))));
    }

    private static bool Truncates(LayerPlace place) => place.Input.ExtraBits > place.Output.ExtraBits;

    /// <summary>One number for each window, or null.</summary>
    internal static TensorShape? PoolShape(PlanValue input, SlidingWindow window) =>
        input.Shape.Dimensions is [_, .. var outer, var height, var width] && window.Over(height, width) is var (down, right)
        && TensorShape.TryCreate([input.Records, .. outer, down, right]) is { } shape && !PlanSetting.TooLarge((long)shape.Length * window.Size) ? shape : null;

    /// <summary>For each plane of a record its windows.</summary>
    internal static int[] PoolMap(PlanValue input, SlidingWindow window)
    {
        var (height, width) = (input.Shape.Dimensions[^2], input.Shape.Dimensions[^1]);
        var places = window.Places(height, width);
        var map = new int[input.Width / (height * width) * places.Length];
        for (var j = 0; j < map.Length; j++)
        {
            var from = places[j % places.Length];
            map[j] = from >= 0 ? (j / places.Length * height * width) + from : from;
        }

        return map;
    }
}
