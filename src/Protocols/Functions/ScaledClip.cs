using System.Collections.Immutable;
using PrivacyGrains.Protocols.Comparison;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Functions;

/// <summary>min(max(x / 2^shift, lower), upper) on one masked opening, by whichever means: keys in 1 round, a mask and a tree in 8 or fewer.</summary>
/// <remarks>
/// Both bounds are compared under one mask. By keys: lower + max(x - lower, 0) - max(x - upper, 0), both on one opening of x (<see cref="KeyedRelu"/>). By a tree: lower + (x - lower) [x >= lower] - (x - upper) [x >= upper], two
/// <see cref="Selection"/>s in one round after a <see cref="FusedComparison"/>, or, without a shift, a <see cref="ThresholdComparison"/>; their sources and security. The comparisons are with the bounds at x's own scale, so a
/// result never leaves them, and is a bound exactly where x lies beyond it; elsewhere it is the truncation's.
/// </remarks>
/// <param name="Scheme">How values are shared.</param>
/// <param name="Count">Numbers.</param>
/// <param name="Bounds">How many bounds there are, 1 or 2.</param>
/// <param name="Shift">By how many bits numbers are shifted right, 0 to 58.</param>
/// <param name="Bits">k: every |x| and every bound, at x's scale, is below 2^(k-2); 61 with Shamir shares, where differences must be below 2^59.</param>
/// <param name="Keyed">Whether keys are dealt; two parties with additive shares only.</param>
internal readonly record struct ScaledClip(SharingScheme Scheme, int Count, int Bounds, int Shift, int Bits, bool Keyed)
{
    internal ImmutableArray<CorrelationRequest> Requests => Keyed ? KeyedRelu.Requests(Count, Shift, Bits) :
    [
        .. Shift == 0 ? ThresholdComparison.Requests(Scheme, Count, Bounds, Bits) : FusedComparison.Requests(Scheme, Count, Bounds, Shift, Bits),
        .. Enumerable.Repeat(CorrelationRequest.Selection(Count), Bounds),
    ];

    internal ImmutableArray<int> WordsPerRound => Keyed ? KeyedRelu.WordsPerRound(Count) : Traffic.InTurn(
        Shift == 0 ? ThresholdComparison.WordsPerRound(Scheme, Count, Bounds, Bits) : FusedComparison.WordsPerRound(Scheme, Count, Bounds, Bits), [Bounds * Selection.WordsPerRound(Count)[0]]);

    /// <summary>Leaves the clipped numbers.</summary>
    /// <param name="committee">Who computes.</param>
    /// <param name="x">This party's share.</param>
    /// <param name="lower">The lower bound at the result's scale, or null.</param>
    /// <param name="upper">The upper bound, or null.</param>
    /// <param name="correlations">This party's.</param>
    /// <param name="slot">Takes the result.</param>
    /// <param name="reached">Takes arithmetic shares of the bits x >= bound, for each bound in order, which cost nothing more; null where they are not wanted.</param>
    internal IEnumerable<AwaitingPeers[]> Script(Committee committee, ShareTensor x, long? lower, long? upper, Correlations correlations, Slot<ShareTensor> slot, Slot<ImmutableArray<ShareTensor>>? reached = null)
    {
        var lift = Shift;
        ImmutableArray<long> bounds = [.. (long?[])[lower, upper] is var both ? both.OfType<long>() : []];
        ImmutableArray<long> thresholds = [.. bounds.Select(bound => bound << lift)];
        return Keyed
            ? KeyedScript(committee, x, thresholds, lower, upper, correlations.TakeReluKeys(Count, Shift, Bits), slot, reached)
            : TreeScript(committee, x, thresholds, bounds, lower, upper, Take(committee, thresholds, correlations), slot, reached);
    }

    private static IEnumerable<AwaitingPeers[]> KeyedScript(
        Committee committee, ShareTensor x, ImmutableArray<long> thresholds, long? lower, long? upper, ReluKeys keys, Slot<ShareTensor> slot, Slot<ImmutableArray<ShareTensor>>? reached)
    {
        var round = KeyedRelu.Begin(committee, x, thresholds, keys, opened =>
        {
            if (reached is not null)
            {
                reached.Value = [.. opened.Above.Select(each => each.AtLeast)];
            }

            var above = lower is { } least ? Plus(opened.Above[0].Positive, least) : opened.Truncated();
            return upper is null ? above : above.Subtract(opened.Above[^1].Positive);
        });
        yield return [round];
        slot.Value = round.Result;
    }

    private static IEnumerable<AwaitingPeers[]> TreeScript(
        Committee committee, ShareTensor x, ImmutableArray<long> thresholds, ImmutableArray<long> bounds, long? lower, long? upper, Material material, Slot<ShareTensor> slot,
        Slot<ImmutableArray<ShareTensor>>? reached)
    {
        var (y, bits) = (x, new Slot<ImmutableArray<BitShares>>());
        if (material.Fused is { } fused)
        {
            var compared = new Slot<(ShareTensor Truncated, ImmutableArray<BitShares> AtLeast)>();
            foreach (var round in FusedComparison.Script(committee, x, thresholds, fused, compared))
            {
                yield return round;
            }

            (y, bits.Value) = compared.Value;
        }
        else
        {
            foreach (var round in ThresholdComparison.Script(committee, x, thresholds, material.Plain!.Value, bits, material.Bits))
            {
                yield return round;
            }
        }

        Slot<ShareTensor>[] kept = [.. bounds.Select(_ => new Slot<ShareTensor>())], atLeast = [.. bounds.Select(_ => new Slot<ShareTensor>())];
        IEnumerable<AwaitingPeers[]> select = [];
        for (var i = 0; i < bounds.Length; i++)
        {
            select = Sharing.Script.SideBySide(select, Selection.Script(committee, Plus(y, -bounds[i]), bits.Value[i], material.Tuples[i], kept[i], reached is null ? null : atLeast[i]));
        }

        foreach (var round in select)
        {
            yield return round;
        }

        if (reached is not null)
        {
            reached.Value = [.. atLeast.Select(bit => bit.Value)];
        }

        var above = lower is { } least ? Plus(kept[0].Value, least) : y;
        slot.Value = upper is null ? above : above.Subtract(kept[^1].Value);
    }

    private static ShareTensor Plus(ShareTensor x, long summand)
    {
        var summands = new ulong[x.Shape.Length];
        Array.Fill(summands, x.Scheme.Algebra.FromSigned(summand));
        return x.AddPublic(summands);
    }

    private Material Take(Committee committee, ImmutableArray<long> thresholds, Correlations correlations)
    {
        var count = Count;
        var fused = Shift == 0 ? ((FusedMask Mask, BitTriple[] Triples)?)null : FusedComparison.Take(Scheme, Count, Bounds, Shift, Bits, correlations);
        var plain = Shift == 0 ? ThresholdComparison.Take(committee, Count, thresholds, correlations, Bits) : ((ComparisonMask Mask, BitTriple[] Triples)?)null;
        return new Material(Bits, fused, plain, [.. thresholds.Select(_ => correlations.TakeSelection(count))]);
    }

    private sealed record Material(int Bits, (FusedMask Mask, BitTriple[] Triples)? Fused, (ComparisonMask Mask, BitTriple[] Triples)? Plain, SelectionTuple[] Tuples);
}
