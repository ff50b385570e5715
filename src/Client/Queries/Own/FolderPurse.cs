using PrivacyGrains.Privacy.Ledger;
using PrivacyGrains.Privacy.Queries.Selects;

namespace PrivacyGrains.Client.Queries.Own;

/// <summary>Pays from a ledger in a folder.</summary>
/// <param name="folder">Open; the purse's own from here on.</param>
/// <param name="analyst">Who asks.</param>
public sealed class FolderPurse(LedgerFolder folder, string analyst) : IQueryPurse
{
    /// <inheritdoc/>
    public AnswerBook Answers => folder.Answers;

    /// <inheritdoc/>
    public Task<BlockLength?> PeriodAsync(CancellationToken cancel) => Task.FromResult(folder.Ledger.Definition.Period);

    /// <inheritdoc/>
    public Task<double> LeftAsync(BlockSet? blocks, CancellationToken cancel) => Task.FromResult(folder.Ledger.Standing(analyst, blocks?.Names ?? []).Min(l => l.Left));

    /// <inheritdoc/>
    public Task ReserveAsync(string chargeId, string binding, LocalPlan plan, BlockSet? blocks, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(plan);
        folder.Decide((ledger, now) => ledger.Reserve(new ChargeRequest(chargeId, "query", analyst, binding, plan.Neighbours, plan.Loss) { Blocks = blocks?.Names ?? [] }, now));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task CommitAsync(string chargeId, CancellationToken cancel)
    {
        folder.Decide((ledger, now) => ledger.Commit(chargeId, now));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task RefundAsync(string chargeId, string reason, CancellationToken cancel)
    {
        folder.Decide((ledger, now) => ledger.Refund(chargeId, reason, now));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose() => folder.Dispose();
}
