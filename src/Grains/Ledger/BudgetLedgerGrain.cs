using System.Collections.Immutable;
using System.Text;
using PrivacyGrains.Engine;
using PrivacyGrains.Grains.Consortium;
using PrivacyGrains.Grains.Hosting;
using PrivacyGrains.Grains.Journaling;
using PrivacyGrains.Grains.Parties;
using PrivacyGrains.Privacy.Ledger;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Transparency;

namespace PrivacyGrains.Grains.Ledger;

/// <summary>Holds one budget's ledger: serialises charges and makes each durable before it is acknowledged.</summary>
/// <remarks>
/// The rules are <see cref="BudgetLedger"/>'s. What commits or opens is shown to the other members before it is acknowledged, as far as they answer; what they kept is
/// asked for before the first use of an activation. A store that lies behind what a witness or the audit log has seen is not used: whoever can write the
/// database could otherwise give back what was spent.
/// </remarks>
[PlacedWithParty]
internal sealed partial class BudgetLedgerGrain(
    GrainJournals journals, IPartyKeys keys, IGrainFactory grains, GrainSettings settings, PlanFigures figures, TimeProvider clock, GrainMetrics metrics, ILogger<BudgetLedgerGrain> logger)
    : Grain, IBudgetLedgerGrain
{
    private const int ReadLimit = 1000;
    private static readonly JournalShape<LedgerBook, LedgerEntry> Shape = new(() => LedgerBook.Empty, static (book, entry) => book.Apply(entry), LedgerCodec.Instance);

    private string _party = "", _budget = "";
    private Journal<LedgerBook, LedgerEntry> _journal = null!;
    private AuditTrail _trail = null!;
    private WitnessCircle _circle = null!;
    private CatalogueOnce _catalogue = null!;
    private SigningKey _key = null!;
    private bool _compared;

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        (_party, _budget) = this.GetPrimaryKeyString().Split('/') is [var party, var budget] && PartyId.TryCreate(party, out _) && CredentialRules.IsId(budget)
            ? (party, budget)
            : throw new ArgumentException("A ledger's key is party/budget; a budget is named by 1 to 64 characters of a-z, 0-9 and hyphen.");
        _key = await keys.GetAsync(_party);
        _circle = new WitnessCircle(_party, grains, settings, clock, metrics, logger);
        _catalogue = new CatalogueOnce(grains, settings, clock);
        (_journal, _trail) = await journals.OpenAuditedAsync(this, _party, $"ledger/{_budget}", Shape, LedgerReports.Audit, cancellationToken);
        Measure();
    }

    /// <inheritdoc/>
    public async Task<Reply<StatementView>> OpenAsync(BudgetTerms terms)
    {
        if (await DecideAsync("open", book => book.Open(_party, _budget, terms, clock.GetUtcNow())) is { } refusal)
        {
            return refusal;
        }

        await AnnounceAsync();
        return _journal.State.Statement(figures.Tight);
    }

    /// <inheritdoc/>
    public async Task<Reply<ChargeReceipt>> ReserveAsync(ChargeRequest request)
    {
        if (request.Loss is not { Mechanism: "plan", Plan: { } json })
        {
            return await ChargeAsync("reserve", request.ChargeId, request.Kind, book => book.Reserve(request, clock.GetUtcNow()));
        }

        var (plan, fault) = await figures.LossAsync(json);
        if (fault is not null)
        {
            metrics.Refused("ledger", LedgerCodes.BadRequest);
            return new Refusal(LedgerCodes.BadRequest, fault, RefusalKind.Invalid);
        }

        var reply = await ChargeAsync("reserve", request.ChargeId, request.Kind, book => book.Reserve(request, clock.GetUtcNow(), plan));
        if (reply.Refusal is null)
        {
            figures.Tight(plan!.Json, _journal.State.Ledger.Definition.Limit.Delta); // Begun now, so that a statement has it.
        }

        return reply;
    }

    /// <inheritdoc/>
    public async Task<Reply<ChargeReceipt>> CommitAsync(string chargeId)
    {
        var reply = await ChargeAsync("commit", chargeId, null, book => book.Commit(chargeId, clock.GetUtcNow()));
        if (reply.Refusal is null)
        {
            await AnnounceAsync();
        }

        return reply;
    }

    /// <inheritdoc/>
    public Task<Reply<ChargeReceipt>> RefundAsync(string chargeId, string reason) =>
        ChargeAsync("refund", chargeId, null, book => book.Refund(chargeId, reason, clock.GetUtcNow()));

    /// <inheritdoc/>
    public Task<Reply<ChargeReceipt>> MarkAbortedAsync(string chargeId, string reason) =>
        ChargeAsync("mark-aborted", chargeId, null, book => book.MarkAborted(chargeId, reason, clock.GetUtcNow()));

    /// <inheritdoc/>
    public async Task<Reply<ChargeReceipt>> FindAsync(string chargeId)
    {
        if (await CompareAsync() is { } behind)
        {
            return behind;
        }

        var book = await _journal.ReadAsync();
        return book.Find(chargeId) is { } refusal ? refusal : book.Receipt(chargeId, _key);
    }

    /// <inheritdoc/>
    public async Task<Reply<StatementView>> StatementAsync() => await OpenBookAsync() is { Refusal: { } refusal } ? refusal : _journal.State.Statement(figures.Tight);

    /// <inheritdoc/>
    public async Task<Reply<LedgerHeadView>> HeadAsync() => await OpenBookAsync() is { Refusal: { } refusal } ? refusal : _journal.State.SignedHead(_key);

    /// <inheritdoc/>
    public async Task<ImmutableArray<LedgerEntryView>> EntriesAsync(long afterVersion, int limit)
    {
        // Answered also where the store lies behind its witnesses: it is the evidence of what stands there.
        ArgumentOutOfRangeException.ThrowIfNegative(afterVersion);
        var entries = ImmutableArray.CreateBuilder<LedgerEntryView>();
        await foreach (var (version, entry) in _journal.EntriesAsync(afterVersion))
        {
            if (entries.Count == Math.Clamp(limit, 0, ReadLimit))
            {
                break;
            }

            entries.Add(new LedgerEntryView(version, LedgerCodec.NameOf(entry), Encoding.UTF8.GetString(LedgerEntryCodec.Encode(entry))));
        }

        return entries.ToImmutable();
    }

    private async Task<Reply<ChargeReceipt>> ChargeAsync(string step, string chargeId, string? kind, Func<LedgerBook, Decision<LedgerEntry>> decide)
    {
        var before = _journal.Version;
        if (await DecideAsync(step, decide) is { } refusal)
        {
            return refusal;
        }

        var receipt = _journal.State.Receipt(chargeId, _key);
        if (_journal.Version > before)
        {
            metrics.Charged(_party, _budget, kind ?? receipt.Kind, receipt.Status);
        }

        LogCharge(step, _party, _budget, chargeId, receipt.Status, receipt.Version);
        return receipt;
    }

    private async Task<Refusal?> DecideAsync(string step, Func<LedgerBook, Decision<LedgerEntry>> decide)
    {
        using var span = GrainMetrics.Source.StartActivity($"ledger.{step}");
        span?.SetTag("privacygrains.party", _party).SetTag("privacygrains.budget", _budget);
        if ((await CompareAsync() ?? await _journal.DecideAsync(decide)) is { } refusal)
        {
            metrics.Refused("ledger", refusal.Code);
            LogRefused(step, _party, _budget, refusal.Code);
            return refusal;
        }

        Measure();
        return null;
    }

    private async Task<Reply<Done>> OpenBookAsync() =>
        await CompareAsync() is { } refusal ? refusal
        : (await _journal.ReadAsync()).Ledger.IsOpen ? Done.Instance
        : new Refusal(LedgerCodes.NotOpen, $"{_party} has not opened a budget called {_budget}.", RefusalKind.NotFound);

    /// <summary>Once for each activation: what the witnesses and the audit log have seen must stand here.</summary>
    private async Task<Refusal?> CompareAsync()
    {
        if (_compared)
        {
            return null;
        }

        var (heads, asked) = await _circle.AskAsync(_budget);
        if (!asked)
        {
            return new Refusal("ledger.no-witness", "No other member could be asked for the head that it witnessed. Try again when one is there.", RefusalKind.Unavailable);
        }

        await _journal.CatchUpAsync(CancellationToken.None);
        await _trail.FlushAsync();
        var behind = heads.FirstOrDefault(h => IsOurs(h.Head) && _journal.State.Ledger.IsBehind(new LedgerHead(_party, _budget, h.Head.Version, h.Head.HeadHash)));
        if (behind.Head is null && !_trail.LogIsAhead)
        {
            _compared = true;
            if (_journal.State.Ledger.IsOpen)
            {
                await AnnounceAsync(); // A crash may have come between an append and what follows it.
            }

            return null;
        }

        DeactivateOnIdle(); // The next call reads the store anew, which may have been mended.
        var (seenBy, seen) = behind.Head is { } head ? (behind.Witness, $"version {head.Version}") : ("the audit log", "a later version");
        LogBehind(_party, _budget, _journal.Version, seenBy, seen);
        return new Refusal(
            "ledger.behind-witness",
            $"The ledger {_party}/{_budget} stands at version {_journal.Version} and {seenBy} has seen {seen} of another history: the store was rolled back or rewritten. Put the newest store back.",
            RefusalKind.Unavailable);
    }

    /// <summary>Shows an open ledger's newest head to whoever lacks it, and enters the budget into the catalogue.</summary>
    private async Task AnnounceAsync()
    {
        await _circle.SendAsync(_journal.State.SignedHead(_key));
        var limit = _journal.State.Ledger.Definition.Limit;
        await _catalogue.EnterAsync(CatalogueKinds.Budget, this.GetPrimaryKeyString(), $"epsilon {limit.Epsilon} at delta {limit.Delta}");
    }

    /// <summary>A witness cannot stop a ledger with a head that the party never signed.</summary>
    private bool IsOurs(LedgerHeadView head) =>
        head.Party == _party && head.Budget == _budget
        && SignedLedgerHead.FromParts(head.Party, head.Budget, head.Version, head.HeadHash, head.Signature.Span).Try(out var signed, out _)
        && signed.Verify(_key.PublicKey) is null;

    private void Measure()
    {
        if (_journal.State.Ledger is { IsOpen: true } ledger)
        {
            metrics.BudgetStands(_party, _budget, ledger.EpsilonSoFar, ledger.EpsilonLeft);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Step} in {Party}/{Budget}: {ChargeId} is {Status} at version {Version}")]
    private partial void LogCharge(string step, string party, string budget, string chargeId, string status, long version);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Step} in {Party}/{Budget} was refused: {Code}")]
    private partial void LogRefused(string step, string party, string budget, string code);

    [LoggerMessage(Level = LogLevel.Critical, Message = "The ledger {Party}/{Budget} is at version {Version}, and {Witness} has seen {Seen}: no charge is taken until the store is mended")]
    private partial void LogBehind(string party, string budget, long version, string witness, string seen);
}
