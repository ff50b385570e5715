using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Messages.Budgets;
using PrivacyGrains.Messages.Rounds;
using PrivacyGrains.Privacy.Queries.Selects;

namespace PrivacyGrains.Client.Agents;

/// <summary>A query over groups: the party's bounded sums, and its share of the joint noise on top.</summary>
/// <remarks>The sensitivity is derived here from the schema that stands in the roster, and the noise is checked against the charge: what the coordinator says of either counts for nothing.</remarks>
internal static class SelectQueryPreparation
{
    /// <summary>As of <see cref="IRoundComputation.PrepareAsync"/>. The records are read once the loss is held: a query over budget is refused before.</summary>
    public static async Task<(PreparedRound? Work, AgentRefusal? Refusal)> PrepareAsync(RoundPlanBody plan, AgentContext agent, CancellationToken cancel)
    {
        if (!SelectQuerySpec.TryDecode(plan.Computation, out var spec, out var fault))
        {
            return (null, new AgentRefusal("agent.bad-computation", $"This is no query: {fault}."));
        }

        var (query, noise) = (spec.Query(), spec.Noise());
        if (spec.Id != plan.OwnerId || query.Dimension != plan.VectorLength || plan.WordBits != 64 || spec.Contributors != plan.Participants.Count)
        {
            return (null, new AgentRefusal("agent.other-computation", "The query is another one, or of another size or number of parties, than the round."));
        }

        var fewest = spec.Contributors - spec.Dropping;
        if (fewest > plan.MinimumCohort || spec.Colluding < Math.Max(plan.Colluders, agent.Policy.Colluders))
        {
            return (null, new AgentRefusal(
                "agent.too-little-noise", $"The noise counts on {fewest} parties of whom {spec.Colluding} collude; the round may end with {plan.MinimumCohort} of whom {plan.Colluders} do."));
        }

        if ((PartyPolicy.CheckColumns(agent, plan.Budget, query.Columns) ?? await PartyPolicy.CheckTermsAsync(agent, plan.Budget, query.Neighbours, cancel)) is { } refusal)
        {
            return (null, refusal);
        }

        var rows = agent.DataOf(plan.Budget)!.Rows;
        return (new PreparedRound(plan.OwnerKind, spec.Analyst, new LossBody("zcdp", spec.Rho), Compute), null);

        (ulong[]? Words, AgentRefusal? Refusal) Compute(IRandomSource random) =>
            SelectNoise.TryWords(rows, query, noise, random, out var words, out var wrong) ? (words, null) : (null, PartyPolicy.Refuse(wrong));
    }
}
