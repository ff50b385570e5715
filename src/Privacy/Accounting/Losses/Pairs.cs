using System.Collections.Immutable;
using PrivacyGrains.Privacy.Accounting.Distributions;
using PrivacyGrains.Privacy.Accounting.Plans;

namespace PrivacyGrains.Privacy.Accounting.Losses;

/// <summary>The loss distribution of any event in one direction.</summary>
internal static class Pairs
{
    /// <summary>The measure.</summary>
    /// <param name="each">Any event of a flat plan.</param>
    /// <param name="direction">From which neighbour.</param>
    /// <param name="tail">How much mass may be cut off at either end.</param>
    /// <param name="order">Losses that matter up to this Renyi order are kept.</param>
    /// <exception cref="PlanRefusedException">The event has no pair under this relation.</exception>
    public static LossMeasure Of(PrivacyEvent each, Direction direction, double tail, double order = 1) => each switch
    {
        PrivacyEvent.Selection => throw new PlanRefusedException("account.no-bound", "A \"selection\" event is bounded by Renyi divergences only: use --accountant rdp."),
        PrivacyEvent.Poisson when direction == Direction.Exchange => throw new PlanRefusedException(
            "account.no-bound", "A \"poisson\" event is accounted for under \"add-remove\" neighbours only: under \"replace-one\" use \"without-replacement\"."),
        PrivacyEvent.Poisson { Inner: PrivacyEvent.Poisson inner } outer => Of(inner with { Probability = outer.Probability * inner.Probability }, direction, tail, order),
        PrivacyEvent.Poisson poisson => Sampled(poisson, poisson.Probability, direction, tail, order),
        PrivacyEvent.WithoutReplacement drawn => Sampled(drawn, (double)drawn.Sample / drawn.Population, direction, tail, order),
        _ => BaseLosses.Of(each, tail, order).Under(LossMap.Identity),
    };

    private static LossMeasure Sampled(PrivacyEvent.Sampled sampled, double share, Direction direction, double tail, double order)
    {
        var below = FlatPlan.Below(sampled);
        if (below.Any(each => each.Event is PrivacyEvent.Selection))
        {
            throw new PlanRefusedException("account.no-bound", "A \"selection\" within a sample is not accounted for: sample within its runs.");
        }

        if (below.Any(each => each.Event is PrivacyEvent.Sampled))
        {
            throw new PlanRefusedException("account.no-bound", "A sample of a sample is accounted for where both are \"poisson\" and nothing lies between: multiply the probabilities by hand, or sample once.");
        }

        var inner = below is [{ Count: 1 } one] ? BaseLosses.Of(one.Event, tail, order) : Together(below, tail);
        return direction switch
        {
            Direction.Remove => inner.Under(LossMap.Remove(share)),
            Direction.Add => inner.Under(LossMap.Add(share)),
            _ => inner.Exchanged(share),
        };
    }

    // Several releases on one sample.
    private static LossMeasure Together(ImmutableArray<(PrivacyEvent Event, long Count)> below, double tail)
    {
        var measures = below.Select(each => (Measure: BaseLosses.Of(each.Event, tail / each.Count).Under(LossMap.Identity), each.Count)).ToImmutableArray();
        var step = GridStep.For(measures, 0);
        return new ComposedLoss([.. measures.Select(each => (LossGrid.Of(each.Measure, step), each.Count))]).ToGrid().ToMeasure();
    }
}
