using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using PrivacyGrains.Grains.Inference;
using PrivacyGrains.Privacy.Ledger;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Channels;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Rosters;
using PrivacyGrains.Protocols.Sessions;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Grains.Computation;

/// <summary>The memory of one side: keys, channels, shares, correlations and the protocol's state. Secret; <see cref="Dispose"/> clears it.</summary>
/// <remarks>Steps run one at a time, off the grain's scheduler; only <see cref="Enqueue"/> may be called meanwhile.</remarks>
internal sealed partial class ComputationSide : IDisposable
{
    private readonly ProposedSession _proposed;
    private readonly PartyId _self;
    private readonly int _index;
    private readonly int _mostWaiting;
    private readonly LocalSession _local;
    private readonly Dictionary<PartyId, SecureChannel> _channels = [];
    private readonly Dictionary<PartyId, MessageOpening> _openings = [];
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<PartyId, ConcurrentQueue<Frame>> _inbound = [];
    private readonly Dictionary<string, ShareTensor> _inputs = new(StringComparer.Ordinal);
    private Correlations? _correlations;
    private InferenceSide? _machine;
    private Action<Frame>? _outlet;
    private long _bytesSent;
    private bool _isStepping;
    private bool _isDisposed;

    private ComputationSide(ProposedSession proposed, PartyId self, LocalSession local)
    {
        (_proposed, _self, _local) = (proposed, self, local);
        _index = proposed.Statement.ComputeParties.IndexOf(self);
        _mostWaiting = 64 + (2 * (proposed.LongestMessage / ChannelFrame.PartLength)); // a peer may be one round ahead
        Binding = ReleaseBinding.Create("inference", proposed.Roster.Terms.Session.Value, proposed.Roster.Digest.Span, proposed.Roster.Terms.ComputationDigest.Span);
    }

    /// <summary>What the session is.</summary>
    public ProposedSession Proposed => _proposed;

    /// <summary>The session's roster.</summary>
    public Roster Roster => _proposed.Roster;

    /// <summary>The pool whose lots serve this session.</summary>
    public string Pool => StockTerms.Pool(Roster.Terms.Consortium, Roster.Terms.Epoch).Value;

    private StockTerms StockTerms => new(_proposed.Plan.Preprocessing, _proposed.Statement.ComputeParties, _proposed.Statement.Dealer);

    /// <summary>This side's signed offer.</summary>
    public ReadOnlyMemory<byte> Offer => _local.Offer.Encoded;

    /// <summary>The ledger that counts the session's disclosure.</summary>
    public string Budget => _proposed.Statement.Budget;

    /// <summary>What a disclosure of this session is bound to.</summary>
    public string Binding { get; }

    /// <summary>Whether this party gives an input that its own ledger counts.</summary>
    public bool OwesDisclosure => _proposed.Statement.Inputs.Any(input => input.Counted && input.Party == _self);

    /// <summary>The other compute parties, once the sides have agreed.</summary>
    public IReadOnlyCollection<PartyId> Peers => _channels.Keys;

    /// <summary>Whether the rounds have begun.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>The clock's timestamp at which they did.</summary>
    public long StartedAt { get; private set; }

    /// <summary>Whether a peer's frame waits that the protocol can take now.</summary>
    public bool HasWork => _machine is { } machine && machine.Missing.Any(peer => _inbound.TryGetValue(peer, out var queue) && !queue.IsEmpty);

    /// <summary>Whether the protocol cannot go on without another frame of a peer. Not while a step runs.</summary>
    public bool Awaits(PartyId peer) => _machine is { } machine && machine.Missing.Contains(peer) && _inbound[peer].IsEmpty;

    /// <summary>What a connection shows that is to carry the frames of a pair.</summary>
    public ReadOnlyMemory<byte> ConnectionToken(PartyId peer) => _channels[peer].ConnectionToken;

    /// <summary>What is missing before the rounds can begin; null for nothing.</summary>
    public string? MissingToBegin =>
        _channels.Count < _proposed.Statement.ComputeParties.Length - 1 ? "the peers' offers"
        : _proposed.Statement.Inputs.FirstOrDefault(input => !_inputs.ContainsKey(input.Slot)) is { } input ? $"{input.Slot} of {input.Party}"
        : _correlations is null ? $"the correlations of {_proposed.Statement.Dealer}"
        : null;

    /// <summary>Makes the session's keys.</summary>
    public static ComputationSide Begin(ProposedSession proposed, PartyId self, SigningKey key) => new(proposed, self, LocalSession.Begin(proposed.Roster, self, key));

