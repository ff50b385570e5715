using System.Collections.Immutable;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Accounting.Selection;
using PrivacyGrains.Privacy.Mechanisms;
using PrivacyGrains.Privacy.Mechanisms.Sensitivities;

namespace PrivacyGrains.Privacy.Audits;

/// <summary>Every mechanism on a pair of neighbours that shows its loss best, with what it claims.</summary>
/// <remarks>Pure mechanisms run at epsilon 1 and are tested without a delta; those of Gaussian noise at a delta that the draws can see, with the epsilon that the accountants state for it.</remarks>
public static class MechanismTrials
{
    private const double GaussianDelta = 0.01;
    private const int Candidates = 30;

    private static readonly ExactRatio One = ExactRatio.Create(1);
    private static readonly NeighbouringRelation Added = NeighbouringRelation.AddRemove;
    private static readonly NeighbouringRelation Replaced = NeighbouringRelation.ReplaceOne;

    /// <summary>All of them.</summary>
    /// <returns>One trial or more a mechanism.</returns>
    public static ImmutableArray<EpsilonTrial> All() =>
    [
        .. Releases(), .. Selections(), .. Streams(), .. Groups(), .. Composites(),
    ];

    private static IEnumerable<EpsilonTrial> Releases()
    {
        foreach (var epsilon in new[] { One, ExactRatio.Create(1, 4) })
        {
            var geometric = new GeometricMechanism(ContributionBound.OfCounts().Sensitivity(Added), epsilon);
            yield return Pure($"geometric/epsilon-{epsilon.ToDouble()}", epsilon, s => geometric.Release([10], s)[0], s => geometric.Release([11], s)[0]);
        }

        // Two coordinates move, each by the greatest value: their sum, halved, is told apart best by both.
        var vector = new GeometricMechanism(ContributionBound.OfValues(0, 5, 2).Sensitivity(Added, 2), One);
        yield return Pure("geometric/vector", One, s => Corner(vector.Release([0, 0], s), 0), s => Corner(vector.Release([5, 5], s), 0));

        var gaussian = new DiscreteGaussianMechanism(ContributionBound.OfCounts().Sensitivity(Added), One);
        yield return AtDelta("discrete-gaussian", gaussian.Loss, s => gaussian.Release([10], s)[0], s => gaussian.Release([11], s)[0]);

        var joint = JointGaussian.Create(4, 1, 1, 0.5);
        var share = new DiscreteGaussian(ExactRatio.Create(1, 2));
        yield return new EpsilonTrial(
            "discrete-gaussian/joint", RenyiConversion.Best(joint.Loss(1, 1, 1), Delta.Create(GaussianDelta)).Epsilon.Value, GaussianDelta,
            s => Sum(share, joint.Counted, s), s => 1 + Sum(share, joint.Counted, s));

        foreach (var buckets in new[] { 2, 8 })
        {
            var response = RandomizedResponse.ForEpsilon(buckets, Epsilon.Create(1));
            yield return new EpsilonTrial($"randomized-response/{buckets}-buckets", 1, 0, s => response.Answer(0, s), s => response.Answer(1, s));
        }
    }

    private static IEnumerable<EpsilonTrial> Selections()
    {
        // Where any may move, one falls and all others rise; where all move the same way, one rises.
        var (counts, exchanged) = (ContributionBound.OfCounts(Candidates).Sensitivity(Added, Candidates), ContributionBound.OfCounts(Candidates).Sensitivity(Replaced, Candidates));
        foreach (var (name, sensitivity) in new[] { ("add-remove", counts), ("replace-one", exchanged) })
        {
            var left = new long[Candidates];
            var right = new long[Candidates];
            Array.Fill(right, sensitivity.IsMonotone ? 0 : 1);
            (left[0], right[0]) = (1, 0);
            var exponential = new ExponentialMechanism(sensitivity, One);
            var flip = new PermuteAndFlip(sensitivity, One);
            yield return Pure($"exponential/{name}", One, s => exponential.Select(left, s), s => exponential.Select(right, s));
            yield return Pure($"permute-and-flip/{name}", One, s => flip.Select(left, s), s => flip.Select(right, s));
            foreach (var noise in Enum.GetValues<MaxNoise>())
            {
                var max = new ReportNoisyMax(sensitivity, One, noise);
                yield return Pure($"report-noisy-max/{(noise == MaxNoise.Geometric ? "geometric" : "laplace")}/{name}", One, s => max.Select(left, s), s => max.Select(right, s), 0.5);
            }
        }

        // One row, then another above it: integers below the first lose utility, those above gain it.
        var median = new PrivateQuantiles(ContributionBound.OfValues(0, 63), Added, [ExactRatio.Create(1, 2)], One);
        yield return Pure("quantiles/median", One, s => median.Release([58], s)[0], s => median.Release([58, 63], s)[0], 0.2);

        // An exchange from below to above all three; the middle one shows most of it.
        var three = new PrivateQuantiles(ContributionBound.OfValues(0, 31), Replaced, [ExactRatio.Create(1, 4), ExactRatio.Create(1, 2), ExactRatio.Create(3, 4)], One);
        yield return Pure("quantiles/three", One, s => three.Release([0, 28], s)[1], s => three.Release([28, 31], s)[1], 0.1);
    }

