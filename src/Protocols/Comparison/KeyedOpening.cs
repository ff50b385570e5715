using PrivacyGrains.Arithmetic;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.FunctionSharing;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Truncation;

namespace PrivacyGrains.Protocols.Comparison;

/// <summary>Numbers opened under masks of which keys know where they lie: what two parties compute of them alone.</summary>
internal sealed class KeyedOpening(
    Committee committee, TensorShape shape, CorrelationRequest request, ulong[] opened, ulong[] roots, ulong[] computed, ulong[] common)
{
    private readonly int _count = opened.Length;

    private int Bits => request.Third;

    private int Shift => request.Second;

    /// <summary>Shares of zeros and ones: x >= threshold.</summary>
    internal ShareTensor AtLeast(long threshold)
    {
        var points = new ulong[_count];
        var shares = new ulong[_count];
        var low = (1UL << (Bits - 1)) - 1;
        var shifted = new ulong[_count];
        Ring64.AddConstant(opened, unchecked((ulong)-threshold), shifted);
        for (var i = 0; i < _count; i++)
        {
            points[i] = shifted[i] & low;
        }

        ComparisonFunction.Evaluate(committee.Self, request.Keys, roots, common, points, shares);
        unchecked
        {
            var one = committee.Self == 0 ? 1UL : 0;
            for (var i = 0; i < _count; i++)
            {
                var top = 0 - ((shifted[i] >> (Bits - 1)) & 1); // all ones where c_top is 1: the bit is d there, else 1 - d
                var flipped = computed[i] + shares[i];
                shares[i] = (flipped & top) | ((one - flipped) & ~top);
            }
        }

        return Share(shares);
    }

    /// <summary>x / 2^shift as <see cref="MaskedTruncation"/> gives it; |x| below 2^(k-2).</summary>
    internal ShareTensor Truncated()
    {
        var words = new ulong[_count];
        Ring64.AddConstant(opened, 1UL << (Bits - 2), words);
        MaskedTruncation.FinishRing(words, computed.AsSpan(_count, _count), computed.AsSpan(0, _count), Shift, Bits, committee.Self == 0);
        return Share(words);
    }

    /// <summary>The truncated number's square and cube, exactly, of the same last bit; modulo 2^64.</summary>
    /// <remarks>
    /// The truncated number is p + y with p public and y = -h + w s, where h is r shifted, s its top bit and w = 2^(k-1-f), negative where c_top is 1. So y^2 = h^2 - 2 w s h + w^2 s and
    /// y^3 = -h^3 + 3 w s h^2 - 3 w^2 s h + w^3 s, since s^2 = s: shares of all these the dealer made.
    /// </remarks>
    internal (ShareTensor Square, ShareTensor Cube) Powers()
    {
        var (square, cube) = (new ulong[_count], new ulong[_count]);
        ReadOnlySpan<ulong> top = Part(0), high = Part(1), high2 = Part(2), high3 = Part(3), topHigh = Part(4), topHigh2 = Part(5);
        var low = (1UL << (Bits - 1)) - 1;
        var offset = 1UL << (Bits - 2 - Shift);
        unchecked
        {
            var one = committee.Self == 0 ? 1UL : 0;
            for (var i = 0; i < _count; i++)
            {
                var c = opened[i] + (1UL << (Bits - 2));
                var flip = (c >> (Bits - 1)) & 1;
                var weight = (1UL << (Bits - 1 - Shift)) * (1 - (2 * flip));
                var p = ((c & low) >> Shift) + (flip << (Bits - 1 - Shift)) - offset;
                var y = (weight * top[i]) - high[i];
                var y2 = high2[i] - (2 * weight * topHigh[i]) + (weight * weight * top[i]);
                var y3 = (3 * weight * topHigh2[i]) - high3[i] - (3 * weight * weight * topHigh[i]) + (weight * weight * weight * top[i]);
                square[i] = (one * p * p) + (2 * p * y) + y2;
                cube[i] = (one * p * p * p) + (3 * p * p * y) + (3 * p * y2) + y3;
            }
        }

        return (Share(square), Share(cube));

        ReadOnlySpan<ulong> Part(int index) => computed.AsSpan(index * _count, _count);
    }

    private ShareTensor Share(ulong[] words) => ShareTensor.Own(committee.Scheme, committee.Self, shape, words);
}
