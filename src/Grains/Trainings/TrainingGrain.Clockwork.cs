using PrivacyGrains.Grains.Rounds;

namespace PrivacyGrains.Grains.Trainings;

/// <content>What happens without a call: rounds are planned, started and taken; the model is registered.</content>
internal sealed partial class TrainingGrain
{
    private const string Wake = "training";
    private static readonly TimeSpan WakeEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    private long _followed = -1;
    private bool _isListed;
    private bool _wakeIsSet;
    private IGrainTimer? _turns;

    /// <inheritdoc/>
    public Task ReceiveReminder(string reminderName, TickStatus status) => TakeTurnAsync();

    // After each change, and at the activation: what comes next is done in a turn of its own.
    private void Follow()
    {
        _changed.Changed();
        metrics.TrainingStands(Job, _journal.State.IsRunning ? _journal.State.Step : null);
        if (_journal.State.Created is null || _followed == _journal.Version)
        {
            return;
        }

        _followed = _journal.Version;
        _turns ??= this.RegisterGrainTimer(static (self, _) => self.TakeTurnAsync(), this, new GrainTimerCreationOptions(TimeSpan.Zero, LookEvery) { KeepAlive = true });
        _turns.Change(TimeSpan.Zero, LookEvery);
    }

    private async Task TakeTurnAsync()
    {
        var state = await _journal.ReadAsync();
        if (state.Created is null)
        {
            return;
        }

        await SetWakeAsync();
        await EnlistAsync(state);
        switch (state.Next())
        {
            case TrainingTask.PlanRound:
                await PlanAsync(state);
                break;
            case TrainingTask.FollowRound:
                await FollowRoundAsync(state.Open!);
                break;
            case TrainingTask.AbortRound:
                await AbortRoundAsync(state.Open!);
                break;
            case TrainingTask.RegisterModel:
                await RegisterAsync(state);
                break;
            case TrainingTask.GiveUp:
                await DecideAsync(s => s.Fail(s.GivenUp(), clock.GetUtcNow()));
                break;
        }

        await _audit.FlushAsync();
        if (_journal.State.Next() == TrainingTask.Nothing && _audit.HasAll && _isListed)
        {
            await RestAsync();
        }
    }

    private async Task PlanAsync(TrainingState state)
    {
        var reply = await Consortium.GetAsync();
        if (reply.Value is not { } consortium)
        {
            return; // Looked at again in a moment.
        }

        var spec = TrainingSteps.SpecOf(Job, state);
        var (plan, impossible) = RoundPlanning.Next(
            TrainingSteps.RoundTermsOf(Job, state.Created!.Terms), state.Rounds.Length + 1, _ => (spec.Encode(), spec.VectorLength), consortium, RoundPlanning.Suffix());
        await DecideAsync(s => plan is null ? s.Fail(impossible!, clock.GetUtcNow()) : s.Plan(plan, clock.GetUtcNow()));
    }

    private async Task FollowRoundAsync(RoundPlan plan)
    {
        var started = await Round(plan).StartAsync(plan);
        if (started.Refusal is { } refusal)
        {
            LogRoundRefused(Job, plan.Number, refusal.Code);
            await DecideAsync(s => s.TakeRefused(plan, refusal, clock.GetUtcNow()));
        }
        else if (started.Value!.Phase is RoundPhases.Completed or RoundPhases.Aborted)
        {
            await TakeEndAsync(plan);
        }
    }

    // Started first, where it was only planned: an aborted round stays aborted, whoever starts it late.
    private async Task AbortRoundAsync(RoundPlan plan)
    {
        await FollowRoundAsync(plan);
        if (_journal.State.Open is not null)
        {
            await Round(plan).AbortAsync("The training job has ended.");
            await TakeEndAsync(plan);
        }
    }

    // Reads the round's outcome and makes it durable, once. The next weights follow from durable ones and from the round's durable sum alone.
    private async Task TakeEndAsync(RoundPlan plan)
    {
        var (round, sum) = (await Round(plan).GetAsync(0, 0), await Round(plan).SumAsync());
        if (round.Value is not { Phase: RoundPhases.Completed or RoundPhases.Aborted } ended)
        {
            return;
        }

        var state = await _journal.ReadAsync();
        var weights = sum.Value is { } words && state.IsRunning ? await Task.Run(() => TrainingSteps.Next(state, words)) : null;
        await DecideAsync(s => s.Take(ended, weights, state.Step, clock.GetUtcNow()));
    }

    private async Task RegisterAsync(TrainingState state)
    {
        var (weights, note) = (state.Weights[^1], TrainingSteps.PrivacyNote(state));
        var reply = await grains.GetGrain<IModelGrain>(state.Created!.Terms.Model)
            .RegisterAsync(new ModelRegistration(TrainingSteps.ModelKind, $"training/{Job}", weights.Safetensors, weights.Digest, note));
        await DecideAsync(s => reply.Value is { } version
            ? s.Complete(version.Version, weights.Digest, note, clock.GetUtcNow())
            : s.Fail($"The model could not be registered: {reply.Refusal!.Message}", clock.GetUtcNow()));
    }

    // The catalogue has the job once it is durable here.
    private async Task EnlistAsync(TrainingState state)
    {
        if (!_isListed)
        {
            await Consortium.RegisterAsync(new CatalogueEntry(CatalogueKinds.Training, Job, $"Training of {state.Created!.Terms.Model}", state.Created.At));
            _isListed = true;
        }
    }

    private async Task SetWakeAsync()
    {
        if (!_wakeIsSet && _journal.State.Next() != TrainingTask.Nothing)
        {
            await this.RegisterOrUpdateReminder(Wake, WakeEvery, WakeEvery);
            _wakeIsSet = true;
        }
    }

    private async Task RestAsync()
    {
        _turns?.Dispose();
        _turns = null;
        if (await this.GetReminder(Wake) is { } reminder)
        {
            await this.UnregisterReminder(reminder);
        }
    }

    private IRoundGrain Round(RoundPlan plan) => grains.GetGrain<IRoundGrain>($"{plan.OwnerId}/{plan.Number}");

    [LoggerMessage(Level = LogLevel.Warning, Message = "Round {Number} of training {Job} could not be started: {Code}")]
    private partial void LogRoundRefused(string job, int number, string code);
}
