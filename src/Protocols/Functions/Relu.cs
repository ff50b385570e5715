using System.Collections.Immutable;
using PrivacyGrains.Protocols.Beaver;
using PrivacyGrains.Protocols.Comparison;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Functions;

/// <summary>max(x, 0) on shared numbers: x times the bit x >= 0, exact, in 8 rounds.</summary>
/// <remarks><see cref="ThresholdComparison"/> with zero, then <see cref="Selection"/>; their security and range.</remarks>
public static class Relu
{
    private static readonly ImmutableArray<long> Zero = [0];

    /// <summary>What the dealer must make, in the order in which it is taken.</summary>
    public static ImmutableArray<CorrelationRequest> Requests(SharingScheme scheme, int count) =>
        [.. ThresholdComparison.Requests(scheme, count, 1), .. Selection.Requests(count)];

    /// <summary>Words to each peer, round by round.</summary>
    public static ImmutableArray<int> WordsPerRound(SharingScheme scheme, int count) =>
        Traffic.InTurn(ThresholdComparison.WordsPerRound(scheme, count, 1), Selection.WordsPerRound(count));

    /// <summary>Starts; takes the correlations of <see cref="Requests"/> at once.</summary>
    /// <param name="committee">Who computes.</param>
    /// <param name="x">This party's share, any shape.</param>
    /// <param name="correlations">This party's correlations.</param>
    /// <exception cref="ArgumentException">The share is not this party's.</exception>
    public static Phase<ShareTensor> Begin(Committee committee, ShareTensor x, Correlations correlations)
    {
        Shares.RequireOf(committee, x);
        return Phase<ShareTensor>.Start(committee, slot => Script(committee, x, correlations, slot));
    }

    internal static IEnumerable<AwaitingPeers[]> Script(Committee committee, ShareTensor x, Correlations correlations, Slot<ShareTensor> slot)
    {
        var material = ThresholdComparison.Take(committee, x, Zero, correlations);
        var tuple = correlations.TakeSelection(x.Shape.Length);
        var bits = new Slot<ImmutableArray<BitShares>>();
        foreach (var round in ThresholdComparison.Script(committee, x, Zero, material, bits))
        {
            yield return round;
        }

        foreach (var round in Selection.Script(committee, x, bits.Value[0], tuple, slot))
        {
            yield return round;
        }
    }
}
