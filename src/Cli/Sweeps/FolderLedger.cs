using System.Collections.Immutable;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Client.Queries.Own;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Ledger;
using PrivacyGrains.Privacy.Queries.Schemas;

namespace PrivacyGrains.Cli.Sweeps;

/// <summary>A ledger in a folder, as <c>query --ledger</c> has it: queries and searches over the same records share one.</summary>
internal sealed class FolderLedger : ISweepLedger
{
    private readonly string _path;
    private readonly LedgerFolder _folder;
    private readonly ImmutableArray<string> _blocks;

    private FolderLedger(string path, LedgerFolder folder, ImmutableArray<string> blocks) => (_path, _folder, _blocks) = (path, folder, blocks);

    /// <summary>Opens a ledger, or begins one.</summary>
    /// <param name="path">Where it lies.</param>
    /// <param name="limit">The limit of one that is begun here; null: exactly the whole plan's loss.</param>
    /// <param name="plan">The loss of the whole plan.</param>
    /// <param name="delta">The failure probability of one that is begun here.</param>
    /// <param name="clock">Gives each entry its time.</param>
    /// <param name="dates">The days whose records are used; null where nothing is declared.</param>
    /// <exception cref="InputException"><c>sweep.bad-budget</c>: the limit leaves nothing to spend; or as of <see cref="SweepBlocks"/>.</exception>
    public static FolderLedger Open(string path, double? limit, RenyiLoss plan, Delta delta, TimeProvider clock, RowDates? dates = null)
    {
        var definition = new BudgetDefinition("own", "records", Limit(limit, plan, delta), Neighbours.AddRemoveRecord, []);
        var folder = LedgerFolder.Open(path, create: true, clock);
        try
        {
            if (!folder.Ledger.IsOpen)
            {
                folder.Decide((ledger, now) => ledger.Open(definition, now));
            }

            return new FolderLedger(path, folder, SweepBlocks.Of(path, folder.Ledger.Definition.Period, dates));
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task ReserveAsync(SweepCharge charge, CancellationToken cancel) =>
        DecideAsync((ledger, now) => ledger.Reserve(new ChargeRequest(charge.Id, charge.Purpose, "owner", charge.Binding, Neighbours.AddRemoveRecord, charge.Loss) { Blocks = _blocks }, now));

    /// <inheritdoc/>
    public Task CommitAsync(string id, CancellationToken cancel) => DecideAsync((ledger, now) => ledger.Commit(id, now));

    /// <inheritdoc/>
    public Task RefundAsync(string id, string reason, CancellationToken cancel) => DecideAsync((ledger, now) => ledger.Refund(id, reason, now));

    /// <inheritdoc/>
    public Task<SweepLedgerDocument> StandAsync(IReadOnlyList<SweepCharge> charges, CancellationToken cancel)
    {
        var (ledger, limit) = (_folder.Ledger, _folder.Ledger.Definition.Limit);
        return Task.FromResult(new SweepLedgerDocument(
            _path, limit.Epsilon.Value, limit.Delta.Value, ledger.EpsilonSoFar, ledger.EpsilonLeft,
            [.. charges.Where(c => ledger.FindCharge(c.Id) is not null).Select(c => new SweepChargeDocument(c.Id, c.Purpose, ledger.FindCharge(c.Id)!.Status.ToName(), Alone(c.Loss, limit.Delta)))]));
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    /// <summary>A charge's loss taken alone, as epsilon at a delta, rounded up.</summary>
    internal static double Alone(RenyiLoss loss, Delta delta) => Math.Ceiling(RenyiConversion.Best(loss, delta).Epsilon.Value * 1e6) / 1e6;

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

    private Task DecideAsync(Func<BudgetLedger, DateTimeOffset, LedgerDecision> decide)
    {
        _folder.Decide(decide);
        return Task.CompletedTask;
    }
}
