using PrivacyGrains.Arithmetic;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Beaver;

/// <summary>AND of XOR-shared packed bits with a dealer's bit triples, in one round.</summary>
/// <remarks>
/// Source: Beaver 1991 over Z_2; 64 gates per word. Semi-honest, secret from n - 1 parties that do not include the dealer; the triple is consumed. Two
/// words per 64 gates to each peer.
/// </remarks>
public static class BitMultiplication
{
    /// <summary>Masks both operands. Send the words, keep the state.</summary>
    /// <param name="committee">Who computes.</param>
    /// <param name="x">This party's share of one operand.</param>
    /// <param name="y">This party's share of the other operand, of the same length.</param>
    /// <param name="triple">As many words as the operands have; consumed.</param>
    /// <returns>The round, which ends in a share of x AND y.</returns>
    /// <exception cref="ArgumentException">Shares or triple do not fit each other or the committee.</exception>
    /// <exception cref="InvalidOperationException">The triple was consumed before.</exception>
    public static AwaitingPeers<BitShares> Begin(Committee committee, BitShares x, BitShares y, BitTriple triple)
    {
        Shares.RequireOf(committee, x);
        Shares.RequireOf(committee, y);
        ArgumentOutOfRangeException.ThrowIfNotEqual(y.Length, x.Length);
        var words = Begin(committee, x.Words, y.Words, triple);
        return AwaitingPeers<BitShares>.Broadcast(
            committee, Combination.OpenBits, words.Outbound, opened => BitShares.Own(x.Parties, x.Party, x.Length, words.Finish(opened)));
    }

    /// <summary>The same over bare words.</summary>
    internal static (ulong[] Outbound, Func<ulong[], ulong[]> Finish) Begin(
        Committee committee, ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> y, BitTriple triple)
    {
        ArgumentNullException.ThrowIfNull(triple);
        ArgumentOutOfRangeException.ThrowIfNotEqual(triple.Words, x.Length);
        var (a, b, c) = triple.Consume();
        var outbound = new ulong[2 * a.Length];
        PackedBits.Xor(x, a, outbound.AsSpan(0, a.Length));
        PackedBits.Xor(y, b, outbound.AsSpan(a.Length));
        return (outbound, Finish);

        ulong[] Finish(ulong[] opened)
        {
            var d = opened.AsSpan(0, a.Length);
            var e = opened.AsSpan(a.Length);
            if (committee.Self == 0)
            {
                PackedBits.Xor(b, e, b);
            }

            PackedBits.And(d, b, b);
            PackedBits.And(e, a, a);
            PackedBits.Xor(c, a, c);
            PackedBits.Xor(c, b, c);
            return c;
        }
    }
}
