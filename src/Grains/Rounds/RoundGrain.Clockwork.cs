using System.Collections.Immutable;
using System.Security.Cryptography;
using PrivacyGrains.Grains.Journaling;

namespace PrivacyGrains.Grains.Rounds;

/// <content>What happens without a call: deadlines, the sum, revocations, telling the owner, offering work, waking after a crash.</content>
/// <remarks>
/// Two timers. Turns (one at a time, like calls) decide and write. Errands interleave with calls, since they call others who may be away or may be calling
/// this round: they write nothing and only note what was done. A reminder wakes the round where its silo died.
/// </remarks>
internal sealed partial class RoundGrain
{
    private const string Wake = "round";
    private const int Farewells = 3;
    private static readonly TimeSpan WakeEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ErrandsEvery = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan CallDeadline = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan TimerGrain = TimeSpan.FromMilliseconds(20);

    private readonly Dictionary<string, OneAtATime> _boards = new(StringComparer.Ordinal);
    private readonly OneAtATime _owner = new(clock, CallDeadline, TimeSpan.Zero);
    private readonly HashSet<string> _farewells = new(StringComparer.Ordinal);
    private readonly OneAtATime _consortium = new(clock, CallDeadline, TimeSpan.Zero);
    private ImmutableArray<string> _revoked = [];
    private string _followed = "";
    private DateTimeOffset _deadlineAt;
    private int _farewellsTried;
    private bool _ownerKnows;
    private bool _wakeIsSet;
    private IGrainTimer? _turns;
    private IGrainTimer? _errands;

    /// <inheritdoc/>
    public Task ReceiveReminder(string reminderName, TickStatus status) => TakeTurnAsync();

    /// <summary>After each change, and at the activation: a new phase has its own deadline; an end has its errands.</summary>
    private void Follow()
    {
        _changed.Changed();
        var state = _journal.State;
        Measure(state);
        if (state.Start is null || state.IsSettled)
        {
            return;
        }

        if (_followed != state.Phase)
        {
            _followed = state.Phase;
            _deadlineAt = clock.GetUtcNow().AddSeconds(state.Start.Plan.PhaseSeconds);
            SetTimers(state.IsOpen ? TimeSpan.FromSeconds(state.Start.Plan.PhaseSeconds) : Again);
        }

        if (state.MayFinish(deadlinePassed: false))
        {
            _turns!.Change(TimeSpan.Zero, Again);
        }
    }

    private void SetTimers(TimeSpan due)
    {
        if (_turns is not null)
        {
            _turns.Change(due, Again);
            _errands!.Change(TimeSpan.Zero, ErrandsEvery);
            return;
        }

        _turns = this.RegisterGrainTimer(static (self, _) => self.TakeTurnAsync(), this, new GrainTimerCreationOptions(due, Again) { KeepAlive = true });
        _errands = this.RegisterGrainTimer(
            static (self, _) => self.RunErrandsAsync(), this, new GrainTimerCreationOptions(TimeSpan.Zero, ErrandsEvery) { Interleave = true, KeepAlive = true });
    }

    private async Task TakeTurnAsync()
    {
        foreach (var party in _revoked)
        {
            await DecideAsync(s => s.Revoke(party, clock.GetUtcNow()));
        }

        var state = await _journal.ReadAsync();
        var passed = clock.GetUtcNow() >= _deadlineAt - TimerGrain;
        if (state.MayFinish(passed))
        {
            await FinishAsync(state);
        }
        else if (state.IsOpen && passed)
        {
            await DecideAsync(s => s.DeadlinePassed(state.Phase, clock.GetUtcNow()));
        }
        else if (state.HasEnded && _ownerKnows && _audit.HasAll && HasSaidFarewell(state))
        {
            await SettleAsync();
        }
    }

