using System.Threading.Channels;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Channels;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Cli.Bench;

/// <summary>One party's place at a <see cref="PartyTable"/>: what it sends and receives, and how much that was.</summary>
internal sealed class Seat(Committee committee, Dictionary<PartyId, SecureChannel> channels, IReadOnlyDictionary<(PartyId From, PartyId To), Channel<byte[]>> boxes)
{
    private const string MessageKind = "bench.round";

    /// <summary>Who computes, seen from here.</summary>
    public Committee Committee => committee;

    /// <summary>Bytes handed to channels since <see cref="Forget"/>; before sealing.</summary>
    public long BytesSent { get; private set; }

    /// <summary>Messages since <see cref="Forget"/>.</summary>
    public int MessagesSent { get; private set; }

    /// <summary>The length of one primitive's message of so many words: kind, version, round, count, words.</summary>
    public static long LengthOf(int words) => sizeof(int) + MessageKind.Length + 1 + sizeof(int) + sizeof(int) + ((long)words * sizeof(ulong));

    /// <summary>Counts from zero again.</summary>
    public void Forget() => (BytesSent, MessagesSent) = (0, 0);

    /// <summary>One primitive of one round.</summary>
    public async Task<T> RunAsync<T>(AwaitingPeers<T> round)
    {
        foreach (var peer in committee.Peers)
        {
            Send(peer, Message(0, round.OutboundTo(peer)));
        }

        return round.Finish(await PeersAsync(0, round.WordsPerPeer)).Value;
    }

    /// <summary>One primitive of several rounds.</summary>
    public async Task<T> RunAsync<T>(Phase<T> phase)
    {
        while (phase is AwaitingRound<T> round)
        {
            foreach (var peer in committee.Peers)
            {
                Send(peer, Message(round.Round, round.OutboundTo(peer)));
            }

            phase = round.Next(await PeersAsync(round.Round, round.WordsPerPeer)).Value;
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
                Send(message.To, message.Bytes.Span);
            }

            if (progress is InferenceProgress.Finish end)
            {
                return end.Output;
            }

            var from = side.Missing[0];
            progress = side.Receive(from, await ReceiveAsync(from));
        }
    }

    private static ReadOnlySpan<byte> Message(int round, ReadOnlySpan<ulong> words) => new WireWriter(MessageKind, 1).Int32(round).Words(words).Written.Span;

    private void Send(PartyId to, ReadOnlySpan<byte> message)
    {
        BytesSent += message.Length;
        MessagesSent++;
        boxes[(committee.SelfId, to)].Writer.TryWrite(channels[to].Seal(message)); // unbounded: it takes every frame
    }

    private async ValueTask<byte[]> ReceiveAsync(PartyId from)
    {
        var frame = await boxes[(from, committee.SelfId)].Reader.ReadAsync();
        return channels[from].Open(frame).Value;
    }

    private async Task<PeerWords[]> PeersAsync(int round, int words)
    {
        var peers = new List<PeerWords>();
        foreach (var peer in committee.Peers)
        {
            peers.Add(new PeerWords(peer, Words(await ReceiveAsync(peer), round, words)));
        }

        return [.. peers];
    }

    private static ulong[] Words(byte[] message, int round, int count)
    {
        var reader = new WireReader(message, MessageKind, 1);
        var got = reader.Int32();
        var words = reader.Words(count);
        return reader.Finish() && got == round ? words : throw new InvalidOperationException($"A message of round {round} is wanted: {reader.Failure ?? $"round {got}"}.");
    }
}
