using System.Collections.Immutable;
using PrivacyGrains.Arithmetic;
using PrivacyGrains.Protocols.Beaver;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Truncation;

namespace PrivacyGrains.Protocols.Comparison;

/// <summary>Truncates shared numbers and compares them with public thresholds on one masked opening: the truncated numbers after 1 round, the bits after 7 at most.</summary>
/// <remarks>
/// <see cref="MaskedTruncation"/> and <see cref="ThresholdComparison"/> with one mask r: both begin by opening x + r, and what they need of r, its high part with its overflow
/// correction and its bits, are shares that the dealer makes of the same r. The opening is as uniform as each of theirs. Where every |x| is known to lie below
/// 2^(k-2), arithmetic modulo 2^k suffices in Z_2^64: the tree has k - 1 positions and ceil(log2(k - 1)) levels. The mask stays uniform over the whole ring.
/// </remarks>
public static class FusedComparison
{
    /// <summary>What the dealer must make, in the order in which it is taken.</summary>
    /// <param name="scheme">How values are shared.</param>
    /// <param name="count">Numbers, at least 0.</param>
    /// <param name="thresholds">Thresholds for each of them, at least 1.</param>
    /// <param name="shift">By how many bits they are shifted right, 1 to 58.</param>
    /// <param name="bits">k, 3 to 64; 61 with Shamir shares.</param>
    public static ImmutableArray<CorrelationRequest> Requests(SharingScheme scheme, int count, int thresholds, int shift, int bits) =>
    [
        CorrelationRequest.FusedMask(count, shift, bits),
        .. CarryTree.GatesPerLevel(scheme, bits).Select(gates => CorrelationRequest.BitTriple(checked(gates * thresholds * PackedBits.WordsFor(count)))),
    ];

    /// <summary>Words to each peer, round by round.</summary>
    /// <param name="scheme">How values are shared.</param>
    /// <param name="count">Numbers, at least 0.</param>
    /// <param name="thresholds">Thresholds for each of them, at least 1.</param>
    /// <param name="bits">k, 3 to 64; 61 with Shamir shares.</param>
    public static ImmutableArray<int> WordsPerRound(SharingScheme scheme, int count, int thresholds, int bits) =>
        [count, .. CarryTree.GatesPerLevel(scheme, bits).Select(gates => checked(2 * gates * thresholds * PackedBits.WordsFor(count)))];

    /// <summary>Starts; takes the correlations of <see cref="Requests"/> at once.</summary>
    /// <param name="committee">Who computes.</param>
    /// <param name="x">This party's share; every |x| and every |x - t| below 2^(k-2) in Z_2^64 and below 2^59 in F_p.</param>
    /// <param name="thresholds">Public, as signed integers of x's scale before the shift; at least one.</param>
    /// <param name="shift">By how many bits x is shifted right, 1 to 58.</param>
    /// <param name="bits">k, 3 to 64; 61 with Shamir shares.</param>
    /// <param name="correlations">This party's correlations.</param>
    /// <returns>The first round; at the end the shifted numbers, with an error below one unit in the last place, and one vector of exact bits per threshold.</returns>
    /// <exception cref="ArgumentException">The share is not this party's, or there is no threshold.</exception>
    public static Phase<(ShareTensor Truncated, ImmutableArray<BitShares> AtLeast)> Begin(
        Committee committee, ShareTensor x, ImmutableArray<long> thresholds, int shift, int bits, Correlations correlations)
    {
        Shares.RequireOf(committee, x);
        var material = Take(committee.Scheme, x.Shape.Length, thresholds.Length, shift, bits, correlations);
        return Phase<(ShareTensor Truncated, ImmutableArray<BitShares> AtLeast)>.Start(
            committee, slot => Script(committee, x, thresholds, material, slot));
    }

    internal static (FusedMask Mask, BitTriple[] Triples) Take(SharingScheme scheme, int count, int thresholds, int shift, int bits, Correlations correlations)
    {
        ArgumentNullException.ThrowIfNull(correlations);
        ArgumentOutOfRangeException.ThrowIfLessThan(thresholds, 1);
        var lane = thresholds * PackedBits.WordsFor(count);
        var mask = correlations.TakeFusedMask(count, shift, bits);
        return (mask, [.. CarryTree.GatesPerLevel(scheme, bits).Select(gates => correlations.TakeBitTriple(gates * lane))]);
    }

    internal static IEnumerable<AwaitingPeers[]> Script(
        Committee committee, ShareTensor x, ImmutableArray<long> thresholds, (FusedMask Mask, BitTriple[] Triples) material,
        Slot<(ShareTensor Truncated, ImmutableArray<BitShares> AtLeast)> slot)
    {
        var (shift, bits) = (material.Mask.Shift, material.Mask.Bits);
        var (mask, parts, planes) = material.Mask.Consume();
        var opening = ThresholdComparison.OpenMasked(committee, x, mask);
        yield return [opening];
        var tree = CarryTree.Plant(committee, opening.Result, planes, thresholds, bits);
        var truncated = Truncate(committee, x.Shape, opening.Result, parts, shift, bits);
        foreach (var triple in material.Triples)
        {
            var level = tree.Combine(committee, triple);
            yield return [level];
            tree = level.Result;
        }

        slot.Value = (truncated, tree.Harvest(committee, x.Shape.Length, thresholds.Length));
    }

    // The field's opening has its offset already; the ring's gets it here, in the open.
    private static ShareTensor Truncate(Committee committee, TensorShape shape, ReadOnlySpan<ulong> opened, ulong[] parts, int shift, int bits)
    {
        var words = opened.ToArray();
        ReadOnlySpan<ulong> high = parts.AsSpan(0, words.Length), overflow = parts.AsSpan(words.Length);
        if (committee.Scheme.Kind == SharingKind.Additive)
        {
            Ring64.AddConstant(words, 1UL << (bits - 2), words);
            MaskedTruncation.FinishRing(words, high, overflow, shift, bits, committee.Scheme.AddsConstants(committee.Self));
        }
        else
        {
            MaskedTruncation.FinishField(words, high, overflow, shift);
        }

        return ShareTensor.Own(committee.Scheme, committee.Self, shape, words);
    }
}
