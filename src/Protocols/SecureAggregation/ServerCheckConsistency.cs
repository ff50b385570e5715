using System.Collections.Immutable;
using PrivacyGrains.Protocols.SecureAggregation.Messages;

namespace PrivacyGrains.Protocols.SecureAggregation;

/// <summary>The server's phase CheckConsistency: collects the survivors' signatures over the survivor set (figure 4, round 3).</summary>
public sealed class ServerCheckConsistency : ServerPhase
{
    private readonly SortedDictionary<int, PeerKeys> _keys;
    private readonly ImmutableArray<int> _shared;
    private readonly ImmutableArray<int> _survivors;
    private readonly SortedDictionary<int, byte[]> _messages = [];

    internal ServerCheckConsistency(
        SecureAggregationContext context, SortedDictionary<int, PeerKeys> keys, ImmutableArray<int> shared, ImmutableArray<int> survivors)
        : base(context, survivors)
    {
        _keys = keys;
        _shared = shared;
        _survivors = survivors;
        SurvivorList = SurvivorMessages.WriteSurvivors(context, survivors);
    }

    /// <summary>The survivor set U3 for the clients, the same for every one of them.</summary>
    public ReadOnlyMemory<byte> SurvivorList { get; }

    /// <summary>Whose inputs will be in the sum.</summary>
    public IReadOnlyList<PartyId> Survivors => [.. _survivors.Select(Context.Name)];

    /// <inheritdoc/>
    public override int Needed => Context.Parameters.ReconstructionThreshold;

    /// <summary>Takes a client's message.</summary>
    /// <param name="message">The bytes as they came.</param>
    /// <returns>Whose it was, or a fault as <c>secagg.survivors-differ</c> or <c>secagg.equivocation</c>.</returns>
    public Checked<Acceptance> Add(ReadOnlySpan<byte> message)
    {
        if (!SurvivorMessages.ReadConfirmation(Context, message, out var content).Try(out var one, out var fault))
        {
            return fault;
        }

        if (!one.Survivors.AsSpan().SequenceEqual(_survivors.AsSpan()))
        {
            return new ProtocolFault("secagg.survivors-differ", Context.Name(one.Index), Context.Names(_survivors), Context.Names(one.Survivors));
        }

        var taken = Take(one.Index, content);
        if (taken is { IsOk: true, Value.IsNew: true })
        {
            _messages.Add(one.Index, message.ToArray());
        }

        return taken;
    }

    /// <summary>Ends the phase: who was heard is U4.</summary>
    /// <returns>The next phase, with the signatures for the clients; or <c>secagg.too-few</c> naming who is missing.</returns>
    public Checked<ServerUnmask> Close() =>
        TryClose(_messages.Count) is { } fault
            ? fault
            : new ServerUnmask(Context, _keys, _shared, _survivors, [.. _messages.Keys], SurvivorMessages.WriteConfirmations(Context, _messages.Values));
}
