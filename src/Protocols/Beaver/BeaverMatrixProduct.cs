using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Beaver;

/// <summary>The product of two shared matrices with one matrix triple, in one round.</summary>
/// <remarks>
/// Source: Beaver 1991 over the ring of matrices, as in Mohassel and Zhang, "SecureML", IEEE S&amp;P 2017, section IV-B: one opening of X - A and one of
/// Y - B serve the whole product, X * Y = A * B + D * B + A * E + D * E. Semi-honest; the triple is consumed. Each party sends m * k + k * n words to
/// each peer.
/// </remarks>
public static class BeaverMatrixProduct
{
    private const int RowWords = 16 * 1024;

    /// <summary>Masks both factors. Send the words, keep the state.</summary>
    /// <param name="committee">Who computes.</param>
    /// <param name="x">This party's share of an m x k matrix.</param>
    /// <param name="y">This party's share of a k x n matrix.</param>
    /// <param name="triple">A triple of these dimensions; consumed.</param>
    /// <returns>The round, which ends in a share of the m x n product.</returns>
    /// <exception cref="ArgumentException">Shares or triple do not fit each other or the committee.</exception>
    /// <exception cref="InvalidOperationException">The triple was consumed before, or a tensor is no matrix.</exception>
    public static AwaitingPeers<ShareTensor> Begin(Committee committee, ShareTensor x, ShareTensor y, MatrixTriple triple)
    {
        Shares.RequireOf(committee, x);
        Shares.RequireOf(committee, y);
        ArgumentNullException.ThrowIfNull(triple);
        var (m, k, n) = (x.Shape.Rows, x.Shape.Columns, y.Shape.Columns);
        if (y.Shape.Rows != k || (triple.Rows, triple.Inner, triple.Columns) != (m, k, n))
        {
            throw new ArgumentException($"{x.Shape} by {y.Shape} does not fit a triple of {triple.Rows} x {triple.Inner} x {triple.Columns}.");
        }

        var algebra = committee.Scheme.Algebra;
        var (a, b, c) = triple.Consume();
        return AwaitingPeers<ShareTensor>.Stream(committee, Combination.Open, a.Length + b.Length, Mask, Multiply);

        // All of D, then all of E.
        void Mask(int from, Span<ulong> destination)
        {
            var first = Math.Clamp(a.Length - from, 0, destination.Length);
            algebra.Subtract(x.Words.Slice(Math.Min(from, a.Length), first), a.AsSpan(Math.Min(from, a.Length), first), destination[..first]);
            var (at, second) = (Math.Max(0, from - a.Length), destination.Length - first);
            algebra.Subtract(y.Words.Slice(at, second), b.AsSpan(at, second), destination[first..]);
        }

        ShareTensor Multiply(OpenedWords opened)
        {
            var e = new ulong[b.Length];
            opened.Read(a.Length, e);
            if (committee.Scheme.AddsConstants(committee.Self))
            {
                algebra.Add(b, e, b); // D * B + D * E = D * (B + E): one product where D * E is public
            }

            // Some rows at a time: what is opened of D is used while it is in the cache.
            var rows = Math.Min(m, Math.Max(1, RowWords / (4 * Math.Max(1, k))) * 4);
            var d = new ulong[rows * k];
            var term = new ulong[rows * n];
            for (var row = 0; row < m; row += rows)
            {
                var now = Math.Min(rows, m - row);
                var left = d.AsSpan(0, now * k);
                var part = term.AsSpan(0, now * n);
                var sum = c.AsSpan(row * n, now * n);
                opened.ReadMasked(row * k, x.Words.Slice(row * k, left.Length), a.AsSpan(row * k, left.Length), left);
                algebra.MultiplyMatrix(left, b, part, now, k, n);
                algebra.Add(sum, part, sum);
                algebra.MultiplyMatrix(a.AsSpan(row * k, now * k), e, part, now, k, n);
                algebra.Add(sum, part, sum);
            }

            return ShareTensor.Own(committee.Scheme, committee.Self, TensorShape.Of(m, n), c);
        }
    }
}
