using PrivacyGrains.Arithmetic;
using PrivacyGrains.Protocols.Beaver;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Comparison;

/// <summary>Turns XOR shares of bits into arithmetic shares of 0 and 1, in one round.</summary>
/// <remarks>
/// Source: daBits, Rotaru and Wood, "MArBled Circuits", INDOCRYPT 2019, section 4: with o = b XOR d opened, b = o + d - 2 o d. Semi-honest; the daBit is
/// consumed. One word per 64 bits to each peer.
/// </remarks>
public static class BitConversion
{
    /// <summary>Masks the bits. Send the words, keep the state.</summary>
    /// <param name="committee">Who computes.</param>
    /// <param name="bits">This party's XOR share.</param>
    /// <param name="shared">As many daBits; consumed.</param>
    /// <param name="shape">The shape of the result; one element per bit.</param>
    /// <returns>The round, which ends in a share of zeros and ones.</returns>
    /// <exception cref="ArgumentException">Share, daBits and shape do not fit each other or the committee.</exception>
    /// <exception cref="InvalidOperationException">The daBits were consumed before.</exception>
    public static AwaitingPeers<ShareTensor> Begin(Committee committee, BitShares bits, SharedBit shared, TensorShape shape)
    {
        Shares.RequireOf(committee, bits);
        ArgumentNullException.ThrowIfNull(shared);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentOutOfRangeException.ThrowIfNotEqual(shared.Length, bits.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(shape.Length, bits.Length);
        var (packed, arithmetic) = shared.Consume();
        PackedBits.Xor(packed, bits.Words, packed);
        return AwaitingPeers<ShareTensor>.Broadcast(committee, Combination.OpenBits, packed, opened =>
        {
            var one = committee.Scheme.AddsConstants(committee.Self) ? 1UL : 0;
            Flip(committee.Scheme.Algebra, opened, arithmetic, one);
            return ShareTensor.Own(committee.Scheme, committee.Self, shape, arithmetic);
        });
    }

    /// <summary>Where the public bit is 1, a share v becomes constant - v; elsewhere it stays. In time independent of the bits.</summary>
    internal static void Flip(WordAlgebra algebra, ReadOnlySpan<ulong> publicBits, Span<ulong> shares, ulong constant)
    {
        var minusOne = algebra.FromSigned(-1);
        var signs = new ulong[shares.Length];
        var constants = new ulong[shares.Length];
        for (var i = 0; i < shares.Length; i++)
        {
            var bit = (publicBits[i / 64] >> (i % 64)) & 1;
            signs[i] = bit == 0 ? 1 : minusOne;
            constants[i] = bit * constant;
        }

        algebra.Multiply(shares, signs, shares);
        algebra.Add(shares, constants, shares);
    }
}
