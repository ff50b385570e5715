using System.Collections.Immutable;
using System.Security.Cryptography;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.Beaver;
using PrivacyGrains.Protocols.Channels;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Inference;

/// <summary>One party's whole side of a joint inference: messages in, messages out, no I/O.</summary>
/// <remarks>
/// <para>States: awaiting round 0 .. awaiting round R-1, then finished or halted; nothing leads back. Each message carries its round and a binding to
/// session, correlations' name, plan, parties and public weights. A peer may be one round ahead, since it may have all messages of a round before this party has: its message is kept.</para>
/// <para>Faults halt this side for good: <c>inference.stranger</c>, <c>inference.malformed</c>, <c>inference.foreign-run</c>, <c>inference.wrong-round</c>,
/// <c>inference.doubled</c>, <c>inference.wrong-length</c>, <c>inference.missing</c>, <c>inference.after-end</c>, <c>opening.not-an-element</c>. Never a wrong result in their place; a wrong
/// value of the right form is not detected (semi-honest security).</para>
/// <para>Receiving computes on the caller's thread, milliseconds to seconds: a grain calls it off its scheduler, one call at a time. Not thread-safe.
/// Keys, sealing and the proof that a peer is who it says are the channel's.</para>
/// </remarks>
public sealed class InferenceSide : IDisposable
{
    private readonly byte[] _binding;
    private readonly Correlations _correlations;
    private readonly ImmutableArray<int> _words;
    private readonly Dictionary<PartyId, (SecretBuffer Message, ReadOnlyMemory<ulong> Words)> _current = [];
    private readonly Dictionary<PartyId, (SecretBuffer Message, ReadOnlyMemory<ulong> Words)> _ahead = [];
    private ImmutableArray<RoundMessage> _outbound = [];
    private Phase<ShareTensor>? _phase;
    private ProtocolFault? _fault;

    private InferenceSide(InferencePlan plan, Committee committee, byte[] binding, Correlations correlations, ImmutableArray<int> words)
    {
        Plan = plan;
        _words = words;
        Committee = committee;
        _binding = binding;
        _correlations = correlations;
    }

    /// <summary>What is computed.</summary>
    public InferencePlan Plan { get; }

    /// <summary>Who computes.</summary>
    public Committee Committee { get; }

    /// <summary>The round that is awaited, from 0; the number of rounds once this side is finished.</summary>
    public int Round => (_phase as AwaitingRound<ShareTensor>)?.Round ?? _words.Length;

    /// <summary>What an opening opened, once it is finished; null for every other run.</summary>
    public MaskedWeights? Opened { get; private set; }

    /// <summary>Why this side halted, or null.</summary>
    public ProtocolFault? Fault => _fault;

    /// <summary>Peers whose message of the awaited round is not in.</summary>
    public ImmutableArray<PartyId> Missing =>
        _phase is AwaitingRound<ShareTensor> ? [.. Committee.Peers.Where(peer => !_current.ContainsKey(peer))] : [];

    /// <summary>Starts this party's side and makes its first messages.</summary>
    /// <param name="plan">What is computed; the same at every party.</param>
    /// <param name="session">This run; never used before.</param>
    /// <param name="committee">Who computes, of the plan's scheme.</param>
    /// <param name="input">This party's share of the input, rows x features, in the plan's format.</param>
    /// <param name="weights">One entry for each of the plan's <see cref="InferencePlan.Parameters"/>, in order.</param>
    /// <param name="correlations">This party's, dealt for the plan's preprocessing and untouched; disposed at the end.</param>
    /// <param name="random">This party's own uniform bytes; <see cref="SystemRandomSource"/> outside tests.</param>
    /// <returns>The side, and its first messages or, for a plan without rounds, its output.</returns>
    /// <exception cref="ArgumentException">Parts do not fit the plan.</exception>
    public static (InferenceSide Side, InferenceProgress First) Begin(
        InferencePlan plan, SessionId session, Committee committee, ShareTensor input, IReadOnlyList<LayerWeights> weights,
        Correlations correlations, IRandomSource random)
    {
        RequireFit(plan, committee, input, weights, correlations);
        ArgumentNullException.ThrowIfNull(random);
        var side = new InferenceSide(plan, committee, Bind("mpc.binding", plan, session, committee, weights, correlations), correlations, plan.WordsPerRound);
        side._phase = Phase<ShareTensor>.Start(committee, slot => PlanScript.Run(plan, committee, input, weights, correlations, random, slot));
        return (side, side.Report(side.Outbound()));
    }

