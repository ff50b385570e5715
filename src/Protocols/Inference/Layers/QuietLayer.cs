using System.Collections.Immutable;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Functions;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Inference.Layers;

/// <summary>For each record 1 where no planner's clip cut a number of it, else 0: whether the counts of all <see cref="ClipLayer"/>s that count add up to zero.</summary>
/// <remarks>
/// Counts are sums of shared bits; no count is opened, only, with the outputs and to their receiver, this one bit for each record. It tells the receiver that a value of the model passed a bound that is public in the plan, and not
/// which or how often; nobody else learns it. One equality for each record (<see cref="Equaling"/>), beside the rounds of the layers that follow the clips.
/// </remarks>
public sealed record QuietLayer : PlanLayer
{
    internal const byte Number = 21;
    private const int MaximumCount = 1 << 30;

    private QuietLayer(int greatest) => Greatest = greatest;

    /// <summary>No record's counts add up to more.</summary>
    public int Greatest { get; }

    /// <inheritdoc/>
    public override string Name => "unclipped";

    internal override byte Kind => Number;

    /// <summary>The layer.</summary>
    /// <param name="greatest">No record's counts add up to more: 1 to 2^30.</param>
    /// <exception cref="ArgumentOutOfRangeException">It lies outside.</exception>
    public static PlanLayer Create(int greatest) =>
        greatest is >= 1 and <= MaximumCount ? new QuietLayer(greatest) : throw new ArgumentOutOfRangeException(nameof(greatest), greatest, "A count is at least 1 and at most 2^30.");

    internal static PlanLayer? Read(ref WireReader reader) => reader.Int32() is >= 1 and <= MaximumCount and var greatest ? new QuietLayer(greatest) : null;

    internal override void Write(WireWriter writer) => writer.Int32(Greatest);

    internal override bool Takes(int inputs) => inputs >= 1;

    internal override PlanOutcome Output(PlanSetting setting, ImmutableArray<PlanValue> inputs) =>
        inputs.Any(input => input.Width != 1 || input.Records != inputs[0].Records) ? "counts are one number for each record." : new PlanValue(TensorShape.Of(inputs[0].Records, 1), 0, 1);

    internal override ImmutableArray<CorrelationRequest> Requests(LayerPlace place) => Protocol(place).Requests;

    internal override ImmutableArray<int> WordsPerRound(LayerPlace place) => Protocol(place).WordsPerRound;

    internal override IEnumerable<AwaitingPeers[]> Script(LayerPlace place, LayerRun run, ShareTensor[] inputs, Slot<ShareTensor> slot)
    {
        var sum = inputs[0].Flat();
        foreach (var count in inputs.Skip(1))
        {
            sum = sum.Add(count.Flat());
        }

        var quiet = new Slot<ShareTensor>();
        foreach (var round in Protocol(place).Script(run.Committee, sum, [0], run.Correlations, quiet))
        {
            yield return round;
        }

        slot.Value = quiet.Value.Scale(1UL << place.Setting.FractionalBits).Reshape(place.Output.Shape);
    }

    internal override double[] Evaluate(LayerPlace place, double[][] inputs, double[][] parameters) => [.. inputs[0].Select((_, row) => inputs.All(count => count[row] == 0) ? 1.0 : 0)];

    private Equaling Protocol(LayerPlace place)
    {
        var setting = place.Setting;
        return new Equaling(place.Scheme, place.Output.Shape.Length, 1, new ComparisonReach(setting.BitsFor(Greatest, 0, 0), setting.UsesKeys(place.Output.Shape.Length)));
    }
}
