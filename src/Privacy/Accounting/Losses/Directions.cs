using System.Collections.Immutable;
using PrivacyGrains.Privacy.Accounting.Plans;

namespace PrivacyGrains.Privacy.Accounting.Losses;

/// <summary>From which of two neighbours one looks at the other.</summary>
internal enum Direction
{
    /// <summary>From the one that has the record.</summary>
    Remove,

    /// <summary>From the one that has it not.</summary>
    Add,

    /// <summary>One record is exchanged: both are alike.</summary>
    Exchange,
}

/// <summary>The directions that a plan must be bounded in.</summary>
internal static class Directions
{
    /// <summary>Both for add-remove, where an event is sampled; else one.</summary>
    public static Direction[] Of(NeighbouringRelation relation, ImmutableArray<(PrivacyEvent Event, long Count)> flat) => relation == NeighbouringRelation.ReplaceOne
        ? [Direction.Exchange]
        : flat.Any(each => each.Event is PrivacyEvent.Sampled) ? [Direction.Remove, Direction.Add] : [Direction.Remove];
}
