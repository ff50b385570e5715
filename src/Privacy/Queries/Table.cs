using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace PrivacyGrains.Privacy.Queries;

/// <summary>Why a table or a column was refused.</summary>
/// <param name="Code">Stable, as <c>table.not-a-number</c>.</param>
/// <param name="Row">The data row, from 1 (the header is row 0); 0 where the fault is the header's.</param>
/// <param name="Column">The column's name, or empty.</param>
/// <param name="Message">One line for people that says what to change. It shows the offending cell, so it stays with the data's owner.</param>
public sealed record TableFault(string Code, int Row, string Column, string Message);

/// <summary>A party's table as text cells under a header. Secret: it holds the data itself.</summary>
/// <remarks>Reading files is the caller's; a table never leaves its party.</remarks>
public sealed class Table
{
    private readonly string[][] _rows;

    private Table(ImmutableArray<string> columns, string[][] rows)
    {
        Columns = columns;
        _rows = rows;
    }

    /// <summary>The column names, in order; distinct.</summary>
    public ImmutableArray<string> Columns { get; }

    /// <summary>How many data rows there are.</summary>
    public int RowCount => _rows.Length;

    /// <summary>Checks a header and rows.</summary>
    /// <param name="header">Distinct, non-empty names.</param>
    /// <param name="rows">Each with one cell a column; cells are copied.</param>
    /// <param name="table">The table, or null.</param>
    /// <param name="fault">What is wrong first, or null.</param>
    /// <returns>Whether there is a table.</returns>
    public static bool TryCreate(
        IReadOnlyList<string> header,
        IEnumerable<IReadOnlyList<string>> rows,
        [NotNullWhen(true)] out Table? table,
        [NotNullWhen(false)] out TableFault? fault)
    {
        ArgumentNullException.ThrowIfNull(header);
        ArgumentNullException.ThrowIfNull(rows);
        (table, fault) = (null, null);
        if (header.Count == 0 || header.Any(string.IsNullOrWhiteSpace) || header.Distinct(StringComparer.Ordinal).Count() != header.Count)
        {
            fault = new TableFault("table.bad-header", 0, string.Empty, "The header names each column once, and no name is empty.");
            return false;
        }

        var kept = new List<string[]>();
        foreach (var row in rows)
        {
            if (row.Count != header.Count)
            {
                fault = new TableFault("table.ragged-row", kept.Count + 1, string.Empty, $"Row {kept.Count + 1} has {row.Count} cells where the header has {header.Count}.");
                return false;
            }

            kept.Add([.. row]);
        }

        table = new Table([.. header], [.. kept]);
        return true;
    }

    /// <summary>The place of a column.</summary>
    /// <param name="column">Its name, by ordinal comparison.</param>
    /// <returns>From 0; -1 where there is none.</returns>
    public int IndexOf(string column) => Columns.IndexOf(column);

    /// <summary>One cell.</summary>
    /// <param name="row">From 0.</param>
    /// <param name="column">From 0.</param>
    /// <returns>The text as it came.</returns>
    public string Text(int row, int column) => _rows[row][column];

    /// <summary>A column as numbers.</summary>
    /// <param name="column">Its name.</param>
    /// <param name="numbers">One a row, each finite; or null.</param>
    /// <param name="fault">The first cell that is no number, with its row and column; or that there is no such column.</param>
    /// <returns>Whether all cells are numbers.</returns>
    public bool TryNumbers(string column, [NotNullWhen(true)] out double[]? numbers, [NotNullWhen(false)] out TableFault? fault)
    {
        ArgumentNullException.ThrowIfNull(column);
        (numbers, fault) = (null, null);
        var index = IndexOf(column);
        if (index < 0)
        {
            fault = new TableFault("table.unknown-column", 0, column, $"There is no column {column}.");
            return false;
        }

        var values = new double[RowCount];
        for (var row = 0; row < RowCount; row++)
        {
            var cell = _rows[row][index];
            if (!double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out values[row]) || !double.IsFinite(values[row]))
            {
                fault = new TableFault("table.not-a-number", row + 1, column, $"Row {row + 1}, column {column}: \"{Shortened(cell)}\" is not a finite number.");
                return false;
            }
        }

        numbers = values;
        return true;
    }

    /// <summary>Some of the rows.</summary>
    /// <param name="rows">From 0, in the order wanted.</param>
    /// <returns>A table of those rows.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A row is not of this table.</exception>
    public Table Select(IEnumerable<int> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return new Table(Columns, [.. rows.Select(row => row >= 0 && row < RowCount
            ? _rows[row]
            : throw new ArgumentOutOfRangeException(nameof(rows), row, "A row is not of this table."))]);
    }

    /// <inheritdoc/>
    public override string ToString() => $"Table({RowCount} x {Columns.Length})";

    private static string Shortened(string cell) => cell.Length <= 40 ? cell : cell[..40] + "...";
}
