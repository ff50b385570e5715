using PrivacyGrains.Client.Errors;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Ledger;
using PrivacyGrains.Storage;

namespace PrivacyGrains.Cli.Sweeps;

/// <summary>A budget's ledger in a folder, with the rules of every ledger here: for an owner who runs no silo.</summary>
/// <remarks>Nobody witnesses its head: whoever can write the folder can put an older copy in its place. A party's ledger in a consortium is witnessed.</remarks>
internal sealed class LocalLedger : ISweepLedger
{
    private const string Stream = "ledger";
    private readonly IJournal _journal;
    private readonly TimeProvider _clock;
    private BudgetLedger _ledger;

    private LocalLedger(string folder, IJournal journal, TimeProvider clock, BudgetLedger ledger)
    {
        Name = folder;
        _journal = journal;
        _clock = clock;
        _ledger = ledger;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>Opens a ledger, or begins one.</summary>
    /// <param name="folder">Where it lies.</param>
    /// <param name="journal">Its journal there; disposed with the ledger.</param>
    /// <param name="limit">The limit of one that is begun here; null: exactly the whole plan's loss.</param>
    /// <param name="plan">The loss of the whole plan.</param>
    /// <param name="delta">The failure probability of one that is begun here.</param>
    /// <param name="clock">Gives each entry its time.</param>
    /// <param name="cancel">Ends it.</param>
    public static async Task<LocalLedger> OpenAsync(string folder, IJournal journal, double? limit, RenyiLoss plan, Delta delta, TimeProvider clock, CancellationToken cancel)
    {
        try
        {
            var ledger = BudgetLedger.Empty;
            await foreach (var each in journal.ReadAsync(Stream, 0, cancel))
            {
                ledger = ledger.Apply(LedgerEntryCodec.TryDecode(each.Payload.Span, out var entry) ? entry : throw new InvalidDataException($"{folder}: entry {each.Version} is no ledger entry."));
            }

            var local = new LocalLedger(folder, journal, clock, ledger);
            if (!ledger.IsOpen)
            {
                await local.DecideAsync(l => l.Open(new BudgetDefinition("local", "records", Limit(limit, plan, delta), Neighbours.AddRemoveRecord, []), clock.GetUtcNow()), cancel);
            }

            return local;
        }
        catch
        {
            await DisposeAsync(journal);
            throw;
        }
    }

    /// <inheritdoc/>
    public Task CheckRoomAsync(IReadOnlyList<SweepCharge> charges, CancellationToken cancel)
    {
        var imagined = _ledger;
        foreach (var charge in charges)
        {
            var decision = imagined.Reserve(Request(charge), _clock.GetUtcNow());
            Refuse(decision.Outcome);
            imagined = decision.Entry is { } entry ? imagined.Apply(entry) : imagined;
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task ReserveAsync(SweepCharge charge, CancellationToken cancel) => DecideAsync(l => l.Reserve(Request(charge), _clock.GetUtcNow()), cancel);

    /// <inheritdoc/>
    public Task CommitAsync(string id, CancellationToken cancel) => DecideAsync(l => l.Commit(id, _clock.GetUtcNow()), cancel);

    /// <inheritdoc/>
    public Task RefundAsync(string id, string reason, CancellationToken cancel) => DecideAsync(l => l.Refund(id, reason, _clock.GetUtcNow()), cancel);

    /// <inheritdoc/>
    public Task<SweepLedgerDocument> StandAsync(IReadOnlyList<SweepCharge> charges, CancellationToken cancel)
    {
        var limit = _ledger.Definition.Limit;
        return Task.FromResult(new SweepLedgerDocument(
            Name, limit.Epsilon.Value, limit.Delta.Value, _ledger.EpsilonSoFar, _ledger.EpsilonLeft,
            [.. charges.Where(c => _ledger.FindCharge(c.Id) is not null).Select(c => new SweepChargeDocument(c.Id, c.Purpose, _ledger.FindCharge(c.Id)!.Status.ToName(), Alone(c.Loss, limit.Delta)))]));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => DisposeAsync(_journal);

    /// <summary>A charge's loss taken alone, as epsilon at the ledger's delta, rounded up.</summary>
    internal static double Alone(RenyiLoss loss, Delta delta) => Math.Ceiling(RenyiConversion.Best(loss, delta).Epsilon.Value * 1e6) / 1e6;

    private static ValueTask DisposeAsync(IJournal journal) => journal is IAsyncDisposable file ? file.DisposeAsync() : ValueTask.CompletedTask;

    // Its preset order is the plan's best, so that a budget of the plan's own epsilon admits the plan.
    private static BudgetLimit Limit(double? limit, RenyiLoss plan, Delta delta)
    {
        var (epsilon, order) = RenyiConversion.Best(plan, delta);
        try
        {
            return limit is { } wanted ? BudgetLimit.Create(Epsilon.Create(wanted), delta) : BudgetLimit.Create(Epsilon.Create(epsilon.Value * (1 + 1e-9)), delta, order: order);
        }
        catch (ArgumentException e)
        {
            throw new InputException("sweep.bad-budget", $"--budget-epsilon {limit} at --delta {delta.Value} leaves nothing to spend. Give a greater one.", e);
        }
    }

    private static ChargeRequest Request(SweepCharge charge) => new(charge.Id, charge.Purpose, "owner", charge.Binding, Neighbours.AddRemoveRecord, charge.Loss);

    private static void Refuse(LedgerOutcome outcome)
    {
        if (!outcome.Stands)
        {
            throw new GatewayException(outcome.Code, 409, outcome.Message);
        }
    }

    private async Task DecideAsync(Func<BudgetLedger, LedgerDecision> decide, CancellationToken cancel)
    {
        var decision = decide(_ledger);
        Refuse(decision.Outcome);
        if (decision.Entry is { } entry)
        {
            var outcome = await _journal.AppendAsync(Stream, _ledger.Version, [new JournalEntry("ledger.v1", LedgerEntryCodec.Encode(entry))], cancel);
            _ledger = outcome is AppendOutcome.Appended ? _ledger.Apply(entry) : throw new InvalidDataException($"{Name} was written by someone else meanwhile.");
        }
    }
}
