using System.Text.Json;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Messages.Budgets;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Accounting.Plans;
using PrivacyGrains.Privacy.Ledger;
using PrivacyGrains.Privacy.Queries.Selects;

namespace PrivacyGrains.Client.Queries.Own;

/// <summary>Pays from a budget of the own party's silo, through the gateway. The answers lie in the party's folder.</summary>
/// <param name="gateway">As the party.</param>
/// <param name="party">Whose budget.</param>
/// <param name="budget">Which.</param>
/// <param name="analyst">Who asks, for limits of analysts; the party itself where nobody else does.</param>
/// <param name="answers">The purse's own from here on.</param>
public sealed class GatewayPurse(GatewayClient gateway, string party, string budget, string analyst, AnswerBook answers) : IQueryPurse
{
    /// <inheritdoc/>
    public AnswerBook Answers => answers;

    /// <inheritdoc/>
    public async Task<BlockLength?> PeriodAsync(CancellationToken cancel) =>
        (await gateway.Budgets.StatementAsync(party, budget, cancel)).Terms.Levels?.FirstOrDefault(l => l.Period is not null) is not { } level ? null
        : BlockLengths.TryParse(level.Period, out var length) ? length
        : throw new InvalidDataException($"The gateway speaks of periods of a {level.Period}, which this program does not know.");

    /// <inheritdoc/>
    public async Task<double> LeftAsync(BlockSet? blocks, CancellationToken cancel)
    {
        var statement = await gateway.Budgets.StatementAsync(party, budget, cancel);
        var (left, levels) = (statement.EpsilonLeft, statement.Terms.Levels ?? []);
        foreach (var level in levels.Where(l => l.Analyst is null || l.Analyst == analyst || (l.Analyst == BudgetLevel.EachAnalyst && !levels.Any(o => o.Analyst == analyst && o.Period == l.Period))))
        {
            var whose = level.Analyst is null ? "" : analyst;
            foreach (var block in level.Period is null ? [""] : blocks?.Names ?? [])
            {
                // A level that no charge has met is not in the statement: all of it is left.
                left = Math.Min(left, statement.Levels.FirstOrDefault(s => s.Analyst == whose && s.Block == block)?.EpsilonLeft ?? level.Epsilon);
            }
        }

        return left;
    }

    /// <inheritdoc/>
    public async Task ReserveAsync(string chargeId, string binding, LocalPlan plan, BlockSet? blocks, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var terms = (await gateway.Budgets.StatementAsync(party, budget, cancel)).Terms;
        if (terms.Neighbours != RelationNames.Of(plan.Neighbours.Relation) || terms.Unit != plan.Neighbours.Unit.Name)
        {
            throw new InputException("ledger.other-neighbours", $"The budget {party}/{budget} guards {terms.Unit} under {terms.Neighbours}; the schema is about {plan.Neighbours.Unit} under {RelationNames.Of(plan.Neighbours.Relation)}.");
        }

        using var events = JsonDocument.Parse(PlanJson.Write(plan.ToPlan()));
        await gateway.Budgets.ReserveAsync(
            party, budget, new ReserveChargeRequest(chargeId, "charge", "query", analyst, binding, new LossBody("plan", 0, events.RootElement), Blocks: blocks?.Names), cancel);
    }

    /// <inheritdoc/>
    public Task CommitAsync(string chargeId, CancellationToken cancel) => gateway.Budgets.CommitAsync(party, budget, chargeId, cancel);

    /// <inheritdoc/>
    public Task RefundAsync(string chargeId, string reason, CancellationToken cancel) => gateway.Budgets.RefundAsync(party, budget, chargeId, reason, cancel);

    /// <inheritdoc/>
    public void Dispose()
    {
        answers.Dispose();
        gateway.Dispose();
    }
}
