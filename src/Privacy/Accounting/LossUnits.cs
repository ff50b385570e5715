namespace PrivacyGrains.Privacy.Accounting;

/// <summary>The ledger's integer unit, 2^-40: a nat of Renyi loss, or a probability, is 2^40 of them.</summary>
/// <remarks>
/// Integers make a ledger's sums exact and equal on every machine. A double that enters is first widened by a relative 2^-44 and then by two units,
/// which covers the few units in the last place that logarithms and square roots of operands below 2^10 may err by; so what comes in is rounded up,
/// what is allowed is rounded down. <see cref="long.MaxValue"/> stands for a loss without bound.
/// </remarks>
public static class LossUnits
{
    /// <summary>Units in one nat, and in probability one.</summary>
    public const long One = 1L << 40;

    private const double Slack = 1.0 / (1L << 44);

    /// <summary>A loss or probability in units, rounded up.</summary>
    /// <param name="value">Zero or more; positive infinity stands for no bound.</param>
    /// <returns>At least the true value; zero only for exactly zero; <see cref="long.MaxValue"/> where it does not fit.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not a number.</exception>
    public static long RoundUp(double value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        if (double.IsNaN(value))
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, "A loss is a number.");
        }

        if (value == 0)
        {
            return 0;
        }

        var units = Math.Ceiling(value * (1 + Slack) * One) + 2;
        return units >= long.MaxValue ? long.MaxValue : (long)units;
    }

    /// <summary>An allowance in units, rounded down.</summary>
    /// <param name="value">Any number; negative gives zero.</param>
    /// <returns>At most the true value, and zero or more.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The value is not a number.</exception>
    public static long RoundDown(double value)
    {
        if (double.IsNaN(value))
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, "An allowance is a number.");
        }

        var units = Math.Floor(value * (1 - Slack) * One) - 2;
        return units <= 0 ? 0 : units >= long.MaxValue ? long.MaxValue - 1 : (long)units;
    }

    /// <summary>The sum of two losses, which stays without bound once it was.</summary>
    /// <param name="left">Units, zero or more.</param>
    /// <param name="right">Units, zero or more.</param>
    /// <returns>The sum, or <see cref="long.MaxValue"/>.</returns>
    public static long Add(long left, long right) => left > long.MaxValue - right ? long.MaxValue : left + right;

    /// <summary>Units as a number that is shown to people, rounded up to six decimals.</summary>
    /// <param name="units">Zero or more.</param>
    /// <returns>In nats or probability; 8388608 (2^23) stands for no bound, so that it fits JSON.</returns>
    public static double ToShowUp(long units) => Math.Ceiling(units / (double)One * 1e6) / 1e6;

    /// <summary>Units as a number that is shown to people, rounded down to six decimals.</summary>
    /// <param name="units">Zero or more.</param>
    /// <returns>In nats or probability.</returns>
    public static double ToShowDown(long units) => Math.Floor(units / (double)One * 1e6) / 1e6;
}
