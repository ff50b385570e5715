using System.Globalization;
using CsvHelper;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Privacy.Queries;

namespace PrivacyGrains.Client.Csv;

/// <summary>A party's table of records, as text: a header and rows of one length. Secret unless its owner says otherwise; it never leaves the party's side.</summary>
/// <remarks>RFC 4180, UTF-8, comma. Every error names the file, the line and the column, never the value.</remarks>
public sealed class CsvTable
{
    private static readonly CsvReaderOptions Dialect = new()
    {
        Separator = ',',
        DetectSeparatorHint = false,
        MalformedData = CsvMalformedDataHandling.Throw,
        TrackLineNumbers = true,
        IncludeValuesInExceptions = false, // values are secret
    };

    private readonly string _name;
    private readonly IReadOnlyList<string[]> _rows;
    private readonly IReadOnlyList<long> _lines;

    private CsvTable(string name, IReadOnlyList<string> header, IReadOnlyList<string[]> rows, IReadOnlyList<long> lines)
    {
        _name = name;
        Header = header;
        _rows = rows;
        _lines = lines;
    }

    /// <summary>The columns' names, each once.</summary>
    public IReadOnlyList<string> Header { get; }

    /// <summary>How many records.</summary>
    public int Rows => _rows.Count;

    /// <summary>Reads a file.</summary>
    /// <param name="path">Where it is.</param>
    /// <exception cref="InputException"><c>csv.missing-file</c>, <c>csv.empty</c>, <c>csv.bad-header</c>, <c>csv.wrong-columns</c> or <c>csv.malformed</c>.</exception>
    public static CsvTable Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            using var reader = new StreamReader(path);
            return Read(reader, Path.GetFileName(path));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            throw new InputException("csv.missing-file", $"{path} is not there or cannot be read. Give the path of a CSV file.", e);
        }
    }

    /// <summary>Reads text.</summary>
    /// <param name="reader">The text.</param>
    /// <param name="name">What errors call it.</param>
    /// <exception cref="InputException">As <see cref="Read(string)"/>.</exception>
    public static CsvTable Read(TextReader reader, string name)
    {
        ArgumentNullException.ThrowIfNull(reader);
        try
        {
            using var csv = CsvReader.Create(reader, Dialect, leaveOpen: true);
            csv.ReadHeader();
            var header = csv.Headers.Select(h => h.Trim()).ToArray();
            if (header.Length == 0)
            {
                throw new InputException("csv.empty", $"{name} is empty. Its first line must name the columns.");
            }

            if (header.Any(string.IsNullOrEmpty) || header.Distinct(StringComparer.Ordinal).Count() != header.Length)
            {
                throw new InputException("csv.bad-header", $"{name}, line 1: every column needs a name, and each name once.");
            }

            var (rows, lines) = (new List<string[]>(), new List<long>());
            while (csv.Read())
            {
                if (csv.FieldCount != header.Length)
                {
                    throw new InputException("csv.wrong-columns", $"{name}, line {csv.LineNumber}: {csv.FieldCount} fields where the header has {header.Length}.");
                }

                rows.Add([.. Enumerable.Range(0, header.Length).Select(csv.GetString)]);
                lines.Add(csv.LineNumber);
            }

            return new CsvTable(name, header, rows, lines);
        }
        catch (CsvFormatException e)
        {
            throw new InputException("csv.malformed", $"{name}, line {e.LineNumber}: not CSV (RFC 4180): quotes that do not match.", e);
        }
    }

    /// <summary>One field as text.</summary>
    /// <param name="row">From 0.</param>
    /// <param name="column">Its name.</param>
    /// <exception cref="InputException"><c>csv.unknown-column</c>.</exception>
    public string Text(int row, string column) => _rows[row][Index(column)];

    /// <summary>Columns as finite numbers, row by row.</summary>
    /// <param name="columns">Names, in the order of the result.</param>
    /// <returns>One array for each record, one number for each column.</returns>
    /// <exception cref="InputException"><c>csv.unknown-column</c>, <c>csv.not-a-number</c> (also for NaN) or <c>csv.not-finite</c>.</exception>
    public double[][] Numbers(params IReadOnlyList<string> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        int[] places = ReferenceEquals(columns, Header) ? [.. Enumerable.Range(0, columns.Count)] : [.. columns.Select(Index)]; // a wide table's own order needs no search
        var numbers = new double[Rows][];
        for (var r = 0; r < Rows; r++)
        {
            numbers[r] = new double[places.Length];
            for (var c = 0; c < places.Length; c++)
            {
                numbers[r][c] = Number(r, columns[c], places[c]);
            }
        }

        return numbers;
    }

    /// <summary>The rows as the pure projects take them.</summary>
    /// <exception cref="InputException"><c>table.bad-header</c>.</exception>
    public Table ToTable() => Table.TryCreate(Header, _rows, out var table, out var fault) ? table : throw new InputException(fault.Code, $"{_name}: {fault.Message}");

    /// <summary>The shape only: the rows are secret.</summary>
    public override string ToString() => $"CsvTable({_name}, {Rows} x {Header.Count})";

    private double Number(int row, string column, int place)
    {
        var text = _rows[row][place].Trim();
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || double.IsNaN(number))
        {
            throw new InputException("csv.not-a-number", $"{_name}, line {_lines[row]}, column {column}: not a number. Correct or remove the record.");
        }

        return double.IsFinite(number)
            ? number
            : throw new InputException("csv.not-finite", $"{_name}, line {_lines[row]}, column {column}: an infinite number. Correct or remove the record.");
    }

    private int Index(string column)
    {
        for (var i = 0; i < Header.Count; i++)
        {
            if (Header[i] == column)
            {
                return i;
            }
        }

        throw new InputException("csv.unknown-column", $"{_name} has no column {column}. It has: {string.Join(", ", Header)}.");
    }
}
