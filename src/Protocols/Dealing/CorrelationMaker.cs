using PrivacyGrains.Arithmetic;

namespace PrivacyGrains.Protocols.Dealing;

/// <summary>Computes the correlated parts of each kind, in the order of <see cref="CorrelationRequest.Parts"/>.</summary>
internal static class CorrelationMaker
{
    internal static void Make(CorrelationRequest request, WordAlgebra algebra, DealerStreams deal, WeightMasks? masks)
    {
        switch (request.Kind)
        {
            case CorrelationKind.ElementwiseTriple:
                deal.Products(request.First);
                break;
            case CorrelationKind.MatrixTriple:
                Matrix(request, algebra, deal, deal.Random(request.First * request.Second), deal.Random(request.Second * request.Third));
                break;
            case CorrelationKind.Convolution or CorrelationKind.MaskedConvolution:
                Convolution(request, algebra, deal, masks);
                break;
            case CorrelationKind.WeightMask:
                deal.Random(request.First);
                break;
            case CorrelationKind.MaskedMatrix:
                Matrix(request, algebra, deal, deal.Random(request.First * request.Second), masks!.Value(request.Fourth));
                break;
            case CorrelationKind.DotProduct or CorrelationKind.SquareSum:
                var left = deal.Random(request.First * request.Second);
                var dots = new ulong[request.First];
                RowDots.Add(algebra, left, request.Kind == CorrelationKind.SquareSum ? left : deal.Random(left.Length), 0, request.Second, dots);
                deal.Fixed(dots);
                break;
            case CorrelationKind.Square:
                var root = deal.Random(request.First);
                Product(algebra, root, root, deal);
                break;
            case CorrelationKind.Truncation:
                TruncationTuple(algebra, deal.Random(request.First), request.Second, deal);
                break;
            case CorrelationKind.BitTriple:
                var (x, y) = (deal.RandomBits(request.First), deal.RandomBits(request.First));
                PackedBits.And(x, y, x);
                deal.FixedBits(x);
                break;
            case CorrelationKind.SharedBit:
                deal.Fixed(Spread(deal.RandomBits(PackedBits.WordsFor(request.First)), request.First));
                break;
            case CorrelationKind.ComparisonMask:
                var mask = deal.Random(request.First);
                var planes = new ulong[algebra.Bits * PackedBits.WordsFor(request.First)];
                PackedBits.ToPlanes(mask, planes, algebra.Bits);
                deal.FixedBits(planes);
                break;
            case CorrelationKind.Selection:
                var bits = Spread(deal.RandomBits(PackedBits.WordsFor(request.First)), request.First);
                deal.Fixed(bits);
                Product(algebra, deal.Random(request.First), bits, deal);
                break;
            case CorrelationKind.ThresholdKeys or CorrelationKind.ReluKeys:
                KeyedMasks.Make(request, deal);
                break;
            case CorrelationKind.EqualityKeys:
                KeyedMasks.MakeEqual(request, deal);
                break;
            case CorrelationKind.FusedMask:
                Fused(request, algebra, deal);
                break;
            case CorrelationKind.PowerMask:
                PowerMask(algebra, deal.Random(request.First), request.Second, deal);
                break;
            case CorrelationKind.TruncatedSelection:
                TruncatedSelection(algebra, Spread(deal.RandomBits(PackedBits.WordsFor(request.First)), request.First), request.Second, deal);
                break;
            default:
                throw new InvalidOperationException($"{request.Kind} is no kind.");
        }
    }

    private static void Product(WordAlgebra algebra, ulong[] x, ulong[] y, DealerStreams deal)
    {
        var product = new ulong[x.Length];
        algebra.Multiply(x, y, product);
        deal.Fixed(product);
    }

    private static void Matrix(CorrelationRequest request, WordAlgebra algebra, DealerStreams deal, ulong[] left, ulong[] right)
    {
        var (m, k, n) = (request.First, request.Second, request.Third);
        var product = new ulong[m * n];
        algebra.MultiplyMatrix(left, right, product, m, k, n);
        deal.Fixed(product);
    }

    private static void Convolution(CorrelationRequest request, WordAlgebra algebra, DealerStreams deal, WeightMasks? masks)
    {
        var shape = request.Shape!;
        var images = deal.Random(request.First);
        var weights = request.Kind == CorrelationKind.Convolution
            ? deal.Random(request.Second)
            : [.. Enumerable.Range(0, shape.Groups).SelectMany(group => masks!.Value(request.Fourth + group))];
        var product = new ulong[request.Third];
        shape.MultiplyAdd(algebra, images, weights, product);
        deal.Fixed(product);
    }