    /// <summary>Starts this party's side of a <see cref="WeightOpening"/>: one round, in which the weights are opened under their masks.</summary>
    /// <param name="plan">The model's, with which the weights were shared; the same at every party.</param>
    /// <param name="masks">What the weights' masks are for.</param>
    /// <param name="session">This run; never used before.</param>
    /// <param name="committee">Who holds the weights, of the plan's scheme.</param>
    /// <param name="flat">This party's share of all weights, as it came.</param>
    /// <param name="weights">The same, one entry for each of the plan's <see cref="InferencePlan.Parameters"/>.</param>
    /// <param name="own">This party's masks, dealt for <see cref="WeightMaskPlan.Preprocessing"/> and untouched; disposed at the end.</param>
    /// <returns>The side and its first messages. It finishes with <paramref name="flat"/>; <see cref="Opened"/> is what all parties see.</returns>
    /// <exception cref="ArgumentException">Parts do not fit each other.</exception>
    public static (InferenceSide Side, InferenceProgress First) BeginOpening(
        InferencePlan plan, WeightMaskPlan masks, SessionId session, Committee committee, ShareTensor flat, IReadOnlyList<LayerWeights> weights, Correlations own)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(masks);
        ArgumentNullException.ThrowIfNull(committee);
        ArgumentNullException.ThrowIfNull(flat);
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(own);
        RequireWeights(plan, committee, weights);
        var binding = Bind("mpc.opening-binding", plan.WithMasks(masks), session, committee, weights, own);
        var side = new InferenceSide(plan, committee, binding, own, [masks.Lengths.Sum()]);
        side._phase = Phase<ShareTensor>.Start(committee, Script);
        return (side, side.Report(side.Outbound()));

