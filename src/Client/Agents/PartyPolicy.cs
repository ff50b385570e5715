using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Ledger;
using PrivacyGrains.Privacy.Queries;

namespace PrivacyGrains.Client.Agents;

/// <summary>What every computation on a party's records is asked, whatever it computes.</summary>
internal static class PartyPolicy
{
    /// <summary>Whether the budget guards records of this party that have these columns, and the policy lets them be used; null where so.</summary>
    public static AgentRefusal? CheckColumns(AgentContext agent, string budget, IEnumerable<string> columns)
    {
        if (agent.DataOf(budget) is not { } data)
        {
            return new AgentRefusal("agent.other-budget", $"The budget {budget} guards no records that this agent has.");
        }

        foreach (var column in columns)
        {
            if (agent.Policy.Columns is { } allowed && !allowed.Contains(column))
            {
                return new AgentRefusal("agent.column-not-allowed", $"The party does not let the column {column} be used.");
            }

            if (data.Rows.IndexOf(column) < 0)
            {
                return new AgentRefusal("agent.unknown-column", $"The party's records have no column {column}.");
            }
        }

        return null;
    }

    /// <summary>Whether a loss about these neighbours is what the budget limits; and the time blocks that it is charged to, from what the party declares of its rows' days: null where the budget has no periods.</summary>
    public static async Task<(BlockSet? Blocks, AgentRefusal? Refusal)> CheckTermsAsync(AgentContext agent, string budget, Neighbours neighbours, CancellationToken cancel)
    {
        var terms = await agent.TermsOfAsync(budget, cancel);
        if (terms.Neighbours != RelationNames.Of(neighbours.Relation) || terms.Unit != neighbours.Unit.Name)
        {
            return (null, new AgentRefusal(
                "agent.other-neighbours",
                $"The budget {budget} guards {terms.Unit} under {terms.Neighbours}; this computation's loss is about {neighbours.Unit} under {RelationNames.Of(neighbours.Relation)}."));
        }

        var period = terms.Levels?.Select(l => l.Period).FirstOrDefault(p => p is not null);
        return period is null ? (null, null)
            : !BlockLengths.TryParse(period, out var length)
                ? (null, new AgentRefusal("agent.unknown-period", $"The budget {budget} has an allowance for each {period}, which this agent does not know."))
            : agent.DataOf(budget)?.Dates is not { } dates
                ? (null, new AgentRefusal(
                    "agent.no-dates",
                    $"The budget {budget} has an allowance for each {period}, and {agent.Party} declares no days of its rows. It joins with --from and --to, and --time where a column tells each row's day."))
            : dates.TryBlocks(length, out var blocks, out var fault) ? (blocks, null)
            : (null, new AgentRefusal("agent.bad-dates", $"The declared days: {fault}."));
    }

    /// <summary>A table's fault: the column is told to all, the row and the cell to the party's own people.</summary>
    public static AgentRefusal Refuse(TableFault fault) =>
        new(fault.Code, fault.Column.Length == 0 ? "The party's records cannot be read." : $"The party's records cannot answer in the column {fault.Column}.") { Private = fault.Message };
}
