namespace PrivacyGrains.Protocols.Sharing;

/// <summary>Where a protocol of several rounds stands, seen from one party: <see cref="AwaitingRound{T}"/> or <see cref="Finished{T}"/>.</summary>
/// <typeparam name="T">What this party holds at the end.</typeparam>
public abstract class Phase<T>
{
    private protected Phase()
    {
    }

    /// <summary>Starts a protocol written as an iterator that yields the steps of one round at a time.</summary>
    internal static Phase<T> Start(Committee committee, Func<Slot<T>, IEnumerable<AwaitingPeers[]>> script)
    {
        var slot = new Slot<T>();
        return AwaitingRound<T>.Advance(committee, script(slot).GetEnumerator(), slot, round: 0);
    }
}

/// <summary>The protocol is over.</summary>
/// <typeparam name="T">What this party holds at the end.</typeparam>
public sealed class Finished<T> : Phase<T>
{
    internal Finished(T output) => Output = output;

    /// <summary>This party's result.</summary>
    public T Output { get; }
}

/// <summary>One round's words are made; the peers' are awaited.</summary>
/// <typeparam name="T">What this party holds at the end.</typeparam>
public sealed class AwaitingRound<T> : Phase<T>
{
    private readonly Committee _committee;
    private readonly IEnumerator<AwaitingPeers[]> _script;
    private readonly AwaitingPeers[] _steps;
    private readonly Slot<T> _slot;
    private bool _used;

    private AwaitingRound(Committee committee, IEnumerator<AwaitingPeers[]> script, Slot<T> slot, int round)
    {
        _committee = committee;
        _script = script;
        _steps = script.Current;
        _slot = slot;
        Round = round;
        WordsPerPeer = _steps.Sum(step => step.WordsPerPeer);
    }

    /// <summary>The round's number, from 0.</summary>
    public int Round { get; }

    /// <summary>How many words go to each peer and come from each.</summary>
    public int WordsPerPeer { get; }

    /// <summary>The words for one peer, newly allocated. Secret from everybody else.</summary>
    /// <exception cref="ArgumentException">That is no peer.</exception>
    public ulong[] OutboundTo(PartyId peer)
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
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(from, WordsPerPeer - destination.Length);
        var start = 0;
        foreach (var step in _steps)
        {
            var skip = Math.Max(0, from - start);
            var take = Math.Min(step.WordsPerPeer - skip, destination.Length);
            if (take > 0)
            {
                step.WriteTo(peer, skip, destination[..take]);
                destination = destination[take..];
                from += take;
            }

            start += step.WordsPerPeer;
        }
    }

    /// <summary>Takes all peers' words and goes to the next phase; this one is of no further use.</summary>
    /// <param name="peers">One entry per peer, in any order.</param>
    /// <returns>
    /// The next phase, or a fault: <c>opening.missing</c>, <c>opening.doubled</c>, <c>opening.stranger</c>, <c>opening.wrong-length</c>,
    /// <c>opening.not-an-element</c>. After a fault the protocol is over: nothing more is sent.
    /// </returns>
    /// <exception cref="InvalidOperationException">The round was finished already, also where it ended in a fault.</exception>
    public Checked<Phase<T>> Next(IReadOnlyList<PeerWords> peers)
    {
        ArgumentNullException.ThrowIfNull(peers);
        if (_used)
        {
            throw new InvalidOperationException("The round was finished already: a protocol step is answered once.");
        }

        _used = true;
        if (peers.FirstOrDefault(peer => peer.Words.Length != WordsPerPeer) is { } wrong)
        {
            return new ProtocolFault("opening.wrong-length", wrong.From, $"{WordsPerPeer} words", $"{wrong.Words.Length}");
        }

        var at = 0;
        foreach (var step in _steps)
        {
            if (step.Accept([.. peers.Select(peer => peer with { Words = peer.Words.Slice(at, step.WordsPerPeer) })]) is { } fault)
            {
                return fault;
            }

            at += step.WordsPerPeer;
        }

        return Advance(_committee, _script, _slot, Round + 1);
    }

    internal static Phase<T> Advance(Committee committee, IEnumerator<AwaitingPeers[]> script, Slot<T> slot, int round) =>
        script.MoveNext() ? new AwaitingRound<T>(committee, script, slot, round) : new Finished<T>(slot.Value);
}

/// <summary>Where an iterator leaves its result.</summary>
/// <typeparam name="T">The result.</typeparam>
internal sealed class Slot<T>
{
    private T? _value;

    internal T Value
    {
        get => _value ?? throw new InvalidOperationException("The protocol is not finished.");
        set => _value = value;
    }
}

/// <summary>Composes protocols written as iterators.</summary>
internal static class Script
{
    /// <summary>Runs protocols side by side: their steps share rounds until the longest one is over.</summary>
    internal static IEnumerable<AwaitingPeers[]> SideBySide(params IEnumerable<AwaitingPeers[]>[] scripts)
    {
        var running = scripts.Select(script => script.GetEnumerator()).ToList();
        try
        {
            while (true)
            {
                var steps = new List<AwaitingPeers>();
                var goesOn = false;
                foreach (var script in running)
                {
                    if (script.MoveNext())
                    {
                        goesOn = true;
                        steps.AddRange(script.Current);
                    }
                }

                if (!goesOn)
                {
                    yield break;
                }

                yield return [.. steps];
            }
        }
        finally
        {
            running.ForEach(script => script.Dispose());
        }
    }
}
