using System.Buffers.Binary;
using PrivacyGrains.Grains.Rounds;
using PrivacyGrains.Privacy.Queries;

namespace PrivacyGrains.Grains.Queries;

/// <content>What happens without a call: the round is planned, started and taken.</content>
internal sealed partial class QueryGrain
{
    private const string Wake = "query";
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
            case QueryTask.PlanRound:
                await PlanAsync(state);
                break;
            case QueryTask.FollowRound:
                await FollowRoundAsync(state.Open!);
                break;
            case QueryTask.GiveUp:
                await DecideAsync(s => s.Fail(s.GivenUp(), clock.GetUtcNow()));
                break;
        }

        await _audit.FlushAsync();
        if (_journal.State.Next() == QueryTask.Nothing && _audit.HasAll && _isListed)
        {
            await RestAsync();
        }
    }

    private async Task PlanAsync(QueryState state)
    {
        if (state.Rounds.IsEmpty && await FindAnswerAsync(state.Created!.Terms) is { } known)
        {
            await DecideAsync(s => s.AnswerFrom(known.Query, known.Answer!, clock.GetUtcNow()));
            return;
        }

        var reply = await Consortium.GetAsync();
        if (reply.Value is not { } consortium)
        {
            return; // Looked at again in a moment.
        }

        var terms = state.Created!.Terms;
        var (plan, impossible) = RoundPlanning.Next(
            QueryTermsRules.RoundTermsOf(Name, terms), state.Rounds.Length + 1, n => QueryTermsRules.ComputationOf(Name, terms, n), consortium, RoundPlanning.Suffix());
        await DecideAsync(s => plan is null ? s.Fail(impossible!, clock.GetUtcNow()) : s.Plan(plan, clock.GetUtcNow()));
    }

    // The same question of the same state of the data, asked and answered before under another name.
    private async Task<QueryView?> FindAnswerAsync(QueryTerms terms)
    {
        if (QueryTermsRules.SameAnswer(terms) is not { } wanted)
        {
            return null;
        }

        var title = QueryTermsRules.TitleOf(terms);
        foreach (var entry in (await Consortium.ListAsync(CatalogueKinds.Query)).Where(e => e.Title == title && e.Id != Name))
        {
            var view = (await grains.GetGrain<IQueryGrain>(entry.Id).GetAsync(-1, 0)).Value;
            if (view is { Answer: not null, AnsweredBy: null } && QueryTermsRules.SameAnswer(view.Terms) == wanted)
            {
                return view;
            }
        }

        return null;
    }

    private async Task FollowRoundAsync(RoundPlan plan)
    {
        var started = await Round(plan).StartAsync(plan);
        if (started.Refusal is { } refusal)
        {
            LogRoundRefused(Name, plan.Number, refusal.Code);
            await DecideAsync(s => s.TakeRefused(plan, refusal, clock.GetUtcNow()));
        }
        else if (started.Value!.Phase is RoundPhases.Completed or RoundPhases.Aborted)
        {
            await TakeEndAsync(plan);
        }
    }

    // Reads the round's outcome and makes it durable, once: the answer follows from the durable plan and the round's durable sum alone.
    private async Task TakeEndAsync(RoundPlan plan)
    {
        var (round, sum) = (await Round(plan).GetAsync(0, 0), await Round(plan).SumAsync());
        if (round.Value is { Phase: RoundPhases.Completed or RoundPhases.Aborted } ended)
        {
            var total = sum.Value is { } opened ? TotalOf(opened) : null;
            await DecideAsync(s => s.Take(ended, total, clock.GetUtcNow()));
        }
    }

    private static long[] TotalOf(RoundSum sum)
    {
        var words = new ulong[sum.Words.Length / sizeof(ulong)];
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt64LittleEndian(sum.Words.Span[(i * sizeof(ulong))..]);
        }

        return JointNoise.FromWords(words);
    }

    // The catalogue has the query once it is durable here.
    private async Task EnlistAsync(QueryState state)
    {
        if (!_isListed)
        {
            var terms = state.Created!.Terms;
            await Consortium.RegisterAsync(new CatalogueEntry(CatalogueKinds.Query, Name, QueryTermsRules.TitleOf(terms), state.Created.At));
            _isListed = true;
        }
    }

    private async Task SetWakeAsync()
    {
        if (!_wakeIsSet && _journal.State.IsRunning)
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "Round {Number} of query {Query} could not be started: {Code}")]
    private partial void LogRoundRefused(string query, int number, string code);
}
