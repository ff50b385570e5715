using PrivacyGrains.Arithmetic;

namespace PrivacyGrains.Protocols.Dealing;

/// <summary>Dot products of the rows of two matrices of one shape: what the dealer computes in the clear and parties on their shares.</summary>
internal static class RowDots
{
    /// <summary>Adds to each row's sum the products of a run of both matrices.</summary>
    /// <param name="algebra">In which algebra.</param>
    /// <param name="x">A run of the one matrix, row-major.</param>
    /// <param name="y">The same run of the other.</param>
    /// <param name="from">Where in the matrices the run begins.</param>
    /// <param name="length">Numbers in a row.</param>
    /// <param name="sums">One for each row of the matrices.</param>
    internal static void Add(WordAlgebra algebra, ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> y, int from, int length, Span<ulong> sums)
    {
        Span<ulong> dot = stackalloc ulong[1];
        for (var at = 0; at < x.Length;)
        {
            var (row, column) = Math.DivRem(from + at, length);
            var run = Math.Min(length - column, x.Length - at);
            algebra.MultiplyMatrix(x.Slice(at, run), y.Slice(at, run), dot, 1, run, 1);
            algebra.Add(sums.Slice(row, 1), dot, sums.Slice(row, 1));
            at += run;
        }
    }
}