    /// <summary>Checks every peer's offer and derives the channels; afterwards the exchange's key is gone.</summary>
    public ProtocolFault? Connect(ImmutableArray<SideOffer> offers)
    {
        if (_channels.Count > 0)
        {
            return null;
        }

        foreach (var peer in _proposed.Statement.ComputeParties.Where(party => party != _self))
        {
            var offered = offers.FirstOrDefault(offer => offer.Party == peer.Value);
            if (offered is null)
            {
                return new ProtocolFault("offer.missing", peer, "a signed offer", "none");
            }

            if (!SessionOffer.Accept(Roster, offered.Offer.Span).Try(out var offer, out var fault) || !_local.Connect(offer).Try(out var channel, out fault))
            {
                return fault;
            }

            if (offer.Party != peer)
            {
                return new ProtocolFault("offer.foreign", peer, $"an offer of {peer}", $"one of {offer.Party}");
            }

            _channels[peer] = channel;
            _openings[peer] = new MessageOpening(channel);
            _inbound[peer] = [];
        }

        _local.EndExchange();
        return null;
    }

    /// <summary>Opens this side's share of a slot, or the slot itself where it is public. Until the rounds begin a later share takes an earlier one's place: where only some sides took a split, the giver makes a new one.</summary>
    /// <remarks>The coordinator counts a slot as given once every side has taken the same submission, and lets nothing through afterwards.</remarks>
    public ProtocolFault? TakeInput(SideInput input)
    {
        var slot = _proposed.Statement.Inputs.FirstOrDefault(s => s.Slot == input.Slot);
        if (slot is null || slot.Party.Value != input.Party)
        {
            return new ProtocolFault("inference.foreign-slot", null, "an input that the roster names", $"{input.Slot} of another party");
        }

        if (IsRunning)
        {
            return new ProtocolFault("inference.input-given", slot.Party, "no input once the rounds have begun", slot.Slot);
        }

        if (slot.Counted && DisclosureReceipts.Check(_proposed, Binding, slot, input.Receipt) is { } unpaid)
        {
            return unpaid;
        }

        if (!SealedInput.Open(_local, slot.Party, SessionPurposes.Input(slot.Slot), input.SealedShare.Span).Try(out var plaintext, out var fault)
            || !InferenceLayout.Open(_proposed.Plan, slot, _index, plaintext).Try(out var share, out fault))
        {
            return fault;
        }

        CryptographicOperations.ZeroMemory(plaintext);

        if (_inputs.Remove(slot.Slot, out var earlier))
        {
            earlier.Clear();
        }

        _inputs[slot.Slot] = share;
        return null;
    }

    /// <summary>Opens this side's correlations.</summary>
    public ProtocolFault? TakeCorrelations(string dealer, ReadOnlySpan<byte> sealedBlob)
    {
        var from = _proposed.Statement.Dealer;
        if (dealer != from.Value)
        {
            return new ProtocolFault("dealer.foreign", from, $"correlations of {from}", "another dealer's");
        }

        if (_correlations is not null && (IsRunning || _correlations.Name == _proposed.Dealt))
        {
            return new ProtocolFault("dealer.dealt-twice", from, "correlations once", "a second time");
        }

        if (!SealedInput.Open(_local, from, SessionPurposes.Correlations, sealedBlob).Try(out var blob, out var fault)
            || !Correlations.Expand(blob, _proposed.Preprocessing, _proposed.Dealt, _index, from).Try(out var correlations, out fault))
        {
            return fault;
        }

        CryptographicOperations.ZeroMemory(blob);
        _correlations?.Dispose(); // a lot that not every side got: it serves nobody
        _correlations = correlations;
        return null;
    }

    /// <summary>Opens this side's part of a lot, which its own stock has given out. The name enters what round messages are bound to, so that sides with different lots fault instead of computing nonsense.</summary>
    public ProtocolFault? TakeLot(string lot, ReadOnlySpan<byte> part)
    {
        if (_correlations is not null || IsRunning)
        {
            return new ProtocolFault("dealer.dealt-twice", _proposed.Statement.Dealer, "correlations once", "a second time");
        }

        return Correlations.Expand(part, _proposed.Plan.Preprocessing, SessionId.Create(lot), _index, _proposed.Statement.Dealer).Try(out _correlations, out var fault) ? null : fault;
    }

    /// <summary>Erases everything; where a step runs, at its end, since what it computes on may serve another session the moment it is given back.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            (_isDisposed, IsRunning) = (true, false);
            if (_isStepping)
            {
                return;
            }
        }

        Erase();
    }

    /// <inheritdoc/>
    public override string ToString() => $"side of {_self} in {Roster}";

    private void Erase()
    {
        _local.Dispose();
        foreach (var opening in _openings.Values)
        {
            opening.Dispose();
        }

        foreach (var channel in _channels.Values)
        {
            channel.Dispose();
        }

        foreach (var share in _inputs.Values)
        {
            share.Clear();
        }

        _machine?.Dispose();
        _correlations?.Dispose();
    }
}
