using System.Collections.Immutable;
using PrivacyGrains.Protocols.Beaver;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.FunctionSharing;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Comparison;

/// <summary>Where shared numbers of two parties are equal to public ones, in one round, by keys of distributed point functions.</summary>
/// <remarks>
/// Source: Boyle, Gilboa, Ishai, "Function Secret Sharing: Improvements and Extensions", CCS 2016 (eprint 2018/707), figure 1, on a masked opening as in Boyle, Gilboa, Ishai, "Secure Computation with Preprocessing via Function Secret
/// Sharing", TCC 2019 (eprint 2019/1095), for its gates. Opens c = x + r once; x is v modulo 2^k exactly where the low k bits of c - v are those of r, the hidden point. Exact where every |x - v| is below 2^k. Two shared numbers are compared by
/// their difference with 0. The answers are arithmetic shares of 0 and 1; their lowest bits are XOR shares. Semi-honest, computational by AES-128 (126-bit seeds); c hides x perfectly from all but the dealer. Additive sharing of two
/// parties only. One word per number to the peer; the keys cost the dealer 16 k bytes for each number and party and 16 more, whatever the number of values.
/// </remarks>
public static class KeyedEquality
{
    /// <summary>What the dealer must make.</summary>
    /// <param name="count">Numbers, at least 0.</param>
    /// <param name="bits">k, 2 to 64.</param>
    public static ImmutableArray<CorrelationRequest> Requests(int count, int bits) => [CorrelationRequest.EqualityKeys(count, bits)];

    /// <summary>Words to the peer: one round.</summary>
    public static ImmutableArray<int> WordsPerRound(int count) => [count];

    /// <summary>Masks the numbers. Send the words, keep the state.</summary>
    /// <param name="committee">Who computes; two parties.</param>
    /// <param name="x">This party's share.</param>
    /// <param name="values">Public, as signed integers of the same scale as x; at least one.</param>
    /// <param name="keys">For as many numbers; consumed.</param>
    /// <returns>The round, which ends in a share of zeros and ones, x = value, for each value in order.</returns>
    /// <exception cref="ArgumentException">Share and keys do not fit each other or the committee, or there is no value.</exception>
    /// <exception cref="InvalidOperationException">The keys were consumed before.</exception>
    public static AwaitingPeers<ImmutableArray<ShareTensor>> Begin(Committee committee, ShareTensor x, ImmutableArray<long> values, EqualityKeys keys)
    {
        Shares.RequireOf(committee, x);
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentOutOfRangeException.ThrowIfNotEqual(keys.Length, x.Shape.Length);
        if (values.IsDefaultOrEmpty)
        {
            throw new ArgumentException("At least one value is wanted.", nameof(values));
        }

        var (layout, low) = (keys.Request.PointKeys, ulong.MaxValue >> (64 - keys.Bits));
        var (mask, roots, common) = keys.Consume();
        committee.Scheme.Algebra.Add(mask, x.Words, mask);
        return AwaitingPeers<ImmutableArray<ShareTensor>>.Broadcast(committee, Combination.Open, mask, opened => [.. values.Select(value => Equal(opened, value))]);

        ShareTensor Equal(ulong[] opened, long value)
        {
            var (points, shares) = (new ulong[opened.Length], new ulong[opened.Length]);
            for (var i = 0; i < points.Length; i++)
            {
                points[i] = unchecked(opened[i] - (ulong)value) & low;
            }

            PointFunction.Evaluate(committee.Self, layout, roots, common, points, shares);
            return ShareTensor.Own(committee.Scheme, committee.Self, x.Shape, shares);
        }
    }
}
