using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Tests.Sharing;

/// <summary>All parties of one computation in one process: deals, splits, exchanges every round's words, opens.</summary>
internal sealed class Simulation(SharingScheme scheme)
{
    public static readonly SessionId Session = SessionId.Create("s-1");

    public SharingScheme Scheme { get; } = scheme;

    public Committee[] Committees { get; } = MakeCommittees(scheme);

    public Correlations[] Correlations { get; private set; } = [];

    /// <summary>Words that went to each peer, round by round.</summary>
    public List<int> WordsPerRound { get; } = [];

    public static PartyId Name(int party) => PartyId.Create($"party-{(char)('a' + party)}");

    public Simulation Deal(params IEnumerable<CorrelationRequest> requests)
    {
        var plan = PreprocessingPlan.Create(Scheme, requests);
        var blobs = Dealer.Deal(plan, Session, SystemRandomSource.Instance);
        Correlations = [.. blobs.Select((blob, party) => PrivacyGrains.Protocols.Dealing.Correlations.Expand(blob, plan, Session, party).Value)];
        return this;
    }

    public ShareTensor[] Split(ulong[] values, params int[] dimensions) =>
        [.. SecretSharing.Split(Scheme, values, dimensions.Length == 0 ? TensorShape.Of(values.Length) : TensorShape.Of(dimensions), SystemRandomSource.Instance)];

    public ulong[] Open(IEnumerable<ShareTensor> shares) => SecretSharing.Reconstruct([.. shares]).Value;

    /// <summary>One round.</summary>
    public T[] Run<T>(Func<int, AwaitingPeers<T>> begin)
    {
        var states = Enumerable.Range(0, Scheme.Parties).Select(begin).ToArray();
        WordsPerRound.Add(states[0].WordsPerPeer);
        Assert.All(states, state => Assert.Equal(states[0].WordsPerPeer, state.WordsPerPeer));
        var inboxes = states.Select((_, self) => Inbox(self, (from, to) => states[from].OutboundTo(to).ToArray())).ToArray();
        return [.. states.Select((state, self) => state.Finish(inboxes[self]).Value)];
    }

    /// <summary>All rounds.</summary>
    public T[] RunAll<T>(Func<int, Phase<T>> begin)
    {
        var phases = Enumerable.Range(0, Scheme.Parties).Select(begin).ToArray();
        while (phases[0] is AwaitingRound<T> first)
        {
            var rounds = phases.Cast<AwaitingRound<T>>().ToArray();
            WordsPerRound.Add(first.WordsPerPeer);
            var inboxes = rounds.Select((_, self) => Inbox(self, (from, to) => rounds[from].OutboundTo(to))).ToArray();
            phases = [.. rounds.Select((round, self) => round.Next(inboxes[self]).Value)];
        }

        return [.. phases.Cast<Finished<T>>().Select(phase => phase.Output)];
    }

    /// <summary>What a party gets in one round.</summary>
    public PeerWords[] Inbox(int self, Func<int, PartyId, ulong[]> words) =>
        [.. Enumerable.Range(0, Scheme.Parties).Where(party => party != self).Select(party => new PeerWords(Name(party), words(party, Name(self))))];

    private static Committee[] MakeCommittees(SharingScheme scheme)
    {
        PartyId[] names = [.. Enumerable.Range(0, scheme.Parties).Select(Name)];
        return [.. names.Select(name => Committee.Create(scheme, names.Reverse(), name))];
    }
}
