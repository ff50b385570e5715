using System.Collections.Immutable;
using PrivacyGrains.Protocols.Comparison;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Functions;

/// <summary>max(x, 0) / 2^shift on one masked opening, by whichever means: keys in 1 round, a fused mask and a tree in 8 or fewer.</summary>
/// <remarks><see cref="KeyedRelu"/>, or <see cref="FusedComparison"/> with <see cref="Selection"/>, or, without a shift, <see cref="Relu"/>; their sources, ranges and security.</remarks>
/// <param name="Scheme">How values are shared.</param>
/// <param name="Count">Numbers.</param>
/// <param name="Shift">By how many bits they are shifted right, 0 to 58.</param>
/// <param name="Bits">k: every |x| is below 2^(k-2); 61 with Shamir shares.</param>
/// <param name="Keyed">Whether keys are dealt; two parties with additive shares only.</param>
internal readonly record struct ScaledRelu(SharingScheme Scheme, int Count, int Shift, int Bits, bool Keyed)
{
    private static readonly ImmutableArray<long> Zero = [0];

    internal ImmutableArray<CorrelationRequest> Requests => Keyed ? KeyedRelu.Requests(Count, Shift, Bits)
        : Shift == 0 ? Relu.Requests(Scheme, Count)
        : [.. FusedComparison.Requests(Scheme, Count, 1, Shift, Bits), .. Selection.Requests(Count)];

    internal ImmutableArray<int> WordsPerRound => Keyed ? KeyedRelu.WordsPerRound(Count)
        : Shift == 0 ? Relu.WordsPerRound(Scheme, Count)
        : Traffic.InTurn(FusedComparison.WordsPerRound(Scheme, Count, 1, Bits), Selection.WordsPerRound(Count));

    internal IEnumerable<AwaitingPeers[]> Script(Committee committee, ShareTensor x, Correlations correlations, Slot<ShareTensor> slot) =>
        Keyed ? KeyedScript(committee, x, correlations.TakeReluKeys(Count, Shift, Bits), slot)
        : Shift == 0 ? Relu.Script(committee, x, correlations, slot)
        : FusedScript(committee, x, correlations, slot);

    private static IEnumerable<AwaitingPeers[]> KeyedScript(Committee committee, ShareTensor x, ReluKeys keys, Slot<ShareTensor> slot)
    {
        var round = KeyedRelu.Begin(committee, x, keys);
        yield return [round];
        slot.Value = round.Result;
    }

    private IEnumerable<AwaitingPeers[]> FusedScript(Committee committee, ShareTensor x, Correlations correlations, Slot<ShareTensor> slot)
    {
        var material = FusedComparison.Take(Scheme, Count, 1, Shift, Bits, correlations);
        var tuple = correlations.TakeSelection(Count);
        var compared = new Slot<(ShareTensor Truncated, ImmutableArray<BitShares> AtLeast)>();
        foreach (var round in FusedComparison.Script(committee, x, Zero, material, compared))
        {
            yield return round;
        }

        foreach (var round in Selection.Script(committee, compared.Value.Truncated, compared.Value.AtLeast[0], tuple, slot))
        {
            yield return round;
        }
    }
}
