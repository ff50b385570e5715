namespace PrivacyGrains.Ckks.Circuits;

/// <summary>Sums of Chebyshev polynomials on [-1, 1]: how activations are written down and computed, because their coefficients stay small where powers' grow by the degree.</summary>
/// <remarks>Source: Mason, Handscomb, "Chebyshev Polynomials", 2003, sections 2.4 (Clenshaw) and 6.3 (interpolation).</remarks>
internal static class ChebyshevSeries
{
    /// <summary>The sum of c_n T_n(u).</summary>
    public static double Evaluate(ReadOnlySpan<double> coefficients, double u)
    {
        var (next, afterNext) = (0.0, 0.0);
        for (var i = coefficients.Length - 1; i > 0; i--)
        {
            (next, afterNext) = ((2 * u * next) - afterNext + coefficients[i], next);
        }

        return (u * next) - afterNext + coefficients[0];
    }

    /// <summary>The series of a degree that agrees with a function at the degree + 1 Chebyshev points of an interval.</summary>
    public static double[] Interpolate(Func<double, double> function, double from, double to, int degree)
    {
        var count = degree + 1;
        var values = new double[count];
        for (var k = 0; k < count; k++)
        {
            values[k] = function(((from + to) / 2) + ((to - from) / 2 * Math.Cos(Math.PI * (k + 0.5) / count)));
        }

        var coefficients = new double[count];
        for (var n = 0; n < count; n++)
        {
            var sum = 0.0;
            for (var k = 0; k < count; k++)
            {
                sum += values[k] * Math.Cos(Math.PI * n * (k + 0.5) / count);
            }

            coefficients[n] = (n == 0 ? 1 : 2) * sum / count;
        }

        return coefficients;
    }

    /// <summary>The series of the derivative by u.</summary>
    public static double[] Derivative(ReadOnlySpan<double> coefficients)
    {
        var derivative = new double[Math.Max(1, coefficients.Length - 1)];
        for (var n = coefficients.Length - 1; n >= 1; n--)
        {
            derivative[n - 1] = (n + 1 < derivative.Length ? derivative[n + 1] : 0) + (2 * n * coefficients[n]);
        }

        derivative[0] /= 2;
        return derivative;
    }

    /// <summary>A bound of the magnitude on [-1, 1] that costs little: the coefficients' magnitudes together.</summary>
    public static double RoughBound(ReadOnlySpan<double> coefficients)
    {
        var sum = 0.0;
        foreach (var coefficient in coefficients)
        {
            sum += Math.Abs(coefficient);
        }

        return sum;
    }

    /// <summary>A bound of the magnitude on [-1, 1]: a grid of cosines 16 times as dense as the degree, and what can stand between its points.</summary>
    public static double Bound(ReadOnlySpan<double> coefficients)
    {
        // A trigonometric polynomial of degree n on a grid of m n points (m > 1) is at most 1 / cos(pi / (2 m)) above its greatest there (Ehlich, Zeller 1964).
        var points = 16 * coefficients.Length;
        var largest = 0.0;
        for (var i = 0; i <= points; i++)
        {
            largest = Math.Max(largest, Math.Abs(Evaluate(coefficients, Math.Cos(Math.PI * i / points))));
        }

        return largest / Math.Cos(Math.PI / 32);
    }
}
