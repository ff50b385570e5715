using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Messages.Budgets;
using PrivacyGrains.Messages.Rounds;
using PrivacyGrains.Privacy.Queries;
using PrivacyGrains.Privacy.Queries.Selects;

namespace PrivacyGrains.Client.Agents;

/// <summary>A statistics query: the party's exact part of a count or mean, and its share of the joint noise on top.</summary>
/// <remarks>
/// The charge holds where the sum has at least as many honest parties' noise as the query counts on. So the query must count on no more survivors than the
/// round's minimum cohort, and on no fewer colluders than the party's policy.
/// </remarks>
internal sealed class StatisticsQueryComputation : IRoundComputation
{
    /// <inheritdoc/>
    public string OwnerKind => "query";

    /// <inheritdoc/>
    public async Task<(PreparedRound? Work, AgentRefusal? Refusal)> PrepareAsync(RoundPlanBody plan, AgentContext agent, CancellationToken cancel)
    {
        if (SelectQuerySpec.IsOne(plan.Computation))
        {
            return await SelectQueryPreparation.PrepareAsync(plan, agent, cancel);
        }

        if (!StatisticsQuerySpec.TryDecode(plan.Computation, out var spec, out var fault))
        {
            return (null, new AgentRefusal("agent.bad-computation", $"This is no statistics query: {fault}."));
        }

        var query = spec.Plan();
        if (spec.Id != plan.OwnerId || spec.VectorLength != plan.VectorLength || plan.WordBits != 64 || spec.Contributors != plan.Participants.Count)
        {
            return (null, new AgentRefusal("agent.other-computation", "The query is another one, or of another size or number of parties, than the round."));
        }

        if (query.MinimumIncluded > plan.MinimumCohort || spec.Colluding < Math.Max(plan.Colluders, agent.Policy.Colluders))
        {
            return (null, new AgentRefusal(
                "agent.too-little-noise", $"The noise counts on {query.MinimumIncluded} parties of whom {spec.Colluding} collude; the round may end with {plan.MinimumCohort} of whom {plan.Colluders} do."));
        }

        string[] unit = spec.Query.UnitColumn.Length > 0 ? [spec.Query.UnitColumn] : [];
        string[] value = spec.Query.Column.Length > 0 ? [spec.Query.Column] : [];
        if (PartyPolicy.CheckColumns(agent, plan.Budget, [.. value, .. unit, .. spec.Query.Filters.Select(f => f.Column)]) is { } column)
        {
            return (null, column);
        }

        var (blocks, refusal) = await PartyPolicy.CheckTermsAsync(agent, plan.Budget, query.Neighbours, cancel);
        if (refusal is not null)
        {
            return (null, refusal);
        }

        // The records are read once the loss is held: a query over budget is refused before.
        var rows = agent.DataOf(plan.Budget)!.Rows;
        return (new PreparedRound(OwnerKind, spec.Analyst, new LossBody("zcdp", spec.Rho), blocks, Compute), null);

        (ulong[]? Words, AgentRefusal? Refusal) Compute(IRandomSource random) => LocalAggregate.TryCompute(rows, spec.Query, out var aggregate, out var wrong)
            ? (JointNoise.ToWords(aggregate, JointNoise.Share(query, random)), null)
            : (null, PartyPolicy.Refuse(wrong));
    }
}
