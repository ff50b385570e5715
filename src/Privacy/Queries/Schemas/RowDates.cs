using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using PrivacyGrains.Privacy.Ledger;

namespace PrivacyGrains.Privacy.Queries.Schemas;

/// <summary>What an owner declares of its rows' own time: the days whose rows take part, and the column that tells each row's day. Public, and never taken from the rows.</summary>
/// <param name="From">The first day.</param>
/// <param name="To">The last day, not before the first.</param>
/// <param name="Column">The column of dates; empty where the owner states that all its rows are of these days.</param>
/// <remarks>
/// Blocks that followed from the dates that occur would tell of the rows, and cost nothing where one row is alone in its block. So a release is charged to every block that the declared days touch,
/// whether a row falls into it or not, and a row of another day is not used.
/// </remarks>
public sealed record RowDates(DateOnly From, DateOnly To, string Column = "")
{
    /// <summary>What is wrong with the declaration, or null.</summary>
    public string? Fault() =>
        From.Year < 1900 || To.Year > 2999 ? "days are of the years 1900 to 2999"
        : To < From ? $"the last day, {Day(To)}, is before the first, {Day(From)}"
        : Column is null ? "a column has a name, or is left out" : null;

    /// <summary>The blocks whose rows a release is about: all that the declared days touch.</summary>
    /// <param name="length">How long the budget's blocks are.</param>
    /// <param name="blocks">The blocks, or null.</param>
    /// <param name="fault">What is wrong, or null.</param>
    /// <returns>Whether a charge can name them.</returns>
    public bool TryBlocks(BlockLength length, [NotNullWhen(true)] out BlockSet? blocks, [NotNullWhen(false)] out string? fault)
    {
        (blocks, fault) = (null, Fault());
        if (fault is not null)
        {
            return false;
        }

        try
        {
            blocks = BlockSet.Of(TimeBlock.Covering(length, From, To));
        }
        catch (ArgumentException)
        {
            fault = $"{this} touches more than {ChargeRequest.MostBlocks} blocks of a {length.ToName()}; declare fewer days";
        }

        return blocks is not null;
    }

    /// <summary>The rows of the declared days. The whole column is read first, so that a refusal says nothing about which rows take part.</summary>
    /// <param name="table">The owner's rows.</param>
    /// <param name="rows">Those that take part, or null.</param>
    /// <param name="fault">No such column, or the first cell that is no date or is partly of other days; or null. It stays with the owner.</param>
    /// <returns>Whether every row tells its day, as <see cref="TimeColumn"/> reads it.</returns>
    public bool TrySelect(Table table, [NotNullWhen(true)] out Table? rows, [NotNullWhen(false)] out TableFault? fault)
    {
        ArgumentNullException.ThrowIfNull(table);
        (rows, fault) = (null, null);
        if (Column.Length == 0)
        {
            rows = table;
            return true;
        }

        if (!TimeColumn.TryStretches(table, Column, out var stretches, out fault))
        {
            return false;
        }

        var wide = Array.FindIndex(stretches, s => s.First <= To && s.Last >= From && (s.First < From || s.Last > To));
        if (wide >= 0)
        {
            fault = new TableFault("table.date-too-wide", wide + 1, Column, $"Row {wide + 1}, column {Column}: {stretches[wide]} is not wholly within {Day(From)} to {Day(To)}. Declare all of it, or write the row's day.");
            return false;
        }

        rows = table.Select(Enumerable.Range(0, stretches.Length).Where(row => stretches[row].First >= From && stretches[row].Last <= To));
        return true;
    }

    /// <summary>Reads a day as ISO 8601 writes it.</summary>
    /// <param name="text">As <c>2026-11-21</c>; or with a time after it, as <c>2026-11-21T09:30Z</c>, of which the day counts as it is written.</param>
    /// <param name="day">The day, or the default.</param>
    /// <returns>Whether there is one.</returns>
    public static bool TryDay(string? text, out DateOnly day)
    {
        day = default;
        var trimmed = (text ?? "").AsSpan().Trim();
        return trimmed.Length >= 10 && (trimmed.Length == 10 || trimmed[10] is 'T' or ' ')
            && DateOnly.TryParseExact(trimmed[..10], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Day(From)} to {Day(To)}{(Column.Length == 0 ? "" : $" by {Column}")}";

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
