using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Beaver;

/// <summary>A convolution of shared images with shared weights, in one round that opens each image once and not each of its windows.</summary>
/// <remarks>
/// Source: Beaver 1991 over the bilinear map of a convolution, as Dalskov, Escudero, Keller, PoPETs 2020 (eprint 2019/131), section III.B, and others do: gathering windows is linear and public, so a mask of the image
/// masks them all. With D = X - A and E = W - B, X * W = A * B + A * E + D * W; where B is the mask of a model's weights, E was opened before (<see cref="MaskedMatrixProduct"/>). Semi-honest; the triple is consumed. Each party
/// sends as many words as the images have, and as the weights have where they are fresh, to each peer: about a window's size less than products of gathered windows.
/// </remarks>
internal static class ConvolutionProduct
{
    /// <summary>Masks the images, and the weights where they are not masked yet.</summary>
    /// <param name="committee">Who computes.</param>
    /// <param name="x">This party's share of the images.</param>
    /// <param name="weights">This party's share of the weights: groups, one after the other, of terms x outputs.</param>
    /// <param name="masked">What was opened of the weights before, or null.</param>
    /// <param name="triple">For this shape; consumed.</param>
    /// <returns>The round, which ends in a share of the products: groups, one after the other, of (records x windows) x outputs.</returns>
    internal static AwaitingPeers<ShareTensor> Begin(Committee committee, ShareTensor x, ShareTensor weights, MaskedWeights? masked, ConvolutionTriple triple)
    {
        Shares.RequireOf(committee, x);
        Shares.RequireOf(committee, weights);
        ArgumentNullException.ThrowIfNull(triple);
        var (algebra, shape) = (committee.Scheme.Algebra, triple.Shape);
        if (x.Shape.Length != shape.ImageLength || weights.Shape.Length != shape.WeightLength || (triple.Slots is not null && masked is null))
        {
            throw new ArgumentException($"{x.Shape} by {weights.Shape} does not fit a triple for {shape}.");
        }

        var (a, b, c) = triple.Consume();
        var outbound = new ulong[a.Length + b.Length];
        algebra.Subtract(x.Words, a, outbound.AsSpan(0, a.Length));
        if (b.Length > 0)
        {
            algebra.Subtract(weights.Words, b, outbound.AsSpan(a.Length));
        }

        return AwaitingPeers<ShareTensor>.Broadcast(committee, Combination.Open, outbound, opened =>
        {
            var e = triple.Slots is { } slots ? Differences(masked!, slots, shape) : opened.AsSpan(a.Length);
            shape.MultiplyAdd(algebra, a, e, c);
            shape.MultiplyAdd(algebra, opened.AsSpan(0, a.Length), weights.Words, c);
            return ShareTensor.Own(committee.Scheme, committee.Self, TensorShape.Of(c.Length), c);
        });
    }

    private static ulong[] Differences(MaskedWeights masked, int slots, ConvolutionShape shape)
    {
        var all = new ulong[shape.WeightLength];
        var length = all.Length / shape.Groups;
        for (var group = 0; group < shape.Groups; group++)
        {
            masked.Difference(slots + group).CopyTo(all.AsSpan(group * length, length));
        }

        return all;
    }
}
