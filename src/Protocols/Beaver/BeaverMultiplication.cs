using PrivacyGrains.Arithmetic;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Beaver;

/// <summary>Elementwise products of shared tensors with a dealer's triples, in one round.</summary>
/// <remarks>
/// Source: Beaver, "Efficient Multiparty Protocols Using Circuit Randomization", CRYPTO 1991. With d = x - a and e = y - b opened,
/// x * y = a * b + d * b + e * a + d * e. Semi-honest; secret from <see cref="SharingScheme.CorruptionThreshold"/> parties that do not include the dealer.
/// Each party sends 2 words per product to each peer. A second opening under one triple would reveal x - x': the triple is consumed.
/// </remarks>
public static class BeaverMultiplication
{
    /// <summary>Masks both factors. Send the words, keep the state.</summary>
    /// <param name="committee">Who computes.</param>
    /// <param name="x">This party's share of one factor.</param>
    /// <param name="y">This party's share of the other factor, of the same shape.</param>
    /// <param name="triple">As many triples as elements; consumed.</param>
    /// <returns>The round, which ends in a share of the product.</returns>
    /// <exception cref="ArgumentException">Shares or triple do not fit each other or the committee.</exception>
    /// <exception cref="InvalidOperationException">The triple was consumed before.</exception>
    public static AwaitingPeers<ShareTensor> Begin(Committee committee, ShareTensor x, ShareTensor y, ElementwiseTriple triple) =>
        Begin(committee, x, y, triple, product => ShareTensor.Own(committee.Scheme, committee.Self, x.Shape, product));

    /// <summary>The same, with a local step on the products' shares.</summary>
    internal static AwaitingPeers<ShareTensor> Begin(
        Committee committee, ShareTensor x, ShareTensor y, ElementwiseTriple triple, Func<ulong[], ShareTensor> finish)
    {
        Shares.RequireOf(committee, x);
        Shares.RequireOf(committee, y);
        ArgumentNullException.ThrowIfNull(triple);
        Shares.RequireSameShape(x, y);
        ArgumentOutOfRangeException.ThrowIfNotEqual(triple.Length, x.Shape.Length);
        var algebra = committee.Scheme.Algebra;
        var length = x.Shape.Length;
        var (a, b, c) = triple.Consume();
        return AwaitingPeers<ShareTensor>.Stream(committee, Combination.Open, 2 * length, Mask, Multiply);

        // All of d, then all of e.
        void Mask(int from, Span<ulong> destination)
        {
            var first = Math.Clamp(length - from, 0, destination.Length);
            algebra.Subtract(x.Words.Slice(Math.Min(from, length), first), a.AsSpan(Math.Min(from, length), first), destination[..first]);
            var (at, second) = (Math.Max(0, from - length), destination.Length - first);
            algebra.Subtract(y.Words.Slice(at, second), b.AsSpan(at, second), destination[first..]);
        }

        ShareTensor Multiply(OpenedWords opened)
        {
            Span<ulong> d = stackalloc ulong[OpenedWords.Run];
            Span<ulong> e = stackalloc ulong[OpenedWords.Run];
            var addsConstants = committee.Scheme.AddsConstants(committee.Self);
            for (var at = 0; at < length; at += OpenedWords.Run)
            {
                var run = Math.Min(OpenedWords.Run, length - at);
                if (opened.IsSum)
                {
                    // One pass: the ones below take three times as long over a million products.
                    Ring64.AddOpenedProduct(
                        new(x.Words.Slice(at, run), y.Words.Slice(at, run)), new(a.AsSpan(at, run), b.AsSpan(at, run)),
                        new(opened.Others(at, d[..run]), opened.Others(length + at, e[..run])), c.AsSpan(at, run), addsConstants);
                    continue;
                }

                opened.Read(at, d[..run]);
                opened.Read(length + at, e[..run]);
                Shares.Multiply(committee, d[..run], e[..run], a.AsSpan(at, run), b.AsSpan(at, run), c.AsSpan(at, run));
            }

            return finish(c);
        }
    }
}
