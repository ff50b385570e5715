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
            var (known, powers) = Cut(algebra, opened, shift, whereZero, whereOne);
            return Raise(committee, x.Shape, known, powers);
        });
    }

    // The public part of the cut number, and the powers of what is to subtract from it.
    private static (ulong[] Known, ulong[][] Powers) Cut(WordAlgebra algebra, ulong[] opened, int shift, ulong[][] whereZero, ulong[][] whereOne)
    {
        if (shift == 0)
        {
            return (opened, whereZero);
        }

        var top = algebra.Bits - 1;
        for (var i = 0; i < opened.Length; i++)
        {
            var low = algebra.Bits == 64 ? opened[i] & long.MaxValue : opened[i];
            if (opened[i] >> top != 0)
            {
                for (var k = 0; k < whereZero.Length; k++)
                {
                    whereZero[k][i] = whereOne[k][i];
                }
            }

            opened[i] = low >> shift;
        }

        algebra.AddConstant(opened, algebra.FromSigned(-(1L << (algebra.HeadroomBits - shift))), opened);
        return (opened, whereZero);
    }

    // (a - b), (a - b)^2 = a^2 - 2ab + b^2, (a - b)^3 = a^3 - 3a^2 b + 3a b^2 - b^3.
    private static ShareTensor[] Raise(Committee committee, TensorShape shape, ulong[] a, ulong[][] b)
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
