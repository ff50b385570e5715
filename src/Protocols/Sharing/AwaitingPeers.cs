namespace PrivacyGrains.Protocols.Sharing;

/// <summary>One round of one protocol, after this party's words are made and before its peers' words are in.</summary>
/// <remarks>
/// Send each peer its words under the session's keys (<see cref="WriteTo"/>, <see cref="OutboundTo"/>), then give all peers' words to <c>Finish</c> once;
/// afterwards the own words are gone. A word vector that is missing, doubled, from a stranger, of another length or not of the algebra is a fault that names
/// its sender; a wrong value of the right form is not detected (semi-honest security).
/// </remarks>
public abstract class AwaitingPeers
{
    private readonly Combination _combination;
    private bool _used;

    private protected AwaitingPeers(Committee committee, Combination combination, int wordsPerPeer)
    {
        Committee = committee;
        _combination = combination;
        WordsPerPeer = wordsPerPeer;
    }

    /// <summary>Who computes.</summary>
    public Committee Committee { get; }

    /// <summary>How many words go to each peer and come from each.</summary>
    public int WordsPerPeer { get; }

    /// <summary>The words for one peer, newly allocated. Secret from everybody else.</summary>
    /// <exception cref="ArgumentException">That is no peer.</exception>
    /// <exception cref="InvalidOperationException">The round was finished already.</exception>
    public ReadOnlySpan<ulong> OutboundTo(PartyId peer)
    {
        var words = new ulong[WordsPerPeer];
        WriteTo(peer, 0, words);
        return words;
    }

    /// <summary>Writes a run of the words for one peer where they are wanted.</summary>
    /// <param name="peer">Whom they are for.</param>
    /// <param name="from">The first word's place, 0 to <see cref="WordsPerPeer"/>.</param>
    /// <param name="destination">Takes as many words as it is long. Secret from everybody but the peer.</param>
    /// <exception cref="ArgumentException">That is no peer, or there are not so many words.</exception>
    /// <exception cref="InvalidOperationException">The round was finished already.</exception>
    public void WriteTo(PartyId peer, int from, Span<ulong> destination)
    {
        var index = Committee.IndexOf(peer);
        if (index < 0 || index == Committee.Self)
        {
            throw new ArgumentException($"{peer} is no peer.", nameof(peer));
        }

        ArgumentOutOfRangeException.ThrowIfNegative(from);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(from, WordsPerPeer - destination.Length);
        if (_used)
        {
            throw new InvalidOperationException("The round was finished already; its words are gone.");
        }

        Write(index, from, destination);
    }

    /// <summary>Writes a run of the words for one party, this one included.</summary>
    internal abstract void Write(int party, int from, Span<ulong> destination);

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

        Continue(new OpenedWords(this, _combination, words));
        return null;
    }

    private protected abstract void Continue(OpenedWords opened);

    private ProtocolFault? Collect(IReadOnlyList<PeerWords> peers, ReadOnlyMemory<ulong>[] words)
    {
        ArgumentNullException.ThrowIfNull(peers);
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
}

/// <summary>One round of one protocol that ends in a value.</summary>
/// <typeparam name="T">What this party holds after the round.</typeparam>
public abstract class AwaitingPeers<T> : AwaitingPeers
{
    private T? _result;

    private protected AwaitingPeers(Committee committee, Combination combination, int wordsPerPeer)
        : base(committee, combination, wordsPerPeer)
    {
    }

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

    /// <summary>The same words to every peer. The array becomes the round's own: what is opened takes its place and is handed to <paramref name="finish"/>.</summary>
    internal static AwaitingPeers<T> Broadcast(Committee committee, Combination combination, ulong[] words, Func<ulong[], T> finish) =>
        new WholeRound<T>(committee, combination, words, finish);

    /// <summary>The same words to every peer, never held: made run by run as they are sent, and again as they are opened.</summary>
    /// <param name="committee">Who computes.</param>
    /// <param name="combination">How the words become one vector.</param>
    /// <param name="words">How many.</param>
    /// <param name="write">Makes a run of the words from the place that it is told; the same ones each time, until <paramref name="finish"/> has read them.</param>
    /// <param name="finish">Reads what is opened, run by run, and ends the round.</param>
    internal static AwaitingPeers<T> Stream(Committee committee, Combination combination, int words, WriteWords write, Func<OpenedWords, T> finish) =>
        new StreamedRound<T>(committee, combination, words, (_, from, destination) => write(from, destination), finish);

    /// <summary>Words of their own for every party, never held, as for <see cref="Stream"/>: party, place and run are told.</summary>
    internal static AwaitingPeers<T> Deal(Committee committee, int words, DealWords write, Func<OpenedWords, T> finish) =>
        new StreamedRound<T>(committee, Combination.Reshare, words, write, finish);

    private protected sealed override void Continue(OpenedWords opened) => _result = Complete(opened);

    private protected abstract T Complete(OpenedWords opened);
}