    private static IEnumerable<EpsilonTrial> Streams()
    {
        foreach (var (relation, cutOff) in new[] { (Added, 1), (Added, 2), (Replaced, 1), (Replaced, 2) })
        {
            // Many answers "below" that rise, and as many "above" as allowed, which fall where they may.
            var sensitivity = ContributionBound.OfCounts().Sensitivity(relation);
            long[] left = [.. Enumerable.Repeat(0L, 6), .. Enumerable.Repeat(1L, cutOff)];
            long[] right = [.. Enumerable.Repeat(1L, 6), .. Enumerable.Repeat(relation == Added ? 1L : 0, cutOff)];
            yield return Pure(
                $"sparse-vector/cut-off-{cutOff}/{RelationNames.Of(relation)}", One, s => Answers(sensitivity, cutOff, left, s), s => Answers(sensitivity, cutOff, right, s), 0.5);
        }

        // The first step is in the nodes that totals 1, 2 and 4 are: each is as good a sight of it as any.
        var rho = Rho.Create(0.5);
        var tree = TreeAggregation.ForRho(ContributionBound.OfCounts(), Added, 7, rho);
        yield return AtDelta("tree-aggregation", tree.Loss, s => Totals(rho, 0, s), s => Totals(rho, 1, s), 0.3);
    }

    private static IEnumerable<EpsilonTrial> Groups()
    {
        foreach (var units in new[] { 0, 2, 4 })
        {
            var selection = new PartitionSelection(ContributionBound.OfCounts(), Added, One, ExactRatio.Create(1, 50));
            yield return new EpsilonTrial(
                $"partition-selection/{units}-units", 1, selection.Loss.Delta, s => selection.Keeps(units, s) ? 1 : 0, s => selection.Keeps(units + 1, s) ? 1 : 0, 0.5);
        }
    }

    // What is made of several: the best of a secret number of runs, and a query from its text to its answer.
    private static IEnumerable<EpsilonTrial> Composites()
    {
        var runs = NumberOfRuns.WithMean(1, 5);
        var once = new GeometricMechanism(ContributionBound.OfCounts().Sensitivity(Added), ExactRatio.Create(1, 4));
        var best = PrivateSelection.Of(once.Loss.ToLedger(), runs);
        yield return new EpsilonTrial(
            "private-selection/best-of-runs", RenyiConversion.Best(best, Delta.Create(GaussianDelta)).Epsilon.Value, GaussianDelta, s => Best(once, runs, 10, s), s => Best(once, runs, 11, s), 0.5);

        var (plan, rows) = QueryTrialRows.Make(Epsilon.Create(1), Delta.Create(GaussianDelta));
        yield return new EpsilonTrial("query/count", plan.Epsilon.Value, GaussianDelta, s => QueryTrialRows.Count(plan, rows(40), s), s => QueryTrialRows.Count(plan, rows(41), s), 0.3);
    }

    private static long Best(GeometricMechanism once, NumberOfRuns runs, long value, IRandomSource source)
    {
        var best = long.MinValue;
        for (var left = RunCount.Sample(runs, source); left > 0; left--)
        {
            best = Math.Max(best, once.Release([value], source)[0]);
        }

        return best;
    }

    private static EpsilonTrial Pure(string name, ExactRatio epsilon, Func<IRandomSource, long> left, Func<IRandomSource, long> right, double share = 1) =>
        new(name, epsilon.ToDouble(), 0, left, right, share);

    private static EpsilonTrial AtDelta(string name, MechanismLoss loss, Func<IRandomSource, long> left, Func<IRandomSource, long> right, double share = 1) =>
        new(name, loss.EpsilonAt(GaussianDelta), GaussianDelta, left, right, share);

    // How many coordinates lie at or below: all of them is the corner that a pure vector claim is tight in.
    private static long Corner(long[] released, long at) => released.Count(r => r <= at);

    private static long Sum(DiscreteGaussian share, int count, IRandomSource source)
    {
        var sum = 0L;
        for (var i = 0; i < count; i++)
        {
            sum += share.Sample(source);
        }

        return sum;
    }

    private static long Answers(Sensitivity sensitivity, int cutOff, long[] values, IRandomSource source)
    {
        using var stream = new SparseVector(sensitivity, One, cutOff, source);
        var answers = 1L;
        for (var i = 0; i < values.Length && stream.Left > 0; i++)
        {
            answers = (answers * 2) + (stream.IsAbove(values[i], 1) ? 1 : 0);
        }

        return answers;
    }

    private static long Totals(Rho rho, long first, IRandomSource source)
    {
        var tree = TreeAggregation.ForRho(ContributionBound.OfCounts(), Added, 7, rho);
        var sum = 0L;
        for (var step = 1; step <= 7; step++)
        {
            sum += tree.Add(step == 1 ? first : 0, source) * (int.IsPow2(step) ? 1 : 0);
        }

        return sum;
    }
}
