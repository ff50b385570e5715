using PrivacyGrains.Arithmetic;

namespace PrivacyGrains.Protocols.Sharing;

/// <summary>How the words of all parties become one vector that a step continues with.</summary>
internal enum Combination
{
    /// <summary>Shares of a value: their sum, or the interpolation of the first t + 1.</summary>
    Open,

    /// <summary>Fresh shares of every party's own product: the interpolation over all n.</summary>
    Reshare,

    /// <summary>XOR shares of bits: their XOR.</summary>
    OpenBits,
}

/// <summary>All parties' words of one round, combined run by run.</summary>
/// <remarks>
/// A run of <see cref="Run"/> words stays in the processor's first-level cache from its opening to the end of the local step on it: over a million words that
/// is a third of the memory traffic of one pass after the other.
/// </remarks>
internal sealed class OpenedWords(AwaitingPeers round, Combination combination, ReadOnlyMemory<ulong>[] peers)
{
    /// <summary>Words that are combined at a time: 8 KiB.</summary>
    internal const int Run = 1024;

    /// <summary>Whether what is opened is the sum of all words in Z_2^64: then a step may add <see cref="Others"/> to the own words itself, in the pass that uses them.</summary>
    internal bool IsSum => combination == Combination.Open && round.Committee.Scheme.Kind == SharingKind.Additive;

    /// <summary>What the others' words add up to, where <see cref="IsSum"/>: the words of one peer where they lie, the sum of several's in scratch.</summary>
    /// <param name="from">The first word's place.</param>
    /// <param name="scratch">As many words as are wanted.</param>
    internal ReadOnlySpan<ulong> Others(int from, Span<ulong> scratch)
    {
        var sum = ReadOnlySpan<ulong>.Empty;
        for (var party = 0; party < peers.Length; party++)
        {
            if (party != round.Committee.Self)
            {
                var words = peers[party].Span.Slice(from, scratch.Length);
                if (sum.IsEmpty)
                {
                    sum = words;
                    continue;
                }

                Ring64.Add(sum, words, scratch);
                sum = scratch;
            }
        }

        return sum;
    }

    /// <summary>Combines a run of words.</summary>
    /// <param name="from">The first word's place.</param>
    /// <param name="destination">Takes as many words as it is long; may be where the round's own words lie.</param>
    internal void Read(int from, Span<ulong> destination)
    {
        for (var at = 0; at < destination.Length; at += Run)
        {
            var length = Math.Min(Run, destination.Length - at);
            Combine(from + at, destination.Slice(at, length));
        }
    }

    /// <summary>Combines a run of words that are a share less its mask: in one pass where <see cref="IsSum"/>.</summary>
    /// <param name="from">The first word's place.</param>
    /// <param name="x">The own share of what is opened there.</param>
    /// <param name="mask">The own share of its mask.</param>
    /// <param name="destination">Takes as many words as it is long; no operand.</param>
    internal void ReadMasked(int from, ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> mask, Span<ulong> destination)
    {
        if (IsSum)
        {
            Ring64.OpenMasked(x, mask, Others(from, destination), destination);
        }
        else
        {
            Read(from, destination);
        }
    }

    private void Combine(int from, Span<ulong> combined)
    {
        var self = round.Committee.Self;
        var scheme = round.Committee.Scheme;
        round.Write(self, from, combined);
        var weights = combination switch
        {
            Combination.Open => scheme.OpeningWeights,
            Combination.Reshare => scheme.ResharingWeights,
            _ => [],
        };
        if (weights.IsEmpty)
        {
            for (var party = 0; party < peers.Length; party++)
            {
                if (party != self)
                {
                    Join(scheme, peers[party].Span.Slice(from, combined.Length), combined);
                }
            }

            return;
        }

        // Parties beyond the first t + 1 hold points that the opening does not need: the own one too may be such a point.
        if (self < weights.Length)
        {
            Field61.Scale(combined, weights[self], combined);
        }
        else
        {
            combined.Clear();
        }

        for (var party = 0; party < weights.Length; party++)
        {
            if (party != self)
            {
                Field61.MultiplyAdd(peers[party].Span.Slice(from, combined.Length), weights[party], combined);
            }
        }
    }

    private void Join(SharingScheme scheme, ReadOnlySpan<ulong> words, Span<ulong> combined)
    {
        if (combination == Combination.OpenBits)
        {
            PackedBits.Xor(combined, words, combined);
        }
        else
        {
            scheme.Algebra.Add(combined, words, combined);
        }
    }
}
