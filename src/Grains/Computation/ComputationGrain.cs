using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using PrivacyGrains.Engine;
using PrivacyGrains.Grains.Hosting;
using PrivacyGrains.Grains.Inference;
using PrivacyGrains.Grains.Journaling;
using PrivacyGrains.Grains.Parties;
using PrivacyGrains.Grains.Streams;
using PrivacyGrains.Grains.Weights;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Rosters;

namespace PrivacyGrains.Grains.Computation;

/// <summary>One party's side of a joint inference: keys, shares and openings live in this activation's memory and nowhere else.</summary>
/// <remarks>
/// Peers talk to each other here directly, in frames sealed with the session's keys; the coordinator sees neither. A fault of a peer, a deadline or an abort
/// ends the side by name and clears it. An activation that finds an unfinished journal has lost the shares: it writes <c>computation.lost</c> and answers so.
/// </remarks>
[PlacedWithParty]
internal sealed partial class ComputationGrain(
    GrainJournals journals, IPartyKeys keys, IPartyStreams streams, WeightFiles weights, IGrainFactory grains, GrainSettings settings, TimeProvider clock, GrainMetrics metrics, ILogger<ComputationGrain> logger)
    : Grain, IComputationGrain
{
    private static readonly JournalShape<ComputationBook, ComputationEntry> Shape =
        new(() => ComputationBook.Empty, static (book, entry) => book.Apply(entry), ComputationBook.Codec);

    private Journal<ComputationBook, ComputationEntry> _journal = null!;
    private PartyId _self;
    private string _session = string.Empty;
    private ComputationSide? _side;
    private SideOffer? _offer;

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        (_self, _session) = this.GetPrimaryKeyString().Split('/') is [var party, var session] && SessionId.TryCreate(session, out _)
            ? (PartyId.Create(party), session)
            : throw new ArgumentException("A computation's key is party/session.");
        _journal = await journals.OpenAsync(_self.Value, $"computation/{_session}", Shape, cancellationToken);
        if (_journal.State.IsUnfinished)
        {
            await _journal.DecideAsync(book => book.End(ComputationBook.Lost, clock.GetUtcNow()));
            LogEnded(_self.Value, _session, ComputationBook.Lost);
        }
    }

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _side?.Dispose();
        Cut();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<Reply<SideOffer>> PrepareAsync(SessionProposal proposal)
    {
        if (_side is { } before && _offer is { } offer)
        {
            return before.Roster.Encoded.Span.SequenceEqual(proposal.Roster.Span)
                ? offer
                : Refuse(new Refusal("computation.other-proposal", $"Session {_session} was proposed with another roster. Start a new session.", RefusalKind.Conflict));
        }

        if (_journal.State.Outcome is { } outcome)
        {
            return Refuse(Ended(outcome));
        }

        if (proposal.Session != _session)
        {
            return Refuse(new Refusal("computation.foreign-session", $"The proposal is for session {proposal.Session}, not {_session}.", RefusalKind.Invalid));
        }

        var (proposed, refusal) = SessionProposals.Check(proposal, _self, RosterRoles.Compute);
        if (proposed is null)
        {
            return Refuse(refusal!);
        }

        if (proposed.Roster.Terms.Consortium != settings.Consortium)
        {
            return Refuse(new Refusal("computation.foreign-consortium", $"The roster is of another consortium than {settings.Consortium}.", RefusalKind.Invalid));
        }

        if (await AllowedAsync(proposed) is { } disallowed)
        {
            return Refuse(disallowed);
        }

        var signed = await grains.GetGrain<IPartyGrain>(_self.Value).SignRosterAsync(proposal.Roster);
        if (signed.Value is not { } signature)
        {
            return signed.Refusal!;
        }

        if (await _journal.DecideAsync(book => book.Prepare(Convert.ToHexStringLower(proposed.Roster.Digest.Span), clock.GetUtcNow())) is { } used)
        {
            return Refuse(used);
        }

        _side = ComputationSide.Begin(proposed, _self, await keys.GetAsync(_self.Value));
        DelayDeactivation(TimeSpan.FromSeconds(proposal.Terms.TimeoutSeconds + 60));
        this.RegisterGrainTimer(
            static (grain, _) => grain.EndAsync(new ProtocolFault("computation.timeout", null, "an end within the session's time", "none")), this,
            new GrainTimerCreationOptions(TimeSpan.FromSeconds(proposal.Terms.TimeoutSeconds + 30), Timeout.InfiniteTimeSpan));
        return _offer = new SideOffer(_self.Value, _side.Offer, signature.Signature);
    }

    /// <inheritdoc/>
    public Task<Reply<Done>> AgreeAsync(ImmutableArray<SideOffer> offers) =>
        Task.FromResult(WithSide(side => SessionProposals.CheckSignatures(side.Roster, offers) ?? side.Connect(offers)));

    /// <inheritdoc/>
    public Task<Reply<Done>> AcceptInputAsync(SideInput input) => Task.FromResult(WithSide(side => side.TakeInput(input)));

    /// <inheritdoc/>
    public async Task<Reply<Done>> AcceptCorrelationsAsync(string dealer, ReadOnlyMemory<byte> sealedBlob)
    {
        var reply = WithSide(side => side.TakeCorrelations(dealer, sealedBlob.Span));
        if (reply.Refusal is null
            && await _journal.DecideAsync(book => book.Take(Convert.ToHexStringLower(SHA256.HashData(sealedBlob.Span)), clock.GetUtcNow())) is { } used)
        {
            return Refuse(used);
        }

        return reply;
    }

    /// <inheritdoc/>
    public async Task<Reply<Done>> TakeLotAsync(string lot)
    {
        if (_side is not { IsRunning: false } side || _journal.State.Correlations is not null)
        {
            return Refuse(Ended(_journal.State.Outcome ?? (_side is null ? "computation.not-prepared" : "computation.already-begun")));
        }

        var taken = await grains.GetGrain<IStockGrain>($"{_self}/{side.Roster.Terms.Epoch}").TakeAsync(side.Pool, lot, _session);
        if (taken.Value is not { } part)
        {
            return Refuse(taken.Refusal!);
        }

        // The session may have ended while the stock was asked: the lot is wasted then, and its bytes are cleared here.
        var reply = _side == side ? await Task.Run(() => side.TakeLot(lot, part.Part.Span)) : new ProtocolFault("computation.aborted", _self, "a side that still runs", "one that has ended");
        if (MemoryMarshal.TryGetArray(part.Part, out var bytes))
        {
            CryptographicOperations.ZeroMemory(bytes);
        }

        return reply is { } fault ? Refuse(fault.AsRefusal())
            : await _journal.DecideAsync(book => book.TakeLot(lot, clock.GetUtcNow())) is { } used ? Refuse(used)
            : Done.Instance;
    }

    /// <inheritdoc/>
    public async Task<Reply<Done>> BeginAsync()
    {
        if (_side is not { } side)
        {
            return Refuse(Ended(_journal.State.Outcome ?? "computation.not-prepared"));
        }

        if (side.IsRunning)
        {
            return Done.Instance;
        }

        if (side.MissingToBegin is { } missing)
        {
            return Refuse(new Refusal("computation.not-ready", $"{_self} still lacks {missing}.", RefusalKind.Conflict));
        }

        if (await PaidAsync(side) is { } unpaid)
        {
            return Refuse(unpaid);
        }

        if (await TakeHeldAsync(side) is { } notHeld)
        {
            return Refuse(notHeld);
        }

        side.Started(clock.GetTimestamp(), OpenOutlet(side));
        _ = PumpAsync(side.Start);
        return Done.Instance;
    }

    /// <inheritdoc/>
    public Task<Reply<Done>> DeliverAsync(string fromParty, ReadOnlyMemory<byte> sealedMessage)
    {
        if (_side is not { } side || !PartyId.TryCreate(fromParty, out var peer))
        {
            return Task.FromResult<Reply<Done>>(Refuse(Ended(_journal.State.Outcome ?? "computation.not-prepared")));
        }

        if (side.Enqueue(new Frame(peer, sealedMessage, null)) is { } fault)
        {
            return Task.FromResult<Reply<Done>>(Refuse(fault.AsRefusal()));
        }

        Wake();
        return Task.FromResult<Reply<Done>>(Done.Instance);
    }

    /// <inheritdoc/>
    public async Task AbortAsync(string reason)
    {
        if (_side is not null)
        {
            Cut();
            await CloseAsync("computation.aborted");
        }

        await ForsakeAsync();
    }

    /// <summary>This party's own ledger must hold the committed disclosure before anything leaves that could open the output.</summary>
    private async Task<Refusal?> PaidAsync(ComputationSide side)
    {
        if (!side.OwesDisclosure)
        {
            return null;
        }

        var reply = await grains.GetGrain<IBudgetLedgerGrain>($"{_self}/{side.Budget}").FindAsync(_session);
        return reply.Value is not { } receipt ? new Refusal("inference.undisclosed", $"{_self}'s ledger '{side.Budget}' has no entry for {_session}: {reply.Refusal!.Message}", RefusalKind.Conflict)
            : receipt.Status != "committed" || receipt.Kind != "disclosure" || receipt.Binding != side.Binding
                ? new Refusal("inference.undisclosed", $"{_self}'s ledger entry {_session} is {receipt.Status} and does not pay for this session.", RefusalKind.Conflict)
            : null;
    }

    private Reply<Done> WithSide(Func<ComputationSide, ProtocolFault?> step) =>
        _side is not { } side ? Refuse(Ended(_journal.State.Outcome ?? "computation.not-prepared"))
        : step(side) is { } fault ? Refuse(fault.AsRefusal())
        : Done.Instance;

    private Refusal Ended(string outcome) => outcome == "computation.not-prepared"
        ? new Refusal(outcome, $"{_self} has not been asked to prepare session {_session}.", RefusalKind.Conflict)
        : new Refusal(outcome == ComputationBook.Completed ? "computation.ended" : outcome, $"{_self}'s side of session {_session} has ended ({outcome}).", RefusalKind.Conflict);

    private Refusal Refuse(Refusal refusal)
    {
        metrics.Refused("computation", refusal.Code);
        return refusal;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Party}'s side of {Session} ended: {Outcome}")]
    private partial void LogEnded(string party, string session, string outcome);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Party}'s side of {Session} broke")]
    private partial void LogBroken(string party, string session, Exception exception);
}
