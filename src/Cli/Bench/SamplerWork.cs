using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Audits;
using PrivacyGrains.Privacy.Mechanisms;
using PrivacyGrains.Privacy.Mechanisms.Sensitivities;

namespace PrivacyGrains.Cli.Bench;

/// <summary>How fast one sampler draws, and whether its draws fit its law.</summary>
/// <param name="Name">As <c>discrete-gaussian/100</c>.</param>
/// <param name="Draws">How many were made.</param>
/// <param name="Seconds">Of processor time for all of them.</param>
/// <param name="DrawsPerSecond">Their quotient: draws a second on one core.</param>
/// <param name="PValue">Of Pearson's chi-square against exact masses: below 1e-4 only by a rare chance, or where the sampler is wrong.</param>
internal sealed record SamplerResult(string Name, long Draws, double Seconds, double DrawsPerSecond, double PValue);

/// <summary>What <c>bench dp --json</c> prints.</summary>
/// <param name="Results">One a sampler.</param>
internal sealed record SamplersDocument(IReadOnlyList<SamplerResult> Results);

/// <summary>A sampler with its masses.</summary>
/// <param name="Name">As <c>discrete-gaussian/100</c>; what follows the stroke is its parameter.</param>
/// <param name="Fill">Draws, each between zero and the number of masses.</param>
/// <param name="Masses">Of each outcome.</param>
/// <param name="Slow">How many times fewer draws are made than of others.</param>
internal sealed record SamplerWork(string Name, Action<long[], IRandomSource> Fill, double[] Masses, int Slow = 1)
{
    private const int Block = 1 << 14;

    private static readonly ExactRatio Half = ExactRatio.Create(1, 2);

    // How far 0 .. 7 are from being the median of 3, 3, 7, in half rows.
    private static readonly int[] MedianDistances = [3, 3, 3, 0, 1, 1, 1, 1];

    /// <summary>All of them.</summary>
    public static IEnumerable<SamplerWork> All()
    {
        foreach (var variance in new ulong[] { 1, 100, 1_000_000 })
        {
            var sampler = new DiscreteGaussian(ExactRatio.Create(variance));
            yield return OnIntegers($"discrete-gaussian/{variance}", sampler.Fill, x => Math.Exp(-(double)x * x / (2.0 * variance)), (long)(9 * Math.Sqrt(variance)) + 9);
        }

        foreach (var scale in new ulong[] { 1, 10, 1000 })
        {
            var sampler = new DiscreteLaplace(ExactRatio.Create(scale));
            yield return OnIntegers($"discrete-laplace/{scale}", sampler.Fill, x => Math.Exp(-Math.Abs(x) / (double)scale), 40 * (long)scale);
        }

        var geometric = new Geometric(ExactRatio.Create(10));
        yield return OnIntegers("geometric/10", geometric.Fill, x => x < 0 ? 0 : Math.Exp(-x / 10.0), 400);
        var response = RandomizedResponse.ForEpsilon(8, Epsilon.Create(1));
        var other = response.Noise.ToDouble() / 8;
        yield return new SamplerWork("randomized-response/8", (draws, source) => Each(draws, () => response.Answer(0, source)), [1 - (7 * other), .. Enumerable.Repeat(other, 7)]);

        // Eight candidates, gaps 0 to 7, rate 1/2.
        var sensitivity = ContributionBound.OfCounts(8).Sensitivity(NeighbouringRelation.AddRemove, 8);
        long[] utilities = [.. Enumerable.Range(0, 8).Select(i => -(long)i)];
        double[] weights = [.. utilities.Select(u => Math.Exp(u / 2.0))];
        var exponential = new ExponentialMechanism(sensitivity, Half);
        yield return new SamplerWork("exponential/8", (draws, source) => Each(draws, () => exponential.Select(utilities, source)), [.. weights.Select(w => w / weights.Sum())]);
        var flip = new PermuteAndFlip(sensitivity, Half);
        yield return new SamplerWork("permute-and-flip/8", (draws, source) => Each(draws, () => flip.Select(utilities, source)), FlipLaw(weights));
        var max = new ReportNoisyMax(sensitivity, Half);
        yield return new SamplerWork("report-noisy-max/2", (draws, source) => Each(draws, () => max.Select([0, -3], source)), MaxLaw(3, 2));
        var selection = new PartitionSelection(ContributionBound.OfCounts(), NeighbouringRelation.AddRemove, ExactRatio.Create(1), ExactRatio.Create(1, 1000));
        yield return new SamplerWork("partition-selection/6", (draws, source) => Each(draws, () => selection.Keeps(6, source) ? 1 : 0), [1 - selection.Probability(6), selection.Probability(6)], 10);
        var median = new PrivateQuantiles(ContributionBound.OfValues(0, 7), NeighbouringRelation.AddRemove, [Half], ExactRatio.Create(1));
        double[] ranks = [.. MedianDistances.Select(distance => Math.Exp(-distance / 2.0))];
        yield return new SamplerWork("quantiles/8", (draws, source) => Each(draws, () => median.Release([3, 3, 7], source)[0]), [.. ranks.Select(w => w / ranks.Sum())], 100);
    }

