namespace PrivacyGrains.Protocols.Sharing;

/// <summary>Makes a run of words: as many as the destination is long, from a place on.</summary>
internal delegate void WriteWords(int from, Span<ulong> destination);

/// <summary>Makes a run of the words for one party.</summary>
internal delegate void DealWords(int party, int from, Span<ulong> destination);

/// <summary>A round whose words lie in an array, the same for all parties.</summary>
internal sealed class WholeRound<T>(Committee committee, Combination combination, ulong[] words, Func<ulong[], T> finish)
    : AwaitingPeers<T>(committee, combination, words.Length)
{
    /// <inheritdoc/>
    internal override void Write(int party, int from, Span<ulong> destination)
    {
        var source = words.AsSpan(from, destination.Length);
        if (!source.Overlaps(destination))
        {
            source.CopyTo(destination); // else the run is opened where it lies
        }
    }

    private protected override T Complete(OpenedWords opened)
    {
        opened.Read(0, words);
        return finish(words);
    }
}

/// <summary>A round whose words are made whenever they are asked for.</summary>
internal sealed class StreamedRound<T>(Committee committee, Combination combination, int words, DealWords write, Func<OpenedWords, T> finish)
    : AwaitingPeers<T>(committee, combination, words)
{
    /// <inheritdoc/>
    internal override void Write(int party, int from, Span<ulong> destination) => write(party, from, destination);

    private protected override T Complete(OpenedWords opened) => finish(opened);
}
