using System.Collections.Immutable;
using PrivacyGrains.Protocols.Beaver;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Comparison;

/// <summary>Compares shared numbers of two parties with public thresholds, in one round, by keys of distributed comparison functions.</summary>
/// <remarks>
/// Source: Boyle, Chandran, Gilboa, Gupta, Ishai, Kumar, Rathee, EUROCRYPT 2021 (eprint 2020/1392), sections 3 and 4 (comparison by one distributed comparison function on the bits below
/// the top one). Opens c = x + r once; for a threshold t, x - t has the top bit of c - t, flipped by s, the top bit of r, and by whether the lower bits of c - t lie below those
/// of r, which the keys answer. Exact where every |x - t| is below 2^(k-1), k the bits of the keys. The answers are arithmetic shares of 0 and 1; their lowest bits are XOR shares.
/// Semi-honest, computational by AES-128 (126-bit seeds); c hides x perfectly from all but the dealer. Additive sharing of two parties only.
/// One word per number to the peer; the keys cost the dealer about 24 k bytes per number and party, whatever the number of thresholds.
/// </remarks>
public static class KeyedComparison
{
    /// <summary>What the dealer must make.</summary>
    /// <param name="count">Numbers, at least 0.</param>
    /// <param name="bits">k, 2 to 64.</param>
    /// <param name="leftOut">How many low bits are left out, 0 to k - 2: a number less than 2 to this power below a threshold may count as reaching it, never one that reaches it as not; differences must then stay that much below 2^(k-1).</param>
    public static ImmutableArray<CorrelationRequest> Requests(int count, int bits, int leftOut = 0) => [CorrelationRequest.ThresholdKeys(count, 0, bits, leftOut)];

    /// <summary>Words to the peer: one round.</summary>
    public static ImmutableArray<int> WordsPerRound(int count) => [count];

    /// <summary>Masks the numbers. Send the words, keep the state.</summary>
    /// <param name="committee">Who computes; two parties.</param>
    /// <param name="x">This party's share.</param>
    /// <param name="thresholds">Public, as signed integers of the same scale as x; at least one.</param>
    /// <param name="keys">For as many numbers; consumed.</param>
    /// <returns>The round, which ends in a share of zeros and ones, x >= threshold, for each threshold in order.</returns>
    /// <exception cref="ArgumentException">Share and keys do not fit each other or the committee, or there is no threshold.</exception>
    /// <exception cref="InvalidOperationException">The keys were consumed before.</exception>
    public static AwaitingPeers<ImmutableArray<ShareTensor>> Begin(Committee committee, ShareTensor x, ImmutableArray<long> thresholds, ThresholdKeys keys)
    {
        if (thresholds.IsDefaultOrEmpty)
        {
            throw new ArgumentException("At least one threshold is wanted.", nameof(thresholds));
        }

        return Begin(committee, x, keys, opened => thresholds.Select(opened.AtLeast).ToImmutableArray());
    }

    /// <summary>The same, with all that the keys can tell.</summary>
    internal static AwaitingPeers<T> Begin<T>(Committee committee, ShareTensor x, ThresholdKeys keys, Func<KeyedOpening, T> finish)
    {
        Shares.RequireOf(committee, x);
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentOutOfRangeException.ThrowIfNotEqual(keys.Length, x.Shape.Length);
        var request = keys.Request;
        var (mask, roots, computed, common) = keys.Consume();
        committee.Scheme.Algebra.Add(mask, x.Words, mask);
        return AwaitingPeers<T>.Broadcast(
            committee, Combination.Open, mask, opened => finish(new KeyedOpening(committee, x.Shape, request, opened, roots, computed, common)));
    }
}