    // The sum is opened from what is durable alone, so a crash before the last append only means that it is computed again.
    private async Task FinishAsync(RoundState state)
    {
        var masked = await Aggregator.SumAsync(Scope, [.. state.Survivors]);
        if (masked.Value is not { } sum)
        {
            await DecideAsync(s => s.Stop(masked.Refusal!.Code, masked.Refusal.Message, "round", clock.GetUtcNow()));
            return;
        }

        var protocol = Protocol;
        if ((await Task.Run(() => protocol.Open(state, sum.Payload.Span))).Try(out var words, out var fault))
        {
            var digest = Convert.ToHexStringLower(SHA256.HashData(words));
            await DecideAsync(s => s.Complete(words, digest, clock.GetUtcNow()));
        }
        else
        {
            await DecideAsync(s => s.Stop(fault.Code, fault.Explanation, "round", clock.GetUtcNow()));
        }
    }

    private async Task SettleAsync()
    {
        await DecideAsync(s => s.Settle(clock.GetUtcNow()));
        _turns!.Dispose();
        _errands!.Dispose();
        if (await this.GetReminder(Wake) is { } reminder)
        {
            await this.UnregisterReminder(reminder);
        }
    }

    private async Task RunErrandsAsync()
    {
        var state = _journal.State;
        if (!_wakeIsSet)
        {
            await this.RegisterOrUpdateReminder(Wake, WakeEvery, WakeEvery);
            _wakeIsSet = true;
        }

        await Task.WhenAll(_audit.FlushAsync(), TellBoardsAsync(state), TellOwnerAsync(state), LookForRevokedAsync(state));
        if (state.HasEnded || !_revoked.IsEmpty)
        {
            _turns!.Change(TimeSpan.Zero, Again);
        }
    }

    private async Task TellBoardsAsync(RoundState state)
    {
        var item = new WorkItem("round", Key);
        _farewellsTried += state.HasEnded ? 1 : 0;
        await Task.WhenAll(state.Start!.Plan.Participants.Select(async participant =>
        {
            var board = grains.GetGrain<IPartyGrain>(participant.Party);
            if (!_boards.TryGetValue(participant.Party, out var calls))
            {
                _boards[participant.Party] = calls = new OneAtATime(clock, CallDeadline, TimeSpan.Zero);
            }

            if (state.In.Contains(participant.Party))
            {
                await calls.TryAsync(() => board.OfferWorkAsync(item));
            }
            else if (!_farewells.Contains(participant.Party) && await calls.TryAsync(() => board.EndWorkAsync(item)) is null)
            {
                _farewells.Add(participant.Party);
            }
        }));
    }

    private async Task LookForRevokedAsync(RoundState state)
    {
        if (state.IsOpen)
        {
            await _consortium.TryAsync(async () =>
            {
                var reply = await grains.GetGrain<IConsortiumGrain>(settings.Consortium).GetAsync();
                _revoked = reply.Value is { } consortium ? RoundPlanning.Revoked(state.Start!.Plan, consortium) : _revoked;
            });
        }
    }

    private async Task TellOwnerAsync(RoundState state)
    {
        if (!state.HasEnded || _ownerKnows)
        {
            return;
        }

        var plan = state.Start!.Plan;
        var failure = await _owner.TryAsync(() => plan.OwnerKind == RoundPlanRules.Training
            ? grains.GetGrain<ITrainingGrain>(plan.OwnerId).RoundEndedAsync(plan.Session)
            : grains.GetGrain<IQueryGrain>(plan.OwnerId).RoundEndedAsync(plan.Session));
        _ownerKnows = failure is null;
        if (failure is not null)
        {
            LogOwnerAway(Key, plan.OwnerKind, plan.OwnerId, failure);
        }
    }

    // A board forgets by itself what nobody offers any more, so a party that is away is not waited for.
    private bool HasSaidFarewell(RoundState state) => _farewellsTried >= Farewells || _farewells.IsSupersetOf(state.Start!.Plan.Participants.Select(p => p.Party));

    private void Measure(RoundState state)
    {
        if (state.Start is { } start)
        {
            metrics.RoundStands(Key, start.Plan.OwnerId, state.IsOpen ? state.Phase : null, [.. state.WaitingFor]);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Round {Round} has ended and its {OwnerKind} {Owner} could not be told; tried again: {Failure}")]
    private partial void LogOwnerAway(string round, string ownerKind, string owner, string failure);
}
