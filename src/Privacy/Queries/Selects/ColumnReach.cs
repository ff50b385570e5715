using PrivacyGrains.Privacy.Queries.Schemas;

namespace PrivacyGrains.Privacy.Queries.Selects;

/// <summary>How far the measures of one column move where one row's value is exchanged for another: the longest chord of the curve that they draw while the value runs through its range.</summary>
/// <param name="L2Squared">The chord's squared L2 length, in integers of the summed vector.</param>
/// <param name="L1">The longest chord's L1 length.</param>
/// <remarks>
/// With t from -1 to 1 along the range, the centred value is t, the value itself moves by b t (b half the range over the greatest magnitude), and the stretched square is 2 t^2 - 1. A chord from t to t' has d = |t - t'| and s = |t + t'|, d + s at most
/// 2, and moves them by d, b d and 2 d s: longest at d = 2 - s. Without the square, s = 0: the range's ends. With it, and A = 1 + b^2 (B = 1 + b) of those that are asked, (2 - s)^2 (A + 4 s^2) is greatest at s = 0 or s = (2 + sqrt(4 - 2A))/4, and
/// (2 - s)(B + 2 s) at s = (4 - B)/4. Rounding to integers moves each end by less than one.
/// </remarks>
internal readonly record struct ColumnReach(double L2Squared, double L1)
{
    private const double Rounding = 2; // both ends of a coordinate

    /// <summary>Of the measures of one column.</summary>
    /// <param name="column">With bounds.</param>
    /// <param name="kinds">At least one that sums values.</param>
    public static ColumnReach Of(ColumnSchema column, IReadOnlyCollection<MeasureKind> kinds)
    {
        var (least, most) = Measure.ValueRange(column);
        double value = kinds.Contains(MeasureKind.Value) ? most - least : 0;
        double centred = kinds.Contains(MeasureKind.Centred) ? 2 * Measure.Steps : 0;
        if (!kinds.Contains(MeasureKind.Square))
        {
            return new ColumnReach((value * value) + (centred * centred), value + centred);
        }

        // Half the ends' distance is the move for t from 0 to 1.
        var b = value > 0 ? (value + Rounding) / (2 * Measure.Steps) : 0;
        var t = centred > 0 ? 1 : 0;
        var (a, sum) = (t + (b * b), t + b);
        var squared = Math.Max(4 * a, Squared((2 + Math.Sqrt(Math.Max(0, 4 - (2 * a)))) / 4));
        var s1 = Math.Max(0, (4 - sum) / 4);
        var length = (Math.Sqrt(squared) * Measure.Steps) + (Rounding * kinds.Count);
        return new ColumnReach(length * length, ((2 - s1) * (sum + (2 * s1)) * Measure.Steps) + (Rounding * kinds.Count));

        double Squared(double s) => (2 - s) * (2 - s) * (a + (4 * s * s));
    }
}