    /// <summary>Draws and tests.</summary>
    /// <param name="draws">How many; a slow sampler makes fewer.</param>
    /// <param name="source">Cryptographic.</param>
    /// <param name="cancel">Looked at between blocks.</param>
    public SamplerResult Run(long draws, IRandomSource source, CancellationToken cancel)
    {
        var (counts, block) = (new long[Masses.Length], new long[Block]);
        Fill(block, source); // warm
        var (made, spent) = (0L, TimeSpan.Zero);
        while (made < Math.Max(1, draws / Slow))
        {
            cancel.ThrowIfCancellationRequested();
            var start = Environment.CpuUsage.TotalTime; // not the clock: other programs may have the core meanwhile
            Fill(block, source);
            spent += Environment.CpuUsage.TotalTime - start;
            made += Block;
            foreach (var draw in block)
            {
                counts[draw]++;
            }
        }

        return new SamplerResult(Name, made, spent.TotalSeconds, made / spent.TotalSeconds, ChiSquare.PValue(counts, Masses));
    }

    private delegate void FillIntegers(Span<long> draws, IRandomSource source);

    // Outcomes from -reach to reach; further out nothing is ever drawn, and it would count as an end.
    private static SamplerWork OnIntegers(string name, FillIntegers fill, Func<long, double> mass, long reach)
    {
        double[] masses = [.. Enumerable.Range(0, (int)(2 * reach) + 1).Select(i => mass(i - reach))];
        var total = masses.Sum();
        return new SamplerWork(
            name,
            (draws, source) =>
            {
                fill(draws, source);
                foreach (ref var draw in draws.AsSpan())
                {
                    draw = Math.Clamp(draw + reach, 0, 2 * reach);
                }
            },
            [.. masses.Select(m => m / total)]);
    }

    private static void Each(long[] draws, Func<long> draw)
    {
        foreach (ref var one in draws.AsSpan())
        {
            one = draw();
        }
    }

    // Over sets of candidates that were passed over: the next of the others is uniform.
    private static double[] FlipLaw(double[] taken)
    {
        var (law, reached) = (new double[taken.Length], new double[1 << taken.Length]);
        reached[0] = 1;
        for (var passed = 0; passed < reached.Length; passed++)
        {
            var left = taken.Length - int.PopCount(passed);
            for (var i = 0; i < taken.Length; i++)
            {
                if ((passed >> i & 1) == 0)
                {
                    law[i] += reached[passed] / left * taken[i];
                    reached[passed | (1 << i)] += reached[passed] / left * (1 - taken[i]);
                }
            }
        }

        return law;
    }

    // Two candidates, the second lower by a gap: it wins if its noise is more than the gap above the other's, and half of the ties.
    private static double[] MaxLaw(int gap, double scale)
    {
        var (q, second) = (Math.Exp(-1 / scale), 0.0);
        for (var z = 0; z < 200 * scale; z++)
        {
            var at = (1 - q) * Math.Pow(q, z);
            second += at * (Math.Pow(q, z + gap + 1) + (0.5 * (1 - q) * Math.Pow(q, z + gap)));
        }

        return [1 - second, second];
    }
}
