using System.Collections.Immutable;
using PrivacyGrains.Privacy.Queries;

namespace PrivacyGrains.Learning.Data;

/// <summary>Which rows of a sample go to which hospital, and which nobody trains on.</summary>
/// <param name="Hospitals">Row numbers of each hospital, rising; disjoint.</param>
/// <param name="HeldOut">Row numbers that are held out, rising; disjoint from all hospitals'.</param>
public sealed record HospitalSplit(ImmutableArray<ImmutableArray<int>> Hospitals, ImmutableArray<int> HeldOut)
{
    /// <summary>Splits a table by its label.</summary>
    /// <param name="table">The whole sample.</param>
    /// <param name="schema">Names the label and its two values.</param>
    /// <param name="hospitals">2 or more.</param>
    /// <param name="heldOut">How many rows are held out; they keep the table's class balance.</param>
    /// <param name="seed">Fixes the choice.</param>
    /// <returns>The split: hospitals of nearly equal size, of which hospital i (from 1) has i + 1 parts of the remaining positives, so that class balances differ.</returns>
    /// <exception cref="ArgumentException">The label column is missing, or there are too few rows of a class.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than two hospitals, or more rows are held out than leave one a hospital.</exception>
    /// <remarks>
    /// Rule: shuffle positives and negatives; hold out the first of each, in the table's proportion; give hospital i the share (i + 1) / sum of (j + 1) of the other positives; fill up to equal
    /// sizes with negatives. Where a hospital would thereby exceed its size, its positives are cut to it.
    /// </remarks>
    public static HospitalSplit Create(Table table, DatasetSchema schema, int hospitals = 5, int heldOut = 50, long seed = 1)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentOutOfRangeException.ThrowIfLessThan(hospitals, 2);
        ArgumentOutOfRangeException.ThrowIfNegative(heldOut);
        ArgumentOutOfRangeException.ThrowIfLessThan(table.RowCount - heldOut, hospitals, nameof(heldOut));
        var label = table.IndexOf(schema.Label);
        if (label < 0)
        {
            throw new ArgumentException($"There is no column {schema.Label}.", nameof(table));
        }

        using var choices = new SeededSplit(seed, "hospitals");
        var all = Enumerable.Range(0, table.RowCount).ToList();
        var positives = new Queue<int>(choices.Shuffle(all.Where(row => table.Text(row, label) == schema.Positive)));
        var negatives = new Queue<int>(choices.Shuffle(all.Where(row => table.Text(row, label) != schema.Positive)));

        var heldPositives = (int)Math.Round((double)heldOut * positives.Count / table.RowCount);
        var held = Take(positives, heldPositives).Concat(Take(negatives, heldOut - heldPositives)).Order().ToImmutableArray();

        var (rest, parts) = (positives.Count + negatives.Count, hospitals * (hospitals + 3) / 2);
        var (givenPositives, totalPositives, cumulative) = (0, positives.Count, 0);
        var groups = ImmutableArray.CreateBuilder<ImmutableArray<int>>(hospitals);
        for (var i = 0; i < hospitals; i++)
        {
            var size = (rest / hospitals) + (i < rest % hospitals ? 1 : 0);
            cumulative += i + 2;
            var share = Math.Min(size, (int)((long)totalPositives * cumulative / parts) - givenPositives);
            share = Math.Clamp(share, Math.Max(0, size - negatives.Count), positives.Count);
            givenPositives += share;
            groups.Add([.. Take(positives, share).Concat(Take(negatives, size - share)).Order()]);
        }

        return new HospitalSplit(groups.MoveToImmutable(), held);
    }

    private static int[] Take(Queue<int> rows, int count)
    {
        if (count > rows.Count)
        {
            throw new ArgumentException("There are too few rows of one class for this split.");
        }

        var taken = new int[count];
        for (var i = 0; i < count; i++)
        {
            taken[i] = rows.Dequeue();
        }

        return taken;
    }
}
