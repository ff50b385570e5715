using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Accounting.Plans;
using PrivacyGrains.Privacy.Mechanisms.Lazy;
using PrivacyGrains.Privacy.Mechanisms.Sensitivities;

namespace PrivacyGrains.Privacy.Mechanisms;

/// <summary>Decides which groups of an open-ended GROUP BY may be named at all, from how many privacy units each has. For one group it is optimal: no private rule keeps it more often.</summary>
/// <remarks>
/// <para>Source: Desfontaines, Voss, Gipson, Mandayam, "Differentially Private Partition Selection", PoPETs 2022, theorem 1: kept with probability pi(0) = 0 and pi(n) = min(e^eps pi(n-1) + delta, 1 - e^-eps (1 - pi(n-1) - delta), 1).
/// The recurrence is evaluated in enclosures, and the coin is tossed exactly (<see cref="LazyDraws"/>).</para>
/// <para>A unit that may be in several groups changes the count of each: epsilon and delta are divided by how many change between neighbours (their section 5). Only groups that have a unit may be handed over; that a group was
/// not kept says nothing more than the guarantee. Decisions on groups are independent, so the whole is a composition of that many (epsilon, delta)-private ones, and is charged as such: less than one of the sum. The counts are of distinct units, not of rows.</para>
/// </remarks>
public sealed class PartitionSelection
{
    private const double LeastEpsilon = 1.0 / 4096;

    private readonly Dictionary<int, List<Enclosure>> _tables = [];
    private readonly ExactRatio _epsilon;
    private readonly ExactRatio _delta;

    /// <summary>Fixes the rule.</summary>
    /// <param name="bound">In how many groups one unit may be.</param>
    /// <param name="relation">How neighbours differ.</param>
    /// <param name="epsilon">The loss of the whole selection outside the failure event; above zero, at most 100.</param>
    /// <param name="delta">Its failure probability; above zero, below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A figure is out of range, or epsilon for one of a unit's groups is below 1/4096.</exception>
    public PartitionSelection(ContributionBound bound, NeighbouringRelation relation, ExactRatio epsilon, ExactRatio delta)
    {
        ArgumentNullException.ThrowIfNull(bound);
        ExactRatios.RequireEpsilon(epsilon, nameof(epsilon));
        ArgumentOutOfRangeException.ThrowIfZero(delta.Denominator, nameof(delta));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(delta.Numerator, delta.Denominator, nameof(delta));
        var groups = (ulong)ContributionBound.OfCounts(bound.MaximumPartitions).Sensitivity(relation, null).L0;
        _epsilon = ExactRatios.Of(epsilon.Numerator, (UInt128)epsilon.Denominator * groups, nameof(epsilon));
        _delta = ExactRatios.Of(delta.Numerator, (UInt128)delta.Denominator * groups, nameof(delta));
        if (_epsilon.ToDouble() < LeastEpsilon)
        {
            throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon.ToDouble(), $"Divided by the {groups} groups that one unit may change, epsilon is below 1/4096: nothing would be kept.");
        }

        var each = new PrivacyEvent.Approximate(_epsilon.Up(), _delta.Up());
        Event = new PrivacyEvent.Repeat((long)groups, each);
        Loss = new MechanismLoss(relation, new PrivacyEvent.Repeat((long)groups, new PrivacyEvent.Pure(each.Epsilon)), groups * each.Delta);
    }

    /// <summary>What one selection loses, over all groups together.</summary>
    public MechanismLoss Loss { get; }

    /// <summary>The same as one event of a plan: what the decision on one group loses, for each of the groups that neighbours change.</summary>
    public PrivacyEvent Event { get; }

    /// <summary>Whether one group is kept. Ask once for each.</summary>
    /// <param name="units">How many distinct privacy units it has; zero or more; secret.</param>
    /// <param name="source">Cryptographic; no seed of a command line ever reaches it.</param>
    /// <returns>Differentially private.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public bool Keeps(long units, IRandomSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfNegative(units);
        using var bits = new RandomBits(source, block: 64);
        return LazyDraws.Coin(bits, precision => At(units, precision));
    }

    /// <summary>How likely a group of so many units is kept; for plans and dry runs.</summary>
    /// <param name="units">Zero or more; a public figure.</param>
    /// <returns>Between 0 and 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public double Probability(long units)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(units);
        return Math.ScaleB((double)At(units, 128).Low, -128);
    }

    private Enclosure At(long units, int bits)
    {
        lock (_tables)
        {
            if (!_tables.TryGetValue(bits, out var table))
            {
                _tables.Add(bits, table = [new Enclosure(0, 0, bits)]);
            }

            var one = Enclosure.One(bits);
            var delta = Enclosure.Of(_delta.Numerator, _delta.Denominator, bits);
            var shrink = Enclosure.ExpMinus(_epsilon.Numerator, _epsilon.Denominator, bits);
            var grow = shrink.Inverse();
            while (table.Count <= units && table[^1] != one)
            {
                var last = table[^1];
                table.Add(grow.Times(last).Plus(delta).Min(shrink.Times(last.Plus(delta).Complement()).Complement()).Min(one));
            }

            return table[(int)Math.Min(units, table.Count - 1)];
        }
    }
}
