using System.Collections.Immutable;

namespace PrivacyGrains.Privacy.Accounting;

/// <summary>What one release costs: a bound of its Renyi divergence at each order of the grid, and a delta, in units of 2^-40 rounded up.</summary>
/// <remarks>
/// Delta-approximate Renyi privacy: outside an event of probability delta the divergence at order a is at most the figure for a. Losses of releases that are
/// chosen one after another add up, order by order (Feldman, Zrnic, "Individual Privacy Accounting via a Renyi Filter", NeurIPS 2021; the deltas: Whitehouse,
/// Ramdas, Rogers, Wu, "Fully-Adaptive Composition in Differential Privacy", ICML 2023).
/// </remarks>
public sealed class RenyiLoss : IEquatable<RenyiLoss>
{
    private readonly ImmutableArray<long> _units;

    private RenyiLoss(ImmutableArray<long> units, long deltaUnits)
    {
        _units = units;
        DeltaUnits = deltaUnits;
    }

    /// <summary>No loss.</summary>
    public static RenyiLoss Zero { get; } = new([.. new long[RenyiOrders.Count]], 0);

    /// <summary>The loss at each order of <see cref="RenyiOrders.All"/>, in units of 2^-40; <see cref="long.MaxValue"/> where there is no bound.</summary>
    public ImmutableArray<long> Units => _units;

    /// <summary>The probability outside which the bounds hold, in units of 2^-40.</summary>
    public long DeltaUnits { get; }

    /// <summary>Takes stored units.</summary>
    /// <param name="units">One figure an order, each zero or more.</param>
    /// <param name="deltaUnits">Zero or more.</param>
    /// <returns>The loss.</returns>
    /// <exception cref="ArgumentException">The number of orders is another, or a figure is negative.</exception>
    public static RenyiLoss FromUnits(ImmutableArray<long> units, long deltaUnits)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(deltaUnits);
        if (units.IsDefault || units.Length != RenyiOrders.Count || units.Any(u => u < 0))
        {
            throw new ArgumentException($"A loss has {RenyiOrders.Count} figures, each zero or more.", nameof(units));
        }

        return new RenyiLoss(units, deltaUnits);
    }

    /// <summary>Takes a formula for the divergence, and rounds each figure up.</summary>
    /// <param name="divergence">From order (above 1) to a bound in nats, zero or more; positive infinity where there is none.</param>
    /// <param name="delta">A probability; zero for a mechanism without failure event.</param>
    /// <returns>The loss.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The formula gives a negative figure or no number.</exception>
    public static RenyiLoss FromCurve(Func<double, double> divergence, double delta = 0)
    {
        ArgumentNullException.ThrowIfNull(divergence);
        return new RenyiLoss([.. RenyiOrders.All.Select(order => LossUnits.RoundUp(divergence(order)))], LossUnits.RoundUp(delta));
    }

    /// <summary>The loss of both releases together, order by order, saturating.</summary>
    /// <param name="other">The other release's loss, under the same neighbours.</param>
    /// <returns>The sum.</returns>
    public RenyiLoss Plus(RenyiLoss other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var sum = ImmutableArray.CreateBuilder<long>(RenyiOrders.Count);
        for (var i = 0; i < RenyiOrders.Count; i++)
        {
            sum.Add(LossUnits.Add(_units[i], other._units[i]));
        }

        return new RenyiLoss(sum.MoveToImmutable(), LossUnits.Add(DeltaUnits, other.DeltaUnits));
    }

    /// <summary>The loss of the same release made several times.</summary>
    /// <param name="count">Zero or more.</param>
    /// <returns>The product, saturating.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative.</exception>
    public RenyiLoss Times(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return new RenyiLoss([.. _units.Select(u => Multiply(u, count))], Multiply(DeltaUnits, count));

        static long Multiply(long units, int count) =>
            units == long.MaxValue && count > 0 ? long.MaxValue : (long)Int128.Min((Int128)units * count, long.MaxValue);
    }

    /// <inheritdoc/>
    public bool Equals(RenyiLoss? other) => other is not null && DeltaUnits == other.DeltaUnits && _units.AsSpan().SequenceEqual(other._units.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as RenyiLoss);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_units[0], _units[^1], DeltaUnits);

    /// <inheritdoc/>
    public override string ToString() => $"RenyiLoss(order 2: {LossUnits.ToShowUp(_units[4 * 2])})";
}
