using PrivacyGrains.Privacy.Accounting;
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

    /// <summary>Whether a loss about these neighbours is what the budget limits; null where so.</summary>
    public static async Task<AgentRefusal?> CheckTermsAsync(AgentContext agent, string budget, Neighbours neighbours, CancellationToken cancel)
    {
        var terms = await agent.TermsOfAsync(budget, cancel);
        return terms.Neighbours == RelationNames.Of(neighbours.Relation) && terms.Unit == neighbours.Unit.Name
            ? null
            : new AgentRefusal(
                "agent.other-neighbours",
                $"The budget {budget} guards {terms.Unit} under {terms.Neighbours}; this computation's loss is about {neighbours.Unit} under {RelationNames.Of(neighbours.Relation)}.");
    }

    /// <summary>A table's fault: the column is told to all, the row and the cell to the party's own people.</summary>
    public static AgentRefusal Refuse(TableFault fault) =>
        new(fault.Code, fault.Column.Length == 0 ? "The party's records cannot be read." : $"The party's records cannot answer in the column {fault.Column}.") { Private = fault.Message };
}
