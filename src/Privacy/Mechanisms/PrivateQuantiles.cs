using System.Collections.Immutable;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Accounting.Plans;
using PrivacyGrains.Privacy.Mechanisms.Lazy;
using PrivacyGrains.Privacy.Mechanisms.Sensitivities;

namespace PrivacyGrains.Privacy.Mechanisms;

/// <summary>One or several quantiles of integers in a public range, each an integer of that range, rising.</summary>
/// <remarks>
/// <para>One quantile: the exponential mechanism over all integers of the range, those between neighbouring data points taken together: Smith, "Privacy-Preserving Statistical Estimation with Optimal Convergence Rates", STOC 2011,
/// algorithm 2. The utility of z for a/b of n rows is minus how far z's ranks are from (a/b) n, in b-ths of a row: max(0, b #{x &lt; z} - a n, a n - b #{x &lt;= z}), which counts all rows equal to z as z's, so that repeated values
/// are found. One row added or removed changes it by at most max(a, b - a). The choice is exact (<see cref="LazyDraws"/>).</para>
/// <para>Several: Kaplan, Schnapp, Stemmer, "Differentially Private Approximate Quantiles", ICML 2022, algorithm 1: the middle one first, then those below on the rows below it and those above on the rows above, a level at a time.
/// Each row is in one part of a level, so a level costs its epsilon once. A row equal to the splitting value goes to either side by a fair coin of its own. Under replace-one, an exchange is a removal and an addition, each for half of a level's epsilon.</para>
/// </remarks>
public sealed class PrivateQuantiles
{
    private readonly ContributionBound _bound;
    private readonly ImmutableArray<ExactRatio> _quantiles;
    private readonly ExactRatio _levelEpsilon;
    private readonly ulong _rows;

    /// <summary>Fixes the quantiles and what they cost.</summary>
    /// <param name="bound">The range of values, public, and how many rows one unit may have, over all partitions. Values outside are clamped here.</param>
    /// <param name="relation">How neighbours differ.</param>
    /// <param name="quantiles">Rising, each above 0 and below 1, with denominators of at most 2^20; at most 1,023 of them.</param>
    /// <param name="epsilon">The loss for all together; above zero, at most 100.</param>
    /// <exception cref="ArgumentException">There is no quantile, or they do not rise.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A figure is out of range.</exception>
    public PrivateQuantiles(ContributionBound bound, NeighbouringRelation relation, ImmutableArray<ExactRatio> quantiles, ExactRatio epsilon)
    {
        ArgumentNullException.ThrowIfNull(bound);
        ExactRatios.RequireEpsilon(epsilon, nameof(epsilon));
        if (quantiles.IsDefaultOrEmpty || quantiles.Length > 1023)
        {
            throw new ArgumentException("There are 1 to 1,023 quantiles.", nameof(quantiles));
        }

        for (var i = 0; i < quantiles.Length; i++)
        {
            if (quantiles[i].Denominator is 0 or > 1 << 20 || quantiles[i].Numerator >= quantiles[i].Denominator || (i > 0 && Compare(quantiles[i - 1], quantiles[i]) >= 0))
            {
                throw new ArgumentException("Quantiles rise, each above 0 and below 1, with a denominator of at most 2^20.", nameof(quantiles));
            }
        }

        // The depth of halving: 1 for one quantile, 2 for up to three, 3 for up to seven.
        var levels = (ulong)(64 - ulong.LeadingZeroCount((ulong)quantiles.Length));
        var halves = relation == NeighbouringRelation.ReplaceOne ? 2UL : 1;
        (_bound, _quantiles, _rows) = (bound, quantiles, (ulong)bound.MaximumPartitions * (ulong)bound.MaximumRowsPerPartition);
        _levelEpsilon = ExactRatios.Of(epsilon.Numerator, (UInt128)epsilon.Denominator * levels * halves, nameof(epsilon));
        var level = new PrivacyEvent.Exponential(_levelEpsilon.Up() * halves);
        Loss = new MechanismLoss(relation, levels == 1 ? level : new PrivacyEvent.Repeat((long)levels, level));
    }

    /// <summary>What all quantiles together lose.</summary>
    public MechanismLoss Loss { get; }

    /// <summary>Estimates the quantiles.</summary>
    /// <param name="values">In any order; secret. The number of them is secret too.</param>
    /// <param name="source">Cryptographic; no seed of a command line ever reaches it.</param>
    /// <returns>One integer of the range for each quantile, not falling; differentially private.</returns>
    public long[] Release(ReadOnlySpan<long> values, IRandomSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        using var bits = new RandomBits(source);
        var sorted = values.ToArray();
        foreach (ref var value in sorted.AsSpan())
        {
            value = Math.Clamp(value, _bound.Lowest, _bound.Highest);
        }

        Array.Sort(sorted);
        var released = new long[_quantiles.Length];
        Split(bits, sorted, 0, released.Length, _bound.Lowest, _bound.Highest, released);
        return released;
    }

    // Quantiles first .. end-1 lie between two values, which are the range's ends or the quantiles beside them.
    private void Split(RandomBits bits, long[] sorted, int first, int end, long low, long high, long[] released)
    {
        if (first == end)
        {
            return;
        }

        var middle = first + ((end - first) / 2);
        var (a, b) = Within(_quantiles[middle], first == 0 ? null : _quantiles[first - 1], end == _quantiles.Length ? null : _quantiles[end]);
        var value = released[middle] = Choose(bits, new QuantileBins(sorted, low, high, a, b));
        var (left, right) = (new List<long>(), new List<long>());
        foreach (var x in sorted)
        {
            (x < value || (x == value && bits.Bit()) ? left : right).Add(x);
        }

        Split(bits, [.. left], first, middle, low, value, released);
        Split(bits, [.. right], middle + 1, end, value, high, released);
    }

    private long Choose(RandomBits bits, QuantileBins bins)
    {
        var (numerator, denominator) = (new System.Numerics.BigInteger(_levelEpsilon.Numerator), 2 * (System.Numerics.BigInteger)_levelEpsilon.Denominator * _rows * bins.RowSensitivity);
        var bin = LazyDraws.Choice(bits, precision => bins.Weights(numerator, denominator, precision), 42);
        return bins.First(bin) + (long)bits.Below((ulong)bins.Length(bin));
    }

    // A quantile's place between the two beside it: (q - l) / (h - l), as a/b.
    private static (Int128 A, Int128 B) Within(ExactRatio q, ExactRatio? low, ExactRatio? high)
    {
        var (ln, ld) = low is { } l ? (l.Numerator, l.Denominator) : (0UL, 1UL);
        var (hn, hd) = high is { } h ? (h.Numerator, h.Denominator) : (1UL, 1UL);
        var a = (((Int128)q.Numerator * ld) - ((Int128)ln * q.Denominator)) * hd;
        var b = (((Int128)hn * ld) - ((Int128)ln * hd)) * q.Denominator;
        var divisor = System.Numerics.BigInteger.GreatestCommonDivisor(a, b);
        return (a / (Int128)divisor, b / (Int128)divisor);
    }

    private static int Compare(ExactRatio left, ExactRatio right) => ((UInt128)left.Numerator * right.Denominator).CompareTo((UInt128)right.Numerator * left.Denominator);
}
