using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Channels;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Cli.Bench;

/// <summary>One party's place at a <see cref="PartyTable"/>: what it sends and receives, and how much that was.</summary>
internal sealed class Seat(Committee committee, IReadOnlyDictionary<PartyId, SeatLink> links) : IDisposable
{
    /// <summary>Who computes, seen from here.</summary>
    public Committee Committee => committee;

    /// <summary>Bytes of messages since <see cref="Forget"/>; before sealing.</summary>
    public long BytesSent { get; private set; }

    /// <summary>Messages since <see cref="Forget"/>.</summary>
    public int MessagesSent { get; private set; }

    /// <summary>The peers, by name: what goes there is counted only by <see cref="RunAsync{T}(AwaitingPeers{T})"/> and its like.</summary>
    public IReadOnlyDictionary<PartyId, SeatLink> Links => links;

    /// <summary>Throws where other bytes or messages were sent than the plan says.</summary>
    public void Require(BenchWork work)
    {
        if (BytesSent != work.BytesPerParty || MessagesSent != work.Rounds * (work.Scheme.Parties - 1))
        {
            throw new InvalidOperationException(
                $"{work.Name}: the plan says {work.Rounds} rounds and {work.BytesPerParty} bytes; {committee.SelfId} sent {MessagesSent} messages and {BytesSent} bytes.");
        }
    }

    /// <summary>Counts from zero again.</summary>
    public void Forget() => (BytesSent, MessagesSent) = (0, 0);

    /// <summary>One primitive of one round.</summary>
    public async Task<T> RunAsync<T>(AwaitingPeers<T> round)
    {
        var (words, messages) = await ExchangeAsync(0, round.WordsPerPeer, round.WriteTo);
        var result = round.Finish(words).Value;
        messages.ForEach(message => message.Dispose());
        return result;
    }

    /// <summary>One primitive of several rounds.</summary>
    public async Task<T> RunAsync<T>(Phase<T> phase)
    {
        while (phase is AwaitingRound<T> round)
        {
            var (words, messages) = await ExchangeAsync(round.Round, round.WordsPerPeer, round.WriteTo);
            phase = round.Next(words).Value;
            messages.ForEach(message => message.Dispose());
        }

        return ((Finished<T>)phase).Output;
    }

    /// <summary>A whole inference, with the messages that a session sends.</summary>
    public async Task<ShareTensor> RunAsync(InferenceSide side, InferenceProgress progress)
    {
        while (true)
        {
            var outbound = progress switch
            {
                InferenceProgress.Continue go => go.Outbound,
                InferenceProgress.Finish finish => finish.Outbound,
                _ => throw new InvalidOperationException(progress.ToString()),
            };
            foreach (var message in outbound)
            {
                await SendAsync(message.To, message);
            }

            if (progress is InferenceProgress.Finish end)
            {
                return end.Output;
            }

            var from = side.Missing[0];
            progress = side.Receive(from, await links[from].ReceiveAsync(side.Plan.LongestMessage));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var link in links.Values)
        {
            link.Dispose();
        }
    }

    private async Task<(PeerWords[] Words, List<SecretBuffer> Messages)> ExchangeAsync(int round, int words, WordsTo write)
    {
        foreach (var peer in committee.Peers)
        {
            await SendAsync(peer, new BenchMessage(round, words, (from, destination) => write(peer, from, destination)));
        }

        var (came, messages) = (new List<PeerWords>(), new List<SecretBuffer>());
        foreach (var peer in committee.Peers)
        {
            var message = await links[peer].ReceiveAsync(checked((int)BenchMessage.LengthOf(words)));
            came.Add(new PeerWords(peer, BenchMessage.Words(message, round, words)));
            messages.Add(message);
        }

        return ([.. came], messages);
    }

    private ValueTask SendAsync(PartyId to, IOutboundMessage message)
    {
        BytesSent += message.Length;
        MessagesSent++;
        return links[to].SendAsync(message);
    }

    private delegate void WordsTo(PartyId peer, int from, Span<ulong> destination);
}
