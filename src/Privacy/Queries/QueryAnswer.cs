using PrivacyGrains.Privacy.Accounting;

namespace PrivacyGrains.Privacy.Queries;

/// <summary>A noised answer: post-processing of the opened total, so it costs nothing more.</summary>
/// <param name="Value">The count (which may be negative: it is left unbiased) or the mean; null for a mean whose noised count is not above zero.</param>
/// <param name="Lower">Lower end of the 95 % error bar.</param>
/// <param name="Upper">Upper end of the 95 % error bar.</param>
/// <param name="Rows">The noised number of rows that passed.</param>
/// <param name="Epsilon">What the answer costs by itself.</param>
/// <param name="Delta">At this failure probability.</param>
/// <param name="Included">How many contributors are in the total.</param>
/// <remarks>The error bar is the noise's alone: a mean whose values were clamped, or a unit whose rows were left out, is off by that besides.</remarks>
public sealed record QueryAnswer(double? Value, double Lower, double Upper, double Rows, double Epsilon, double Delta, int Included)
{
    private const double Z = 1.959963984540054;

    /// <summary>Reads the opened total.</summary>
    /// <param name="plan">As agreed.</param>
    /// <param name="total">The noised total.</param>
    /// <param name="included">How many contributors are in it.</param>
    /// <param name="delta">For the cost that is shown.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="ArgumentException">The total has another length.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Fewer are included than the plan's claim allows (such a total must not be opened), or more than contributed.</exception>
    public static QueryAnswer FromTotal(QueryPlan plan, ReadOnlySpan<long> total, int included, Delta delta)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentOutOfRangeException.ThrowIfLessThan(included, plan.MinimumIncluded);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(included, plan.Joint.Contributors);
        if (total.Length != plan.Query.Dimension)
        {
            throw new ArgumentException($"The total has {total.Length} coordinates; the query has {plan.Query.Dimension}.", nameof(total));
        }

        var cost = RenyiConversion.Best(plan.Loss, delta).Epsilon.Value;
        var variance = plan.LocalVariance.ToDouble() * included;
        if (plan.Query.Kind == StatisticKind.Count)
        {
            var reach = Z * Math.Sqrt(variance);
            return new QueryAnswer(total[0], total[0] - reach, total[0] + reach, total[0], cost, delta.Value, included);
        }

        var (value, lower, upper) = Ratio(total[1], total[0], variance);
        var half = (plan.Query.Upper - plan.Query.Lower) / 2;
        var middle = plan.Query.Lower + half;
        const double rounding = 0.5 / StatisticsQuery.ValueUnits;
        return new QueryAnswer(
            value is { } v ? middle + (half * v) : null,
            middle + (half * Math.Clamp(lower - rounding, -1, 1)),
            middle + (half * Math.Clamp(upper + rounding, -1, 1)),
            total[0] / (double)StatisticsQuery.ValueUnits,
            cost,
            delta.Value,
            included);
    }

    // Fieller 1954: the true ratio r makes sum - r count normal with variance (1 + r^2) v; solve |sum - r count| <= z sqrt((1 + r^2) v) for r.
    private static (double? Value, double Lower, double Upper) Ratio(double sum, double count, double variance)
    {
        var spread = Z * Z * variance;
        var a = (count * count) - spread;
        if (count <= 0 || a <= 0)
        {
            return (count > 0 ? Math.Clamp(sum / count, -1, 1) : null, -1, 1);
        }

        var root = Math.Sqrt(spread * ((count * count) + (sum * sum) - spread));
        return (Math.Clamp(sum / count, -1, 1), ((sum * count) - root) / a, ((sum * count) + root) / a);
    }
}
