using System.Numerics;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Accounting.Plans;
using PrivacyGrains.Privacy.Mechanisms.Sensitivities;

namespace PrivacyGrains.Privacy.Mechanisms;

/// <summary>Running totals of a stream, each with the noise of only logarithmically many nodes, at one price for all of them.</summary>
/// <remarks>
/// <para>Source: Dwork, Naor, Pitassi, Rothblum, "Differential Privacy under Continual Observation", STOC 2010; Chan, Shi, Song, "Private and Continual Release of Statistics", TISSEC 2011, algorithm 2. A binary tree stands over the steps; each
/// node's sum gets its own discrete Gaussian when its last step is in, and the total of t steps adds one node for each bit of t. All nodes together are one release of integer vectors, so the loss is (their L2 sensitivity^2 / (2 variance))-zCDP
/// (Canonne, Kamath, Steinke 2020, theorem 4), also where later steps depend on earlier totals: composition is adaptive.</para>
/// <para>A coordinate of the contribution bound is a step: one unit may have rows in so many steps. In each level of the tree the changes of all nodes together are at most the L1 sensitivity of the steps, and one node's at most its length times the greatest
/// change of a step; the sum of squares is greatest where as many nodes as possible change by the most. One instance is one release; not thread-safe. It holds exact sums: secret.</para>
/// </remarks>
public sealed class TreeAggregation
{
    private const int MostSteps = 1 << 30;

    private readonly DiscreteGaussian _noise;
    private readonly long[] _exact;
    private readonly long[] _noised;

    private TreeAggregation(int steps, ExactRatio variance, NeighbouringRelation relation, BigInteger squared)
    {
        Steps = steps;
        _noise = new DiscreteGaussian(variance);
        (_exact, _noised) = (new long[Levels(steps)], new long[Levels(steps)]);
        Rho = Rho.Create((double)squared * (1 + 1e-15) / (2 * variance.Down()));
        Loss = new MechanismLoss(relation, new PrivacyEvent.Zcdp(Rho.Value));
    }

    /// <summary>The last step that can be added.</summary>
    public int Steps { get; }

    /// <summary>How many were.</summary>
    public int Taken { get; private set; }

    /// <summary>The variance of each node's noise; that of a total is so many times it as the number of steps has ones in binary.</summary>
    public ExactRatio NodeVariance => _noise.Variance;

    /// <summary>The zero-concentrated guarantee of all totals, rounded up.</summary>
    public Rho Rho { get; }

    /// <summary>What all totals together lose.</summary>
    public MechanismLoss Loss { get; }

    /// <summary>Finds the noise for a guarantee.</summary>
    /// <param name="bound">In how many steps one unit may have rows, how many in each, and of which values.</param>
    /// <param name="relation">How neighbours differ.</param>
    /// <param name="steps">The most that will be added; 1 to 2^30; public.</param>
    /// <param name="rho">What all totals together may lose; above zero.</param>
    /// <returns>An empty stream.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A figure is out of range, or the rho needs more noise than 64 bits hold.</exception>
    public static TreeAggregation ForRho(ContributionBound bound, NeighbouringRelation relation, int steps, Rho rho)
    {
        ArgumentNullException.ThrowIfNull(bound);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(steps, MostSteps);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(rho.Value, 0, nameof(rho));
        var squared = NodesL2Squared(bound.Sensitivity(relation, steps), steps);
        var variance = (double)squared / (2 * rho.Value) * (1 + 1e-14);
        return variance < 1L << 46
            ? new TreeAggregation(steps, ExactRatio.RoundUp(variance), relation, squared)
            : throw new ArgumentOutOfRangeException(nameof(rho), rho.Value, "So small a rho needs a variance above 2^46: count in coarser units.");
    }

    /// <summary>Adds a step and releases the total.</summary>
    /// <param name="value">The step's sum over all units; secret.</param>
    /// <param name="source">Cryptographic; no seed of a command line ever reaches it.</param>
    /// <returns>The noised total of all steps so far; differentially private.</returns>
    /// <exception cref="InvalidOperationException">All steps were taken.</exception>
    /// <exception cref="OverflowException">A sum does not fit 64 bits.</exception>
    public long Add(long value, IRandomSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (Taken == Steps)
        {
            throw new InvalidOperationException("All steps were taken: a new stream has a new charge.");
        }

        Taken++;

        // The node that ends here swallows those below it: its sum is theirs and the new step.
        var level = int.TrailingZeroCount(Taken);
        for (var below = 0; below < level; below++)
        {
            value += _exact[below];
            (_exact[below], _noised[below]) = (0, 0);
        }

        var noise = _noise.Sample(source);
        (_exact[level], _noised[level]) = (value, ExactRatios.Saturating(value, noise));
        Int128 total = 0;
        foreach (var node in _noised)
        {
            total += node;
        }

        return (long)Int128.Clamp(total, long.MinValue, long.MaxValue);
    }

    /// <inheritdoc/>
    public override string ToString() => $"TreeAggregation({Taken} of {Steps})";

    internal static BigInteger NodesL2Squared(Sensitivity steps, int count)
    {
        var squared = BigInteger.Zero;
        for (var level = 0; level < Levels(count); level++)
        {
            var node = BigInteger.Min((BigInteger)steps.Linf << level, steps.L1);
            var whole = BigInteger.DivRem(steps.L1, node, out var rest);
            squared += (whole * node * node) + (rest * rest);
        }

        return squared;
    }

    private static int Levels(int steps) => 32 - int.LeadingZeroCount(steps);
}
