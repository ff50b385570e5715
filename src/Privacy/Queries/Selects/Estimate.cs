namespace PrivacyGrains.Privacy.Queries.Selects;

/// <summary>One figure of an answer with its error bar.</summary>
/// <param name="Value">The figure; null where the noised count is not above zero, so that there is no mean.</param>
/// <param name="Lower">Lower end of the 95 % error bar.</param>
/// <param name="Upper">Upper end of the 95 % error bar.</param>
/// <remarks>
/// The bar is the noise's: over the noise alone it covers, with probability at least 0.95, the figure of the rows that counted. What clamping and the bound on
/// a unit's rows leave out is not in it. Bars of several figures hold each by itself, not all at once.
/// </remarks>
public readonly record struct Estimate(double? Value, double Lower, double Upper);

/// <summary>From noised sums to figures. Post-processing: it costs nothing more.</summary>
internal static class Estimates
{
    /// <summary>The normal quantile of 95 % in the middle.</summary>
    public const double Z95 = 1.959963984540054;

    // Of 97.5 % in the middle: two such bars hold together with 95 %.
    private const double Z975 = 2.241402727604945;

    /// <summary>A sum: the half adds what a normal bar lacks on the integers where the deviation is small.</summary>
    public static Estimate Sum(double total, double deviation, double unit)
    {
        var reach = ((Z95 * deviation) + 0.5) * Math.Abs(unit);
        return new Estimate(total * unit, (total * unit) - reach, (total * unit) + reach);
    }

    /// <summary>The mean of values between low and high, of the rows' noised count and centred sum.</summary>
    public static Estimate Mean(double count, double sum, double variance, double low, double high)
    {
        var (value, lower, upper) = Ratio(sum, count, variance, Z95);
        var half = (high - low) / 2;
        return new Estimate(value is { } v ? low + (half * (1 + v)) : null, low + (half * (1 + lower)), low + (half * (1 + upper)));
    }

    /// <summary>The population variance: mean square less squared mean, on the scale of half the range; its bar takes the worst of both bars.</summary>
    public static Estimate Variance(double count, double sum, double square, double variance, double low, double high)
    {
        var (mean, meanLow, meanHigh) = Ratio(sum, count, variance, Z975);
        var (stretched, squareLow, squareHigh) = Ratio(square, count, variance, Z975);
        var least = meanLow <= 0 && meanHigh >= 0 ? 0 : Math.Min(meanLow * meanLow, meanHigh * meanHigh);
        var most = Math.Max(meanLow * meanLow, meanHigh * meanHigh);
        var scale = (high - low) * (high - low) / 4;
        return new Estimate(
            mean is { } m && stretched is { } s ? scale * Math.Clamp(((s + 1) / 2) - (m * m), 0, 1) : null,
            scale * Math.Clamp(((squareLow + 1) / 2) - most, 0, 1),
            scale * Math.Clamp(((squareHigh + 1) / 2) - least, 0, 1));
    }

    // Fieller 1954: the true ratio r makes sum - r count normal with variance (1 + r^2) v; solve |sum - r count| <= z sqrt((1 + r^2) v) for r in -1 .. 1. Rounding to steps moves r by half a step.
    private static (double? Value, double Lower, double Upper) Ratio(double sum, double count, double variance, double z)
    {
        const double rounding = 0.5 / Measure.Steps;
        var spread = z * z * variance;
        var a = (count * count) - spread;
        if (count <= 0 || a <= 0)
        {
            return (count > 0 ? Math.Clamp(sum / count, -1, 1) : null, -1, 1);
        }

        var root = Math.Sqrt(spread * Math.Max(0, (count * count) + (sum * sum) - spread));
        return (
            Math.Clamp(sum / count, -1, 1),
            Math.Clamp((((sum * count) - root) / a) - rounding, -1, 1),
            Math.Clamp((((sum * count) + root) / a) + rounding, -1, 1));
    }
}
