using System.Collections.Immutable;
using PrivacyGrains.Arithmetic;
using PrivacyGrains.Protocols.Beaver;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Comparison;

/// <summary>The product of a shared number and an XOR-shared bit, in one round: the number where the bit is 1, else zero.</summary>
/// <remarks>
/// Source: Beaver 1991 joined with the daBit of Rotaru and Wood 2019. With e = x - a and o = b XOR d opened, x * b = x * (o + d - 2 o d), where
/// x * d = e * d + a * d is linear: o * x + (1 - 2o) * (e * d + a * d). Semi-honest; the tuple is consumed. One word per number and one per 64 bits to
/// each peer.
/// </remarks>
public static class Selection
{
    /// <summary>What the dealer must make.</summary>
    public static ImmutableArray<CorrelationRequest> Requests(int count) => [CorrelationRequest.Selection(count)];

    /// <summary>Words to each peer, round by round.</summary>
    public static ImmutableArray<int> WordsPerRound(int count) => [count + PackedBits.WordsFor(count)];

    /// <summary>Masks number and bit. One round.</summary>
    /// <param name="committee">Who computes.</param>
    /// <param name="x">This party's share of the numbers.</param>
    /// <param name="bits">This party's XOR share of as many bits.</param>
    /// <param name="tuple">As many tuples; consumed.</param>
    /// <exception cref="ArgumentException">Shares and tuple do not fit each other or the committee.</exception>
    /// <exception cref="InvalidOperationException">The tuple was consumed before.</exception>
    public static Phase<ShareTensor> Begin(Committee committee, ShareTensor x, BitShares bits, SelectionTuple tuple)
    {
        Shares.RequireOf(committee, x);
        Shares.RequireOf(committee, bits);
        ArgumentNullException.ThrowIfNull(tuple);
        ArgumentOutOfRangeException.ThrowIfNotEqual(bits.Length, x.Shape.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(tuple.Length, x.Shape.Length);
        return Phase<ShareTensor>.Start(committee, slot => Script(committee, x, bits, tuple, slot));
    }

    internal static IEnumerable<AwaitingPeers[]> Script(Committee committee, ShareTensor x, BitShares bits, SelectionTuple tuple, Slot<ShareTensor> slot, Slot<ShareTensor>? arithmetic = null)
    {
        var algebra = committee.Scheme.Algebra;
        var (packed, d, a, product) = tuple.Consume();
        PackedBits.Xor(packed, bits.Words, packed);
        algebra.Subtract(x.Words, a, a);
        var openBits = AwaitingPeers<ulong[]>.Broadcast(committee, Combination.OpenBits, packed, opened => opened);
        var openNumbers = AwaitingPeers<ulong[]>.Broadcast(committee, Combination.Open, a, opened => opened);
        yield return [openBits, openNumbers];

        if (arithmetic is not null)
        {
            var bit = d.ToArray(); // the tuple's bit is shared both ways, so that the opening gives the bits' arithmetic shares too
            BitConversion.Flip(algebra, openBits.Result, bit, committee.Scheme.AddsConstants(committee.Self) ? 1UL : 0);
            arithmetic.Value = ShareTensor.Own(committee.Scheme, committee.Self, x.Shape, bit);
        }

        algebra.Multiply(d, openNumbers.Result, d);
        algebra.Add(product, d, product);
        BitConversion.Flip(algebra, openBits.Result, product, constant: 0);
        for (var i = 0; i < d.Length; i++)
        {
            d[i] = ((openBits.Result[i / 64] >> (i % 64)) & 1) == 0 ? 0 : x.Words[i];
        }

        algebra.Add(product, d, product);
        slot.Value = ShareTensor.Own(committee.Scheme, committee.Self, x.Shape, product);
    }
}
