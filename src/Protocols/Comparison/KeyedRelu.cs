using System.Collections.Immutable;
using PrivacyGrains.Arithmetic;
using PrivacyGrains.Protocols.Beaver;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.FunctionSharing;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Truncation;

namespace PrivacyGrains.Protocols.Comparison;

/// <summary>max(x, 0) / 2^f of shared numbers of two parties, in one round, by keys of distributed comparison functions.</summary>
/// <remarks>
/// Source: Boyle et al., EUROCRYPT 2021 (eprint 2020/1392), section 4 (ReLU from one distributed comparison function with a vector as payload). Opens c = x + r. With b the bit
/// x >= 0 as in <see cref="KeyedComparison"/>, and h = r' >> f, s the parts of r: where b is 1, x is c' - r' + 2^(k-1) w with w = c_top XOR s, so that b (x >> f) =
/// (c' >> f) b - b h + 2^(k-1-f) b w: the payload carries s and h beside the bit. Without a shift b x = c b - b r.
/// Exact without a shift; with one it is zero for negative x, else floor(x / 2^f) or that plus one. Holds for every |x| below 2^(k-1). Security as <see cref="KeyedComparison"/>.
/// One word per number to the peer; the keys cost the dealer about 32 k bytes per number and party without a shift and 40 k with one.
/// </remarks>
public static class KeyedRelu
{
    /// <summary>What the dealer must make.</summary>
    /// <param name="count">Numbers, at least 0.</param>
    /// <param name="shift">f, 0 to 58.</param>
    /// <param name="bits">k, 2 to 64.</param>
    public static ImmutableArray<CorrelationRequest> Requests(int count, int shift, int bits) => [CorrelationRequest.ReluKeys(count, shift, bits)];

    /// <summary>Words to the peer: one round.</summary>
    public static ImmutableArray<int> WordsPerRound(int count) => [count];

    /// <summary>Masks the numbers. Send the words, keep the state.</summary>
    /// <param name="committee">Who computes; two parties.</param>
    /// <param name="x">This party's share.</param>
    /// <param name="keys">For as many numbers; consumed.</param>
    /// <returns>The round, which ends in a share of max(x, 0) / 2^f.</returns>
    /// <exception cref="ArgumentException">Share and keys do not fit each other or the committee.</exception>
    /// <exception cref="InvalidOperationException">The keys were consumed before.</exception>
    public static AwaitingPeers<ShareTensor> Begin(Committee committee, ShareTensor x, ReluKeys keys) => Begin(committee, x, [0], keys, opened => opened.Above[0].Positive);

