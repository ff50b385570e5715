namespace PrivacyGrains.Learning.Training;

/// <summary>One record's gradient, clipped and turned into integers whose exact norm keeps the bound.</summary>
/// <remarks>
/// Clipping is per record: Abadi et al., "Deep Learning with Differential Privacy", CCS 2016, algorithm 1. Each coordinate is then cut towards zero, which never lengthens the vector, and the
/// norm is checked in integers; where rounding of the clipping factor left it above the bound, it is shrunk until it is not. So the sensitivity of a sum is exact, whatever the floating point did on the way.
/// </remarks>
public static class QuantisedGradient
{
    /// <summary>Adds one record's clipped gradient to a sum.</summary>
    /// <param name="gradient">The record's gradient; secret. A coordinate that is not finite makes the whole gradient count as zero.</param>
    /// <param name="clip">The norm that maps to <see cref="GradientNoise.Units"/>.</param>
    /// <param name="sum">As long as the gradient; each coordinate grows by at most the units.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void AddTo(ReadOnlySpan<double> gradient, ClipNorm clip, Span<long> sum)
    {
        if (gradient.Length != sum.Length)
        {
            throw new ArgumentException("The gradient and the sum have different lengths.", nameof(sum));
        }

        var square = 0.0;
        foreach (var g in gradient)
        {
            square += g * g;
        }

        if (!double.IsFinite(square))
        {
            return;
        }

        var factor = GradientNoise.Units / clip.Value * Math.Min(1, clip.Value / Math.Sqrt(square));
        while (ExactSquare(gradient, factor) > (Int128)GradientNoise.Units * GradientNoise.Units)
        {
            factor *= 1 - 1e-6;
        }

        for (var i = 0; i < gradient.Length; i++)
        {
            sum[i] += (long)(gradient[i] * factor);
        }
    }

    private static Int128 ExactSquare(ReadOnlySpan<double> gradient, double factor)
    {
        Int128 square = 0;
        foreach (var g in gradient)
        {
            Int128 cut = (long)(g * factor);
            square += cut * cut;
        }

        return square;
    }
}
