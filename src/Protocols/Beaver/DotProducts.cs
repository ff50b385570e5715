using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Beaver;

/// <summary>Dot products of the rows of two shared matrices, or of one with itself, in one round.</summary>
/// <remarks>
/// Source: Beaver 1991 over the bilinear map of a dot product, as SecureML (Mohassel, Zhang, IEEE S&amp;P 2017, section 4.1) has it for matrices: with D = X - A and E = Y - B opened, x . y = a . b + d . b + e . a + d . e for
/// each row; of one matrix x . x = a . a + d . (2a + d). What the dealer computes, and corrects, is one word for each row and not one for each product. Semi-honest; the triple is consumed. Each party sends both matrices
/// (the one, for squares) to each peer, as elementwise products would: only the dealer's word counts and the truncation afterwards fall to the rows. Where degrees are reduced
/// (<see cref="DegreeReduction"/>), the words between parties fall to the rows as well, since sums of products are local there.
/// </remarks>
public static class DotProducts
{
    /// <summary>Masks both matrices. Send the words, keep the state.</summary>
    /// <param name="committee">Who computes.</param>
    /// <param name="x">This party's share of a matrix.</param>
    /// <param name="y">This party's share of another of the same shape.</param>
    /// <param name="triple">For this shape; consumed.</param>
    /// <returns>The round, which ends in a share of one number for each row.</returns>
    /// <exception cref="ArgumentException">Shares or triple do not fit each other or the committee.</exception>
    /// <exception cref="InvalidOperationException">The triple was consumed before, or a tensor is no matrix.</exception>
    public static AwaitingPeers<ShareTensor> Begin(Committee committee, ShareTensor x, ShareTensor y, DotProductTriple triple)
    {
        Shares.RequireOf(committee, x);
        Shares.RequireOf(committee, y);
        ArgumentNullException.ThrowIfNull(triple);
        Shares.RequireSameShape(x, y);
        RequireShape(x, triple.Rows, triple.Length);
        var (algebra, length) = (committee.Scheme.Algebra, x.Shape.Length);
        var (a, b, c) = triple.Consume();
        return AwaitingPeers<ShareTensor>.Stream(committee, Combination.Open, 2 * length, Mask, Multiply);

        // All of D, then all of E.
        void Mask(int from, Span<ulong> destination)
        {
            var first = Math.Clamp(length - from, 0, destination.Length);
            algebra.Subtract(x.Words.Slice(Math.Min(from, length), first), a.AsSpan(Math.Min(from, length), first), destination[..first]);
            var (at, second) = (Math.Max(0, from - length), destination.Length - first);
            algebra.Subtract(y.Words.Slice(at, second), b.AsSpan(at, second), destination[first..]);
        }

        ShareTensor Multiply(OpenedWords opened)
        {
            Span<ulong> d = stackalloc ulong[OpenedWords.Run], e = stackalloc ulong[OpenedWords.Run];
            for (var at = 0; at < length; at += OpenedWords.Run)
            {
                var run = Math.Min(OpenedWords.Run, length - at);
                opened.Read(at, d[..run]);
                opened.Read(length + at, e[..run]);
                RowDots.Add(algebra, a.AsSpan(at, run), e[..run], at, triple.Length, c);
                if (committee.Scheme.AddsConstants(committee.Self))
                {
                    algebra.Add(b.AsSpan(at, run), e[..run], b.AsSpan(at, run));
                }

                RowDots.Add(algebra, d[..run], b.AsSpan(at, run), at, triple.Length, c);
            }

            return ShareTensor.Own(committee.Scheme, committee.Self, TensorShape.Of(c.Length), c);
        }
    }

    /// <summary>Masks a matrix for the sums of its rows' squares. Send the words, keep the state.</summary>
    /// <param name="committee">Who computes.</param>
    /// <param name="x">This party's share of a matrix.</param>
    /// <param name="pair">For this shape; consumed.</param>
    /// <returns>The round, which ends in a share of one number for each row.</returns>
    /// <exception cref="ArgumentException">Share or pair do not fit each other or the committee.</exception>
    /// <exception cref="InvalidOperationException">The pair was consumed before, or the tensor is no matrix.</exception>
    public static AwaitingPeers<ShareTensor> BeginSquares(Committee committee, ShareTensor x, SquareSumPair pair)
    {
        Shares.RequireOf(committee, x);
        ArgumentNullException.ThrowIfNull(pair);
        RequireShape(x, pair.Rows, pair.Length);
        var algebra = committee.Scheme.Algebra;
        var (a, c) = pair.Consume();
        var outbound = new ulong[a.Length];
        algebra.Subtract(x.Words, a, outbound);
        return AwaitingPeers<ShareTensor>.Broadcast(committee, Combination.Open, outbound, d =>
        {
            algebra.Add(a, a, a);
            if (committee.Scheme.AddsConstants(committee.Self))
            {
                algebra.Add(a, d, a);
            }

            RowDots.Add(algebra, d, a, 0, pair.Length, c);
            return ShareTensor.Own(committee.Scheme, committee.Self, TensorShape.Of(c.Length), c);
        });
    }

    /// <summary>The sums of the products of rows as points of polynomials of degree 2t, to be brought back to degree t: one word for each row.</summary>
    internal static AwaitingPeers<ShareTensor> Reduce(Committee committee, ShareTensor x, ShareTensor y, IRandomSource random)
    {
        Shares.RequireOf(committee, x);
        Shares.RequireOf(committee, y);
        Shares.RequireSameShape(x, y);
        var sums = new ulong[x.Shape.Rows];
        RowDots.Add(committee.Scheme.Algebra, x.Words, y.Words, 0, x.Shape.Columns, sums);
        return DegreeReduction.Reduce(committee, sums, TensorShape.Of(sums.Length), random);
    }

    private static void RequireShape(ShareTensor x, int rows, int length)
    {
        if ((x.Shape.Rows, x.Shape.Columns) != (rows, length))
        {
            throw new ArgumentException($"{x.Shape} does not fit a triple for {rows} rows of {length}.", nameof(x));
        }
    }
}
