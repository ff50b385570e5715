using System.Buffers.Binary;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Rosters;
using PrivacyGrains.Protocols.SecureAggregation;

namespace PrivacyGrains.Grains.Rounds;

/// <summary>A round's side of the protocol: the server's phases of <c>Protocols.SecureAggregation</c>, rebuilt from what the round has made durable.</summary>
/// <remarks>
/// The server's steps are deterministic, so the accepted messages of those who went on, phase by phase, give the same server again. The present phase is kept
/// between calls and made anew wherever it does not hold exactly the durable messages: after a failed append, a withdrawal, or another activation's write.
/// </remarks>
internal sealed class RoundProtocol
{
    private ServerPhase? _server;
    private string _phase = "";

    private RoundProtocol(SecureAggregationContext context) => Context = context;

    /// <summary>The aggregation.</summary>
    public SecureAggregationContext Context { get; }

    /// <summary>The aggregation of a plan.</summary>
    /// <param name="plan">Checked by <see cref="RoundPlanRules"/>.</param>
    /// <param name="consortium">Whose round it is.</param>
    /// <returns>The context, or <c>roster.invalid</c> or <c>secagg.parameters</c>.</returns>
    public static Checked<SecureAggregationContext> ContextOf(RoundPlan plan, string consortium)
    {
        var terms = new RosterTerms
        {
            Consortium = consortium,
            Epoch = plan.Epoch,
            Session = SessionId.Create(plan.Session),
            Purpose = $"{plan.OwnerKind}-round",
            ReconstructionThreshold = plan.ReconstructionThreshold,
            CorruptionThreshold = plan.Colluders,
            MinimumCohort = plan.MinimumCohort,
            ComputationDigest = Convert.FromHexString(plan.ComputationDigest),
        };
        var members = plan.Participants.Select(p => new RosterMember(PartyId.Create(p.Party), RosterRoles.Contributor, VerificationKey.Create(p.VerificationKey.Span)));
        return Roster.Check(terms, members).Try(out var roster, out var fault) ? ContextOf(roster, plan.Colluders, plan.VectorLength, plan.WordBits) : fault;
    }

    /// <summary>The aggregation of a roster.</summary>
    public static Checked<SecureAggregationContext> ContextOf(Roster roster, int colluders, int vectorLength, int wordBits)
    {
        var (clients, terms) = (roster.With(RosterRoles.Contributor).Length, roster.Terms);
        return SecureAggregationParameters.Check(clients, terms.ReconstructionThreshold, terms.MinimumCohort, colluders, vectorLength, wordBits).Try(out var parameters, out var fault)
            ? SecureAggregationContext.Check(roster, parameters)
            : fault;
    }

    /// <summary>The protocol of a round that has started.</summary>
    /// <exception cref="InvalidDataException">The journal's roster is none; it was written by another program.</exception>
    public static RoundProtocol Of(RoundStarted start) =>
        Roster.Decode(start.Roster).Try(out var roster, out var fault)
        && ContextOf(roster, start.Plan.Colluders, start.Plan.VectorLength, start.Plan.WordBits).Try(out var context, out fault)
            ? new RoundProtocol(context)
            : throw new InvalidDataException($"The roster of {start.Plan.Session} cannot be read: {fault}");

    /// <summary>Why a message of the present phase cannot stand; null where it can. Masked inputs are checked by the aggregator.</summary>
    /// <param name="state">The durable state; the message is of its phase and by one who is in.</param>
    /// <param name="message">The message.</param>
    public ProtocolFault? Check(RoundState state, RoundMessage message)
    {
        var payload = message.Payload.Span;
        var taken = Server(state) switch
        {
            ServerAdvertiseKeys phase => phase.Add(payload),
            ServerShareKeys phase => phase.Add(payload),
            ServerCheckConsistency phase => phase.Add(payload),
            ServerUnmask phase => phase.Add(payload),
            var phase => throw new InvalidOperationException($"No message is checked in {phase}."),
        };
        return !taken.Try(out var acceptance, out var fault) ? fault : WrongSender(message.Party, acceptance.Party);
    }

    /// <summary>A message that stands for another sender than it says.</summary>
    public static ProtocolFault? WrongSender(string party, PartyId signer) =>
        signer.Value == party ? null : new ProtocolFault("secagg.wrong-sender", PartyId.Create(party), $"a message of {party}", $"one of {signer}");

