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
        var outbound = new ulong[a.Length + b.Length];
        algebra.Subtract(x.Words, a, outbound.AsSpan(0, a.Length));
        algebra.Subtract(y.Words, b, outbound.AsSpan(a.Length));
        return AwaitingPeers<ShareTensor>.Broadcast(committee, Combination.Open, outbound, opened =>
        {
            var d = opened.AsSpan(0, a.Length);
            var e = opened.AsSpan(a.Length);
            if (committee.Scheme.AddsConstants(committee.Self))
            {
                algebra.Add(b, e, b); // D * B + D * E = D * (B + E): one product where D * E is public
            }

            var term = new ulong[c.Length];
            algebra.MultiplyMatrix(d, b, term, m, k, n);
            algebra.Add(c, term, c);
            algebra.MultiplyMatrix(a, e, term, m, k, n);
            algebra.Add(c, term, c);
            return ShareTensor.Own(committee.Scheme, committee.Self, TensorShape.Of(m, n), c);
        });
    }
}
