namespace PrivacyGrains.Arithmetic;

/// <summary>Polynomials over F_p, p = 2^61 - 1.</summary>
public static class Field61Polynomial
{
    /// <summary>The value at one point, by Horner's rule.</summary>
    /// <param name="coefficients">Reduced, the constant first; none gives zero.</param>
    /// <param name="point">Reduced.</param>
    public static ulong Evaluate(ReadOnlySpan<ulong> coefficients, ulong point)
    {
        var value = 0UL;
        for (var i = coefficients.Length - 1; i >= 0; i--)
        {
            value = Field61.Add(Field61.Multiply(value, point), coefficients[i]);
        }

        return value;
    }

    /// <summary>Lagrange coefficients at zero: f(0) is the sum of f(point_i) times coefficient i, for every f of degree below the number of points.</summary>
    /// <param name="points">Reduced, public, non-zero and pairwise different.</param>
    /// <returns>One coefficient per point.</returns>
    /// <exception cref="ArgumentException">A point is zero, doubled or not reduced.</exception>
    public static ulong[] LagrangeAtZero(ReadOnlySpan<ulong> points) => LagrangeAt(points, 0);

    /// <summary>Lagrange coefficients at any point: f(at) is the sum of f(point_i) times coefficient i.</summary>
    /// <param name="points">Reduced, public and pairwise different.</param>
    /// <param name="at">Reduced and public; for zero no point may be zero.</param>
    /// <returns>One coefficient per point.</returns>
    /// <exception cref="ArgumentException">A point is doubled or not reduced, or is zero where zero is asked for.</exception>
    public static ulong[] LagrangeAt(ReadOnlySpan<ulong> points, ulong at)
    {
        var coefficients = new ulong[points.Length];
        for (var i = 0; i < points.Length; i++)
        {
            if (!Field61.IsElement(points[i]) || (at == 0 && points[i] == 0))
            {
                throw new ArgumentException($"Point {i} is not a usable element.", nameof(points));
            }

            var numerator = 1UL;
            var denominator = 1UL;
            for (var j = 0; j < points.Length; j++)
            {
                if (j == i)
                {
                    continue;
                }

                if (points[j] == points[i])
                {
                    throw new ArgumentException($"Points {j} and {i} are the same.", nameof(points));
                }

                numerator = Field61.Multiply(numerator, Field61.Subtract(at, points[j]));
                denominator = Field61.Multiply(denominator, Field61.Subtract(points[i], points[j]));
            }

            coefficients[i] = Field61.Multiply(numerator, Field61.Inverse(denominator));
        }

        return coefficients;
    }
}
