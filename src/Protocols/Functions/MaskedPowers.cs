using PrivacyGrains.Arithmetic;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Functions;

/// <summary>x, x^2 and x^3 of shared numbers that first lose some low bits, from one opening: one round, one word a number.</summary>
/// <remarks>
/// Source: powers of a mask instead of powers of the value, as in PowerMix: Lu, Yurek, Kulshreshtha, Govind, Kate, Miller, "HoneyBadgerMPC and
/// AsynchroMix", CCS 2019; the cut is that of <see cref="Truncation.MaskedTruncation"/>, with its range and error. The opening c = x + r gives the cut
/// number as a - b, a public and b one of two elements that the dealer knows, told apart by the top bit of c; so (a - b)^k is a sum of public multiples
/// of the dealer's b, b^2, b^3. The powers are exact powers of one and the same cut number, modulo the ring or field. Semi-honest; c is uniform.
/// </remarks>
internal static class MaskedPowers
{
    internal static AwaitingPeers<ShareTensor[]> Begin(Committee committee, ShareTensor x, PowerMask tuple)
    {
        var algebra = committee.Scheme.Algebra;
        var shift = tuple.Bits;
        var (mask, whereZero, whereOne) = tuple.Consume();
        algebra.Add(mask, x.Words, mask);
        if (shift > 0 && committee.Scheme.AddsConstants(committee.Self))
        {
            algebra.AddConstant(mask, 1UL << algebra.HeadroomBits, mask);
        }

        return AwaitingPeers<ShareTensor[]>.Broadcast(committee, Combination.Open, mask, opened =>
        {
            if (committee.Scheme.Kind == SharingKind.Additive)
            {
                RaiseRing(opened, shift, committee.Self == 0 ? 1UL : 0, whereZero, whereOne);
                return [.. whereZero.Select(words => ShareTensor.Own(committee.Scheme, committee.Self, x.Shape, words))];
            }

            return RaiseField(committee, x.Shape, Cut(algebra, opened, shift, whereZero, whereOne), whereZero);
        });
    }

    // Both steps below in one pass, where b lies: it is this party's own copy.
    private static void RaiseRing(ulong[] opened, int shift, ulong one, ulong[][] whereZero, ulong[][] whereOne)
    {
        Span<ulong> first = whereZero[0], second = whereZero[1], third = whereZero[2];
        ReadOnlySpan<ulong> otherFirst = whereOne[0], otherSecond = whereOne[1], otherThird = whereOne[2];
        var (low, offset) = shift == 0 ? (ulong.MaxValue, 0UL) : (long.MaxValue, 1UL << (62 - shift));
        unchecked
        {
            for (var i = 0; i < opened.Length; i++)
            {
                var top = 0 - (opened[i] >> 63);
                var (b, b2, b3) = ((first[i] & ~top) | (otherFirst[i] & top), (second[i] & ~top) | (otherSecond[i] & top), (third[i] & ~top) | (otherThird[i] & top));
                var a = ((opened[i] & low) >> shift) - offset;
                first[i] = (one * a) - b;
                second[i] = (one * a * a) - (2 * a * b) + b2;
                third[i] = (one * a * a * a) - (3 * a * a * b) + (3 * a * b2) - b3;
            }
        }
    }

    // The public part of the cut number; what is to subtract from it, and its powers, come to lie in whereZero.
    private static ulong[] Cut(WordAlgebra algebra, ulong[] opened, int shift, ulong[][] whereZero, ulong[][] whereOne)
    {
        if (shift == 0)
        {
            return opened;
        }

        for (var i = 0; i < opened.Length; i++)
        {
            if (opened[i] >> (algebra.Bits - 1) != 0)
            {
                for (var k = 0; k < whereZero.Length; k++)
                {
                    whereZero[k][i] = whereOne[k][i];
                }
            }

            opened[i] >>= shift;
        }

        algebra.AddConstant(opened, algebra.FromSigned(-(1L << (algebra.HeadroomBits - shift))), opened);
        return opened;
    }

    // (a - b), (a - b)^2 = a^2 - 2ab + b^2, (a - b)^3 = a^3 - 3a^2 b + 3a b^2 - b^3.
    private static ShareTensor[] RaiseField(Committee committee, TensorShape shape, ulong[] a, ulong[][] b)
    {
        var algebra = committee.Scheme.Algebra;
        var (square, cube) = (new ulong[a.Length], new ulong[a.Length]);
        algebra.Multiply(a, a, square);
        algebra.Multiply(square, a, cube);
        var (doubled, tripled, term) = (new ulong[a.Length], new ulong[a.Length], new ulong[a.Length]);

        algebra.Scale(a, 3, tripled);
        algebra.Multiply(tripled, b[1], tripled);
        algebra.Subtract(tripled, b[2], tripled);
        algebra.Scale(square, 3, term);
        algebra.Multiply(term, b[0], term);
        algebra.Subtract(tripled, term, tripled);

        algebra.Scale(a, 2, doubled);
        algebra.Multiply(doubled, b[0], doubled);
        algebra.Subtract(b[1], doubled, doubled);

        var zero = new ulong[a.Length];
        algebra.Subtract(zero, b[0], zero);
        return [With(zero, a), With(doubled, square), With(tripled, cube)];

        ShareTensor With(ulong[] share, ulong[] known) => ShareTensor.Own(committee.Scheme, committee.Self, shape, share).AddPublic(known);
    }
}
