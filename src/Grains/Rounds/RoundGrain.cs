using System.Security.Cryptography;
using PrivacyGrains.Engine;
using PrivacyGrains.Grains.Hosting;
using PrivacyGrains.Grains.Journaling;
using PrivacyGrains.Storage;

namespace PrivacyGrains.Grains.Rounds;

/// <summary>Runs one secure-aggregation round: takes each participant's message once, durable before it is acknowledged, closes phases, and opens the sum.</summary>
/// <remarks>
/// Thin: <see cref="RoundRules"/> decides, <see cref="RoundProtocol"/> checks and computes. After a restart everything is rebuilt from the journal; the present
/// phase's deadline starts anew. <c>RoundGrain.Clockwork.cs</c> holds what happens without a call: deadlines, the sum, the owner, the boards.
/// </remarks>
[PlacedWithCoordinator]
internal sealed partial class RoundGrain(
    GrainJournals journals, Milestones milestones, IGrainFactory grains, GrainSettings settings, TimeProvider clock, GrainMetrics metrics, ILogger<RoundGrain> logger)
    : Grain, IRoundGrain, IRemindable
{
    private static readonly JournalShape<RoundState, RoundEntry> Shape = new(() => RoundState.Empty, static (state, entry) => state.Apply(entry), RoundCodec.Instance);

    private readonly ChangeSignal _changed = new(clock);
    private Journal<RoundState, RoundEntry> _journal = null!;
    private AuditTrail _audit = null!;
    private RoundProtocol? _protocol;

    private string Key => this.GetPrimaryKeyString();

    private RoundProtocol Protocol => _protocol ??= RoundProtocol.Of(_journal.State.Start!);

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _journal = await journals.OpenAsync(IStores.ConsortiumOwner, $"round/{Key}", Shape, cancellationToken);
        _journal.Advanced = (_, entries) =>
        {
            foreach (var entry in entries)
            {
                RoundTelemetry.Note(metrics, _journal.State, entry);
            }

            return Task.CompletedTask;
        };
        _audit = milestones.Open($"{IStores.ConsortiumOwner}/round/{Key}", () => RoundAudit.Milestones(_journal.State));
        Follow();
    }

    /// <inheritdoc/>
    public async Task<Reply<RoundView>> StartAsync(RoundPlan plan)
    {
        if (RoundPlanRules.Check(plan, Key) is { } bad)
        {
            return Refuse(bad);
        }

        return RoundProtocol.ContextOf(plan, settings.Consortium).Try(out var context, out var fault)
            ? await DecideAsync(state => state.Open(plan, context.Roster.Encoded, Caller.Name, clock.GetUtcNow()))
            : Refuse(fault.ToRefusal());
    }

    /// <inheritdoc/>
    public async Task<Reply<RoundView>> GetAsync(long afterVersion, int waitMilliseconds)
    {
        // Interleaves: reads what is durable, and waits outside the grain's turns.
        await _changed.WaitAsync(() => _journal.State.Start is null || _journal.Version > afterVersion, waitMilliseconds);
        return _journal.State.Start is null ? RoundRules.NotStarted : View();
    }

    /// <inheritdoc/>
    public async Task<Reply<RoundView>> SubmitAsync(RoundMessage message)
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(message.Payload.Span));
        if (message.Phase == RoundPhases.CollectMaskedInputs)
        {
            // Its words become durable in the aggregator first; the round's own entry then says that they count.
            var decision = (await _journal.ReadAsync()).Submit(message, digest, () => Check(message), clock.GetUtcNow());
            if (decision.Refusal is { } refusal)
            {
                return Refuse(refusal);
            }

            if (decision.Entries.IsEmpty)
            {
                return View();
            }

            var kept = await Aggregator.AddAsync(Scope, message.Party, message.Payload);
            if (kept.Refusal is { } other)
            {
                return Refuse(other);
            }
        }

        return await DecideAsync(state => state.Submit(message, digest, () => Check(message), clock.GetUtcNow()));
    }

    /// <inheritdoc/>
    public async Task<Reply<PayloadView>> CollectAsync(string party, string phase)
    {
        var state = await _journal.ReadAsync();
        if (state.Start is null)
        {
            return Refuse(RoundRules.NotStarted);
        }

        if (!state.Entered[RoundPhases.AdvertiseKeys].Contains(party))
        {
            return Refuse(new Refusal("round.not-a-participant", $"{party} takes no part in this round.", RefusalKind.Forbidden));
        }

        return !state.Entered.TryGetValue(phase, out var entered)
                ? Refuse(new Refusal("round.wrong-phase", $"The round is in {state.Phase} and has not reached '{phase}'."))
            : !entered.Contains(party) ? Refuse(new Refusal("round.dropped", $"{party} did not reach {phase}. Wait for the next round."))
            : new PayloadView(Protocol.Outbound(state, party, phase));
    }

    /// <inheritdoc/>
    public Task<Reply<RoundView>> WithdrawAsync(string party, string reason) => DecideAsync(state => state.Withdraw(party, reason, clock.GetUtcNow()));

    /// <inheritdoc/>
    public Task<Reply<RoundView>> AbortAsync(string reason) => DecideAsync(state => state.Stop("round.cancelled", reason, Caller.Name, clock.GetUtcNow()));

    /// <inheritdoc/>
    public Task<Reply<RoundSum>> SumAsync()
    {
        // Interleaves: the owner asks while this round tells it of its end.
        var state = _journal.State;
        return Task.FromResult<Reply<RoundSum>>(state switch
        {
            { Start: null } => RoundRules.NotStarted,
            { Result: { } result } => new RoundSum(state.Start.Plan.Session, state.Start.Plan.WordBits, result.Sum, [.. state.Survivors]),
            { Abort: { } abort } => new Refusal(abort.Code, abort.Reason),
            _ => new Refusal("round.wrong-phase", $"The round is in {state.Phase}; the sum is there once it is completed."),
        });
    }

    private IAggregatorGrain Aggregator => grains.GetGrain<IAggregatorGrain>($"{Key}/0");

    private CohortScope Scope => new(_journal.State.Start!.Roster, _journal.State.Start.Plan.VectorLength, _journal.State.Start.Plan.WordBits);

    // The message itself: its charge here and its words in the aggregator for a masked input, the protocol's own check for the others.
    private Refusal? Check(RoundMessage message) =>
        message.Phase != RoundPhases.CollectMaskedInputs ? Protocol.Check(_journal.State, message)?.ToRefusal()
        : ComputationRules.IsCharged(_journal.State.Start!.Plan) ? ReceiptRules.Check(_journal.State.Start.Plan, Protocol.Context.Roster, message.Party, message.Receipt)
        : null;

    private async Task<Reply<RoundView>> DecideAsync(Func<RoundState, Decision<RoundEntry>> decide)
    {
        try
        {
            return await _journal.DecideAsync(decide) is { } refusal ? Refuse(refusal) : View();
        }
        finally
        {
            Follow(); // Also where another activation wrote, or the append's outcome is unknown.
        }
    }

    private RoundView View() => _journal.State.View(_journal.Version, _deadlineAt);

    private Refusal Refuse(Refusal refusal)
    {
        metrics.Refused("round", refusal.Code);
        LogRefused(Key, refusal.Code);
        return refusal;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Round {Round} refused: {Code}")]
    private partial void LogRefused(string round, string code);
}
