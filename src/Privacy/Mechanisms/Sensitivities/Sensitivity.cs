using PrivacyGrains.Privacy.Accounting;

namespace PrivacyGrains.Privacy.Mechanisms.Sensitivities;

/// <summary>The greatest change of a released integer vector between neighbours, in every norm that a mechanism needs. Made by <see cref="ContributionBound"/> only.</summary>
public sealed record Sensitivity
{
    internal Sensitivity(NeighbouringRelation relation, int? coordinates, int l0, UInt128 l1, UInt128 l2Squared, UInt128 linf, bool isMonotone)
    {
        Relation = relation;
        Coordinates = coordinates;
        L0 = l0;
        L1 = l1;
        L2Squared = l2Squared;
        Linf = linf;
        IsMonotone = isMonotone;
    }

    /// <summary>How neighbours differ.</summary>
    public NeighbouringRelation Relation { get; }

    /// <summary>The vector's length; null where it is not bounded beforehand.</summary>
    public int? Coordinates { get; }

    /// <summary>How many coordinates may change.</summary>
    public int L0 { get; }

    /// <summary>The sum of all changes, without sign.</summary>
    public UInt128 L1 { get; }

    /// <summary>The sum of their squares.</summary>
    public UInt128 L2Squared { get; }

    /// <summary>The change of one coordinate.</summary>
    public UInt128 Linf { get; }

    /// <summary>Whether all coordinates change in the same direction, as counts do where one unit is added: selection then needs half the noise.</summary>
    public bool IsMonotone { get; }
}
