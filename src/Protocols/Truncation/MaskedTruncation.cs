using PrivacyGrains.Arithmetic;
using PrivacyGrains.Protocols.Beaver;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Truncation;

/// <summary>Division of shared fixed-point numbers by 2^f, with an error below one ulp, in one round.</summary>
/// <remarks>
/// Source: probabilistic truncation, Catrina and Hoogh, "Secure Computation with Fixed-Point Numbers", FC 2010, protocol 3.1; over Z_2^k with the mask's
/// top bit correcting the wrap, Dalskov, Escudero, Keller, "Secure Evaluation of Quantized Neural Networks", PoPETs 2020 (eprint 2019/131), section III.D,
/// and Escudero, Ghosh, Keller, Rachuri, Scholl, CRYPTO 2020 (eprint 2020/338), section 5. The mask is uniform over the whole ring or field, so the
/// opening hides x perfectly and the wrap is corrected exactly: nothing fails with small probability.
/// Demands |x| &lt; 2^62 in Z_2^64 and |x| &lt; 2^59 in F_p; beyond, the result is wrong without notice, so a planner must prove it from input ranges.
/// The result is floor(x / 2^f) or that plus one in the ring, and within less than one ulp of x / 2^f in both; where the low f bits of x are zero the ring's is exact.
/// The last bit is random. Semi-honest; the dealer knows the mask and must not see the opening. One word per element to each peer.
/// </remarks>
public static class MaskedTruncation
{
    /// <summary>Masks the tensor. Send the words, keep the state.</summary>
    /// <param name="committee">Who computes.</param>
    /// <param name="x">This party's share of a tensor with every |x| below the headroom.</param>
    /// <param name="tuple">As many tuples as elements, for the wanted number of bits; consumed.</param>
    /// <returns>The round, which ends in a share of the shifted tensor.</returns>
    /// <exception cref="ArgumentException">Share or tuple do not fit each other or the committee.</exception>
    /// <exception cref="InvalidOperationException">The tuple was consumed before.</exception>
    public static AwaitingPeers<ShareTensor> Begin(Committee committee, ShareTensor x, TruncationTuple tuple)
    {
        Shares.RequireOf(committee, x);
        ArgumentNullException.ThrowIfNull(tuple);
        ArgumentOutOfRangeException.ThrowIfNotEqual(tuple.Length, x.Shape.Length);
        var algebra = committee.Scheme.Algebra;
        var shift = tuple.Bits;
        var (mask, high, overflow) = tuple.Consume();
        algebra.Add(mask, x.Words, mask);
        if (committee.Scheme.AddsConstants(committee.Self))
        {
            algebra.AddConstant(mask, 1UL << algebra.HeadroomBits, mask); // x + 2^62 (2^59) is not negative: the offset leaves again below
        }

        return AwaitingPeers<ShareTensor>.Broadcast(committee, Combination.Open, mask, opened =>
        {
            var addsConstants = committee.Scheme.AddsConstants(committee.Self);
            if (committee.Scheme.Kind == SharingKind.Additive)
            {
                FinishRing(opened, high, overflow, shift, bits: 64, addsConstants);
            }
            else
            {
                FinishField(opened, high, overflow, shift);
            }

            return ShareTensor.Own(committee.Scheme, committee.Self, x.Shape, opened);
        });
    }

    // With k bits that matter, 64 in a truncation of its own: c = x' + r mod 2^k with x' in 0..2^(k-1). The sum of x' and the low k-1 bits of r passed
    // 2^(k-1) exactly where the top bits of c and r differ, so floor(x' / 2^f) is (c mod 2^(k-1) >> f) - (r mod 2^(k-1) >> f) + (c_top xor r_top) 2^(k-1-f),
    // or one less; c_top is public: the xor is linear in r_top.
    internal static void FinishRing(Span<ulong> opened, ReadOnlySpan<ulong> high, ReadOnlySpan<ulong> overflow, int shift, int bits, bool addsConstants)
    {
        unchecked
        {
            var weight = 1UL << (bits - 1 - shift);
            var offset = 1UL << (bits - 2 - shift);
            var low = (1UL << (bits - 1)) - 1;
            for (var i = 0; i < opened.Length; i++)
            {
                var top = (opened[i] >> (bits - 1)) & 1;
                var share = (overflow[i] * weight * (1 - (2 * top))) - high[i];
                opened[i] = addsConstants ? share + ((opened[i] & low) >> shift) + (top * weight) - offset : share;
            }
        }
    }

    // c = x' + r mod p with x' in 0..2^60. No wrap where r < 2^60; else it wrapped exactly where c < 2^60: the dealer's third part is what to
    // subtract more in that case. In F_p every party adds the public terms.
    internal static void FinishField(Span<ulong> opened, ReadOnlySpan<ulong> high, ReadOnlySpan<ulong> overflow, int shift)
    {
        var offset = 1UL << (59 - shift);
        for (var i = 0; i < opened.Length; i++)
        {
            var subtract = opened[i] >> 60 == 0 ? Field61.Add(high[i], overflow[i]) : high[i];
            opened[i] = Field61.Subtract(Field61.Subtract(opened[i] >> shift, offset), subtract);
        }
    }
}
