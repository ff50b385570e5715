using System.Collections.Immutable;

namespace PrivacyGrains.Client.Agents;

/// <summary>What a party's agent answers without asking its people. What it does not allow is refused by name; the budget in the ledger limits the rest.</summary>
public sealed record AgentPolicy
{
    /// <summary>Fewest parties in a sum; 3 or more.</summary>
    public int MinimumCohort { get; init; } = 3;

    /// <summary>How many of the others the party expects to side with the coordinator: a round must withstand at least so many.</summary>
    public int Colluders { get; init; }

    /// <summary>Columns that may enter a computation; null for all. The label and the columns of filters count.</summary>
    public ImmutableSortedSet<string>? Columns { get; init; }

    /// <summary>Whether the party takes part in a training without noise. It has no privacy claim and is charged nowhere: only masks protect the party's update.</summary>
    public bool AllowTrainingWithoutNoise { get; init; }
}

/// <summary>Why a party does not take part.</summary>
/// <param name="Code">Stable, lower case with dots, as <c>agent.unknown-column</c> or <c>ledger.over-budget</c>.</param>
/// <param name="Message">One line that the coordinator and the other members read: nothing of any row is in it.</param>
public sealed record AgentRefusal(string Code, string Message)
{
    /// <summary>What only the party's own people are told; null for no more than the message.</summary>
    public string? Private { get; init; }

    /// <summary>As the coordinator hears it.</summary>
    public override string ToString() => $"{Code}: {Message}";
}