        IEnumerable<AwaitingPeers[]> Script(Slot<ShareTensor> slot)
        {
            var round = WeightOpening.Open(committee, plan, masks, weights, own);
            yield return [round];
            side.Opened = round.Result;
            slot.Value = flat;
        }
    }

    /// <summary>Takes one peer's message, copied, and computes on as far as the messages allow.</summary>
    /// <param name="from">The peer, as the channel knows it.</param>
    /// <param name="message">Its bytes, unsealed; may be hostile.</param>
    /// <returns>What to do next. After a fault every call answers the same halt.</returns>
    public InferenceProgress Receive(PartyId from, ReadOnlyMemory<byte> message)
    {
        var copy = SecretBuffer.Rent(message.Length);
        message.Span.CopyTo(copy.Bytes);
        return Receive(from, copy);
    }

    /// <summary>Takes one peer's message and computes on as far as the messages allow.</summary>
    /// <param name="from">The peer, as the channel knows it.</param>
    /// <param name="message">Its bytes, unsealed; may be hostile. This side owns and disposes it, also after a fault.</param>
    /// <returns>What to do next. After a fault every call answers the same halt.</returns>
    public InferenceProgress Receive(PartyId from, SecretBuffer message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (_fault is not null || _phase is Finished<ShareTensor>)
        {
            // A finished side stays finished: its output was handed out.
            message.Dispose();
            return new InferenceProgress.Halt(_fault ?? new ProtocolFault("inference.after-end", from, "nothing: this side is finished", "a message"));
        }

        if (Keep(from, message) is { } fault)
        {
            message.Dispose();
            return Stop(fault);
        }

        var outbound = ImmutableArray.CreateBuilder<RoundMessage>();
        while (_phase is AwaitingRound<ShareTensor> round && Missing.IsEmpty)
        {
            PeerWords[] peers = [.. _current.Select(entry => new PeerWords(entry.Key, entry.Value.Words))];
            Settle();
            if (!round.Next(peers).Try(out var next, out fault))
            {
                return Stop(fault);
            }

            _phase = next;
            Forget(_current);
            foreach (var (peer, words) in _ahead)
            {
                _current.Add(peer, words);
            }

            _ahead.Clear();
            outbound.AddRange(Outbound());
        }

        return Report(outbound.ToImmutable());
    }

    /// <summary>Gives up waiting, as a deadline or an operator has it: halts with the fault <c>inference.missing</c>, which names whom this side waited for.</summary>
    /// <returns>The halt, or what ended this side before.</returns>
    public InferenceProgress Abandon()
    {
        if (_fault is not null || _phase is Finished<ShareTensor>)
        {
            return Report([]);
        }

        var missing = Missing;
        return Stop(new ProtocolFault("inference.missing", missing[0], $"the messages of round {Round}", $"none from {string.Join(", ", missing)}"));
    }

    /// <summary>Forgets keys and correlations. An output share that was handed out stays its holder's.</summary>
    public void Dispose()
    {
        Forget(_current);
        Forget(_ahead);
        _correlations.Dispose();
    }

    /// <inheritdoc/>
    public override string ToString() => _fault is { } fault ? $"halted: {fault}" : $"round {Round} of {_words.Length}, {Committee}";

    private static void RequireFit(
        InferencePlan plan, Committee committee, ShareTensor input, IReadOnlyList<LayerWeights> weights, Correlations correlations)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(committee);
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(correlations);
        if (committee.Scheme != plan.Scheme)
        {
            throw new ArgumentException($"The plan is for {plan.Scheme}; the committee has {committee.Scheme}.", nameof(committee));
        }

        if (input.Scheme != plan.Scheme || input.Party != committee.Self || !input.Shape.Equals(plan.InputShape))
        {
            throw new ArgumentException($"A {plan.InputShape} share of party {committee.Self} is wanted; this is a {input}.", nameof(input));
        }

        if (correlations.Party != committee.Self || correlations.Remaining != plan.Preprocessing.Requests.Length
            || correlations.Plan.Scheme != plan.Scheme || !correlations.Plan.Requests.SequenceEqual(plan.Preprocessing.Requests)
            || !correlations.Plan.MaskDigest.Span.SequenceEqual(plan.MaskDigest.Span))
        {
            throw new ArgumentException($"Untouched correlations of this party for this plan are wanted; these are {correlations}.", nameof(correlations));
        }

        RequireWeights(plan, committee, weights);
    }

    private static void RequireWeights(InferencePlan plan, Committee committee, IReadOnlyList<LayerWeights> weights)
    {
        ImmutableArray<LayerParameter>[] wanted = [.. plan.Parameters];
        if (weights.Count != wanted.Length)
        {
            throw new ArgumentException($"{wanted.Length} layers with parameters need as many weights; {weights.Count} came.", nameof(weights));
        }

        PlanStep[] steps = [.. plan.Steps.Where(step => !step.Parameters.IsEmpty)];
        for (var i = 0; i < wanted.Length; i++)
        {
            if (steps[i].Place.MaskSlots is not null && !(weights[i].Masked is { } masked && masked.PlanDigest.SequenceEqual(plan.MaskDigest.Span)))
            {
                throw new ArgumentException($"Entry {i} needs what was opened of the weights under the masks that the plan names; these are {weights[i]}.", nameof(weights));
            }

            if (!weights[i].Fits(wanted[i], plan.Scheme, committee.Self))
            {
                throw new ArgumentException(
                    $"Entry {i} needs {(wanted[i][0].IsSecret ? "shared" : "public")} weights {string.Join(", ", wanted[i].Select(parameter => parameter.Shape))} of this party; these are {weights[i]}.", nameof(weights));
            }
        }
    }

    private static byte[] Bind(string kind, InferencePlan plan, SessionId session, Committee committee, IReadOnlyList<LayerWeights> weights, Correlations correlations)
    {
        var writer = new WireWriter(kind, 1).Text(session.Value).Text(correlations.Name.Value).Bytes(plan.Digest()).Int32(committee.Parties.Length);
        foreach (var party in committee.Parties)
        {
            writer.Text(party.Value);
        }

        foreach (var layer in weights)
        {
            writer.Bytes(layer.PublicDigest());
        }

        return SHA256.HashData(writer.Written.Span);
    }

    private ProtocolFault? Keep(PartyId from, SecretBuffer message)
    {
        var index = Committee.IndexOf(from);
        if (index < 0 || index == Committee.Self)
        {
            return new ProtocolFault("inference.stranger", from, "a peer of this computation", "somebody else");
        }

        if (!RoundMessage.Read(from, message, _binding).Try(out var read, out var fault))
        {
            return fault;
        }

        if (read.Round < 0 || read.Round > Round + 1 || read.Round >= _words.Length)
        {
            return new ProtocolFault("inference.wrong-round", from, $"round {Round} or the next", $"round {read.Round}");
        }

        if (read.Words.Length != _words[read.Round])
        {
            return new ProtocolFault("inference.wrong-length", from, $"{_words[read.Round]} words", $"{read.Words.Length}");
        }

        // An earlier round is over because this peer's message of it came.
        var isNew = read.Round >= Round && (read.Round == Round ? _current : _ahead).TryAdd(from, (message, read.Words));
        return isNew ? null : new ProtocolFault("inference.doubled", from, $"one message of round {read.Round}", "two");
    }

    private ImmutableArray<RoundMessage> Outbound() => _outbound = _phase is AwaitingRound<ShareTensor> round
        ? [.. Committee.Peers.Select(peer => new RoundMessage(peer, _binding, round))]
        : [];

    // A round's words are gone once it is finished: what was not written yet is written now.
    private void Settle()
    {
        foreach (var message in _outbound)
        {
            message.Settle();
        }

        _outbound = [];
    }

    private static void Forget(Dictionary<PartyId, (SecretBuffer Message, ReadOnlyMemory<ulong> Words)> messages)
    {
        foreach (var (message, _) in messages.Values)
        {
            message.Dispose();
        }

        messages.Clear();
    }

    private InferenceProgress Report(ImmutableArray<RoundMessage> outbound)
    {
        if (_fault is not null)
        {
            return new InferenceProgress.Halt(_fault);
        }

        if (_phase is Finished<ShareTensor> finished)
        {
            _correlations.Dispose();
            return new InferenceProgress.Finish(outbound, finished.Output);
        }

        return new InferenceProgress.Continue(outbound, Round, Missing);
    }

    private InferenceProgress Stop(ProtocolFault fault)
    {
        _fault = fault;
        _phase = null;
        _outbound = [];
        Forget(_current);
        Forget(_ahead);
        _correlations.Dispose();
        return new InferenceProgress.Halt(fault);
    }
}
