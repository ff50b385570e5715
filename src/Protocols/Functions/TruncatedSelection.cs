using PrivacyGrains.Arithmetic;
using PrivacyGrains.Protocols.Comparison;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Functions;

/// <summary>The product of a shared number, shifted right, and an XOR-shared bit, in one round: where the bit is 0 it is zero, whatever the number.</summary>
/// <remarks>
/// <see cref="Truncation.MaskedTruncation"/> and <see cref="Selection"/> on one mask. The opened c = x + r makes the truncated number p + q s - h, with p and q
/// public, h the high part of r and s its overflow; with o = b XOR d opened too, b times it is d (p + q s - h) = p d + q (d s) - (d h) where o is 0, and the
/// truncated number less that where o is 1. The dealer shares d, h, s, d h and d s. Range and error are the truncation's where b is 1; where it is 0
/// x may be any element. Semi-honest. One word per number and one per 64 bits to each peer.
/// </remarks>
internal static class TruncatedSelection
{
    internal static IEnumerable<AwaitingPeers[]> Script(
        Committee committee, ShareTensor x, BitShares bits, TruncatedSelectionTuple tuple, Slot<ShareTensor> slot)
    {
        var algebra = committee.Scheme.Algebra;
        var (packed, words) = tuple.Consume();
        PackedBits.Xor(packed, bits.Words, packed);
        var mask = words[1];
        algebra.Add(mask, x.Words, mask);
        if (committee.Scheme.AddsConstants(committee.Self))
        {
            algebra.AddConstant(mask, 1UL << algebra.HeadroomBits, mask);
        }

        var openBits = AwaitingPeers<ulong[]>.Broadcast(committee, Combination.OpenBits, packed, opened => opened);
        var openNumbers = AwaitingPeers<ulong[]>.Broadcast(committee, Combination.Open, mask, opened => opened);
        yield return [openBits, openNumbers];

        var result = new ulong[x.Shape.Length];
        if (committee.Scheme.Kind == SharingKind.Additive)
        {
            FinishRing(openNumbers.Result, openBits.Result, words, tuple.Bits, committee.Self == 0 ? 1UL : 0, result);
        }
        else
        {
            FinishField(openNumbers.Result, openBits.Result, words, tuple.Bits, result);
        }

        slot.Value = ShareTensor.Own(committee.Scheme, committee.Self, x.Shape, result);
    }

    private static void FinishRing(ulong[] opened, ulong[] openBits, ulong[][] words, int shift, ulong one, ulong[] result)
    {
        ReadOnlySpan<ulong> d = words[0], high = words[2], top = words[3], dHigh = words[4], dTop = words[5];
        unchecked
        {
            for (var i = 0; i < result.Length; i++)
            {
                var wrapped = opened[i] >> 63;
                var weight = (1UL << (63 - shift)) * (1 - (2 * wrapped));
                var known = ((opened[i] & long.MaxValue) >> shift) + (wrapped << (63 - shift)) - (1UL << (62 - shift));
                var product = (known * d[i]) + (weight * dTop[i]) - dHigh[i];
                var whole = (one * known) + (weight * top[i]) - high[i];
                var flip = 0 - ((openBits[i / 64] >> (i % 64)) & 1);
                result[i] = (product & ~flip) | ((whole - product) & flip);
            }
        }
    }

    private static void FinishField(ulong[] opened, ulong[] openBits, ulong[][] words, int shift, ulong[] result)
    {
        ReadOnlySpan<ulong> d = words[0], high = words[2], overflow = words[3], dHigh = words[4], dOverflow = words[5];
        for (var i = 0; i < result.Length; i++)
        {
            var wrapped = opened[i] >> 60 == 0;
            var known = Field61.Subtract(opened[i] >> shift, 1UL << (59 - shift));
            var product = Field61.Subtract(Field61.Multiply(known, d[i]), wrapped ? Field61.Add(dHigh[i], dOverflow[i]) : dHigh[i]);
            var whole = Field61.Subtract(known, wrapped ? Field61.Add(high[i], overflow[i]) : high[i]);
            var flip = ((openBits[i / 64] >> (i % 64)) & 1) != 0;
            result[i] = flip ? Field61.Subtract(whole, product) : product;
        }
    }
}
