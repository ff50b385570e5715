namespace PrivacyGrains.Protocols.Sharing;

/// <summary>Makes a run of words: as many as the destination is long, from a place on.</summary>
internal delegate void WriteWords(int from, Span<ulong> destination);

/// <summary>A round whose words lie in arrays: one for all parties, or one for each.</summary>
internal sealed class WholeRound<T>(Committee committee, Combination combination, ulong[][] words, Func<ulong[], T> finish)
    : AwaitingPeers<T>(committee, combination, words[0].Length)
{
    private ulong[] Own => words.Length == 1 ? words[0] : words[Committee.Self];

    /// <inheritdoc/>
    internal override void Write(int party, int from, Span<ulong> destination)
    {
        var source = (words.Length == 1 ? words[0] : words[party]).AsSpan(from, destination.Length);
        if (!source.Overlaps(destination))
        {
            source.CopyTo(destination); // else the run is opened where it lies
        }
    }

    private protected override T Complete(OpenedWords opened)
    {
        opened.Read(0, Own);
        return finish(Own);
    }
}

/// <summary>A round whose words are made whenever they are asked for.</summary>
internal sealed class StreamedRound<T>(Committee committee, Combination combination, int words, WriteWords write, Func<OpenedWords, T> finish)
    : AwaitingPeers<T>(committee, combination, words)
{
    /// <inheritdoc/>
    internal override void Write(int party, int from, Span<ulong> destination) => write(from, destination);

    private protected override T Complete(OpenedWords opened) => finish(opened);
}
