using PrivacyGrains.Client.Csv;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Privacy.Queries;

namespace PrivacyGrains.Client.Agents;

/// <summary>A party's records and the budget that guards them. Secret; they never leave the agent's process but noised and masked.</summary>
public sealed class PartyData
{
    /// <summary>Takes records.</summary>
    /// <param name="budget">The name of the party's budget that guards them.</param>
    /// <param name="rows">The records; secret.</param>
    /// <param name="declaredRows">How many records the party says that it has, 1 or more: public, and not changed when rows come or go. Updates are divided by it.</param>
    public PartyData(string budget, Table rows, int declaredRows)
    {
        ArgumentException.ThrowIfNullOrEmpty(budget);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentOutOfRangeException.ThrowIfLessThan(declaredRows, 1);
        (Budget, Rows, DeclaredRows) = (budget, rows, declaredRows);
    }

    /// <summary>The budget's name.</summary>
    public string Budget { get; }

    /// <summary>How many records the party says that it has.</summary>
    public int DeclaredRows { get; }

    internal Table Rows { get; }

    /// <summary>Reads a CSV file.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="budget">The name of the party's budget that guards it.</param>
    /// <param name="declaredRows">As of the constructor; null for the number of rows that the file has now, which makes that number public.</param>
    /// <exception cref="InputException">As of <see cref="CsvTable.Read(string)"/>; <c>csv.no-rows</c>.</exception>
    public static PartyData Read(string path, string budget, int? declaredRows = null)
    {
        var rows = CsvTable.Read(path).ToTable();
        return rows.RowCount > 0 || declaredRows is not null
            ? new PartyData(budget, rows, declaredRows ?? rows.RowCount)
            : throw new InputException("csv.no-rows", $"{path} has a header and no records. Give a file with records, or declare how many there will be.");
    }

    /// <summary>The shape only: the rows are secret.</summary>
    public override string ToString() => $"PartyData({Budget}, {Rows})";
}
