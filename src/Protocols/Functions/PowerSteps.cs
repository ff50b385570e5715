using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Truncation;

namespace PrivacyGrains.Protocols.Functions;

/// <summary>x, x^2, x^3, x^4 and x^5 of shared fixed-point numbers, one run after the other, in 6 rounds.</summary>
/// <remarks>x^2; then x * x^2 and x^2 * x^2 together; then x^2 * x^3: each product is truncated. Takes its correlations when it is made.</remarks>
internal sealed class PowerSteps
{
    private readonly Committee _committee;
    private readonly Func<ShareTensor, AwaitingPeers<ShareTensor>> _square;
    private readonly Func<ShareTensor, ShareTensor, AwaitingPeers<ShareTensor>> _thirdAndFourth;
    private readonly Func<ShareTensor, ShareTensor, AwaitingPeers<ShareTensor>> _fifth;
    private readonly TruncationTuple[] _truncations = new TruncationTuple[3];

    internal PowerSteps(Committee committee, Correlations correlations, Products products, int count, int fractionalBits)
    {
        _committee = committee;
        _square = products.TakeSquare(count);
        _truncations[0] = correlations.TakeTruncation(count, fractionalBits);
        _thirdAndFourth = products.TakeMultiply(2 * count);
        _truncations[1] = correlations.TakeTruncation(2 * count, fractionalBits);
        _fifth = products.TakeMultiply(count);
        _truncations[2] = correlations.TakeTruncation(count, fractionalBits);
    }

    internal IEnumerable<AwaitingPeers[]> Script(ShareTensor x, Slot<ShareTensor> slot)
    {
        var square = _square(x);
        yield return [square];
        var second = MaskedTruncation.Begin(_committee, square.Result, _truncations[0]);
        yield return [second];

        var pair = _thirdAndFourth(ShareTensor.Concatenate(x, second.Result), ShareTensor.Concatenate(second.Result, second.Result));
        yield return [pair];
        var thirdAndFourth = MaskedTruncation.Begin(_committee, pair.Result, _truncations[1]);
        yield return [thirdAndFourth];

        var third = thirdAndFourth.Result.Slice(0, x.Shape.Length);
        var product = _fifth(second.Result, third);
        yield return [product];
        var fifth = MaskedTruncation.Begin(_committee, product.Result, _truncations[2]);
        yield return [fifth];
        slot.Value = ShareTensor.Concatenate(x, second.Result, thirdAndFourth.Result, fifth.Result);
    }
}
