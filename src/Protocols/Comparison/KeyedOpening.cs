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
            points[i] = (shifted[i] & low) >> request.Fourth;
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

    private ShareTensor Share(ulong[] words) => ShareTensor.Own(committee.Scheme, committee.Self, shape, words);
}
