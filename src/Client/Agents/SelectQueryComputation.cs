using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Messages.Budgets;
using PrivacyGrains.Messages.Rounds;
using PrivacyGrains.Privacy.Queries.Selects;

namespace PrivacyGrains.Client.Agents;

/// <summary>A statistics query: the party's bounded sums, and its share of the joint noise on top.</summary>
/// <remarks>
/// <para>The sensitivity is derived here from the schema that stands in the roster, and the noise is checked against the charge: what the coordinator says of either counts for nothing.</para>
/// <para>The charge holds where the sum has at least as many honest parties' noise as the query counts on. So the query must count on no more survivors than the round's minimum cohort, and on no fewer colluders than the party's policy.</para>
/// </remarks>
internal sealed class SelectQueryComputation : IRoundComputation
{
    /// <inheritdoc/>
    public string OwnerKind => "query";

    /// <inheritdoc/>
    public async Task<(PreparedRound? Work, AgentRefusal? Refusal)> PrepareAsync(RoundPlanBody plan, AgentContext agent, CancellationToken cancel)
    {
        if (!SelectQuerySpec.TryDecode(plan.Computation, out var spec, out var fault))
        {
            return (null, new AgentRefusal("agent.bad-computation", $"This is no statistics query: {fault}."));
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

        if (PartyPolicy.CheckColumns(agent, plan.Budget, query.Columns) is { } column)
        {
            return (null, column);
        }

        var (blocks, refusal) = await PartyPolicy.CheckTermsAsync(agent, plan.Budget, query.Neighbours, cancel);
        if (refusal is not null)
        {
            return (null, refusal);
        }

        // Which column tells a row's block is the party's to say: where the query's is another, its condition narrows nothing.
        var data = agent.DataOf(plan.Budget)!;
        var narrows = blocks is not null && data.Dates!.Column.Length > 0 && data.Dates.Column == query.Schema.TimeColumn;
        if (narrows && (blocks = query.Among(blocks!)) is null)
        {
            return (null, new AgentRefusal("agent.other-dates", $"{agent.Party} takes part with its rows of {data.Dates}, and the query asks about others."));
        }

        // The records are read once the loss is held: a query over budget is refused before.
        var rows = data.Rows;
        return (new PreparedRound(OwnerKind, spec.Analyst, new LossBody("zcdp", spec.Rho), blocks, Compute), null);

        (ulong[]? Words, AgentRefusal? Refusal) Compute(IRandomSource random) =>
            SelectNoise.TryWords(rows, query, noise, random, out var words, out var wrong, narrows ? blocks : null) ? (words, null) : (null, PartyPolicy.Refuse(wrong));
    }
}
