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

/// <summary>One round of one protocol, after this party's words are made and before its peers' words are in.</summary>
/// <remarks>
/// Send <see cref="OutboundTo"/> to each peer under the session's keys, then give all peers' words to <c>Finish</c> once. A word vector that is missing,
/// doubled, from a stranger, of another length or not of the algebra is a fault that names its sender; a wrong value of the right form is not detected
/// (semi-honest security).
/// </remarks>
public abstract class AwaitingPeers
{
    private readonly ulong[][] _outbound;
    private readonly Combination _combination;
    private bool _used;

    private protected AwaitingPeers(Committee committee, Combination combination, ulong[][] outbound)
    {
        Committee = committee;
        _combination = combination;
        _outbound = outbound;
    }

    /// <summary>Who computes.</summary>
    public Committee Committee { get; }

    /// <summary>How many words go to each peer and come from each.</summary>
    public int WordsPerPeer => _outbound[0].Length;

    /// <summary>The words for one peer. Secret from everybody else.</summary>
    /// <exception cref="ArgumentException">That is no peer.</exception>
    public ReadOnlySpan<ulong> OutboundTo(PartyId peer)
    {
        var index = Committee.IndexOf(peer);
        return index >= 0 && index != Committee.Self ? For(index) : throw new ArgumentException($"{peer} is no peer.", nameof(peer));
    }

    internal ReadOnlySpan<ulong> For(int party) => _outbound.Length == 1 ? _outbound[0] : _outbound[party];

    /// <summary>Checks the peers' words, combines them with this party's own and continues.</summary>
    internal ProtocolFault? Accept(IReadOnlyList<PeerWords> peers)
    {
        if (_used)
        {
            throw new InvalidOperationException("The round was finished already: a protocol step is answered once.");
        }

        _used = true;
        var words = new ReadOnlyMemory<ulong>[Committee.Parties.Length];
        if (Collect(peers, words) is { } fault)
        {
            return fault;
        }

        Continue(Combine(words));
        return null;
    }

    private protected abstract void Continue(ulong[] combined);

    private ProtocolFault? Collect(IReadOnlyList<PeerWords> peers, ReadOnlyMemory<ulong>[] words)
    {
        ArgumentNullException.ThrowIfNull(peers);
        words[Committee.Self] = _outbound.Length == 1 ? _outbound[0] : _outbound[Committee.Self];
        var seen = new bool[words.Length];
        seen[Committee.Self] = true;
        foreach (var peer in peers)
        {
            var index = Committee.IndexOf(peer.From);
            if (index < 0 || index == Committee.Self)
            {
                return new ProtocolFault("opening.stranger", peer.From, "a peer of this computation", "somebody else");
            }

            if (seen[index])
            {
                return new ProtocolFault("opening.doubled", peer.From, "one message", "two");
            }

            if (peer.Words.Length != WordsPerPeer)
            {
                return new ProtocolFault("opening.wrong-length", peer.From, $"{WordsPerPeer} words", $"{peer.Words.Length}");
            }

            if (_combination != Combination.OpenBits && !Committee.Scheme.Algebra.AreElements(peer.Words.Span))
            {
                return new ProtocolFault("opening.not-an-element", peer.From, $"elements of {Committee.Scheme.Algebra.Name}", "a word that is none");
            }

            seen[index] = true;
            words[index] = peer.Words;
        }

        var missing = Array.IndexOf(seen, false);
        return missing < 0 ? null : new ProtocolFault("opening.missing", Committee.Parties[missing], "one message", "none");
    }

    private ulong[] Combine(ReadOnlyMemory<ulong>[] words)
    {
        var combined = words[0].ToArray();
        var weights = _combination switch
        {
            Combination.Open => Committee.Scheme.OpeningWeights,
            Combination.Reshare => Committee.Scheme.ResharingWeights,
            _ => [],
        };
        if (!weights.IsEmpty)
        {
            Field61.Scale(combined, weights[0], combined);
            var term = new ulong[combined.Length];
            for (var party = 1; party < weights.Length; party++)
            {
                Field61.Scale(words[party].Span, weights[party], term);
                Field61.Add(combined, term, combined);
            }

            return combined;
        }

        for (var party = 1; party < words.Length; party++)
        {
            if (_combination == Combination.OpenBits)
            {
                PackedBits.Xor(combined, words[party].Span, combined);
            }
            else
            {
                Committee.Scheme.Algebra.Add(combined, words[party].Span, combined);
            }
        }

        return combined;
    }
}

/// <summary>One round of one protocol that ends in a value.</summary>
/// <typeparam name="T">What this party holds after the round.</typeparam>
public sealed class AwaitingPeers<T> : AwaitingPeers
{
    private readonly Func<ulong[], T> _finish;
    private T? _result;

    private AwaitingPeers(Committee committee, Combination combination, ulong[][] outbound, Func<ulong[], T> finish)
        : base(committee, combination, outbound) => _finish = finish;

    /// <summary>What the round gave, once it is finished.</summary>
    internal T Result => _result ?? throw new InvalidOperationException("The round is not finished.");

    /// <summary>Takes all peers' words and ends the round.</summary>
    /// <param name="peers">One entry per peer, in any order.</param>
    /// <returns>
    /// The result, or a fault: <c>opening.missing</c>, <c>opening.doubled</c>, <c>opening.stranger</c>, <c>opening.wrong-length</c>,
    /// <c>opening.not-an-element</c>.
    /// </returns>
    /// <exception cref="InvalidOperationException">The round was finished already, also where it ended in a fault.</exception>
    public Checked<T> Finish(IReadOnlyList<PeerWords> peers) => Accept(peers) is { } fault ? fault : Result;

    /// <summary>The same words to every peer.</summary>
    internal static AwaitingPeers<T> Broadcast(Committee committee, Combination combination, ulong[] words, Func<ulong[], T> finish) =>
        new(committee, combination, [words], finish);

    /// <summary>Words of their own for every party, this one included.</summary>
    internal static AwaitingPeers<T> Deliver(Committee committee, ulong[][] words, Func<ulong[], T> finish) =>
        new(committee, Combination.Reshare, words, finish);

    private protected override void Continue(ulong[] combined) => _result = _finish(combined);
}
