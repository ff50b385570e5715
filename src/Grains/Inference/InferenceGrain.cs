using System.Collections.Immutable;
using System.Security.Cryptography;
using PrivacyGrains.Engine;
using PrivacyGrains.Grains.Consortium;
using PrivacyGrains.Grains.Hosting;
using PrivacyGrains.Grains.Journaling;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Sessions;
using PrivacyGrains.Storage;

namespace PrivacyGrains.Grains.Inference;

/// <summary>A joint inference at the coordinator: asks the sides, forwards what is sealed, and keeps who ended how.</summary>
/// <remarks>
/// A session does not survive a restart of its coordinator: its sides hold their shares in memory and end by their own deadline, so the next activation
/// ends an unfinished session by name, and a rerun has fresh keys and correlations.
/// </remarks>
[PlacedWithCoordinator]
internal sealed partial class InferenceGrain(
    GrainJournals journals, IGrainFactory grains, GrainSettings settings, TimeProvider clock, GrainMetrics metrics, ILogger<InferenceGrain> logger) : Grain, IInferenceGrain
{
    private static readonly JournalShape<InferenceBook, InferenceEntry> Shape = new(() => InferenceBook.Empty, static (book, entry) => book.Apply(entry), InferenceEntries.Codec);
    private static readonly TimeSpan CallDeadline = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan DealDeadline = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan StockDeadline = TimeSpan.FromSeconds(2);
    private readonly ChangeSignal _changed = new(clock);
    private Journal<InferenceBook, InferenceEntry> _journal = null!;
    private CatalogueOnce _catalogue = null!;
    private IGrainTimer? _deadline;

    private string Session => this.GetPrimaryKeyString();

    private InferenceTerms Terms => _journal.State.Created!.Terms;

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var session = SessionId.Create(Session).Value;
        (_journal, _) = await journals.OpenAuditedAsync(
            this, IStores.ConsortiumOwner, $"inference/{session}", Shape, (version, entry) => InferenceBook.Audit(session, version, entry), cancellationToken);
        _catalogue = new CatalogueOnce(grains, settings, clock);
        if (_journal.State is { Created: not null, IsOver: false })
        {
            await EndAsync(book => book.Abort("inference.coordinator-restarted", "The coordinator restarted while this inference was under way. Start a new one.", clock.GetUtcNow()));
        }
    }

    /// <inheritdoc/>
    public async Task<Reply<InferenceView>> CreateAsync(InferenceTerms terms)
    {
        var (statement, invalid) = InferenceTermsForm.Statement(terms);
        if (statement is null)
        {
            return Refuse(invalid!);
        }

        if (!InferencePlan.Parse(terms.Plan.Span).Try(out var plan, out var fault))
        {
            return Refuse(fault.AsRefusal());
        }

        var consortium = await grains.GetGrain<IConsortiumGrain>(settings.Consortium).GetAsync();
        if (consortium.Value is not { } view)
        {
            return consortium.Refusal!;
        }

        if (view.Epoch != terms.Epoch)
        {
            return Refuse(new Refusal("inference.stale-epoch", $"The consortium is in epoch {view.Epoch}, the terms say {terms.Epoch}. Fetch the members anew.", RefusalKind.Conflict));
        }

        if (SessionProposals.CheckHeld(statement.Held, view) is { } stale)
        {
            return Refuse(stale);
        }

        var keys = view.Members.Where(member => member.Status == "member").ToDictionary(member => PartyId.Create(member.Party), member => VerificationKey.Create(member.VerificationKey.Span));
        if (!statement.MakeRoster(settings.Consortium, view.Epoch, SessionId.Create(Session), keys).Try(out var roster, out fault)
            || (fault = InferenceLayout.Check(plan, statement)) is not null
            || (fault = statement.VerifyReceiver(SessionId.Create(Session), keys[statement.Receiver], terms.ReceiverSignature.Span)) is not null)
        {
            return Refuse(fault.AsRefusal());
        }

        var created = new InferenceCreated(terms, roster.Encoded, Cost(plan, terms.Opening is null ? null : HeldWeights.MasksOf(plan, roster)), Caller.Name, clock.GetUtcNow());
        if (await _journal.DecideAsync(book => book.Create(created)) is { } refusal)
        {
            return Refuse(refusal);
        }

        await _catalogue.EnterAsync(CatalogueKinds.Inference, Session, terms.Opening is null ? $"{terms.Disclosure} for {terms.Receiver}" : $"weights of {terms.Receiver}, held");
        _deadline ??= this.RegisterGrainTimer(
            static (grain, _) => grain.TimeOutAsync(), this, new GrainTimerCreationOptions(TimeSpan.FromSeconds(terms.TimeoutSeconds), Timeout.InfiniteTimeSpan) { KeepAlive = true });
        if (_journal.State.Status == "preparing")
        {
            await PrepareAsync(roster.Encoded);
        }

        _changed.Changed();
        return _journal.State.View(Session);
    }

    /// <inheritdoc/>
    public async Task<Reply<InferenceView>> GetAsync(long afterVersion, int waitMilliseconds)
    {
        await _changed.WaitAsync(() => _journal.State.Version > afterVersion, waitMilliseconds);
        return _journal.State.View(Session);
    }

    /// <inheritdoc/>
    public async Task<Reply<InferenceView>> SubmitInputAsync(SlotShares input)
    {
        var digest = Digest(input.Shares);
        if (_journal.State.MayGive(input, digest) is { } refusal)
        {
            return Refuse(refusal);
        }

        if (!_journal.State.Inputs.ContainsKey(input.Slot))
        {
            var replies = await Task.WhenAll(Terms.ComputeParties.Select((party, i) => AskAsync(
                party, Side(party).AcceptInputAsync(new SideInput(input.Slot, input.Party, input.Shares[i], input.Receipt)))));
            if (replies.FirstOrDefault(reply => reply.Refusal is not null)?.Refusal is { } refused)
            {
                if (refused.Kind != RefusalKind.Invalid)
                {
                    // A side is lost or away: this session cannot end well, and what is still on its way to a side must not meet a later split.
                    await EndAsync(book => book.Abort(refused.Code, refused.Message, clock.GetUtcNow()));
                }

                return Refuse(refused);
            }

            if (await _journal.DecideAsync(book => book.Accept(input, digest, clock.GetUtcNow())) is { } late)
            {
                return Refuse(late);
            }

            _changed.Changed();
        }

        await ComputeAsync();
        return _journal.State.View(Session);
    }

    /// <inheritdoc/>
    public Task SideEndedAsync(SideOutcome outcome) => EndAsync(book => book.End(outcome, clock.GetUtcNow()));

    /// <inheritdoc/>
    public Task<Reply<SealedOutputs>> OutputsAsync(string receiver)
    {
        var book = _journal.State;
        Reply<SealedOutputs> reply =
            book.Created is null ? new Refusal("inference.unknown", "There is no such inference.", RefusalKind.NotFound)
            : book.Created.Terms.Receiver != receiver ? new Refusal("inference.not-the-receiver", "The outputs of this inference are for its receiver only.", RefusalKind.Forbidden)
            : book.Status != "completed" ? new Refusal("inference.not-completed", $"This inference is {book.Status}.", RefusalKind.Conflict)
            : new SealedOutputs(Session, [.. book.Created.Terms.ComputeParties.Select(party => book.Sides[party])]);
        return Task.FromResult(reply);
    }

    /// <inheritdoc/>
    public async Task<Reply<InferenceView>> AbortAsync(string reason)
    {
        await EndAsync(book => book.Abort("inference.aborted", reason, clock.GetUtcNow()));
        return _journal.State.View(Session);
    }

    /// <inheritdoc/>
    public async Task<Reply<InferenceView>> CancelAsync(string receiver)
    {
        if (_journal.State.Created is { } created && created.Terms.Receiver != receiver)
        {
            return Refuse(new Refusal("inference.not-the-receiver", "Only the receiver of an inference cancels it.", RefusalKind.Forbidden));
        }

        await EndAsync(book => book.Abort("inference.cancelled", $"{receiver}, who asked for it, cancelled it.", clock.GetUtcNow()));
        return _journal.State.View(Session);
    }

    private async Task PrepareAsync(ReadOnlyMemory<byte> roster)
    {
        var proposal = new SessionProposal(Session, roster, Terms);
        var compute = Terms.ComputeParties.Select(party => AskAsync(party, Side(party).PrepareAsync(proposal)));
        var dealer = AskAsync(Terms.Dealer, grains.GetGrain<IDealerGrain>(Terms.Dealer).PrepareAsync(proposal));
        var others = Terms.Inputs.Select(input => input.Party).Append(Terms.Receiver).Distinct().Except(Terms.ComputeParties).Select(party => SignatureOfAsync(party, roster));
        var replies = await Task.WhenAll([.. compute, dealer, .. others]);
        if (await RefusedAsync(replies))
        {
            return;
        }

        ImmutableArray<SideOffer> offers = [.. replies.Select(reply => reply.Value!)];
        if (await RefusedAsync(await Task.WhenAll(Terms.ComputeParties.Select(party => AskAsync(party, Side(party).AgreeAsync(offers)))))
            || await RefusedAsync(await Task.WhenAll(Terms.ComputeParties.Select(party => AskAsync(party, Side(party).LinkAsync())))))
        {
            return;
        }

        await EndAsync(book => book.Offer(offers, clock.GetUtcNow()));
        foreach (var party in Terms.Inputs.Select(input => input.Party).Distinct())
        {
            await AskAsync(party, OfferAsync(party));
        }

        async Task<Reply<Done>> OfferAsync(string party)
        {
            await grains.GetGrain<IPartyGrain>(party).OfferWorkAsync(new WorkItem("inference", Session));
            return Done.Instance;
        }
    }

    private async Task ComputeAsync()
    {
        var before = _journal.State.Status;
        await EndAsync(book => book.Begin(clock.GetUtcNow()));
        if (before != "awaiting-inputs" || _journal.State.Status != "computing")
        {
            return;
        }

        _ = SupplyAndBeginAsync();
    }

    /// <summary>Correlations, then the rounds, in turns of this grain: whoever gave the last input does not wait for it.</summary>
    private async Task SupplyAndBeginAsync()
    {
        try
        {
            var lot = Terms.Opening is null ? await TakeLotAsync() : null;
            if (lot is null && await RefusedAsync([await AskAsync(Terms.Dealer, grains.GetGrain<IDealerGrain>(Terms.Dealer).DealAsync(Session, _journal.State.Offers), DealDeadline)]))
            {
                return;
            }

            await EndAsync(book => book.Supply(lot, clock.GetUtcNow()));
            await RefusedAsync(await Task.WhenAll(Terms.ComputeParties.Select(party => AskAsync(party, Side(party).BeginAsync()))));
        }
        catch (Exception e)
        {
            LogBroken(Session, e);
            await EndAsync(book => book.Abort("inference.broken", $"The coordinator could not begin this inference: {e.GetType().Name}. Start a new one.", clock.GetUtcNow()));
        }
    }

    /// <summary>A lot that every side has taken from its own stock; null where there is none, or a side lacks it: then the session is dealt for.</summary>
    private async Task<string?> TakeLotAsync()
    {
        try
        {
            var plan = InferencePlan.Parse(Terms.Plan.Span).Try(out var parsed, out _) ? parsed : throw new InvalidOperationException("The plan was parsed before.");
            var order = new StockOrder(Terms.Epoch, plan.Preprocessing.ToBytes(), Terms.ComputeParties, Terms.Dealer);
            var lot = (await Keeper.NextAsync(order).WaitAsync(StockDeadline, clock)).Lot;
            if (lot.Length == 0)
            {
                return null;
            }

            var replies = await Task.WhenAll(Terms.ComputeParties.Select(party => AskAsync(party, Side(party).TakeLotAsync(lot))));
            if (replies.FirstOrDefault(reply => reply.Refusal is not null)?.Refusal is not { } refusal)
            {
                return lot;
            }

            LogWasted(Session, lot, refusal.Code, refusal.Message);
        }
        catch (Exception e) when (e is TimeoutException or OrleansException)
        {
            LogNoStock(Session, e.GetType().Name); // stock is a shortcut: without the keeper, sessions are dealt for
        }

        return null;
    }

    private Task TimeOutAsync() => EndAsync(book => book.Abort(
        "inference.timeout", $"The inference's {Terms.TimeoutSeconds:0.#} s are over; it waited for {string.Join(", ", book.WaitingFor)}.", clock.GetUtcNow()));

    /// <summary>Decides, and where the session is over by it, tells the sides and takes the work off the boards.</summary>
    private async Task EndAsync(Func<InferenceBook, Decision<InferenceEntry>> decide)
    {
        var wasOver = _journal.State.IsOver;
        await _journal.DecideAsync(decide);
        _changed.Changed();
        if (wasOver || !_journal.State.IsOver)
        {
            return;
        }

        _deadline?.Dispose();
        var book = _journal.State;
        metrics.InferenceEnded(book.Status, book.Aborted?.Code ?? "none", (clock.GetUtcNow() - book.Created!.At).TotalSeconds);
        LogEnded(Session, book.Status, book.Aborted?.Code);
        if (book.Aborted is { } aborted)
        {
            await Task.WhenAll(Terms.ComputeParties.Select(party => QuietlyAsync(party, Side(party).AbortAsync(aborted.Reason))));
        }

        await Task.WhenAll(Terms.Inputs.Select(input => input.Party).Distinct()
            .Select(party => QuietlyAsync(party, grains.GetGrain<IPartyGrain>(party).EndWorkAsync(new WorkItem("inference", Session)))));

        if (book.Status == "completed" && Terms.Opening is not null)
        {
            await AnnounceAsync();
        }
    }

    private async Task<bool> RefusedAsync<T>(IReadOnlyList<Reply<T>> replies)
        where T : class
    {
        if (replies.FirstOrDefault(reply => reply.Refusal is not null)?.Refusal is not { } refusal)
        {
            return false;
        }

        await EndAsync(book => book.Abort(refusal.Code, refusal.Message, clock.GetUtcNow()));
        return true;
    }

    private InferenceCost Cost(InferencePlan plan, WeightMaskPlan? masks) => masks is not null
        ? new(1, masks.Scheme.Parties - 1, WeightOpening.BytesPerParty(masks), Enumerable.Range(0, masks.Scheme.Parties).Sum(party => masks.Preprocessing.BlobBytes(party, masks.Namespace)))
        : new(plan.Rounds, plan.MessagesPerParty, plan.BytesPerParty, Enumerable.Range(0, plan.Scheme.Parties).Sum(party => plan.PreprocessingBytes(party, SessionId.Create(Session))));

    private static string Digest(ImmutableArray<ReadOnlyMemory<byte>> shares)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var share in shares)
        {
            hash.AppendData(SHA256.HashData(share.Span));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private IStockKeeperGrain Keeper => grains.GetGrain<IStockKeeperGrain>(settings.Consortium);

    private IComputationGrain Side(string party) => grains.GetGrain<IComputationGrain>($"{party}/{Session}");

    private Refusal Refuse(Refusal refusal)
    {
        metrics.Refused("inference", refusal.Code);
        return refusal;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Inference {Session}: {Lot} is wasted, and the session dealt for: {Code}: {Message}")]
    private partial void LogWasted(string session, string lot, string code, string message);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Inference {Session}: the keeper of stock does not answer ({Failure}); the session is dealt for")]
    private partial void LogNoStock(string session, string failure);

    [LoggerMessage(Level = LogLevel.Error, Message = "Inference {Session} could not begin")]
    private partial void LogBroken(string session, Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "Inference {Session} is {Status} ({Code})")]
    private partial void LogEnded(string session, string status, string? code);
}
