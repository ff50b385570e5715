using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Queries.Schemas;

namespace PrivacyGrains.Privacy.Queries.Selects;

/// <summary>The most that one unit changes in a query's summed vector at one party, in the vector's integers. Public: it follows from the query and the schema's bounds alone.</summary>
/// <remarks>
/// <para>At a party a unit has at most k rows, in at most m groups (m is at most k). A row adds a vector f to the coordinates of its group: 1 for rows, and a point of each column's curve (see <see cref="ColumnReach"/>). Each of the R measures
/// that rows add to moves by at most 1 a row, in units of <see cref="SelectQuery.Weight"/>, and a row whose values are the greatest of their ranges moves all R by 1. U is 1 where units are counted, which moves by 1 a group that the unit is in.</para>
/// <para>Parts of several parties add up, so every norm is that of one party times the parties, and is reached where all are alike; norms are convex, so they are greatest where all rows of a unit are the same but those that only open another group.</para>
/// <para>Add-remove: L1 = R k + U m. L2 squared = R k^2 + U with all rows in one group: with n groups it is R ((k-n+1)^2 + n-1) + U n, convex in n and no greater at n = m. Without R, it is U m.</para>
/// <para>Replace-one, one group: the new rows exchange k times f for k times f', which leaves rows and units as they are and moves column c by k D(c), the length of its curve's longest chord; or they are gone, which is add-remove. So a count changes by
/// k, not 2 k, and a sum by k times the greater of its range's length and its greatest magnitude. Several groups: old and new rows in different groups change twice what add-remove does, where there are groups enough: L1 = 2 R k + U min(2 m, groups), L2
/// squared = the greater of 2 (R k^2 + U) and k^2 D^2 in one group. What lies between is no greater: with n of k rows apart from those that are shared, (k-n)(k-n') D^2 + (n'-n)(k-n) R + n^2 R + n'^2 R + 2 U for n &lt;= n' is at most one of these.</para>
/// </remarks>
internal static class UnitChange
{
    /// <summary>The squared L2 norm and the L1 norm.</summary>
    /// <param name="measures">Of each group.</param>
    /// <param name="schema">Holds the columns' bounds.</param>
    /// <param name="rows">How many rows a unit has at most.</param>
    /// <param name="unitGroups">In how many groups.</param>
    /// <param name="groups">How many groups there are; null where that is not known beforehand.</param>
    /// <param name="weight">What 1 is in the vector's integers.</param>
    /// <param name="relation">How neighbours differ.</param>
    public static (double L2Squared, double L1) Of(
        IReadOnlyList<Measure> measures, TableSchema schema, int rows, int unitGroups, int? groups, long weight, NeighbouringRelation relation)
    {
        var (k, m, w) = ((double)rows, (double)Math.Min(unitGroups, rows), (double)weight);
        double counted = measures.Count(x => x.Kind == MeasureKind.Units);
        var moved = measures.Count - counted;
        var (squared, once) = (moved > 0 ? (moved * k * k) + counted : m * counted, (moved * k) + (m * counted));
        if (relation == NeighbouringRelation.AddRemove)
        {
            return (Up(squared * w * w), Up(once * w));
        }

        // Chords are in the vector's integers already.
        var (chordSquared, chord) = (0.0, 0.0);
        foreach (var column in measures.Where(x => !x.IsCount).GroupBy(x => x.Column))
        {
            var reach = ColumnReach.Of(schema.Find(column.Key)!, [.. column.Select(x => x.Kind)]);
            (chordSquared, chord) = (chordSquared + reach.L2Squared, chord + reach.L1);
        }

        (chordSquared, chord) = (chordSquared * k * k, chord * k);
        if (groups == 1)
        {
            return (Up(Math.Max(squared * w * w, chordSquared)), Up(Math.Max(once * w, chord)));
        }

        var apart = counted * Math.Min(2 * m, groups ?? double.PositiveInfinity);
        return (Up(Math.Max((moved > 0 ? 2 * squared : apart) * w * w, chordSquared)), Up(((2 * moved * k) + apart) * w));
    }

    // Whole below 2^53, where doubles are exact; above, more than the roundings before could have taken off.
    private static double Up(double value) => value <= 1L << 53 ? value : value * (1 + 1e-14);
}
