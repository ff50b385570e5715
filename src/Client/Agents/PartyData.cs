using PrivacyGrains.Client.Csv;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Privacy.Queries;
using PrivacyGrains.Privacy.Queries.Schemas;

namespace PrivacyGrains.Client.Agents;

/// <summary>A party's records and the budget that guards them. Secret; they never leave the agent's process but noised and masked.</summary>
public sealed class PartyData
{
    /// <summary>Takes records.</summary>
    /// <param name="budget">The name of the party's budget that guards them.</param>
    /// <param name="rows">The records; secret.</param>
    /// <param name="declaredRows">How many records the party says that it has, 1 or more: public, and not changed when rows come or go. Updates are divided by it.</param>
    /// <param name="dates">The days whose records take part: public, and needed where the budget has periods. The others are not kept. Null for all records.</param>
    /// <exception cref="InputException"><c>dates.malformed</c>, <c>table.unknown-column</c> or <c>table.not-a-date</c>.</exception>
    public PartyData(string budget, Table rows, int declaredRows, RowDates? dates = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(budget);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentOutOfRangeException.ThrowIfLessThan(declaredRows, 1);
        (Budget, Rows, DeclaredRows, Dates) = (budget, Taken(rows, dates), declaredRows, dates);
    }

    /// <summary>The budget's name.</summary>
    public string Budget { get; }

    /// <summary>How many records the party says that it has.</summary>
    public int DeclaredRows { get; }

    /// <summary>The days whose records take part; null where nothing is declared of them.</summary>
    public RowDates? Dates { get; }

    internal Table Rows { get; }

    /// <summary>Reads a CSV file.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="budget">The name of the party's budget that guards it.</param>
    /// <param name="declaredRows">As of the constructor; null for the number of rows that the file has now (of the declared days), which makes that number public.</param>
    /// <param name="dates">As of the constructor.</param>
    /// <exception cref="InputException">As of <see cref="CsvTable.Read(string)"/> and the constructor; <c>csv.no-rows</c>.</exception>
    public static PartyData Read(string path, string budget, int? declaredRows = null, RowDates? dates = null)
    {
        var rows = Taken(CsvTable.Read(path).ToTable(), dates);
        return rows.RowCount > 0 || declaredRows is not null
            ? new PartyData(budget, rows, declaredRows ?? rows.RowCount, dates)
            : throw new InputException(
                "csv.no-rows", $"{path} has {(dates is null ? "a header and no records" : $"no records of {dates}")}. Give a file with records, or declare how many there will be.");
    }

    /// <summary>The shape only: the rows are secret.</summary>
    public override string ToString() => $"PartyData({Budget}, {Rows})";

    private static Table Taken(Table rows, RowDates? dates) =>
        dates is null ? rows
        : dates.Fault() is { } wrong ? throw new InputException("dates.malformed", $"The declared days: {wrong}.")
        : dates.TrySelect(rows, out var taken, out var fault) ? taken
        : throw new InputException(fault.Code, fault.Message);
}
