using System.Diagnostics.CodeAnalysis;
using PrivacyGrains.Learning.Models;
using PrivacyGrains.Privacy.Queries;

namespace PrivacyGrains.Learning.Data;

/// <summary>Rows ready for training: features scaled by the schema's public ranges, and a label of 0 or 1. Secret.</summary>
public sealed class LabelledTable
{
    private readonly double[] _features;
    private readonly byte[] _labels;

    private LabelledTable(DatasetSchema schema, double[] features, byte[] labels)
    {
        Schema = schema;
        _features = features;
        _labels = labels;
    }

    /// <summary>What the columns mean.</summary>
    public DatasetSchema Schema { get; }

    /// <summary>How many rows there are. Not public unless the party declared it.</summary>
    public int RowCount => _labels.Length;

    /// <summary>Features a row.</summary>
    public int FeatureCount => Schema.Features.Length;

    /// <summary>Takes the schema's columns out of a table, checks every cell and scales.</summary>
    /// <param name="table">A party's rows.</param>
    /// <param name="schema">The agreed columns and ranges.</param>
    /// <param name="labelled">The rows, or null.</param>
    /// <param name="fault">The first cell or column that does not fit, or null.</param>
    /// <returns>Whether all rows fit.</returns>
    public static bool TryCreate(Table table, DatasetSchema schema, [NotNullWhen(true)] out LabelledTable? labelled, [NotNullWhen(false)] out TableFault? fault)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(schema);
        (labelled, fault) = (null, null);
        var scale = Standardisation.Of(schema);
        var width = schema.Features.Length;
        var features = new double[table.RowCount * width];
        for (var column = 0; column < width; column++)
        {
            if (!table.TryNumbers(schema.Features[column].Name, out var numbers, out fault))
            {
                return false;
            }

            for (var row = 0; row < numbers.Length; row++)
            {
                features[(row * width) + column] = scale.Apply(column, numbers[row]);
            }
        }

        var labelIndex = table.IndexOf(schema.Label);
        if (labelIndex < 0)
        {
            fault = new TableFault("table.unknown-column", 0, schema.Label, $"There is no column {schema.Label}.");
            return false;
        }

        var labels = new byte[table.RowCount];
        for (var row = 0; row < labels.Length; row++)
        {
            var text = table.Text(row, labelIndex);
            if (text != schema.Positive && text != schema.Negative)
            {
                fault = new TableFault("table.unknown-label", row + 1, schema.Label, $"Row {row + 1}, column {schema.Label}: neither {schema.Positive} nor {schema.Negative}.");
                return false;
            }

            labels[row] = text == schema.Positive ? (byte)1 : (byte)0;
        }

        labelled = new LabelledTable(schema, features, labels);
        return true;
    }

    /// <summary>One row's scaled features.</summary>
    /// <param name="row">From 0.</param>
    /// <returns>Each between -1 and 1.</returns>
    public ReadOnlySpan<double> Features(int row) => _features.AsSpan(row * FeatureCount, FeatureCount);

    /// <summary>One row's label.</summary>
    /// <param name="row">From 0.</param>
    /// <returns>0 or 1.</returns>
    public int Label(int row) => _labels[row];

    /// <summary>Some of the rows.</summary>
    /// <param name="rows">From 0, in the order wanted.</param>
    /// <returns>A table of those rows.</returns>
    public LabelledTable Select(IReadOnlyList<int> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var features = new double[rows.Count * FeatureCount];
        for (var i = 0; i < rows.Count; i++)
        {
            Features(rows[i]).CopyTo(features.AsSpan(i * FeatureCount));
        }

        return new LabelledTable(Schema, features, [.. rows.Select(row => _labels[row])]);
    }

    /// <summary>Several parties' rows in one table: for the comparison with pooled training only.</summary>
    /// <param name="tables">Of one schema.</param>
    /// <returns>All rows, in order.</returns>
    /// <exception cref="ArgumentException">There is no table, or two have different schemas.</exception>
    public static LabelledTable Concat(IReadOnlyList<LabelledTable> tables)
    {
        ArgumentNullException.ThrowIfNull(tables);
        return tables.Count > 0 && tables.All(t => t.Schema.Equals(tables[0].Schema))
            ? new LabelledTable(tables[0].Schema, [.. tables.SelectMany(t => t._features)], [.. tables.SelectMany(t => t._labels)])
            : throw new ArgumentException("Tables of one schema are needed, at least one.", nameof(tables));
    }

    /// <inheritdoc/>
    public override string ToString() => $"LabelledTable({RowCount} x {FeatureCount})";
}
