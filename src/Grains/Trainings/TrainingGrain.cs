using PrivacyGrains.Engine;
using PrivacyGrains.Grains.Hosting;
using PrivacyGrains.Grains.Journaling;
using PrivacyGrains.Grains.Rounds;
using PrivacyGrains.Storage;

namespace PrivacyGrains.Grains.Trainings;

/// <summary>Runs a training job: plans its rounds one after another, averages what each opens, and registers the model at the end.</summary>
/// <remarks>
/// Thin: <see cref="TrainingRules"/> decides, <see cref="TrainingSteps"/> computes. Each round is planned durably before it is started, and its end is taken
/// once; after a restart the job asks its round where it stands, so it goes on whatever was lost between. <c>TrainingGrain.Clockwork.cs</c> does the work.
/// </remarks>
[PlacedWithCoordinator]
internal sealed partial class TrainingGrain(
    GrainJournals journals, Milestones milestones, IGrainFactory grains, GrainSettings settings, TimeProvider clock, GrainMetrics metrics, ILogger<TrainingGrain> logger)
    : Grain, ITrainingGrain, IRemindable
{
    private static readonly JournalShape<TrainingState, TrainingEntry> Shape =
        new(() => TrainingState.Empty, static (state, entry) => state.Apply(entry), TrainingCodec.Instance);

    private readonly ChangeSignal _changed = new(clock);
    private Journal<TrainingState, TrainingEntry> _journal = null!;
    private AuditTrail _audit = null!;

    private string Job => this.GetPrimaryKeyString();

    private IConsortiumGrain Consortium => grains.GetGrain<IConsortiumGrain>(settings.Consortium);

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _journal = await journals.OpenAsync(IStores.ConsortiumOwner, $"training/{Job}", Shape, cancellationToken);
        _audit = milestones.Open($"{IStores.ConsortiumOwner}/training/{Job}", () => TrainingAudit.Milestones(Job, _journal.State));
        Follow();
    }

    /// <inheritdoc/>
    public async Task<Reply<TrainingView>> CreateAsync(TrainingTerms terms)
    {
        if (TrainingTermsRules.Check(Job, terms) is { } bad)
        {
            return Refuse(bad);
        }

        if (_journal.State.Created is null && await RefuseStrangersAsync(terms) is { } strangers)
        {
            return Refuse(strangers);
        }

        var start = TrainingSteps.Initial(terms);
        var created = new TrainingCreated(terms, start.Safetensors, start.Digest, TrainingSteps.RhoPerRound(terms), Caller.Name, clock.GetUtcNow());
        return await DecideAsync(state => state.Create(created));
    }

    /// <inheritdoc/>
    public async Task<Reply<TrainingView>> GetAsync(long afterVersion, int waitMilliseconds)
    {
        await _changed.WaitAsync(() => _journal.State.Created is null || _journal.Version > afterVersion, waitMilliseconds);
        return _journal.State.Created is null ? TrainingRules.Unknown : View();
    }

    /// <inheritdoc/>
    public async Task<Reply<PayloadView>> WeightsAsync(int step)
    {
        var state = await _journal.ReadAsync();
        return state.Created is null ? Refuse(TrainingRules.Unknown)
            : step >= 0 && step < state.Weights.Length ? new PayloadView(state.Weights[step].Safetensors)
            : Refuse(new Refusal("training.no-such-step", $"There are weights of steps 0 to {state.Step}, not of {step}.", RefusalKind.NotFound));
    }

    /// <inheritdoc/>
    public async Task RoundEndedAsync(string session)
    {
        if ((await _journal.ReadAsync()).Open is { } plan && plan.Session == session)
        {
            await TakeEndAsync(plan);
        }
    }

    /// <inheritdoc/>
    public Task<Reply<TrainingView>> CancelAsync(string reason) => DecideAsync(state => state.Cancel(reason, Caller.Name, clock.GetUtcNow()));

    private async Task<Refusal?> RefuseStrangersAsync(TrainingTerms terms)
    {
        var reply = await Consortium.GetAsync();
        if (reply.Value is not { } consortium)
        {
            return reply.Refusal;
        }

        if (RoundPlanning.Strangers(terms.Participants, consortium) is { Length: > 0 } strangers)
        {
            return new Refusal("training.bad-participants", $"No members with data: {strangers}. Let them join first, or leave them out.", RefusalKind.Invalid);
        }

        var queries = await Consortium.ListAsync(CatalogueKinds.Query);
        return queries.Any(q => q.Id == Job) ? new Refusal("training.bad-job", $"A query is called {Job} already. Choose another name.") : null;
    }

    private async Task<Reply<TrainingView>> DecideAsync(Func<TrainingState, Decision<TrainingEntry>> decide)
    {
        try
        {
            return await _journal.DecideAsync(decide) is { } refusal ? Refuse(refusal) : View();
        }
        finally
        {
            Follow();
        }
    }

    private TrainingView View() => _journal.State.View(Job, _journal.Version);

    private Refusal Refuse(Refusal refusal)
    {
        metrics.Refused("training", refusal.Code);
        return refusal;
    }
}
