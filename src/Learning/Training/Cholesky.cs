namespace PrivacyGrains.Learning.Training;

/// <summary>Systems of equations whose matrix is symmetric and positive definite.</summary>
/// <remarks>Source: Golub, Van Loan, "Matrix Computations", 4th edition, 2013, algorithms 4.2.1 and 3.1.1 to 3.1.2.</remarks>
internal static class Cholesky
{
    /// <summary>Solves A x = b in place.</summary>
    /// <param name="a">n x n, row-major; only the lower triangle is read. Its factor stands there afterwards.</param>
    /// <param name="b">n numbers; x stands there afterwards.</param>
    /// <exception cref="InvalidOperationException">The matrix is not positive definite in these numbers.</exception>
    public static void Solve(double[] a, double[] b)
    {
        var n = b.Length;
        ArgumentOutOfRangeException.ThrowIfNotEqual(a.Length, n * n);
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = a[(i * n) + j];
                for (var k = 0; k < j; k++)
                {
                    sum -= a[(i * n) + k] * a[(j * n) + k];
                }

                a[(i * n) + j] = i != j ? sum / a[(j * n) + j]
                    : sum > 0 ? Math.Sqrt(sum)
                    : throw new InvalidOperationException("The matrix is not positive definite. Give a stronger ridge.");
            }
        }

        for (var i = 0; i < n; i++) // L y = b
        {
            for (var k = 0; k < i; k++)
            {
                b[i] -= a[(i * n) + k] * b[k];
            }

            b[i] /= a[(i * n) + i];
        }

        for (var i = n - 1; i >= 0; i--) // L' x = y
        {
            for (var k = i + 1; k < n; k++)
            {
                b[i] -= a[(k * n) + i] * b[k];
            }

            b[i] /= a[(i * n) + i];
        }
    }
}
