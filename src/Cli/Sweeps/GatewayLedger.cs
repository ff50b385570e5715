using System.Collections.Immutable;
using System.Text.Json;
using PrivacyGrains.Client;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Messages.Budgets;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Ledger;
using PrivacyGrains.Privacy.Queries.Schemas;

namespace PrivacyGrains.Cli.Sweeps;

/// <summary>A budget of the own party's silo, through the gateway. The silo computes each loss itself, from a plan.</summary>
/// <param name="gateway">As the party; the ledger's own from here on.</param>
/// <param name="party">Whose budget.</param>
/// <param name="budget">Which.</param>
internal sealed class GatewayLedger(GatewayClient gateway, string party, string budget) : ISweepLedger
{
    private ImmutableArray<string> _blocks = [];

    /// <summary>Refuses a budget that guards other neighbours than a search has, or has periods where no days are declared.</summary>
    /// <param name="dates">The days whose records are used; null where nothing is declared.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="InputException"><c>ledger.other-neighbours</c>; or as of <see cref="SweepBlocks"/>.</exception>
    public async Task<GatewayLedger> CheckedAsync(RowDates? dates, CancellationToken cancel)
    {
        var terms = (await gateway.Budgets.StatementAsync(party, budget, cancel)).Terms;
        var mine = Neighbours.AddRemoveRecord;
        var period = terms.Levels?.Select(l => l.Period).FirstOrDefault(p => p is not null);
        _blocks = SweepBlocks.Of($"{party}/{budget}", BlockLengths.TryParse(period, out var length) ? length : null, dates);
        return terms.Neighbours == RelationNames.Of(mine.Relation) && terms.Unit == mine.Unit.Name ? this
            : throw new InputException("ledger.other-neighbours", $"The budget {party}/{budget} guards {terms.Unit} under {terms.Neighbours}; a search is about {mine.Unit} under {RelationNames.Of(mine.Relation)}.");
    }

    /// <inheritdoc/>
    public async Task ReserveAsync(SweepCharge charge, CancellationToken cancel)
    {
        using var plan = JsonDocument.Parse(charge.Plan);
        await gateway.Budgets.ReserveAsync(
            party, budget, new ReserveChargeRequest(charge.Id, "charge", charge.Purpose, party, charge.Binding, new LossBody("plan", 0, plan.RootElement.Clone()), Blocks: _blocks), cancel);
    }

    /// <inheritdoc/>
    public Task CommitAsync(string id, CancellationToken cancel) => gateway.Budgets.CommitAsync(party, budget, id, cancel);

    /// <inheritdoc/>
    public Task RefundAsync(string id, string reason, CancellationToken cancel) => gateway.Budgets.RefundAsync(party, budget, id, reason, cancel);

    /// <inheritdoc/>
    public async Task<SweepLedgerDocument> StandAsync(IReadOnlyList<SweepCharge> charges, CancellationToken cancel)
    {
        var statement = await gateway.Budgets.StatementAsync(party, budget, cancel);
        var known = statement.Charges.ToDictionary(line => line.ChargeId, StringComparer.Ordinal);
        return new SweepLedgerDocument(
            $"{party}/{budget}", statement.Terms.Epsilon, statement.Terms.Delta, statement.EpsilonSoFar, statement.EpsilonLeft,
            [.. charges.Where(c => known.ContainsKey(c.Id)).Select(c => new SweepChargeDocument(c.Id, c.Purpose, known[c.Id].Status, FolderLedger.Alone(c.Loss, Delta.Create(statement.Terms.Delta))))]);
    }

    /// <inheritdoc/>
    public void Dispose() => gateway.Dispose();
}
