using System.Text.Json;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Messages.Budgets;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Accounting.Plans;
using PrivacyGrains.Privacy.Queries.Selects;

namespace PrivacyGrains.Client.Queries.Own;

/// <summary>Pays from a budget of the own party's silo, through the gateway. The answers lie in the party's folder.</summary>
/// <param name="gateway">As the party.</param>
/// <param name="party">Whose budget.</param>
/// <param name="budget">Which.</param>
/// <param name="answers">The purse's own from here on.</param>
public sealed class GatewayPurse(GatewayClient gateway, string party, string budget, AnswerBook answers) : IQueryPurse
{
    /// <inheritdoc/>
    public AnswerBook Answers => answers;

    /// <inheritdoc/>
    public async Task<double> LeftAsync(CancellationToken cancel) => (await gateway.Budgets.StatementAsync(party, budget, cancel)).EpsilonLeft;

    /// <inheritdoc/>
    public async Task ReserveAsync(string chargeId, string binding, LocalPlan plan, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var terms = (await gateway.Budgets.StatementAsync(party, budget, cancel)).Terms;
        if (terms.Neighbours != RelationNames.Of(plan.Neighbours.Relation) || terms.Unit != plan.Neighbours.Unit.Name)
        {
            throw new InputException("ledger.other-neighbours", $"The budget {party}/{budget} guards {terms.Unit} under {terms.Neighbours}; the schema is about {plan.Neighbours.Unit} under {RelationNames.Of(plan.Neighbours.Relation)}.");
        }

        using var events = JsonDocument.Parse(PlanJson.Write(plan.ToPlan()));
        await gateway.Budgets.ReserveAsync(party, budget, new ReserveChargeRequest(chargeId, "charge", "query", party, binding, new LossBody("plan", 0, events.RootElement)), cancel);
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
