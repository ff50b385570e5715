namespace PrivacyGrains.Arithmetic;

/// <summary>Checks that spans fit the shapes of a matrix product.</summary>
internal static class MatrixShape
{
    internal static void Require(int left, int right, int destination, int m, int k, int n)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(m);
        ArgumentOutOfRangeException.ThrowIfNegative(k);
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        if (left != (long)m * k || right != (long)k * n || destination != (long)m * n)
        {
            throw new ArgumentException(
                $"A {m} x {k} by {k} x {n} product has {(long)m * k}, {(long)k * n} and {(long)m * n} words; these spans have {left}, {right} and {destination}.");
        }
    }
}
