using System.Collections.Immutable;
using PrivacyGrains.Arithmetic;
using PrivacyGrains.Arithmetic.Randomness;

namespace PrivacyGrains.Protocols.Sharing;

/// <summary>One party's XOR share of a vector of bits, packed 64 to a word; padding is zero.</summary>
/// <remarks>
/// All n parties are needed to know a bit and any n - 1 learn nothing, whatever scheme the arithmetic shares of the computation have. Secret:
/// <see cref="ToString"/> tells the length only.
/// </remarks>
public sealed class BitShares
{
    private readonly ulong[] _words;

    private BitShares(int parties, int party, int length, ulong[] words)
    {
        Parties = parties;
        Party = party;
        Length = length;
        _words = words;
        PackedBits.ClearPadding(_words, length);
    }

    /// <summary>n.</summary>
    public int Parties { get; }

    /// <summary>The holder's index, 0 to n - 1.</summary>
    public int Party { get; }

    /// <summary>How many bits.</summary>
    public int Length { get; }

    /// <summary>The packed share: bit i is bit i mod 64 of word i / 64. Secret.</summary>
    public ReadOnlySpan<ulong> Words => _words;

    internal static BitShares Own(int parties, int party, int length, ulong[] words) => new(parties, party, length, words);

    /// <summary>Splits bits into one share per party.</summary>
    /// <param name="parties">2 to <see cref="SharingScheme.MaximumParties"/>.</param>
    /// <param name="packed">The bits, packed; secret.</param>
    /// <param name="length">How many bits.</param>
    /// <param name="random">Uniform bytes.</param>
    /// <exception cref="ArgumentException">The words are not as many as the length needs.</exception>
    public static ImmutableArray<BitShares> Split(int parties, ReadOnlySpan<ulong> packed, int length, IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(parties, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(parties, SharingScheme.MaximumParties);
        ArgumentOutOfRangeException.ThrowIfNotEqual(packed.Length, PackedBits.WordsFor(length));
        var last = packed.ToArray();
        var shares = new BitShares[parties];
        for (var party = 0; party < parties - 1; party++)
        {
            var words = new ulong[last.Length];
            UniformElements.FillRing64(random, words);
            PackedBits.Xor(last, words, last);
            shares[party] = new BitShares(parties, party, length, words);
        }

        shares[^1] = new BitShares(parties, parties - 1, length, last);
        return [.. shares];
    }

    /// <summary>Puts all n shares together again.</summary>
    /// <returns>The packed bits, or a fault: <c>share.missing</c>, <c>share.doubled</c>, <c>share.mismatched</c>.</returns>
    public static Checked<ulong[]> Reconstruct(IReadOnlyList<BitShares> shares)
    {
        ArgumentNullException.ThrowIfNull(shares);
        if (shares.Count == 0 || shares.Count < shares[0].Parties)
        {
            return new ProtocolFault("share.missing", null, "the share of each party", $"{shares.Count}");
        }

        var bits = new ulong[shares[0]._words.Length];
        var seen = new HashSet<int>();
        foreach (var share in shares)
        {
            if (share.Parties != shares[0].Parties || share.Length != shares[0].Length)
            {
                return new ProtocolFault("share.mismatched", null, shares[0].ToString(), share.ToString());
            }

            if (!seen.Add(share.Party))
            {
                return new ProtocolFault("share.doubled", null, "one share of each party", $"two of party {share.Party}");
            }

            PackedBits.Xor(bits, share._words, bits);
        }

        return bits;
    }

    /// <inheritdoc/>
    public override string ToString() => $"bit share of party {Party} of {Parties}, {Length} bits";
}
