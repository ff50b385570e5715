using System.Diagnostics.CodeAnalysis;
using PrivacyGrains.Privacy.Ledger;
using PrivacyGrains.Privacy.Queries.Schemas;

namespace PrivacyGrains.Privacy.Queries;

/// <summary>The column that says when a row's own time was, and so to which block of a budget with periods the row belongs.</summary>
/// <remarks>
/// A cell is a day, with or without a time (<see cref="RowDates.TryDay"/>), or the name of a longer stretch: <c>2026-11</c>, <c>2026-Q4</c>, <c>2026</c>.
/// Whole columns are read before any row is picked, so that a refusal says nothing about which rows count.
/// </remarks>
public static class TimeColumn
{
    /// <summary>Reads a cell.</summary>
    /// <param name="cell">As it came; secret.</param>
    /// <param name="stretch">The stretch of the calendar that it names, or the default.</param>
    /// <returns>Whether it names one, from 1900 to 2999.</returns>
    public static bool TryRead(string cell, out TimeBlock stretch)
    {
        if (RowDates.TryDay(cell, out var day))
        {
            stretch = TimeBlock.Of(BlockLength.Day, day);
            return day.Year is >= 1900 and <= 2999;
        }

        return TimeBlock.TryParse(cell, out stretch);
    }

    /// <summary>Reads a whole column.</summary>
    /// <param name="table">The party's rows.</param>
    /// <param name="column">Its name.</param>
    /// <param name="stretches">One a row, or null.</param>
    /// <param name="fault">The first cell that is no date, or that there is no such column; or null. It stays with the owner.</param>
    /// <returns>Whether all cells are dates.</returns>
    public static bool TryStretches(Table table, string column, [NotNullWhen(true)] out TimeBlock[]? stretches, [NotNullWhen(false)] out TableFault? fault)
    {
        ArgumentNullException.ThrowIfNull(table);
        (stretches, fault) = (null, null);
        var place = table.IndexOf(column);
        if (place < 0)
        {
            fault = new TableFault("table.unknown-column", 0, column, $"There is no column {column}.");
            return false;
        }

        var all = new TimeBlock[table.RowCount];
        for (var row = 0; row < all.Length; row++)
        {
            if (!TryRead(table.Text(row, place), out all[row]))
            {
                fault = new TableFault("table.not-a-date", row + 1, column, $"Row {row + 1}, column {column}: no date. Write 2026-11-21 (with or without a time after it), 2026-11, 2026-Q4 or 2026.");
                return false;
            }
        }

        stretches = all;
        return true;
    }

    /// <summary>Makes a test of whether a row is of some blocks.</summary>
    /// <param name="table">The party's rows.</param>
    /// <param name="column">The time column.</param>
    /// <param name="blocks">The blocks that are charged.</param>
    /// <param name="test">From a row's place to whether it may be used; or null.</param>
    /// <param name="fault">The first cell that is no date or spans several blocks, or that there is no such column; or null. It stays with the owner.</param>
    /// <returns>Whether every row belongs to one block.</returns>
    public static bool TryTest(Table table, string column, BlockSet blocks, [NotNullWhen(true)] out Func<int, bool>? test, [NotNullWhen(false)] out TableFault? fault)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        test = null;
        if (!TryStretches(table, column, out var stretches, out fault))
        {
            return false;
        }

        var wide = Array.FindIndex(stretches, s => s.Last > TimeBlock.Of(blocks.Length, s.First).Last);
        if (wide >= 0)
        {
            fault = new TableFault(
                "table.date-too-wide", wide + 1, column, $"Row {wide + 1}, column {column}: {stretches[wide]} is longer than the budget's {blocks.Length.ToName()}. Say to which {blocks.Length.ToName()} each row belongs.");
            return false;
        }

        test = row => blocks.Contains(stretches[row]);
        return true;
    }
}
