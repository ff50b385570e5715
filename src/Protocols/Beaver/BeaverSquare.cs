using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Beaver;

/// <summary>Elementwise squares of a shared tensor with a dealer's pairs (a, a^2), in one round.</summary>
/// <remarks>
/// Source: Beaver 1991; the pair form is in Damgård, Keller, Larraia, Pastro, Scholl, Smart, "Practical Covertly Secure MPC for Dishonest Majority",
/// ESORICS 2013, section 3 (SPDZ). With d = x - a opened, x^2 = a^2 + d * (2a + d). Semi-honest; the pair is consumed. One word per square to each peer.
/// </remarks>
public static class BeaverSquare
{
    /// <summary>Masks the tensor. Send the words, keep the state.</summary>
    /// <param name="committee">Who computes.</param>
    /// <param name="x">This party's share.</param>
    /// <param name="pair">As many pairs as elements; consumed.</param>
    /// <returns>The round, which ends in a share of the squares.</returns>
    /// <exception cref="ArgumentException">Share or pair do not fit each other or the committee.</exception>
    /// <exception cref="InvalidOperationException">The pair was consumed before.</exception>
    public static AwaitingPeers<ShareTensor> Begin(Committee committee, ShareTensor x, SquarePair pair)
    {
        Shares.RequireOf(committee, x);
        ArgumentNullException.ThrowIfNull(pair);
        ArgumentOutOfRangeException.ThrowIfNotEqual(pair.Length, x.Shape.Length);
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

            algebra.Multiply(a, d, a);
            algebra.Add(c, a, c);
            return ShareTensor.Own(committee.Scheme, committee.Self, x.Shape, c);
        });
    }
}
