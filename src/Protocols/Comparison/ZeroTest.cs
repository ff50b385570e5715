using System.Collections.Immutable;
using PrivacyGrains.Arithmetic;
using PrivacyGrains.Protocols.Beaver;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Comparison;

/// <summary>XOR shares of the bits x = 0 for shared numbers, exact over the whole ring or field, in 7 rounds.</summary>
/// <remarks>
/// Source: Catrina and de Hoogh, "Improved Primitives for Secure Multiparty Integer Computation", SCN 2010, protocol 3.7 (EQZ): open c = x + r, compare c
/// with the mask's shared bits, and join the bits by a tree of depth log2. Where theirs hides x statistically under a longer mask, r here is uniform over
/// the whole ring or field, as in Damgård, Fitzi, Kiltz, Nielsen, Toft, TCC 2006: x = 0 exactly where c and r are the same element, bit for bit, and
/// c hides x perfectly from all but the dealer. Two numbers are compared by testing x - y. Semi-honest; the bits are secret from any n - 1 parties.
/// Round 0 opens c, one word per number; rounds 1 to 6 join pairs of bit positions, 64 tests to a word.
/// </remarks>
public static class ZeroTest
{
    /// <summary>What the dealer must make, in the order in which it is taken.</summary>
    /// <param name="scheme">How values are shared.</param>
    /// <param name="count">Numbers to test, at least 0.</param>
    public static ImmutableArray<CorrelationRequest> Requests(SharingScheme scheme, int count) => Requests(count, scheme.Algebra.Bits);

    /// <summary>The same where every |x| is known to lie below 2^k, so that k bits tell; in F_p all of them are needed.</summary>
    internal static ImmutableArray<CorrelationRequest> Requests(int count, int bits) =>
    [
        CorrelationRequest.ComparisonMask(count),
        .. GatesPerLevel(bits).Select(gates => CorrelationRequest.BitTriple(checked(gates * PackedBits.WordsFor(count)))),
    ];

    /// <summary>Words to each peer, round by round.</summary>
    /// <param name="scheme">How values are shared.</param>
    /// <param name="count">Numbers to test, at least 0.</param>
    public static ImmutableArray<int> WordsPerRound(SharingScheme scheme, int count) => WordsPerRound(count, scheme.Algebra.Bits);

    internal static ImmutableArray<int> WordsPerRound(int count, int bits) =>
        [count, .. GatesPerLevel(bits).Select(gates => checked(2 * gates * PackedBits.WordsFor(count)))];

    /// <summary>Starts the test; takes the correlations of <see cref="Requests(SharingScheme, int)"/> at once.</summary>
    /// <param name="committee">Who computes.</param>
    /// <param name="x">This party's share, any shape; every element is allowed.</param>
    /// <param name="correlations">This party's correlations.</param>
    /// <returns>The first round; at the end one bit per element, 1 where it is zero.</returns>
    /// <exception cref="ArgumentException">The share is not this party's.</exception>
    public static Phase<BitShares> Begin(Committee committee, ShareTensor x, Correlations correlations)
    {
        Shares.RequireOf(committee, x);
        ArgumentNullException.ThrowIfNull(correlations);
        var material = Take(x.Shape.Length, committee.Scheme.Algebra.Bits, correlations);
        return Phase<BitShares>.Start(committee, slot => Script(committee, x, material, slot));
    }

    internal static (ComparisonMask Mask, BitTriple[] Triples, int Bits) Take(int count, int bits, Correlations correlations)
    {
        var lane = PackedBits.WordsFor(count);
        var mask = correlations.TakeComparisonMask(count);
        return (mask, [.. GatesPerLevel(bits).Select(gates => correlations.TakeBitTriple(gates * lane))], bits);
    }

    internal static IEnumerable<AwaitingPeers[]> Script(
        Committee committee, ShareTensor x, (ComparisonMask Mask, BitTriple[] Triples, int Bits) material, Slot<BitShares> slot)
    {
        var algebra = committee.Scheme.Algebra;
        var (mask, planes) = material.Mask.Consume();
        algebra.Add(mask, x.Words, mask);
        var opening = AwaitingPeers<ulong[]>.Broadcast(committee, Combination.Open, mask, opened => opened);
        yield return [opening];
        var equal = EqualBits(committee, opening.Result, planes)[..(material.Bits * PackedBits.WordsFor(x.Shape.Length))];
        foreach (var triple in material.Triples)
        {
            var level = Join(committee, equal, PackedBits.WordsFor(x.Shape.Length), triple);
            yield return [level];
            equal = level.Result;
        }

        slot.Value = BitShares.Own(committee.Scheme.Parties, committee.Self, x.Shape.Length, equal);
    }

    // AND gates per number, level by level: 32, 16, 8, 4, 2, 1 of 64 bits and 30, 15, 8, 4, 2, 1 of 61.
    private static ImmutableArray<int> GatesPerLevel(int bits)
    {
        var gates = ImmutableArray.CreateBuilder<int>();
        for (var positions = bits; positions > 1; positions = (positions + 1) / 2)
        {
            gates.Add(positions / 2);
        }

        return gates.ToImmutable();
    }

    // Plane by plane NOT (c XOR r): the first party adds the public NOT c.
    private static ulong[] EqualBits(Committee committee, ulong[] opened, ulong[] maskPlanes)
    {
        if (committee.Self == 0)
        {
            var planes = new ulong[maskPlanes.Length];
            PackedBits.ToPlanes(opened, planes, committee.Scheme.Algebra.Bits);
            PackedBits.Not(planes, planes);
            PackedBits.Xor(maskPlanes, planes, maskPlanes);
        }

        return maskPlanes;
    }

    // The first planes AND as many that follow; a plane without a partner stays as it is.
    private static AwaitingPeers<ulong[]> Join(Committee committee, ulong[] planes, int width, BitTriple triple)
    {
        var half = triple.Words;
        var (outbound, finish) = BitMultiplication.Begin(committee, planes.AsSpan(0, half), planes.AsSpan(half, half), triple);
        return AwaitingPeers<ulong[]>.Broadcast(
            committee, Combination.OpenBits, outbound, opened => planes.Length == 2 * half ? finish(opened) : [.. finish(opened), .. planes.AsSpan(2 * half, width)]);
    }
}