    private static void Fused(CorrelationRequest request, WordAlgebra algebra, DealerStreams deal)
    {
        var mask = deal.Random(request.First);
        deal.Fixed(TruncationParts(algebra, mask, request.Second, request.Third));
        var planes = new ulong[request.Third * PackedBits.WordsFor(request.First)];
        PackedBits.ToPlanes(mask, planes, request.Third);
        deal.FixedBits(planes);
    }

    private static void TruncationTuple(WordAlgebra algebra, ulong[] mask, int shift, DealerStreams deal)
    {
        var parts = TruncationParts(algebra, mask, shift, algebra.Bits);
        deal.Fixed(parts.AsSpan(0, mask.Length));
        deal.Fixed(parts.AsSpan(mask.Length));
    }

    // What a truncation subtracts where the opening's top bit is 0, and where it is 1; of each the first three powers. Without a cut both are the mask.
    private static void PowerMask(WordAlgebra algebra, ulong[] mask, int shift, DealerStreams deal)
    {
        if (shift == 0)
        {
            Powers(algebra, mask, deal);
            return;
        }

        var parts = TruncationParts(algebra, mask, shift, algebra.Bits);
        var (high, overflow) = (parts[..mask.Length], parts[mask.Length..]);
        var wrapped = new ulong[mask.Length];
        if (algebra.Bits == 64)
        {
            algebra.Scale(overflow, 1UL << (63 - shift), overflow);
            algebra.Subtract(high, overflow, wrapped);
            algebra.AddConstant(high, algebra.FromSigned(-(1L << (63 - shift))), high);
            algebra.Add(high, overflow, high);
            Powers(algebra, wrapped, deal);
            Powers(algebra, high, deal);
        }
        else
        {
            algebra.Add(high, overflow, wrapped);
            Powers(algebra, wrapped, deal);
            Powers(algebra, high, deal);
        }
    }

    private static void TruncatedSelection(WordAlgebra algebra, ulong[] bits, int shift, DealerStreams deal)
    {
        deal.Fixed(bits);
        var parts = TruncationParts(algebra, deal.Random(bits.Length), shift, algebra.Bits);
        ulong[][] cut = [parts[..bits.Length], parts[bits.Length..]];
        deal.Fixed(cut[0]);
        deal.Fixed(cut[1]);
        Product(algebra, cut[0], bits, deal);
        Product(algebra, cut[1], bits, deal);
    }

    private static void Powers(WordAlgebra algebra, ulong[] x, DealerStreams deal)
    {
        var power = new ulong[x.Length];
        deal.Fixed(x);
        algebra.Multiply(x, x, power);
        deal.Fixed(power);
        algebra.Multiply(power, x, power);
        deal.Fixed(power);
    }

    // Z_2^64, of whose elements k bits matter: ((r mod 2^(k-1)) >> f, bit k-1 of r); k is 64 in a truncation. F_p: (r >> f, w) with w = 0 where r < 2^60, else ((r + 1) >> f) - (r >> f) - 2^(61 - f): what a
    // truncation subtracts more where its masked value wrapped past p. docs/protocols/truncation.md derives both.
    private static ulong[] TruncationParts(WordAlgebra algebra, ulong[] mask, int shift, int bits)
    {
        var parts = new ulong[2 * mask.Length];
        Span<ulong> high = parts.AsSpan(0, mask.Length), overflow = parts.AsSpan(mask.Length);
        for (var i = 0; i < mask.Length; i++)
        {
            if (algebra.Bits == 64)
            {
                high[i] = (mask[i] & ((1UL << (bits - 1)) - 1)) >> shift;
                overflow[i] = (mask[i] >> (bits - 1)) & 1;
            }
            else
            {
                high[i] = mask[i] >> shift;
                overflow[i] = mask[i] >> 60 == 0
                    ? 0
                    : Field61.Subtract(Field61.Subtract((mask[i] + 1) >> shift, high[i]), 1UL << (61 - shift));
            }
        }

        return parts;
    }

    private static ulong[] Spread(ulong[] bits, int count)
    {
        var words = new ulong[count];
        PackedBits.Spread(bits, words);
        return words;
    }
}
