using PrivacyGrains.Engine;
using PrivacyGrains.Grains.Hosting;
using PrivacyGrains.Grains.Journaling;
using PrivacyGrains.Grains.Rounds;
using PrivacyGrains.Storage;

namespace PrivacyGrains.Grains.Queries;

/// <summary>Answers one statistics query over several parties through one secure-aggregation round, or one more where that was aborted.</summary>
/// <remarks>
/// Thin: <see cref="QueryRules"/> decides. The round is planned durably before it is started, and its end is taken once; after a restart the query asks its
/// round where it stands. <c>QueryGrain.Clockwork.cs</c> does the work.
/// </remarks>
[PlacedWithCoordinator]
internal sealed partial class QueryGrain(
    GrainJournals journals, Milestones milestones, IGrainFactory grains, GrainSettings settings, TimeProvider clock, GrainMetrics metrics, ILogger<QueryGrain> logger)
    : Grain, IQueryGrain, IRemindable
{
    private static readonly JournalShape<QueryState, QueryEntry> Shape = new(() => QueryState.Empty, static (state, entry) => state.Apply(entry), QueryCodec.Instance);

    private readonly ChangeSignal _changed = new(clock);
    private Journal<QueryState, QueryEntry> _journal = null!;
    private AuditTrail _audit = null!;

    private string Name => this.GetPrimaryKeyString();

    private IConsortiumGrain Consortium => grains.GetGrain<IConsortiumGrain>(settings.Consortium);

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _journal = await journals.OpenAsync(IStores.ConsortiumOwner, $"query/{Name}", Shape, cancellationToken);
        _audit = milestones.Open($"{IStores.ConsortiumOwner}/query/{Name}", () => QueryAudit.Milestones(Name, _journal.State));
        Follow();
    }

    /// <inheritdoc/>
    public async Task<Reply<QueryView>> CreateAsync(QueryTerms terms)
    {
        if (QueryTermsRules.Check(Name, terms) is { } bad)
        {
            return Refuse(bad);
        }

        return _journal.State.Created is null && await RefuseStrangersAsync(terms) is { } strangers
            ? Refuse(strangers)
            : await DecideAsync(state => state.Create(terms, Caller.Name, clock.GetUtcNow()));
    }

    /// <inheritdoc/>
    public async Task<Reply<QueryView>> GetAsync(long afterVersion, int waitMilliseconds)
    {
        await _changed.WaitAsync(() => _journal.State.Created is null || _journal.Version > afterVersion, waitMilliseconds);
        return _journal.State.Created is null ? QueryRules.Unknown : View();
    }

    /// <inheritdoc/>
    public async Task RoundEndedAsync(string session)
    {
        if ((await _journal.ReadAsync()).Open is { } plan && plan.Session == session)
        {
            await TakeEndAsync(plan);
        }
    }

    private async Task<Refusal?> RefuseStrangersAsync(QueryTerms terms)
    {
        var reply = await Consortium.GetAsync();
        if (reply.Value is not { } consortium)
        {
            return reply.Refusal;
        }

        if (RoundPlanning.Strangers(terms.Participants, consortium) is { Length: > 0 } strangers)
        {
            return new Refusal("query.bad-participants", $"No members with data: {strangers}. Let them join first, or leave them out.", RefusalKind.Invalid);
        }

        var trainings = await Consortium.ListAsync(CatalogueKinds.Training);
        return trainings.Any(t => t.Id == Name) ? new Refusal("query.bad-query", $"A training job is called {Name} already. Choose another name.") : null;
    }

    private async Task<Reply<QueryView>> DecideAsync(Func<QueryState, Decision<QueryEntry>> decide)
    {
        var wasRunning = _journal.State.IsRunning;
        try
        {
            return await _journal.DecideAsync(decide) is { } refusal ? Refuse(refusal) : View();
        }
        finally
        {
            if (wasRunning && !_journal.State.IsRunning)
            {
                metrics.QueryEnded(_journal.State.Created!.Terms.Statistic, _journal.State.Answer is null ? "failed" : "answered");
            }

            Follow();
        }
    }

    private QueryView View() => _journal.State.View(Name, _journal.Version);

    private Refusal Refuse(Refusal refusal)
    {
        metrics.Refused("query", refusal.Code);
        return refusal;
    }
}