    /// <summary>What the server hands to a participant at the start of a phase that was reached.</summary>
    public ReadOnlyMemory<byte> Outbound(RoundState state, string party, string phase) => phase == RoundPhases.AdvertiseKeys
        ? Context.Roster.Encoded
        : ServerAt(state, phase) switch
        {
            ServerShareKeys server => server.KeyList,
            ServerCollectMaskedInputs server => server.DeliveryFor(PartyId.Create(party)).Value,
            ServerCheckConsistency server => server.SurvivorList,
            ServerUnmask server => server.Confirmations,
            var server => throw new InvalidOperationException($"Nothing is handed out in {server}."),
        };

    /// <summary>Opens the sum. CPU-heavy; reads only what it is given, so it may leave the scheduler.</summary>
    /// <param name="state">A state in Unmask with enough answers.</param>
    /// <param name="maskedSum">The aggregator's, over the survivors.</param>
    /// <returns>Little-endian words, or a fault as <c>secagg.inconsistent-shares</c>.</returns>
    public Checked<byte[]> Open(RoundState state, ReadOnlySpan<byte> maskedSum)
    {
        if (!MaskedSum.Decode(Context, maskedSum).Try(out var sum, out var fault))
        {
            return fault;
        }

        var server = (ServerUnmask)Replay(state, RoundPhases.Unmask);
        foreach (var message in state.MessagesOf(RoundPhases.Unmask))
        {
            server.Add(message.Payload);
        }

        return server.Finish(sum).Try(out var result, out fault) ? Pack(result.Sum, Context.Parameters.WordBytes) : fault;
    }

    private static byte[] Pack(IReadOnlyList<ulong> words, int wordBytes)
    {
        var packed = new byte[words.Count * wordBytes];
        Span<byte> word = stackalloc byte[sizeof(ulong)];
        for (var i = 0; i < words.Count; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(word, words[i]);
            word[..wordBytes].CopyTo(packed.AsSpan(i * wordBytes));
        }

        return packed;
    }

    // The present phase with exactly the messages that are durable and count.
    private ServerPhase Server(RoundState state)
    {
        var messages = state.MessagesOf(state.Phase).Where(m => state.In.Contains(m.Party) || state.Phase == RoundPhases.Unmask).ToList();
        if (_server is { } server && _phase == state.Phase && server.Present.Select(p => p.Value).SequenceEqual(messages.Select(m => m.Party)))
        {
            return server;
        }

        var fresh = Replay(state, state.Phase);
        foreach (var message in messages)
        {
            Put(fresh, message);
        }

        (_server, _phase) = (fresh, state.Phase);
        return fresh;
    }

    private ServerPhase ServerAt(RoundState state, string phase) => phase == state.Phase ? Server(state) : Replay(state, phase);

    // A phase as it began: the accepted messages of those who went on, phase by phase.
    private ServerPhase Replay(RoundState state, string phase)
    {
        ServerPhase server = new ServerAdvertiseKeys(Context);
        for (var (at, next) = (RoundPhases.AdvertiseKeys, ""); at != phase; at = next)
        {
            next = RoundPhaseRules.After(at);
            foreach (var message in state.MessagesOf(at).Where(m => state.Entered[next].Contains(m.Party)))
            {
                Put(server, message);
            }

            server = Close(server);
        }

        return server;
    }

    private static void Put(ServerPhase server, MessageAccepted message)
    {
        _ = server switch
        {
            ServerAdvertiseKeys phase => phase.Add(message.Payload).Value,
            ServerShareKeys phase => phase.Add(message.Payload).Value,
            ServerCollectMaskedInputs phase => phase.Add(new MaskedInputReceipt(PartyId.Create(message.Party), Convert.FromHexString(message.Digest))).Value,
            ServerCheckConsistency phase => phase.Add(message.Payload).Value,
            ServerUnmask phase => phase.Add(message.Payload).Value,
            _ => throw new InvalidOperationException(server.ToString()),
        };
    }

    private static ServerPhase Close(ServerPhase server) => server switch
    {
        ServerAdvertiseKeys phase => phase.Close().Value,
        ServerShareKeys phase => phase.Close().Value,
        ServerCollectMaskedInputs phase => phase.Close().Value,
        ServerCheckConsistency phase => phase.Close().Value,
        _ => throw new InvalidOperationException(server.ToString()),
    };
}
