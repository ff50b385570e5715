using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Beaver;

/// <summary>The product of a shared matrix with shared weights that were opened under a mask before, in one round that opens the matrix alone.</summary>
/// <remarks>
/// Source: Beaver 1991 with a fixed mask B of the weights, as Mohassel and Zhang, "SecureML", IEEE S&amp;P 2017, section IV-B, mask a matrix that takes part in several products once. With D = X - A and, from before,
/// E = W - B opened, X * W = A * B + A * E + D * W: each party adds its shares of C = A * B, A * E and D * W. A is fresh in every product, so every D is uniform; B is fixed, and E is opened once, for these W only. The
/// view of any coalition without the dealer is uniform and independent of X and W. Semi-honest; the triple is consumed. Each party sends m * k words to each peer.
/// </remarks>
public static class MaskedMatrixProduct
{
    private const int RowWords = 16 * 1024;

    /// <summary>Masks the matrix. Send the words, keep the state.</summary>
    /// <param name="committee">Who computes.</param>
    /// <param name="x">This party's share of an m x k matrix.</param>
    /// <param name="weights">This party's share of the k x n weights.</param>
    /// <param name="masked">What was opened of the weights.</param>
    /// <param name="triple">For these dimensions and the weights' slot; consumed.</param>
    /// <returns>The round, which ends in a share of the m x n product.</returns>
    /// <exception cref="ArgumentException">Parts do not fit each other or the committee.</exception>
    /// <exception cref="InvalidOperationException">The triple was consumed before.</exception>
    public static AwaitingPeers<ShareTensor> Begin(Committee committee, ShareTensor x, ShareTensor weights, MaskedWeights masked, MaskedMatrixTriple triple)
    {
        Shares.RequireOf(committee, x);
        Shares.RequireOf(committee, weights);
        ArgumentNullException.ThrowIfNull(masked);
        ArgumentNullException.ThrowIfNull(triple);
        var (m, k, n) = (triple.Rows, triple.Inner, triple.Columns);
        if (x.Shape.Length != m * k || weights.Shape.Length != k * n || triple.Slot >= masked.Count || masked.Difference(triple.Slot).Length != k * n)
        {
            throw new ArgumentException($"{x.Shape} by {weights.Shape} does not fit a triple of {m} x {k} x {n} for tensor {triple.Slot} of {masked}.");
        }

        var (algebra, e) = (committee.Scheme.Algebra, masked.Difference(triple.Slot));
        var (a, c) = triple.Consume();
        return AwaitingPeers<ShareTensor>.Stream(committee, Combination.Open, a.Length, Mask, Multiply);

        void Mask(int from, Span<ulong> destination) => algebra.Subtract(x.Words.Slice(from, destination.Length), a.AsSpan(from, destination.Length), destination);

        ShareTensor Multiply(OpenedWords opened)
        {
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
                algebra.MultiplyMatrix(left, weights.Words, part, now, k, n);
                algebra.Add(sum, part, sum);
                algebra.MultiplyMatrix(a.AsSpan(row * k, now * k), e, part, now, k, n);
                algebra.Add(sum, part, sum);
            }

            return ShareTensor.Own(committee.Scheme, committee.Self, TensorShape.Of(m, n), c);
        }
    }
}
