using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Tests.Sharing;

/// <summary>One party's messages spoiled in a chosen round of a protocol of at least three parties.</summary>
internal static class Hostile
{
    /// <summary>A message dropped, doubled, of another length or from a stranger ends the protocol with a fault that names who it is about.</summary>
    public static void AssertFaults<T>(
        SharingScheme scheme, IEnumerable<CorrelationRequest> requests, TensorShape shape, int round, Func<Simulation, int, ShareTensor, Phase<T>> begin)
    {
        var last = Simulation.Name(scheme.Parties - 1);
        var stranger = PartyId.Create("stranger");
        AssertFault("opening.missing", last, inbox => inbox[..^1]);
        AssertFault("opening.doubled", last, inbox => [.. inbox, inbox[^1]]);
        AssertFault("opening.wrong-length", last, inbox => [.. inbox[..^1], inbox[^1] with { Words = inbox[^1].Words[1..] }]);
        AssertFault("opening.wrong-length", last, inbox => [.. inbox[..^1], inbox[^1] with { Words = new ulong[inbox[^1].Words.Length + 1] }]);
        AssertFault("opening.stranger", stranger, inbox => [.. inbox[..^1], inbox[^1] with { From = stranger }]);

        void AssertFault(string code, PartyId party, Func<PeerWords[], PeerWords[]> tamper)
        {
            var run = new Simulation(scheme).Deal(requests);
            var x = run.Split([.. Enumerable.Range(1, shape.Length).Select(i => (ulong)i)], [.. shape.Dimensions]);
            var phases = x.Select((share, i) => begin(run, i, share)).ToArray();
            for (var r = 0; r < round; r++)
            {
                var rounds = phases.Cast<AwaitingRound<T>>().ToArray();
                var inboxes = rounds.Select((_, self) => run.Inbox(self, (from, to) => rounds[from].OutboundTo(to))).ToArray();
                phases = [.. rounds.Select((state, self) => state.Next(inboxes[self]).Value)];
            }

            var states = phases.Cast<AwaitingRound<T>>().ToArray();
            var inbox = run.Inbox(0, (from, to) => states[from].OutboundTo(to));
            var fault = states[0].Next(tamper(inbox)).Fault;
            Assert.NotNull(fault);
            Assert.Equal(code, fault.Code);
            Assert.Equal(party, fault.Party);
            Assert.Throws<InvalidOperationException>(() => states[0].Next(inbox));
        }
    }
}
