using System.Collections.Immutable;
using PrivacyGrains.Arithmetic;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Inference;

/// <content>What makes a plan sound: sizes, fractional bits, a graph without a way back, and values that stay in the headroom.</content>
public sealed partial class InferencePlan
{
    private const int MaximumFractionalBits = 24;

    /// <summary>A plan, or null and what is wrong with its parts.</summary>
    private static InferencePlan? Build(
        SharingScheme scheme, int rows, int features, ImmutableArray<PlanNode> nodes, int fractionalBits, double inputBound, ComparisonMeans comparisons,
        ReadOnlyMemory<byte> maskDigest, out PlanTrouble? trouble)
    {
        trouble = Trouble(rows, features, nodes, fractionalBits, inputBound);
        if (trouble is not null)
        {
            return null;
        }

        try
        {
            var setting = new PlanSetting(scheme, FixedPoint.Create(fractionalBits), comparisons, maskDigest);
            var input = PlanValue.Within(TensorShape.Of(rows, features), inputBound + setting.Ulp);
            return Walk(setting, input, nodes, out trouble) is { } steps ? new InferencePlan(setting, rows, features, inputBound, nodes, steps) : null;
        }
        catch (Exception e) when (e is ArgumentException or OverflowException)
        {
            trouble = new PlanTrouble($"The batch is too large: {e.Message}", null); // the correlations together, which only the whole plan knows
            return null;
        }
    }

    /// <summary>What is wrong with the parts, or null.</summary>
    private static PlanTrouble? Trouble(int rows, int features, ImmutableArray<PlanNode> nodes, int fractionalBits, double inputBound)
    {
        var sentence = rows is < 1 or > MaximumDimension || features is < 1 or > MaximumDimension
                ? $"A batch has 1 to {MaximumDimension} rows and features; this has {rows} and {features}."
            : nodes.Length is 0 or > MaximumLayers || nodes.Any(node => node?.Layer is null || node.Inputs.IsDefault)
                ? $"A model has 1 to {MaximumLayers} layers; this has {nodes.Length}."
            : fractionalBits is < 1 or > MaximumFractionalBits ? $"Fractional bits lie in 1 to {MaximumFractionalBits}; these are {fractionalBits}."
            : !(inputBound > 0 && double.IsFinite(inputBound)) ? "The bound of inputs must be positive and finite."
            : null;
        if (sentence is not null)
        {
            return new PlanTrouble(sentence, null);
        }

        for (var i = 0; i < nodes.Length; i++)
        {
            if (nodes[i].Inputs.Length > MaximumInputs || !nodes[i].Layer.Takes(nodes[i].Inputs.Length) || nodes[i].Inputs.Any(value => value < 0 || value > i))
            {
                return new PlanTrouble($"Layer {i} ({nodes[i].Layer.Name}) takes another number of values, or one that no earlier layer makes.", i);
            }
        }

        return null;
    }

    // Ranges go from layer to layer; a node begins as soon as its inputs are there.
    private static ImmutableArray<PlanStep>? Walk(PlanSetting setting, PlanValue input, ImmutableArray<PlanNode> nodes, out PlanTrouble? trouble)
    {
        trouble = null;
        var slots = 0;
        var (values, ends) = (new List<PlanValue> { input }, new List<int> { 0 });
        var steps = ImmutableArray.CreateBuilder<PlanStep>(nodes.Length);
        for (var i = 0; i < nodes.Length; i++)
        {
            ImmutableArray<PlanValue> taken = [.. nodes[i].Inputs.Select(value => values[value])];
            var (output, refused) = nodes[i].Layer.Output(setting, taken);
            if (output is null || !double.IsFinite(output.Bound) || PlanSetting.TooLarge(output.Shape.Length))
            {
                trouble = new PlanTrouble($"Layer {i}: {refused ?? "a value is too large for one batch."}", i);
                return null;
            }

            output = TakenUntruncated(setting, nodes, i, output with { ExtraBits = nodes[i].Layer.ProductBits(setting, taken) }) ?? output;

            var masked = nodes[i].Layer.MaskedLengths(setting, taken);
            var place = new LayerPlace(setting, taken, output, masked.IsEmpty || setting.MaskDigest.IsEmpty ? null : slots);
            slots += masked.Length;
            var step = new PlanStep(nodes[i], output, nodes[i].Inputs.Max(value => ends[value]), nodes[i].Layer.WordsPerRound(place), nodes[i].Layer.Requests(place))
            {
                Parameters = nodes[i].Layer.Parameters(setting, taken),
                Place = place,
            };
            steps.Add(step);
            values.Add(output);
            ends.Add(step.EndRound);
        }

        return steps.MoveToImmutable();
    }

    // One layer takes the product, once, and can truncate by itself; where its extra bits are too many for that layer's range, it is truncated first.
    private static PlanValue? TakenUntruncated(PlanSetting setting, ImmutableArray<PlanNode> nodes, int maker, PlanValue product)
    {
        PlanNode[] takers = [.. nodes.Where(node => node.Inputs.Contains(maker + 1))];
        return takers is [{ Inputs.Length: 1, Layer.TakesUntruncated: true } taker] && taker.Layer.Output(setting, [product]).Value is not null ? product : null;
    }
}
