using System.Security.Cryptography;
using System.Text;
using PrivacyGrains.Client.Csv;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Learning.Data;
using PrivacyGrains.Learning.Sweeps;
using PrivacyGrains.Privacy.Queries;
using PrivacyGrains.Privacy.Queries.Schemas;

namespace PrivacyGrains.Cli.Sweeps;

/// <summary>The two sides of a search's records.</summary>
/// <param name="Trained">To train on; secret.</param>
/// <param name="Scored">To score on; secret where they are held back.</param>
internal sealed record SweepSides(LabelledTable Trained, LabelledTable Scored);

/// <summary>The owner's records as a search reads them, and the public set where one is scored.</summary>
internal sealed class SweepRows
{
    private readonly Table _table;
    private readonly LabelledTable _all;
    private readonly LabelledTable? _public;

    private SweepRows(Table table, LabelledTable all, LabelledTable? publicSet)
    {
        _table = table;
        _all = all;
        _public = publicSet;
    }

    /// <summary>Reads and checks every cell that is used.</summary>
    /// <param name="data">The owner's CSV file.</param>
    /// <param name="schema">Label, features and their public ranges.</param>
    /// <param name="scoredOn">A public CSV file of the same columns, or null.</param>
    /// <param name="dates">The days whose records are used: those of other days are not. Null for all.</param>
    /// <exception cref="InputException">A file is missing, or a column or cell is not as the schema says.</exception>
    public static SweepRows Read(string data, DatasetSchema schema, string? scoredOn, RowDates? dates = null)
    {
        var table = CsvTable.Read(data).ToTable();
        if (dates is not null)
        {
            table = dates.TrySelect(table, out var taken, out var fault) ? taken : throw new InputException(fault.Code, $"{data}: {fault.Message}");
        }

        return new SweepRows(table, Labelled(table, data, schema), scoredOn is null ? null : Labelled(CsvTable.Read(scoredOn).ToTable(), scoredOn, schema));
    }

    /// <summary>What tells these records from others to whoever has the key.</summary>
    public string Digest(ReadOnlySpan<byte> key)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        for (var row = 0; row < _table.RowCount; row++)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, _table.Columns.Length).Select(c => _table.Text(row, c)).Select(cell => $"{cell.Length}:{cell}"))));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The two sides.</summary>
    public SweepSides Split(double heldBack, ReadOnlySpan<byte> key)
    {
        if (_public is not null)
        {
            return new SweepSides(_all, _public);
        }

        var (trained, scored) = RecordSplit.Of(_table, heldBack, key);
        return new SweepSides(_all.Select(trained), _all.Select(scored));
    }

    private static LabelledTable Labelled(Table table, string file, DatasetSchema schema)
    {
        if (!LabelledTable.TryCreate(table, schema, out var labelled, out var fault))
        {
            throw new InputException(fault.Code, $"{file}: {fault.Message}{(fault.Code == "table.unknown-column" ? $" It has: {string.Join(", ", table.Columns)}." : "")}");
        }

        return labelled.RowCount > 0 ? labelled : throw new InputException("table.empty", $"{file} has no records.");
    }
}
