namespace PrivacyGrains.Ckks.Circuits;

/// <summary>The polynomial that is nearest a continuous function on [-1, 1] in the largest difference.</summary>
/// <remarks>
/// Remez's second algorithm, all points exchanged at once (Remez 1934; Powell, "Approximation theory and methods", 1981, chapters 8 and 9; de la Vallée Poussin's bound says how near the best one is). In the Chebyshev basis, from the Chebyshev points:
/// 1. solve for the polynomial whose error on the reference has one magnitude and alternating signs; 2. take the greatest error of each run of one sign as the new reference; 3. stop when the greatest and the least agree.
/// </remarks>
internal static class Minimax
{
    private const int MostRounds = 60;

    /// <summary>Finds it.</summary>
    /// <param name="function">Continuous on [-1, 1].</param>
    /// <param name="degree">At least 1.</param>
    /// <returns>Chebyshev coefficients, and the least magnitude of the error on the last reference.</returns>
    public static (double[] Coefficients, double Leveled) Find(Func<double, double> function, int degree)
    {
        var count = degree + 2;
        var points = Enumerable.Range(0, count).Select(i => -Math.Cos(Math.PI * i / (count - 1))).ToArray();
        var grid = Enumerable.Range(0, (256 * count) + 1).Select(i => -Math.Cos(Math.PI * i / (256 * count))).ToArray();
        var (best, bestError, leveled) = (Array.Empty<double>(), double.PositiveInfinity, 0.0);
        for (var round = 0; round < MostRounds; round++)
        {
            var coefficients = Level(function, points, degree);
            var errors = grid.Select(u => function(u) - ChebyshevSeries.Evaluate(coefficients, u)).ToArray();
            var greatest = errors.Max(Math.Abs);
            if (greatest < bestError)
            {
                (best, bestError) = (coefficients, greatest);
                leveled = points.Min(u => Math.Abs(function(u) - ChebyshevSeries.Evaluate(coefficients, u)));
            }

            if (greatest - leveled <= 1e-6 * greatest || Exchange(grid, errors, count) is not { } next)
            {
                break;
            }

            points = next;
        }

        return (best, leveled);
    }

    /// <summary>Step 1: a linear system in the coefficients and the level.</summary>
    private static double[] Level(Func<double, double> function, double[] points, int degree)
    {
        var n = points.Length;
        var rows = new double[n][];
        for (var i = 0; i < n; i++)
        {
            rows[i] = new double[n + 1];
            var (now, next) = (1.0, points[i]);
            for (var k = 0; k <= degree; k++)
            {
                rows[i][k] = now;
                (now, next) = (next, (2 * points[i] * next) - now);
            }

            rows[i][n - 1] = i % 2 == 0 ? 1 : -1;
            rows[i][n] = function(points[i]);
        }

        return Solve(rows)[..(degree + 1)];
    }

    /// <summary>Step 2: the alternating extremes, as many as wanted; null where the error has fewer, that is where rounding ends the search.</summary>
    private static double[]? Exchange(double[] grid, double[] errors, int count)
    {
        var extremes = new List<int>();
        for (var i = 0; i < grid.Length; i++)
        {
            if (extremes.Count == 0 || Math.Sign(errors[i]) != Math.Sign(errors[extremes[^1]]))
            {
                extremes.Add(i);
            }
            else if (Math.Abs(errors[i]) > Math.Abs(errors[extremes[^1]]))
            {
                extremes[^1] = i;
            }
        }

        while (extremes.Count > count)
        {
            // One too many: the lesser end. Two or more: the least and its lesser neighbour, so that signs still alternate.
            if (extremes.Count == count + 1)
            {
                extremes.RemoveAt(Math.Abs(errors[extremes[0]]) < Math.Abs(errors[extremes[^1]]) ? 0 : extremes.Count - 1);
                continue;
            }

            var pair = Enumerable.Range(0, extremes.Count - 1).MinBy(i => Math.Max(Math.Abs(errors[extremes[i]]), Math.Abs(errors[extremes[i + 1]])));
            extremes.RemoveRange(pair, 2);
        }

        return extremes.Count == count ? [.. extremes.Select(i => grid[i])] : null;
    }

    /// <summary>Elimination with the largest pivot.</summary>
    private static double[] Solve(double[][] rows)
    {
        var n = rows.Length;
        for (var column = 0; column < n; column++)
        {
            var pivot = Enumerable.Range(column, n - column).MaxBy(i => Math.Abs(rows[i][column]));
            (rows[column], rows[pivot]) = (rows[pivot], rows[column]);
            for (var i = column + 1; i < n; i++)
            {
                var factor = rows[i][column] / rows[column][column];
                for (var k = column; k <= n; k++)
                {
                    rows[i][k] -= factor * rows[column][k];
                }
            }
        }

        var solution = new double[n];
        for (var i = n - 1; i >= 0; i--)
        {
            var rest = rows[i][n];
            for (var k = i + 1; k < n; k++)
            {
                rest -= rows[i][k] * solution[k];
            }

            solution[i] = rest / rows[i][i];
        }

        return solution;
    }
}
