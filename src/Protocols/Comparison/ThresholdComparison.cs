using System.Collections.Immutable;
using PrivacyGrains.Arithmetic;
using PrivacyGrains.Protocols.Beaver;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Comparison;

/// <summary>Compares shared numbers with public thresholds: XOR shares of the bits x >= threshold, in 7 rounds whatever the number of thresholds.</summary>
/// <remarks>
/// Source: comparison by a masked opening and a carry circuit on the mask's shared bits, Dalskov, Escudero, Keller, PoPETs 2020 (eprint 2019/131),
/// section III.D, and Escudero et al., CRYPTO 2020 (eprint 2020/338), section 5.2, after Damgård, Fitzi, Kiltz, Nielsen, Toft, TCC 2006; the carry by
/// the logarithmic tree of Brent and Kung, IEEE Transactions on Computers 1982. Round 0 opens c = x + r once; every threshold t is compared on
/// (c - t) - r with triples of its own. Rounds 1 to 6 combine carries pairwise, 64 comparisons to a word.
/// In Z_2^64 it holds for every x and t whose difference stays below 2^63 in absolute value; in F_p for |x - t| &lt; 2^59. The result is exact.
/// Semi-honest; c is uniform, so it hides x perfectly from all but the dealer. The bits are secret from any n - 1 parties.
/// </remarks>
public static class ThresholdComparison
{
    /// <summary>What the dealer must make, in the order in which it is taken.</summary>
    /// <param name="scheme">How values are shared.</param>
    /// <param name="count">Numbers to compare, at least 0.</param>
    /// <param name="thresholds">Thresholds for each of them, at least 1.</param>
    public static ImmutableArray<CorrelationRequest> Requests(SharingScheme scheme, int count, int thresholds) => Requests(scheme, count, thresholds, scheme.Algebra.Bits);

    /// <summary>The same where every |x - t| is known to lie below 2^(k-1), so that arithmetic modulo 2^k suffices: k bits, in Z_2^64 only.</summary>
    internal static ImmutableArray<CorrelationRequest> Requests(SharingScheme scheme, int count, int thresholds, int bits) =>
    [
        CorrelationRequest.ComparisonMask(count),
        .. CarryTree.GatesPerLevel(scheme, bits).Select(gates => CorrelationRequest.BitTriple(checked(gates * thresholds * PackedBits.WordsFor(count)))),
    ];

    /// <summary>Words to each peer, round by round.</summary>
    /// <param name="scheme">How values are shared.</param>
    /// <param name="count">Numbers to compare, at least 0.</param>
    /// <param name="thresholds">Thresholds for each of them, at least 1.</param>
    public static ImmutableArray<int> WordsPerRound(SharingScheme scheme, int count, int thresholds) => WordsPerRound(scheme, count, thresholds, scheme.Algebra.Bits);

    internal static ImmutableArray<int> WordsPerRound(SharingScheme scheme, int count, int thresholds, int bits) =>
        [count, .. CarryTree.GatesPerLevel(scheme, bits).Select(gates => checked(2 * gates * thresholds * PackedBits.WordsFor(count)))];

    /// <summary>Starts the comparison; takes the correlations of <see cref="Requests(SharingScheme, int, int)"/> at once.</summary>
    /// <param name="committee">Who computes.</param>
    /// <param name="x">This party's share.</param>
    /// <param name="thresholds">Public, as signed integers of the same scale as x; at least one.</param>
    /// <param name="correlations">This party's correlations.</param>
    /// <returns>The first round; at the end one vector of bits per threshold, in order.</returns>
    /// <exception cref="ArgumentException">The share is not this party's, or there is no threshold.</exception>
    public static Phase<ImmutableArray<BitShares>> Begin(Committee committee, ShareTensor x, ImmutableArray<long> thresholds, Correlations correlations)
    {
        var material = Take(committee, x, thresholds, correlations);
        return Phase<ImmutableArray<BitShares>>.Start(committee, slot => Script(committee, x, thresholds, material, slot));
    }

    internal static (ComparisonMask Mask, BitTriple[] Triples) Take(
        Committee committee, ShareTensor x, ImmutableArray<long> thresholds, Correlations correlations)
    {
        Shares.RequireOf(committee, x);
        ArgumentNullException.ThrowIfNull(correlations);
        return Take(committee, x.Shape.Length, thresholds, correlations);
    }

    internal static (ComparisonMask Mask, BitTriple[] Triples) Take(
        Committee committee, int count, ImmutableArray<long> thresholds, Correlations correlations, int? bits = null)
    {
        if (thresholds.IsDefaultOrEmpty)
        {
            throw new ArgumentException("At least one threshold is wanted.", nameof(thresholds));
        }

        var lane = thresholds.Length * PackedBits.WordsFor(count);
        var mask = correlations.TakeComparisonMask(count);
        return (mask, [.. CarryTree.GatesPerLevel(committee.Scheme, bits ?? committee.Scheme.Algebra.Bits).Select(gates => correlations.TakeBitTriple(gates * lane))]);
    }

    internal static IEnumerable<AwaitingPeers[]> Script(
        Committee committee, ShareTensor x, ImmutableArray<long> thresholds, (ComparisonMask Mask, BitTriple[] Triples) material,
        Slot<ImmutableArray<BitShares>> slot, int? bits = null, int leftOut = 0)
    {
        var (mask, planes) = material.Mask.Consume();
        var opening = OpenMasked(committee, x, mask);
        yield return [opening];
        var opened = opening.Result;
        for (var i = 0; i < opened.Length && leftOut > 0; i++)
        {
            opened[i] >>= leftOut; // and so the mask's planes from there on: the difference is x shifted right, or that plus one
        }

        var tree = CarryTree.Plant(
            committee, opened, planes.AsSpan(leftOut * PackedBits.WordsFor(opened.Length)), [.. thresholds.Select(t => t >> leftOut)],
            (bits ?? committee.Scheme.Algebra.Bits) - leftOut);
        foreach (var triple in material.Triples)
        {
            var level = tree.Combine(committee, triple);
            yield return [level];
            tree = level.Result;
        }

        slot.Value = tree.Harvest(committee, x.Shape.Length, thresholds.Length);
    }

    internal static AwaitingPeers<ulong[]> OpenMasked(Committee committee, ShareTensor x, ulong[] mask)
    {
        var algebra = committee.Scheme.Algebra;
        algebra.Add(mask, x.Words, mask);
        if (committee.Scheme.Kind == SharingKind.Shamir)
        {
            algebra.AddConstant(mask, 1UL << algebra.HeadroomBits, mask); // not negative, so that bit 59 tells the sign
        }

        return AwaitingPeers<ulong[]>.Broadcast(committee, Combination.Open, mask, opened => opened);
    }
}
