using System.Collections.Immutable;
using PrivacyGrains.Arithmetic;
using PrivacyGrains.Protocols.Comparison;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Functions;

/// <summary>Comparisons with public thresholds by whichever protocol is faster: keys where two parties compare few numbers, in one round, the circuit elsewhere.</summary>
/// <remarks>
/// <see cref="KeyedComparison"/> costs some 2 AES blocks per bit and comparison and 1.5 KiB of key per number; <see cref="ThresholdComparison"/> costs
/// 6 rounds more at most. <see cref="MostByKeys"/> is where the blocks take about as long as the rounds on one machine.
/// </remarks>
internal static class Comparing
{
    /// <summary>The most comparisons that keys are used for where no planner chooses.</summary>
    internal const int MostByKeys = 512;

    /// <summary>How to compare where nothing is known of the numbers.</summary>
    internal static ComparisonReach Unbounded(SharingScheme scheme, int count, int thresholds) =>
        new(scheme.Algebra.Bits, scheme.Kind == SharingKind.Additive && scheme.Parties == 2 && (long)count * thresholds <= MostByKeys);

    internal static ImmutableArray<CorrelationRequest> Requests(SharingScheme scheme, int count, int thresholds, ComparisonReach reach) =>
        reach.Keyed ? KeyedComparison.Requests(count, reach.Bits, reach.LeftOut) : ThresholdComparison.Requests(scheme, count, thresholds, reach.Bits - reach.LeftOut);

    internal static ImmutableArray<int> WordsPerRound(SharingScheme scheme, int count, int thresholds, ComparisonReach reach) =>
        reach.Keyed ? KeyedComparison.WordsPerRound(count) : ThresholdComparison.WordsPerRound(scheme, count, thresholds, reach.Bits - reach.LeftOut);

    internal static Material Take(Committee committee, int count, ImmutableArray<long> thresholds, ComparisonReach reach, Correlations correlations) =>
        reach.Keyed
            ? new Material(reach, correlations.TakeThresholdKeys(count, 0, reach.Bits, reach.LeftOut), null)
            : new Material(reach, null, ThresholdComparison.Take(committee, count, thresholds, correlations, reach.Bits - reach.LeftOut));

    internal static IEnumerable<AwaitingPeers[]> Script(
        Committee committee, ShareTensor x, ImmutableArray<long> thresholds, Material material, Slot<ImmutableArray<BitShares>> slot)
    {
        if (material.Keys is null)
        {
            foreach (var round in ThresholdComparison.Script(committee, x, thresholds, material.Circuit!.Value, slot, material.Reach.Bits, material.Reach.LeftOut))
            {
                yield return round;
            }

            yield break;
        }

        var reached = KeyedComparison.Begin(committee, x, thresholds, material.Keys);
        yield return [reached];
        slot.Value = [.. reached.Result.Select(share => LowestBits(committee, share))];
    }

    // The sum of two shares is 0 or 1 modulo 2^64, so that the exclusive or of their lowest bits is the bit.
    private static BitShares LowestBits(Committee committee, ShareTensor share)
    {
        var packed = new ulong[PackedBits.WordsFor(share.Shape.Length)];
        for (var i = 0; i < share.Shape.Length; i++)
        {
            packed[i / 64] |= (share.Words[i] & 1) << (i % 64);
        }

        return BitShares.Own(committee.Scheme.Parties, committee.Self, share.Shape.Length, packed);
    }

    /// <summary>One comparison's correlations, of one protocol or the other.</summary>
    internal sealed record Material(ComparisonReach Reach, ThresholdKeys? Keys, (ComparisonMask Mask, BitTriple[] Triples)? Circuit);
}

/// <summary>How numbers are compared.</summary>
/// <param name="Bits">k: every difference is below 2^(k-1) in absolute value; 61 in F_p.</param>
/// <param name="Keyed">Whether keys are dealt; two parties with additive shares only.</param>
/// <param name="LeftOut">
/// How many low bits are left out, in Z_2^64 only: what is then at or above a threshold may lie below it by less than two of these units; the
/// answers for several thresholds are those of one number.
/// </param>
internal readonly record struct ComparisonReach(int Bits, bool Keyed, int LeftOut = 0);