    /// <summary>max(x - t, 0) / 2^f and the bit x >= t for several public t, and x / 2^f itself, on one opening: the mask of x is that of every x - t.</summary>
    /// <remarks>
    /// Where every t is a multiple of 2^f, all results round alike: the low f bits of every opened c - t are the same. So max(x - t, 0) - max(x - u, 0) is u - t wherever x is at least both, exactly.
    /// Holds for every |x - t| below 2^(k-1), and x / 2^f for |x| below 2^(k-2).
    /// </remarks>
    internal static AwaitingPeers<T> Begin<T>(Committee committee, ShareTensor x, ImmutableArray<long> thresholds, ReluKeys keys, Func<(ImmutableArray<(ShareTensor Positive, ShareTensor AtLeast)> Above, Func<ShareTensor> Truncated), T> finish)
    {
        Shares.RequireOf(committee, x);
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentOutOfRangeException.ThrowIfNotEqual(keys.Length, x.Shape.Length);
        var request = keys.Request;
        var (mask, roots, computed, common) = keys.Consume();
        var own = request.Second == 0 ? mask.AsSpan().ToArray() : []; // the share of r itself, before the number is put under it
        committee.Scheme.Algebra.Add(mask, x.Words, mask);
        return AwaitingPeers<T>.Broadcast(committee, Combination.Open, mask, opened => finish(([.. thresholds.Select(threshold => Above(opened, threshold))], () => Truncated(opened))));

        (ShareTensor Positive, ShareTensor AtLeast) Above(ulong[] all, long threshold)
        {
            var (count, low) = (all.Length, (1UL << (request.Third - 1)) - 1);
            var (opened, points, shares) = (all.ToArray(), new ulong[count], new ulong[count * request.Keys.Payload]);
            Ring64.AddConstant(opened, unchecked((ulong)-threshold), opened);
            for (var i = 0; i < count; i++)
            {
                points[i] = opened[i] & low;
            }

            ComparisonFunction.Evaluate(committee.Self, request.Keys, roots, common, points, shares);
            var bits = Bits(committee.Self, request.Third, opened, shares, computed);
            if (request.Second == 0)
            {
                Unshifted(committee.Self, request.Third, opened, shares, computed, own);
            }
            else
            {
                Shifted(committee.Self, request.Second, request.Third, opened, shares, computed);
            }

            return (ShareTensor.Own(committee.Scheme, committee.Self, x.Shape, shares.AsSpan(0, count).ToArray()), ShareTensor.Own(committee.Scheme, committee.Self, x.Shape, bits));
        }

        ShareTensor Truncated(ulong[] opened)
        {
            if (request.Second == 0)
            {
                return x;
            }

            var (words, count) = (new ulong[opened.Length], opened.Length);
            Ring64.AddConstant(opened, 1UL << (request.Third - 2), words);
            MaskedTruncation.FinishRing(words, computed.AsSpan(count, count), computed.AsSpan(0, count), request.Second, request.Third, committee.Self == 0);
            return ShareTensor.Own(committee.Scheme, committee.Self, x.Shape, words);
        }
    }

    // d = s + e; the bit x >= t is d where c_top is 1 and 1 - d elsewhere.
    private static ulong[] Bits(int party, int bits, ulong[] opened, ReadOnlySpan<ulong> e, ReadOnlySpan<ulong> computed)
    {
        unchecked
        {
            var (atLeast, one) = (new ulong[opened.Length], party == 0 ? 1UL : 0);
            for (var i = 0; i < atLeast.Length; i++)
            {
                var (top, d) = (0 - ((opened[i] >> (bits - 1)) & 1), computed[i] + e[i]);
                atLeast[i] = (d & top) | ((one - d) & ~top);
            }

            return atLeast;
        }
    }

    // d = s + e, d r = s r + e_r; b is d where c_top is 1 and 1 - d elsewhere; b x = c b - b r.
    private static void Unshifted(int party, int bits, ulong[] opened, Span<ulong> e, ReadOnlySpan<ulong> computed, ReadOnlySpan<ulong> mask)
    {
        unchecked
        {
            var (count, one) = (opened.Length, party == 0 ? 1UL : 0);
            for (var i = 0; i < count; i++)
            {
                var d = computed[i] + e[i];
                var dr = computed[count + i] + e[count + i];
                e[i] = ((opened[i] >> (bits - 1)) & 1) == 1 ? (opened[i] * d) - dr : (opened[i] * (one - d)) - (mask[i] - dr);
            }
        }
    }

    // d = s + e, d s = s + e_s, d h = s h + e_h. Where c_top is 1: b = d, b w = d (1 - s). Elsewhere: b = 1 - d, b w = (1 - d) s. b h likewise.
    private static void Shifted(int party, int shift, int bits, ulong[] opened, Span<ulong> e, ReadOnlySpan<ulong> computed)
    {
        unchecked
        {
            var (count, one, low, weight) = (opened.Length, party == 0 ? 1UL : 0, (1UL << (bits - 1)) - 1, 1UL << (bits - 1 - shift));
            for (var i = 0; i < count; i++)
            {
                var (s, h) = (computed[i], computed[count + i]);
                var d = s + e[i];
                var ds = s + e[count + i];
                var dh = computed[(2 * count) + i] + e[(2 * count) + i];
                var high = (opened[i] & low) >> shift;
                e[i] = ((opened[i] >> (bits - 1)) & 1) == 1
                    ? (high * d) + (weight * (d - ds)) - dh
                    : (high * (one - d)) + (weight * (s - ds)) - (h - dh);
            }
        }
    }
}
